"""Writing and running SPARQL at a desk."""


def test_a_query_is_lit_up_typed_and_run_by_keyboard(visitor):
    page = visitor.go("/sparql-page")
    area = page.get_by_label("查询", exact=True)
    area.fill("")
    area.press_sequentially('SELECT ?title WHERE { ?title a <https://w3id.org/zhicheng/ontology#ProfessionalTitle> } # "all"')
    assert page.locator(".editor .k").all_inner_texts() == ["SELECT", "WHERE", "a"]
    assert page.locator(".editor .nv").count() == 2 and page.locator(".editor .c").inner_text() == '# "all"'
    same = "([a, b]) => { const r = document.querySelector(a).getBoundingClientRect(), s = document.querySelector(b).getBoundingClientRect(); return [r.left - s.left, r.top - s.top, r.width - s.width] }"
    assert page.evaluate(same, [".editor textarea", ".editor pre"]) == [0, 0, 0], "what is lit lies under what is typed"
    assert visitor.axe() == []
    area.press("Control+Enter")
    page.locator("tbody tr").first.wait_for()
    assert page.get_by_role("link", name="高级工程师", exact=True).count() == 1
    assert visitor.axe() == []


def test_the_caret_stays_in_view_in_a_long_query(visitor):
    page = visitor.go("/sparql-page")
    area = page.get_by_label("查询", exact=True)
    area.fill("\n".join(f"# line {n}" for n in range(120)))
    area.press("Control+End")
    area.press_sequentially(" end")
    assert page.locator(".editor").evaluate("(e) => e.scrollTop + e.clientHeight > e.scrollHeight - 80")


def test_an_example_a_table_and_a_chart_without_javascript(plain):
    page = plain.go("/sparql-page?lang=en")
    page.get_by_label("Example").select_option("post-grades-of-level")
    page.get_by_role("button", name="Load").click()
    page.get_by_role("button", name="Run").click()
    assert page.locator("tbody tr").count() >= 5 and page.get_by_role("link", name="Tianjin").count() >= 5
    page.get_by_role("link", name="Chart of to").click()
    assert page.locator(".chart rect").count() == page.locator("tbody tr").count()


def test_a_refusal_is_told_where_it_is_read(visitor):
    page = visitor.go("/sparql-page")
    page.get_by_label("查询", exact=True).fill("SELECT * WHERE {")
    page.get_by_role("button", name="运行").click()
    page.get_by_role("alert").wait_for()
    assert "400" in page.get_by_role("alert").inner_text() and visitor.axe() == []
    visitor.faults[:] = [f for f in visitor.faults if "400" not in f]


def test_on_a_telephone(phone):
    phone.go("/sparql-page?query=SELECT * WHERE { ?s ?p ?o } LIMIT 5")
    assert phone.page.locator("tbody tr").count() == 5 and phone.sideways() <= 0
