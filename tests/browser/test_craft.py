"""Every kind of page, in both languages, light and dark, wide and narrow: accessible, quiet and within the window."""

import pytest

PAGES = {
    "home": "/",
    "answer": "/ask?q=高级工程师对应几级岗位？",
    "long answer": "/ask?q=工程师需要什么条件",
    "no answer": "/ask?q=明天天气怎么样",
    "faq": "/faq",
    "policies": "/policies",
    "policy": "/policies/xinzhou-2024-18",
    "not found": "/policies/nowhere",
}


def in_language(path: str, language: str) -> str:
    path, sign, fragment = path.partition("#")
    return path + ("&" if "?" in path else "?") + f"lang={language}" + sign + fragment


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(visitor, name):
    for language, scheme in (("zh", "light"), ("en", "dark")):
        visitor.page.emulate_media(color_scheme=scheme)
        visitor.go(in_language(PAGES[name], language))
        assert visitor.axe() == [], f"{name}, {language}, {scheme}"
    visitor.page.emulate_media(color_scheme="dark")
    visitor.go(in_language(PAGES[name], "zh"))
    assert visitor.axe() == [], f"{name}, zh, dark"
    visitor.faults[:] = [f for f in visitor.faults if "404" not in f or "not found" not in name]


@pytest.mark.parametrize("name", PAGES)
def test_nothing_scrolls_sideways_at_320_pixels(phone, name):
    for language in ("zh", "en"):
        phone.go(in_language(PAGES[name], language))
        assert phone.sideways() <= 0, language
        for summary in phone.page.locator("main details:not([open]) > summary:visible").all()[:6]:
            summary.click()
        assert phone.sideways() <= 0, f"{language}, opened"
    phone.faults[:] = [f for f in phone.faults if "404" not in f or "not found" not in name]


def test_the_ask_page_is_light_and_still(visitor):
    """Under 150 kB and 1 s to interactive with a cold cache, and nothing moves while it loads."""
    loaded: list[int] = []
    visitor.page.on("requestfinished", lambda request: loaded.append(sum(request.sizes()[k] for k in ("responseBodySize", "responseHeadersSize"))))
    visitor.page.add_init_script("window.shift = 0; new PerformanceObserver((l) => l.getEntries().forEach((e) => { window.shift += e.value; })).observe({type: 'layout-shift', buffered: true})")
    visitor.go("/")
    visitor.page.wait_for_timeout(200)
    timing = visitor.page.evaluate("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd")
    assert sum(loaded) < 150_000 and timing < 1000 and visitor.page.evaluate("window.shift") == 0


def test_quotes_are_marked_as_chinese_on_english_pages(visitor):
    visitor.go("/ask?q=高级工程师对应几级岗位？&lang=en")
    quotes = visitor.page.locator("blockquote")
    assert quotes.count() and all(q.get_attribute("lang") == "zh-CN" for q in quotes.all())
    assert visitor.page.locator("html").get_attribute("lang") == "en"
