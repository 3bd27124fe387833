"""Can I apply? With and without JavaScript, by keyboard, narrow and wide, light and dark."""

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

PROFILE = {
    "education.0.level": "bachelor", "education.0.completed": "2012-07-01", "education.0.related": "true", "titles.0.title": "engineer", "titles.0.obtained": "2020-06-20",
    "titles.0.appointed": "2020-07-01", "employment.0.start": "2012-07-10", "employment.0.in_field": "true", "employer": "private-organisation", "as_of": "2024-10-01",
}  # fmt: skip
ONE = PROFILE | {"region": "tianjin", "title": "senior-engineer"}
PAGES = {
    "empty": "/eligibility",
    "all questions": "/eligibility?mode=all",
    "results": "/eligibility?" + urlencode(PROFILE),
    "conditions": "/eligibility?" + urlencode(ONE | {"mode": "all"}),
    "faults": "/eligibility?mode=all&education.0.level=bachelr&as_of=2024-02-30&recommendations=many",
    "checklist": "/eligibility/checklist?" + urlencode(ONE),
}


def quiet(visitor, name: str) -> None:
    visitor.faults[:] = [f for f in visitor.faults if "400" not in f or name != "faults"]


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(visitor, name):
    for language, scheme in (("zh", "light"), ("en", "dark"), ("zh", "dark"), ("en", "light")):
        visitor.page.emulate_media(color_scheme=scheme)
        page = visitor.go(PAGES[name] + ("&" if "?" in PAGES[name] else "?") + f"lang={language}")
        page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
        assert visitor.axe() == [], f"{name}, {language}, {scheme}"
    quiet(visitor, name)


@pytest.mark.parametrize("name", PAGES)
def test_nothing_scrolls_sideways_at_320_pixels(phone, name):
    for language in ("zh", "en"):
        page = phone.go(PAGES[name] + ("&" if "?" in PAGES[name] else "?") + f"lang={language}")
        assert phone.sideways() <= 0, language
        page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
        assert phone.sideways() <= 0, f"{language}, opened"
    quiet(phone, name)


def test_asking_one_thing_at_a_time_without_javascript(plain):
    page = plain.go("/eligibility?region=beijing&title=assistant-engineer&as_of=2024-10-01")
    for _ in range(12):
        question = page.locator(".question")
        if not question.count():
            break
        match question.get_attribute("id"):
            case "q-education":
                question.get_by_label("层次").select_option("bachelor")
                question.get_by_label("毕业（取得）日期").fill("2020-07-01")
                page.get_by_role("button", name="再加一项").click()
                assert page.locator(".entry-row").count() == 2
            case "q-employment":
                question.get_by_label("开始日期").fill("2020-07-10")
                question.get_by_role("group", name="本专业工作").get_by_label("是").check()
            case _:
                question.get_by_label("没有").check()
        page.get_by_role("button", name="下一步").click()
    given = parse_qs(urlsplit(page.url).query, keep_blank_values=True)
    assert given["education.0.level"] == ["bachelor"] and all(v != [""] for v in given.values())
    assert "可以申报" in page.locator(".result h4").inner_text()


def test_entries_are_added_and_removed_without_a_reload(visitor):
    page = visitor.go("/eligibility?mode=all&region=tianjin&title=engineer&lang=en")
    page.evaluate("window.same = true")
    question = page.locator("#q-education")
    question.get_by_label("level").select_option("junior-college")
    question.get_by_role("button", name="Add another").click()
    assert question.locator(".entry-row").count() == 2
    assert page.evaluate("document.activeElement.name") == "education.1.level"
    question.locator(".entry-row").nth(1).get_by_label("level").select_option("master")
    question.get_by_role("button", name="Add another").click()
    question.get_by_role("button", name="Remove: education 3").click()
    assert question.locator(".entry-row").count() == 2 and page.evaluate("window.same") is True
    page.get_by_role("button", name="Judge", exact=True).click()
    page.wait_for_url("**education.1.level=master**")
    given = parse_qs(urlsplit(page.url).query, keep_blank_values=True)
    assert given["education.0.level"] == ["junior-college"] and set(given) == {"lang", "mode", "region", "title", "education.0.level", "education.1.level"}


def test_conditions_open_in_place_and_are_ticked(visitor):
    page = visitor.go("/eligibility?" + urlencode(PROFILE | {"region": "tianjin"}))
    result = page.locator(".result", has=page.locator("#r-tianjin-2019-39-senior-engineer"))
    result.get_by_role("link", name="逐条条件").click()
    conditions = result.locator(".conditions")
    conditions.wait_for()
    assert result.get_by_role("link", name="逐条条件").get_attribute("aria-expanded") == "true" and visitor.axe() == []
    box = conditions.locator("input[value='tianjin-2019-39/r-se-achv-7']:visible").first
    box.check()
    conditions.get_by_role("button", name="按勾选重新对照").click()
    page.wait_for_url("**tick=**")
    assert page.locator("input[type=hidden][name=tick]").get_attribute("value") == "tianjin-2019-39/r-se-achv-7"


def test_what_is_missing_leads_to_its_question(visitor):
    page = visitor.go("/eligibility?" + urlencode(ONE))
    page.locator(".missing").get_by_text("荣誉和奖项").click()
    page.locator("#q-awards").wait_for()
    assert page.locator(".question").count() == 1
    assert parse_qs(urlsplit(page.url).query)["titles.0.title"] == ["engineer"]


def test_by_keyboard_alone(visitor):
    page = visitor.go("/eligibility?region=beijing&title=technician&lang=en")
    page.locator("#q-education").get_by_label("level").focus()
    page.keyboard.type("bachelor")
    seen = []
    for _ in range(30):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.textContent.trim()"))
        if seen[-1] == "Continue":
            break
    assert seen[-1] == "Continue"
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none"
    page.keyboard.press("Enter")
    page.wait_for_url("**education.0.level=bachelor**")
    summary = page.locator(".portion > summary").first
    summary.focus()
    opened = page.locator(".portion").first.get_attribute("open")
    page.keyboard.press("Enter")
    assert page.locator(".portion").first.get_attribute("open") != opened


def test_faults_are_announced_and_lead_to_their_fields(visitor):
    page = visitor.go(PAGES["faults"])
    assert page.evaluate("document.activeElement.id") == "faults"
    page.locator("#faults").get_by_text("层次").click()
    assert page.evaluate("document.querySelector(':target').name") == "education.0.level"
    quiet(visitor, "faults")


def test_a_checklist_prints_without_navigation(visitor):
    page = visitor.go(PAGES["checklist"])
    page.emulate_media(media="print")
    assert page.locator("header nav").is_hidden() and page.get_by_text("返回修改情况").is_hidden()
    assert page.locator(".from q").first.is_visible() and page.locator(".box").count() > 20
