"""The FAQ as files that any web server can publish, or a reader open from a folder."""

import json
import os
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from flask import render_template

from zhicheng.answering.service import Service
from zhicheng.errors import Invalid
from zhicheng.web.app import create_app
from zhicheng.web.feeds import atom
from zhicheng.web.pages.faq import embedded_json, latest_day
from zhicheng.web.rendering import faq_json

STATIC = Path(__file__).with_name("static")
# The pages, by language.
PAGES = {"zh": "index.html", "en": "index.en.html"}


def export_faq(service: Service, folder: Path, base: str = "") -> list[Path]:
    """Write the FAQ as pages in both languages, JSON-LD, an Atom feed and their looks; returns the files.

    `base` is the address of a running service, to whose pages the links to clauses lead; the pages stand alone where it is empty.
    Raises Invalid where the folder holds anything or cannot be written, or the address is none of the web; nothing is written then.
    """
    if base and not (urlsplit(base).scheme in ("http", "https") and urlsplit(base).netloc):
        raise Invalid("--base", f'is "{base[:80]}"', "Give the address of a running service, such as https://example.org")
    make_empty_folder(folder)
    files: dict[str, str | bytes] = {}
    app = create_app(service)
    for language, name in PAGES.items():
        entries = service.faq.entries(date.today(), language)
        with app.test_request_context(f"/faq?lang={language}"):
            files[name] = render_template(
                "faq_fragment.html", language=language, regions=service.faq.grouped(entries), base=base, static=True, pages=PAGES, colours={},
                data=embedded_json(faq_json(entries, base or None)),
            )  # fmt: skip
    entries = service.faq.entries(date.today())
    files["faq.jsonld"] = json.dumps(faq_json(entries, base or None), ensure_ascii=False, indent=2)
    files["feed.atom"] = atom(entries, f"{base}/faq" if base else PAGES["zh"], f"{base}/faq/feed.atom" if base else "feed.atom", "zh", latest_day(service))
    files["style.css"] = (STATIC / "style.css").read_bytes()
    try:
        for name, content in files.items():
            (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    except OSError as error:
        raise Invalid(str(folder), f"cannot be written: {error.strerror}", "Name a folder that can be, on a disk with room") from error
    return [folder / name for name in files]


def make_empty_folder(folder: Path) -> None:
    """See that a folder is there and empty; raises Invalid where there is something else, it holds anything or cannot be written."""
    try:
        if folder.exists() and not folder.is_dir():
            raise Invalid(str(folder), "is not a folder", "Name an empty folder, or one that does not exist yet")
        folder.mkdir(parents=True, exist_ok=True)
        held = sorted(p.name for p in folder.iterdir())
    except OSError as error:
        raise Invalid(str(folder), f"cannot be made or read: {error.strerror}", "Name a folder that can be written") from error
    if held:
        raise Invalid(str(folder), f"is not empty: it holds {', '.join(held[:3])}{' …' if len(held) > 3 else ''}", "Name an empty folder, or one that does not exist yet")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise Invalid(str(folder), "cannot be written", "Name a folder that can be")
