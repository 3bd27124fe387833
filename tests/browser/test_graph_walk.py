"""Walking the graph: by keyboard, by mouse, without JavaScript, and on a narrow telephone."""

from playwright.sync_api import expect

START = "/graph?thing=policy/tianjin-2019-39/m-post-associate-senior"


def boxes(page) -> int:
    return page.locator(".network .box").count()


def toggle(page, name: str):
    return page.locator(f'.network a.toggle[aria-label$="{name}"]')


def test_opening_in_place_by_keyboard(visitor):
    page = visitor.go(START)
    page.evaluate("window.stayed = true")
    before, sign = boxes(page), toggle(page, "：副高级")
    sign.focus()
    page.keyboard.press("Enter")
    page.locator('.network a.toggle[aria-expanded="true"]').wait_for()
    opened = boxes(page)
    assert page.evaluate("window.stayed") and opened > before and "open=level/associate-senior-level" in page.url
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "收起：副高级", "the focus stays on what was opened"
    assert str(boxes(page)) in page.locator("#network-status").inner_text()
    assert visitor.axe() == []
    page.keyboard.press("Enter")
    expect(page.locator(".network .box")).to_have_count(before)
    page.go_back()
    expect(page.locator(".network .box")).to_have_count(opened)


def test_a_name_moves_to_the_middle(visitor):
    page = visitor.go(START)
    page.locator(".network a[data-swap='level/associate-senior-level']").click()
    page.wait_for_url("**/graph?thing=level/associate-senior-level")
    page.locator("h1", has_text="副高级").wait_for()
    assert page.title().startswith("图谱：副高级")
    assert page.locator("header a[hreflang]").get_attribute("href").endswith("thing=level%2Fassociate-senior-level&lang=en")
    assert page.locator(".network").evaluate("(f) => { const b = f.querySelector('.centre').getBoundingClientRect(), r = f.getBoundingClientRect(); return b.left >= r.left && b.right <= r.right }")


def test_every_box_can_be_reached_by_tabbing(visitor):
    page = visitor.go(START)
    links = page.locator(".network a").count()
    page.locator(".network").focus()
    seen = set()
    for _ in range(links):
        page.keyboard.press("Tab")
        seen.add(page.evaluate("document.activeElement.getAttribute('data-swap') ?? document.activeElement.getAttribute('href')"))
    assert len(seen) == links and page.evaluate("!!document.activeElement.closest('.network')")


def test_suggestions_lead_to_a_thing(visitor):
    page = visitor.go("/graph")
    box = page.get_by_role("combobox")
    box.press_sequentially("全国技术")
    page.get_by_role("option").first.wait_for()
    box.press("ArrowDown")
    box.press("Enter")
    page.locator("h1", has_text="全国技术能手").wait_for()
    assert "thing=honour/" in page.url


def test_without_javascript(plain):
    page = plain.go(START)
    before = boxes(page)
    toggle(page, "：副高级").click()
    assert boxes(page) > before and page.url.endswith("#n-level-associate-senior-level")
    page.get_by_label("查看什么的关系").fill("副高级")
    page.get_by_role("button", name="查看").click()
    assert page.locator("h1").inner_text() == "副高级"


def test_on_a_telephone(phone):
    page = phone.go(START)
    assert phone.sideways() <= 0 and page.locator(".swipe").is_visible()
    sizes = page.locator(".network a.toggle rect").evaluate_all("(all) => all.map((r) => r.getBoundingClientRect()).map((r) => Math.min(r.width, r.height))")
    assert sizes and min(sizes) >= 24
