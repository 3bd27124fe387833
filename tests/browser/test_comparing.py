"""Comparing: the form without JavaScript, cards on a telephone, and the table on paper."""


def test_comparing_without_javascript(plain):
    page = plain.go("/compare")
    page.get_by_role("checkbox", name="工程师", exact=True).uncheck()
    page.get_by_role("checkbox", name="高级工程师", exact=True).check()
    for region in ("北京", "长治", "温州"):
        page.get_by_role("checkbox", name=region, exact=True).uncheck()
    page.get_by_role("button", name="对比").click()
    assert page.url.endswith("/compare?title=senior-engineer&region=tianjin&region=xinzhou&aspect=gate")
    assert [h.split("\n")[0] for h in page.get_by_role("columnheader").all_inner_texts()] == ["事项", "天津", "忻州"]
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="学历资历：本科"))
    assert row.get_by_role("cell").count() == 2 and "5 年" in row.get_by_role("cell").first.inner_text()
    row.get_by_role("cell").first.get_by_role("link").first.click()
    assert "/policies/tianjin-2019-39" in page.url and "满5年" in page.locator("mark").first.inner_text()


def test_one_matter_is_chosen_among_all(visitor):
    page = visitor.go("/compare?title=engineer")
    page.get_by_label("学历资历", exact=True).first.uncheck()
    page.get_by_text("逐项选择").click()
    page.get_by_label("评审收费", exact=True).check()
    assert visitor.axe() == []
    page.get_by_role("button", name="对比").click()
    assert page.get_by_role("rowheader").first.inner_text().startswith("评审收费") and page.locator("details[open]").count() == 1


def test_cells_become_cards_that_name_their_region(phone):
    for language in ("zh", "en"):
        page = phone.go(f"/compare?title=engineer&lang={language}")
        cell = page.get_by_role("cell").first
        assert cell.locator(".narrow").is_visible() and cell.bounding_box()["width"] > 250
        assert phone.sideways() <= 0 and phone.axe() == []


def test_the_head_is_repeated_and_every_clause_shown_on_paper(visitor):
    page = visitor.go("/compare?title=engineer")
    hidden = page.locator("details.source a").first
    assert not hidden.is_visible()
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 1032, "height": 740})
    assert hidden.is_visible() and not page.locator("form").first.is_visible()
    head = page.locator("thead").first
    assert head.evaluate("e => getComputedStyle(e).display") == "table-header-group" and head.is_visible()
    assert visitor.sideways() <= 0
    pdf = page.pdf(prefer_css_page_size=True)
    assert b"/MediaBox [0 0 841" in pdf  # A4 landscape, in points
