"""The ladder of titles, the FAQ and the policies in a browser: pictures that read as tables, nothing hidden that takes the focus, a fragment on another site."""

import re
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import expect

from zhicheng.web.exporting import export_faq

PAGES = ("/titles", "/titles?region=changzhi", "/titles?region=beijing", "/faq", "/faq?editor=yes", "/faq?region=beijing", "/faq/embed", "/policies", "/policies/tianjin-2019-39", "/policies/wenzhou-engineer-draft")
LOOKS = (("zh", "light"), ("en", "dark"))


def in_language(path: str, language: str) -> str:
    return path + ("&" if "?" in path else "?") + f"lang={language}"


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing(visitor, path):
    for language, scheme in LOOKS:
        visitor.page.emulate_media(color_scheme=scheme)
        visitor.go(in_language(path, language))
        assert visitor.axe() == [], f"{path}, {language}, {scheme}"


@pytest.mark.parametrize("path", PAGES)
def test_nothing_scrolls_sideways_at_320_pixels(phone, path):
    for language, _ in LOOKS:
        phone.go(in_language(path, language))
        for summary in phone.page.locator("details:not([open]) > summary:visible").all()[:4]:
            summary.click()
        assert phone.sideways() <= 0, language
    assert phone.axe() == []


def test_the_picture_reads_as_a_table_and_looks_like_a_ladder(visitor):
    page = visitor.go("/titles?region=tianjin")
    picture = page.get_by_role("table", name="天津")
    rows = picture.get_by_role("row").all()[1:]
    assert [row.get_by_role("rowheader").inner_text().split("\n")[1].strip() for row in rows] == ["正高级工程师", "高级工程师", "工程师", "助理工程师", "技术员"]
    assert all(row.get_by_role("cell").count() == 3 for row in rows)
    lefts = [page.evaluate("e => e.getBoundingClientRect().left + parseFloat(getComputedStyle(e, '::before').left)", row.get_by_role("rowheader").element_handle()) for row in rows]
    assert lefts == sorted(lefts, reverse=True) and len(set(lefts)) == 5, "each step up stands further to the right"


def test_what_is_not_seen_takes_no_focus(visitor):
    page = visitor.go("/titles?region=tianjin")
    continued = page.locator(".ladder .continued")
    assert continued.count() == 4 and continued.first.locator("a:visible").count() == 0 and continued.first.locator(".same").inner_text()
    assert visitor.page.evaluate("[...document.querySelectorAll('.ladder a')].filter(a => a.offsetParent === null && !a.closest('.held')).length") == 0


def test_on_a_telephone_every_step_tells_all_of_its_ties(phone):
    page = phone.go("/titles?region=tianjin")
    steps = page.locator(".ladder tbody tr").all()
    assert all("国家专业技术人员职业资格" in step.inner_text() and "专业技术岗位等级" in step.inner_text() for step in steps)


def test_a_step_leads_to_its_data_and_a_clause_to_its_text(visitor):
    page = visitor.go("/titles?region=tianjin&lang=en")
    page.locator(".ladder").get_by_role("link", name="grades 5–7").click()
    assert "/id/policy/tianjin-2019-39/m-post-associate-senior" in page.url and "lang=en" in page.url
    page.go_back()
    page.locator(".ladder td .clauses a").first.click()
    assert "/policies/tianjin-2019-39?lang=en#c-s2-1-5" in page.url and page.locator("#c-s2-1-5").is_visible()


def test_regions_are_changed_without_javascript(plain):
    page = plain.go("/titles")
    page.get_by_role("link", name="温州", exact=True).first.click()
    assert page.get_by_role("heading", level=2, name="温州").is_visible()
    assert page.locator(".ladder .step.silent").count() == 4 and "收录的文本未作规定" in page.locator(".ladder").inner_text()


def test_a_square_of_the_map_leads_to_its_clause(visitor):
    page = visitor.go("/policies/tianjin-2019-39")
    page.get_by_role("link", name="二（一）5：").click()
    assert page.url.endswith("#c-s2-1-5") and page.locator("#c-s2-1-5").evaluate("e => e.getBoundingClientRect().top") < 200


def test_the_faq_is_printed_without_what_is_for_the_screen(visitor):
    page = visitor.go("/faq")
    page.emulate_media(media="print")
    assert page.locator("article.entry").first.is_visible() and not page.get_by_text("放到自己的网站上").is_visible()


@pytest.fixture
def elsewhere(tmp_path) -> Iterator[tuple[str, callable]]:
    """Another origin, and a way to put a page on it."""
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *arguments):
            pass

    server = ThreadingHTTPServer(("localhost", 0), partial(Quiet, directory=str(tmp_path)))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}", lambda text: (tmp_path / "page.html").write_text(f'<!doctype html><html lang="en"><title>An agency</title><link rel="icon" href="data:,"><body>{text}</body>', encoding="utf-8")
    server.shutdown()
    server.server_close()


def test_one_line_puts_the_faq_on_another_site_in_its_colours(visitor, elsewhere):
    origin, put = elsewhere
    put(f'<p>before</p><script src="{visitor.site}/static/embed.js" data-lang="en" data-region="tianjin" data-accent="aa3300" data-paper="ffffff"></script><p>after</p>')
    page = visitor.page
    page.goto(f"{origin}/page.html", wait_until="load")
    frame = page.frame_locator("iframe")
    assert frame.locator("#c-q7 h4").inner_text().startswith("七、")
    expect(page.locator("iframe")).to_have_attribute("style", re.compile(r"height: *(?:[3-9]\d{3}|\d{5,})"))
    assert page.locator("iframe").get_attribute("title") == "Questions and answers"
    assert frame.locator("#c-q7 h4 a").evaluate("e => getComputedStyle(e).color") == "rgb(170, 51, 0)"
    assert frame.locator("html").evaluate("e => e.scrollHeight <= innerHeight + 1"), "the frame is as high as the fragment"
    visitor.faults[:] = [fault for fault in visitor.faults if origin not in fault]


def test_no_other_page_may_be_framed_elsewhere(visitor, elsewhere):
    origin, put = elsewhere
    put(f'<iframe src="{visitor.site}/titles" title="other"></iframe>')
    visitor.page.goto(f"{origin}/page.html", wait_until="load")
    assert any("frame-ancestors" in fault for fault in visitor.faults)
    assert visitor.page.frame_locator("iframe").locator(".ladder").count() == 0
    visitor.faults.clear()


def test_the_exported_files_work_from_a_folder(browser, service, tmp_path):
    export_faq(service, tmp_path / "faq")
    page = browser.new_page()
    faults = []
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    page.on("requestfailed", lambda request: faults.append(request.url))
    page.goto((tmp_path / "faq" / "index.html").as_uri())
    page.get_by_role("link", name="English").click()
    assert page.url.endswith("index.en.html") and page.locator("html").get_attribute("lang") == "en"
    page.locator("#c-q7 h4 a").click()
    assert page.url.endswith("#c-q7") and page.locator("#c-q7").is_visible()
    page.locator("#c-q7 summary").click()
    assert "副高级对应专业技术岗位五至七级" in page.locator("#c-q7 blockquote").inner_text()
    assert page.locator("body").evaluate("e => getComputedStyle(e).margin") == "0px", "its looks are there"
    page.close()
    assert faults == []
