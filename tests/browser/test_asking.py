"""Asking: suggestions, the answer with its clause, how it was found, and feedback."""


def test_asking_without_javascript(plain):
    page = plain.go("/")
    page.get_by_label("您的问题").fill("高级工程师对应几级岗位？")
    page.get_by_role("button", name="提问").click()
    assert "五至七级" in page.locator(".answer").inner_text()
    assert page.locator(".citations mark").first.inner_text() == "副高级对应专业技术岗位五至七级"
    page.locator(".citations .source a").first.click()
    assert page.url.endswith("#c-s2-1-5")
    assert page.locator("#c-s2-1-5 mark").inner_text() == "副高级对应专业技术岗位五至七级"


def test_suggestions_by_keyboard(visitor):
    page = visitor.go("/")
    box = page.get_by_role("combobox")
    box.press_sequentially("高级工程师对应")
    page.get_by_role("option").first.wait_for()
    assert box.get_attribute("aria-expanded") == "true"
    assert visitor.axe() == []
    box.press("ArrowDown")
    chosen = page.locator("[role=option][aria-selected=true]")
    assert box.get_attribute("aria-activedescendant") == chosen.get_attribute("id")
    asked = chosen.inner_text()
    box.press("Enter")
    page.locator(".answer.answered").wait_for()
    assert page.locator("h1").inner_text() == asked
    box = page.get_by_role("combobox")
    box.press_sequentially("高级")
    page.get_by_role("option").first.wait_for()
    box.press("Escape")
    assert page.get_by_role("listbox").is_hidden()


def test_how_an_answer_was_found(visitor):
    page = visitor.go("/ask?q=What post grade does a senior engineer map to?&lang=en")
    page.get_by_text("How this was found").click()
    found = page.locator("details.found")
    assert "title:senior-engineer" in found.inner_text() and "SELECT" in found.locator("pre").inner_text()
    assert found.locator("pre .k").count() > 3
    found.locator("summary", has_text="rows").click()
    assert found.locator("tbody tr").count() == 1


def test_feedback_is_kept_without_telling_who_gave_it(visitor, ledger):
    page = visitor.go("/ask?q=评审费多少钱，电话13800138000")
    page.get_by_label("同时留下问题原文").check()
    page.get_by_role("button", name="有误").click()
    page.get_by_text("谢谢，已记下。").wait_for()
    day, verdict, language, query, entities, question, data = ledger.opinions()[-1]
    assert (verdict, language, question) == ("wrong", "zh", "评审费多少钱，电话…") and len(day) == 10


def test_feedback_without_javascript(plain, ledger):
    page = plain.go("/ask?q=高级工程师对应几级岗位？")
    before = len(ledger.opinions())
    page.get_by_role("button", name="有用").click()
    assert "谢谢，已记下。" in page.locator("#feedback").inner_text()
    day, verdict, language, query, entities, question, data = ledger.opinions()[before]
    assert (verdict, query, question) == ("helpful", "post-grades-of-level", None) and "title:senior-engineer" in entities
