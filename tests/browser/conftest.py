"""A live server over the real data, and Chromium to walk it with.

Without Chromium these tests are skipped; where ZHICHENG_CI is set, as .ci/run does, they fail.
"""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from zhicheng.knowledge.limits import Limits
from zhicheng.web.app import create_app
from zhicheng.web.ledger import Ledger

# WCAG 2.2 at levels A and AA, and what axe's makers hold for good practice.
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}


def chromium() -> str:
    """Where Chromium is; ends or skips the test where it is nowhere."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found:
        return found
    message = "no Chromium; on Debian: apt-get install chromium"
    pytest.fail(message) if os.environ.get("ZHICHENG_CI") else pytest.skip(message)


@pytest.fixture(scope="session")
def ledger(tmp_path_factory) -> Ledger:
    return Ledger(tmp_path_factory.mktemp("ledger") / "ledger.sqlite")


@pytest.fixture(scope="session")
def site(service, ledger) -> Iterator[str]:
    """The address of a server of this service."""
    app = create_app(service, Limits.of(), ledger)
    app.extensions["sandbox"].start()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = chromium()
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])


@dataclass
class Visitor:
    """Somebody at a browser: a page, and what went wrong on it."""

    page: Page
    site: str
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", lambda said: self.faults.append(f"console: {said.text}") if said.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        self.page.on("request", lambda request: None if request.url.startswith((self.site, "data:", "blob:")) else self.faults.append(f"request to {request.url}"))

    def go(self, path: str) -> Page:
        """Open a path of the site."""
        self.page.goto(self.site + path, wait_until="load")
        return self.page

    def axe(self) -> list[str]:
        """What axe finds on the page."""
        found = Axe().run(self.page, options=RULES).response["violations"]
        return [f"{v['id']}: {n['html'][:160]} ({n['failureSummary'][:240]})" for v in found for n in v["nodes"][:4]]

    def sideways(self) -> int:
        """By how many pixels the page is wider than the window."""
        return self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def _visitor(browser: Browser, site: str, **options) -> Iterator[Visitor]:
    context = browser.new_context(**options)
    context.set_default_timeout(10_000)
    visitor = Visitor(context.new_page(), site)
    yield visitor
    context.close()
    assert visitor.faults == []


@pytest.fixture
def visitor(browser, site) -> Iterator[Visitor]:
    """At a desk; the test fails on any console error and on any request to another host."""
    yield from _visitor(browser, site, viewport={"width": 1280, "height": 900})


@pytest.fixture
def phone(browser, site) -> Iterator[Visitor]:
    """With a narrow telephone."""
    yield from _visitor(browser, site, viewport={"width": 320, "height": 640}, has_touch=True)


@pytest.fixture
def plain(browser, site) -> Iterator[Visitor]:
    """Without JavaScript."""
    yield from _visitor(browser, site, viewport={"width": 1280, "height": 900}, java_script_enabled=False)
