"""The official questions and answers: a page that an agency can publish, embed elsewhere, follow as a feed and take away as files."""

import re
from collections.abc import Sequence
from datetime import date
from functools import cache
from pathlib import Path
from urllib.parse import urlencode

from flask import Response, json, render_template, request, url_for

from zhicheng.answering.faq import Difference, Entry
from zhicheng.answering.service import Service
from zhicheng.errors import Invalid
from zhicheng.terms import slug
from zhicheng.web.api import day_argument, region_arguments, service
from zhicheng.web.feeds import atom
from zhicheng.web.pages.blueprint import pages
from zhicheng.web.rendering import faq_json, page_language, wants_page

STYLE = Path(__file__).parents[1] / "static" / "style.css"
COLOUR = re.compile(r"#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})")


@pages.get("/faq")
def faq() -> Response | str | dict:
    parts, entries = service(), _entries()
    editor = "editor" in request.args
    differences = {e.iri: parts.faq.difference(e) for e in entries} if editor else {}
    if not wants_page():
        if editor:
            return {"entries": [difference_json(e, differences[e.iri]) for e in entries]}
        return Response(json.dumps(faq_json(entries, request.url_root.rstrip("/")), ensure_ascii=False), mimetype="application/ld+json")
    data = "" if editor else embedded_json(faq_json(entries, request.url_root.rstrip("/")))
    return render_template("faq.html", language=page_language(), regions=parts.faq.grouped(entries), data=data, editor=editor, differences=differences, colours=sorted(_theme()))


@pages.get("/faq/embed")
def faq_embed() -> Response:
    """The questions and answers alone, for a frame on another site's page."""
    parts = service()
    page = render_template("faq_fragment.html", language=page_language(), regions=parts.faq.grouped(_entries()), base=request.url_root.rstrip("/"), static=False, colours=_colours())
    response = Response(page, mimetype="text/html")
    response.headers["Content-Security-Policy"] = "default-src 'self'; frame-ancestors *; base-uri 'none'; form-action 'none'"
    return response


@pages.get("/faq/embed.css")
def faq_colours() -> Response:
    """The colours that a page has chosen for the fragment which it embeds; those it has not chosen are the light ones, in the dark as well."""
    chosen = _colours()
    rules = "".join(f" --{name}: #{value};" for name, value in (_theme() | chosen).items())
    return Response(f":root {{ color-scheme: only light;{rules} }}\n:root .badge.badge {{ color: inherit; }}\n" if chosen else "", mimetype="text/css")


@pages.get("/faq/feed.atom")
def faq_feed() -> Response:
    """The questions and answers as a feed, the latest changed first."""
    language = page_language()
    asked = [("region", r) for r in sorted(set(region_arguments()))] + ([("lang", language)] if language != "zh" else [])
    page = request.url_root.rstrip("/") + url_for("pages.faq", lang="en" if language == "en" else None)
    return Response(atom(_entries(), page, request.url, language, latest_day(service()), urlencode(asked)), mimetype="application/atom+xml")


def _entries() -> list[Entry]:
    parts = service()
    regions = tuple(iri for r in region_arguments() for iri in parts.vocabulary.within(parts.vocabulary.find("region", r).iri))
    return parts.faq.entries(day_argument() or date.today(), page_language(), regions)


def latest_day(parts: Service) -> date:
    """The latest day that a document held bears."""
    return max(day for p in parts.library.policies.values() for day in (p.dated, p.start) if day)


def embedded_json(data: dict) -> str:
    """JSON as it may stand in a script element of a page."""
    return json.dumps(data, ensure_ascii=False).replace("</", "<\\/")


@cache
def _theme() -> dict[str, str]:
    """The colours that the fragment's looks are made of, as the site has them in the light: hexadecimal digits by name."""
    return dict(re.findall(r"--(\w+): #(\w+);", STYLE.read_text(encoding="utf-8").splitlines()[0]))


def _colours() -> dict[str, str]:
    """The colours asked for, by name; raises Invalid where one is no colour."""
    found = {}
    for name in _theme():
        if value := request.args.get(name):
            if not COLOUR.fullmatch(value):
                raise Invalid(name, f'is "{value[:40]}"', "Give a colour of three or six hexadecimal digits, such as 1d4f73")
            found[name] = value.lstrip("#")
    return found


def difference_json(entry: Entry, found: Difference) -> dict:
    """How an entry and its clauses differ, for editors' programs."""
    def told(figures: Sequence) -> list[str]:
        return [str(f) for f in figures]

    return {
        "id": slug(entry.iri), "question": entry.question, "url": entry.url, "clauses": [c.clause for c in entry.citations],
        "words": {"answer_only": found.added, "clauses_only": found.omitted},
        "figures": {"answer_only": told(found.answer_figures), "clauses_only": told(found.clause_figures)},
        "issues": [{"id": i.identifier, "label": i.label, "reading": i.reading} for i in found.issues],
    }  # fmt: skip
