"""Scoring: the form without JavaScript, the running total with it, faults beside their fields."""

PAGE = "/score/wenzhou-engineer-draft"


def test_scoring_without_javascript(plain):
    page = plain.go(PAGE)
    page.get_by_text("专利", exact=True).click()
    group = page.locator("#ind-4-4-1")
    group.get_by_label("项数 n").fill("2")
    group.get_by_label("本人排名").fill("1")
    group.get_by_role("button", name="再加一行").click()
    assert page.locator("#ind-4-4-1-1-count").is_visible() and page.locator("#total").inner_text() == "15"
    page.locator("#ind-4-4-1-1-count").fill("7")
    page.get_by_role("button", name="计算", exact=True).click()
    assert "有 1 处填得不对" in page.locator(".faults").inner_text() and "请填1至1000000的整数" in page.locator("#ind-4-4-1-1-rank-fault").inner_text()
    page.locator("#ind-4-4-1-1-rank").fill("2")
    page.get_by_role("button", name="计算", exact=True).click()
    assert page.locator("#outcome").inner_text() == "合计 15 / 150 分" and "共9项，计5项，其余4项不计" in page.locator(".reasons").inner_text()
    assert "ind-4-4-1.rank=2" in page.url
    page.locator(".reasons a").first.click()
    assert page.locator(page.url[page.url.index("#c-rb-4-4") :]).is_visible()
    plain.faults[:] = [f for f in plain.faults if "400" not in f]


def test_without_an_address_nothing_is_in_it(plain):
    page = plain.go(PAGE + "?lang=en")
    page.get_by_text("personal honours", exact=True).click()
    page.locator("#ind-1-1-1-0-count").fill("1")
    page.get_by_role("button", name="Score without an address").click()
    assert page.url.endswith(PAGE + "?lang=en") and page.locator("#outcome").inner_text() == "Total 5 / 150 points"


def test_the_total_runs_along(visitor):
    page = visitor.go(PAGE)
    page.get_by_text("专利", exact=True).click()
    page.locator("#ind-4-4-1-0-rank").fill("1")
    page.locator("#total", has_text="8").wait_for()
    assert page.locator("#ind-4-4-1-0-count").input_value() == "1" and page.locator("[data-points=ind-4-4]").inner_text() == "8"
    page.locator("#ind-4-4-1").get_by_role("button", name="再加一行").click()
    assert page.locator("#ind-4-4-1-1-count").evaluate("e => e === document.activeElement") and page.get_by_label("本人排名").count() > 2
    page.keyboard.type("9")
    page.locator("#ind-4-4-1-1-rank").fill("2")
    page.locator("#total", has_text="15").wait_for()
    page.get_by_text("技术推广与服务类", exact=True).click()
    page.locator("#ind-3-3-1-1-0-points").fill("8")
    page.locator("#spread:visible", has_text="22").wait_for()
    assert page.locator("#total").inner_text() == "23" and page.locator("#spread").inner_text() == "（专家给分不同，可在 22 至 25 分之间）"
    assert visitor.axe() == []
    page.get_by_role("button", name="计算", exact=True).click()
    page.locator("#outcome").wait_for()
    page.wait_for_load_state()  # the script runs once the page is read, and the field may be there before
    assert page.url.count(".count=") == 3 and page.locator("#outcome").inner_text() == "合计 23 / 150 分"
    page.locator("#ind-3-3-1-1-0-points").fill("7")
    page.get_by_text("所填内容已改动").wait_for()
    assert visitor.axe() == []


def test_faults_of_the_interface_stand_beside_their_fields(visitor):
    page = visitor.go(PAGE + "?ind-1-1-1.count=1&lang=en")
    page.locator("#ind-1-1-2-0-count").fill("many")
    page.locator("#ind-1-1-2-0-count-fault").wait_for()
    field = page.locator("#ind-1-1-2-0-count")
    assert field.get_attribute("aria-invalid") == "true" and "ind-1-1-2-0-count-fault" in field.get_attribute("aria-describedby")
    assert "/entries/1/count is text" in page.locator("#ind-1-1-2-0-count-fault").inner_text() and page.locator("#total").inner_text() == "–"
    assert visitor.axe() == []
    field.fill("2")
    page.locator("#total", has_text="10").wait_for()
    assert page.locator(".fault").count() == 0 and field.get_attribute("aria-invalid") is None
    visitor.faults[:] = [f for f in visitor.faults if "400" not in f]


def test_faults_are_accessible_and_fit_a_telephone(phone):
    for language, scheme in (("zh", "light"), ("en", "dark")):
        phone.page.emulate_media(color_scheme=scheme)
        page = phone.go(f"{PAGE}?ind-1-1-1.count=x&ind-4-4-1.count=2&ind-9.count=1&lang={language}")
        assert page.locator(".fault").count() == 2 and phone.sideways() <= 0 and phone.axe() == []
    phone.faults[:] = [f for f in phone.faults if "400" not in f]
