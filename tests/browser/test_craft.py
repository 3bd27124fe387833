"""Every page of the site, in both languages: accessible, within the window, still while it loads, light, fit for print and well headed.

The pages are those routes of the application that answer a reader of HTML with a page, found anew on each run; values for their paths,
and for the parameters that have an example, are those of openapi.yaml. A new route is covered by being described there.
"""

import re
from collections import defaultdict
from itertools import product
from urllib.parse import urlencode

import pytest

from zhicheng.web.app import create_app

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
# Bytes that a page, its styles and its scripts take over the wire (gzip, headers aside), and the milliseconds in which it stands.
HEAVIEST, SLOWEST = 150_000, 1500
# A page that problems are shown on is no route of its own.
PROBLEMS = {"/nothing-here": 404, "/policies/nowhere": 404, "/graph?thing=nothing": 400, "/sparql-page?query=SELECT": 400}
LOOKS = (("zh", "light"), ("en", "dark"))


def in_language(path: str, language: str) -> str:
    path, sign, fragment = path.partition("#")
    return (path + ("&" if "?" in path else "?") + "lang=en" if language == "en" else path) + sign + fragment


def told(found: dict) -> str:
    """What was found, one line for each page."""
    return "\n" + "\n".join(f"{where}: {faults}" for where, faults in found.items())


def of_language(pages: list[str]) -> list[tuple[str, str, str]]:
    return [(path, language, scheme) for path in pages for language, scheme in LOOKS]


def examples(parameter: dict, components: dict) -> list:
    """The values to try for a parameter: its example, or else the first that its schema lists."""
    parameter = components["parameters"][parameter["$ref"].rpartition("/")[2]] if "$ref" in parameter else parameter
    schema = parameter["schema"]
    schema = components["schemas"][schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    return [parameter["example"]] if "example" in parameter else schema.get("enum", [])[:1]


@pytest.fixture(scope="session")
def client(service):
    return create_app(service).test_client()


@pytest.fixture(scope="session")
def pages(client) -> list[str]:
    """The address of every page: bare, and with the arguments that its description gives as examples."""
    document = client.get("/openapi.json").get_json()
    components, found = document["components"], {}
    for rule in client.application.url_map.iter_rules():
        if "GET" not in rule.methods or rule.endpoint == "static" or rule.rule.startswith("/api/"):  # what is a page there is one elsewhere
            continue
        template = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        item = document["paths"].get(template, {"get": {}})  # that it is described is another test's matter
        given: dict[str, list] = {"path": [], "query": []}
        for parameter in [*item.get("parameters", ()), *item["get"].get("parameters", ())]:
            held = components["parameters"][parameter["$ref"].rpartition("/")[2]] if "$ref" in parameter else parameter
            values = examples(parameter, components)
            if held["in"] == "path" or "example" in held and held["in"] == "query" and "$ref" not in parameter:
                given[held["in"]].append((held["name"], values))
        for values in product(*(values for _, values in given["path"])):
            path = template
            for (name, _), value in zip(given["path"], values, strict=True):
                path = path.replace(f"{{{name}}}", str(value))
            assert "{" not in path, f"openapi.yaml has no example or values for {template}"
            arguments = urlencode([(name, v) for name, values in given["query"] for v in values], doseq=True)
            for address in [path, f"{path}?{arguments}"] if arguments else [path]:
                reply = client.get(address, headers=HTML)
                assert reply.status_code < 500, address
                if reply.status_code == 200 and reply.mimetype == "text/html":
                    found[address] = reply
    return sorted(found)


def all_looks(visitor, pages: list[str], check) -> dict[str, list]:
    """What a check finds on each page in each language and colour scheme."""
    found: dict[str, list] = defaultdict(list)
    for path, language, scheme in of_language([*pages, *PROBLEMS]):
        visitor.page.emulate_media(color_scheme=scheme)
        visitor.go(in_language(path, language))
        found[f"{path} ({language}, {scheme})"] += check(path)
        expected = str(PROBLEMS.get(path))
        found[f"{path} ({language}, {scheme})"] += [f for f in visitor.faults if expected not in f]
        visitor.faults.clear()
    return {where: faults for where, faults in found.items() if faults}


def test_the_walk_finds_the_pages(pages):
    bare = {p.partition("?")[0] for p in pages}
    assert {"/", "/ask", "/titles", "/policies", "/compare", "/eligibility", "/faq", "/faq/embed", "/graph", "/sparql-page", "/queries", "/ontology", "/void"} <= bare
    assert any(p.startswith("/policies/") for p in bare) and any(p.startswith("/id/policy/") for p in bare) and any(p.startswith("/queries/") for p in bare)


def test_axe_finds_nothing(visitor, pages):
    found = all_looks(visitor, pages, lambda path: visitor.axe())
    assert not found, told(found)


def test_nothing_scrolls_sideways_at_320_pixels(phone, pages):
    def wide(path: str) -> list[str]:
        found = [f"{w} px too wide"] if (w := phone.sideways()) > 0 else []
        phone.page.evaluate("document.querySelectorAll('main details').forEach((d) => { d.open = true; })")
        return found + ([f"{w} px too wide, opened"] if (w := phone.sideways()) > 0 else [])

    found = all_looks(phone, pages, wide)
    assert not found, told(found)


def test_pages_are_light_quick_and_still(browser, site, pages):
    """Each with a cold cache."""
    found = {}
    for path in pages:
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        page, loaded = context.new_page(), []
        page.on("requestfinished", lambda request: loaded.append(request.sizes()["responseBodySize"]))
        page.add_init_script("window.shift = 0; new PerformanceObserver((l) => l.getEntries().forEach((e) => { window.shift += e.value; })).observe({type: 'layout-shift', buffered: true})")
        page.goto(site + path, wait_until="load")
        page.wait_for_timeout(150)
        stands = page.evaluate("(() => { const n = performance.getEntriesByType('navigation')[0]; return n.domContentLoadedEventEnd - n.responseStart; })()")
        shift = page.evaluate("window.shift")
        if sum(loaded) >= HEAVIEST or stands >= SLOWEST or shift > 0.001:
            found[path] = {"bytes": sum(loaded), "ms": round(stands), "shift": shift}
        context.close()
    assert not found, told(found)


def test_every_page_can_be_worked_by_keyboard(visitor, pages):
    """The first stop leads to the content; what is shown and can be clicked can be reached by tabbing, and shows that it is reached."""

    def reached(path: str) -> list[str]:
        page = visitor.page
        led = page.evaluate("document.activeElement !== document.body")  # a page may put the reader where something was added
        page.keyboard.press("Tab")
        first = page.evaluate("document.activeElement.getAttribute('href')")
        found = [] if first == "#main" or led or path.startswith("/faq/embed") else [f"the first stop is {first}"]
        found += page.evaluate(
            """() => [...document.querySelectorAll('main a[href], main button, main input:not([type=hidden]), main select, main textarea, main summary, main [tabindex]:not([tabindex="-1"])')]
              .filter((e) => !e.disabled && e.checkVisibility({visibilityProperty: true})).slice(0, 400)
              .filter((e) => e.tabIndex < 0 || e.tabIndex > 0).map((e) => `no stop, or out of turn: ${e.outerHTML.slice(0, 120)}`)"""
        )
        found += page.evaluate(
            """() => [...document.querySelectorAll('main a[href], main button, main input:not([type=hidden]), main select, main textarea, main summary')]
              .filter((e) => !e.disabled && e.checkVisibility({visibilityProperty: true})).slice(0, 60)
              .filter((e) => { e.focus({focusVisible: true, preventScroll: true}); const marks = (x) => getComputedStyle(x).outlineStyle !== 'none';
                return document.activeElement !== e || !(marks(e) || marks(e.parentElement)); })
              .map((e) => `not seen when reached: ${e.outerHTML.slice(0, 120)}`)"""
        )
        found += page.evaluate("() => [...document.querySelectorAll('main [onclick]')].map((e) => e.outerHTML.slice(0, 120))")
        return found

    found = all_looks(visitor, pages, reached)
    assert not found, told(found)


def test_print_leaves_out_what_paper_cannot_do(visitor, pages):
    visitor.page.emulate_media(media="print")
    found = {}
    for path in pages:
        visitor.go(path)
        shown = visitor.page.evaluate("() => [...document.querySelectorAll('header nav, .skip, form.ask')].filter((e) => e.checkVisibility()).map((e) => e.outerHTML.slice(0, 80))")
        wide = visitor.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        text = len(visitor.page.locator("main").inner_text())
        if shown or wide > 0 or not text:
            found[path] = shown + [f"{wide} px too wide", f"{text} characters"]
    assert not found, told(found)


def test_every_page_says_what_it_is_and_where(client, pages):
    found: dict[str, list[str]] = defaultdict(list)
    titles, descriptions = defaultdict(set), defaultdict(set)
    for path, language, _ in of_language(pages):
        text = client.get(in_language(path, language), headers=HTML).text
        where = in_language(path, language)
        if f'<html lang="{"en" if language == "en" else "zh-CN"}">' not in text or text.count("<h1") != 1:
            found[where].append("the language, or one heading")
        if re.search(r"<[^>]+ (?:style|on\w+)=|<style", text) or re.search(r'<script(?! type="application/ld\+json")(?![^>]* src=)', text):
            found[where].append("an inline style or script")
        if path.startswith("/faq/embed"):
            continue
        links = dict(re.findall(r'<link rel="alternate" hreflang="([^"]+)" href="([^"]+)"', text))
        canonical, description = re.search(r'<link rel="canonical" href="([^"]+)"', text), re.search(r'<meta name="description" content="([^"]{10,})"', text)
        if not (canonical and description and set(links) == {"zh-CN", "en", "x-default"} and canonical[1] == links["en" if language == "en" else "zh-CN"]):
            found[where].append("its description, or its addresses")
            continue
        other = client.get(links["zh-CN" if language == "en" else "en"].removeprefix("http://localhost").replace("&amp;", "&"), headers=HTML)
        if other.status_code != 200 or f'rel="canonical" href="{canonical[1]}"' in other.text:
            found[where].append("its other language")
        if 'rel="icon"' not in text:
            found[where].append("an icon")
        titles[re.search(r"<title>(.*?)</title>", text, re.S)[1]].add(canonical[1])
        descriptions[description[1]].add(canonical[1])
    assert not found, told(found)
    assert {t: sorted(p) for t, p in titles.items() if len({a.partition("?")[0] for a in p}) > 1} == {}, "two pages of one title"


def test_problems_are_told_in_the_language_of_the_page(client):
    for path, status in PROBLEMS.items():
        for language in ("zh", "en"):
            reply = client.get(in_language(path, language), headers=HTML)
            assert reply.status_code == status and f'<html lang="{"en" if language == "en" else "zh-CN"}">' in reply.text, path
    page = client.get("/nothing-here", headers=HTML).text
    assert "没有这一页" in page and "noindex" in page and 'rel="canonical"' not in page and 'name="q"' in page
    assert "Not Found" in client.get("/nothing-here?lang=en", headers=HTML).text


def test_every_response_has_the_headers_that_keep_it_safe(client, pages):
    others = ["/static/style.css", "/api/ask?q=评审费", "/api/ask", "/sparql", "/openapi.json", "/health/live", "/metrics", "/void", "/nothing-here", "/faq/embed.css"]
    for path in [*pages, *PROBLEMS, *others]:
        for accept in ("text/html", "*/*"):
            headers = client.get(path, headers={"Accept": accept}).headers
            policy = headers["Content-Security-Policy"]
            assert "default-src 'self'" in policy and "unsafe" not in policy and "base-uri 'none'" in policy, path
            assert headers["X-Content-Type-Options"] == "nosniff" and headers["Referrer-Policy"] == "same-origin" and "Permissions-Policy" in headers, path
            framed = path.partition("?")[0] == "/faq/embed"
            assert ("frame-ancestors *" in policy) == framed and ("X-Frame-Options" in headers) != framed, path


def test_pages_are_packed_for_those_who_accept_it(client):
    plain, packed = client.get("/faq", headers=HTML), client.get("/faq", headers=HTML | {"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in plain.headers and packed.headers["Content-Encoding"] == "gzip" and len(packed.data) < len(plain.data) / 3
    assert all("Accept-Encoding" in reply.headers["Vary"] for reply in (plain, packed))
    again = client.get("/faq", headers=HTML | {"Accept-Encoding": "gzip", "If-None-Match": packed.headers["ETag"]})
    assert again.status_code == 304 and client.get("/faq", headers=HTML | {"Accept-Encoding": "gzip;q=0"}).data == plain.data


def test_quotes_are_marked_as_chinese_on_english_pages(visitor):
    visitor.go("/ask?q=高级工程师对应几级岗位？&lang=en")
    quotes = visitor.page.locator("blockquote")
    assert quotes.count() and all(q.get_attribute("lang") == "zh-CN" for q in quotes.all())
    assert visitor.page.locator("html").get_attribute("lang") == "en"
