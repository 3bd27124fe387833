"""The ladder of titles: what each region's documents tie to each level, with clauses, and silence told as such."""

import re

import pytest

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture(scope="module")
def ladder(client) -> dict:
    return client.get("/titles").get_json()


def cell(ladder: dict, level: str, region: str, column: str) -> list | None:
    row = next(row for row in ladder["levels"] if row["level"] == level)
    return row["regions"][region][column]


def test_the_levels_stand_from_the_highest_with_their_bands_and_titles(ladder):
    assert [(row["band"], row["level"], row["title"]) for row in ladder["levels"]] == [
        ("senior", "full-senior-level", "full-senior-engineer"),
        ("senior", "associate-senior-level", "senior-engineer"),
        (None, "intermediate-level", "engineer"),
        ("junior", "assistant-level", "assistant-engineer"),
        ("junior", "technician-level", "technician"),
    ]


def test_the_levels_and_regions_are_those_of_the_graph(ladder, service):
    held = {region.rsplit("/", 1)[-1] for region in service.library.regions}
    assert all(set(row["regions"]) == held for row in ladder["levels"])
    named = {c.id for c in service.vocabulary.by_scheme["level"].values() if c.rank is not None}
    assert {row["level"] for row in ladder["levels"]} == named


def test_tianjin_maps_post_grades_and_no_other_region_does(ladder):
    grades = {row["level"]: cell(ladder, row["level"], "tianjin", "post-grade")[0]["post_grades"] for row in ladder["levels"]}
    assert grades == {"full-senior-level": [1, 4], "associate-senior-level": [5, 7], "intermediate-level": [8, 10], "assistant-level": [11, 12], "technician-level": [13, 13]}
    for row in ladder["levels"]:
        assert all(columns["post-grade"] is None for region, columns in row["regions"].items() if region != "tianjin")


def test_a_skill_grade_is_told_with_the_years_that_its_clause_adds(ladder):
    tie = cell(ladder, "intermediate-level", "tianjin", "skill-grade")[0]
    assert tie["id"] == "skilled-technician" and "满3年" in tie["facts"][0]["label"]
    assert [(c["clause"], c["quote"]) for c in tie["citations"]] == [("附件2 四（一）4", "具备技师职业资格或职业技能等级，从事工程技术相关工作满3年")]
    assert cell(ladder, "full-senior-level", "tianjin", "skill-grade") is None


def test_or_higher_is_said_where_the_text_says_it(ladder):
    beijing = cell(ladder, "assistant-level", "beijing", "skill-grade")
    assert [(t["id"], t["or_higher"], t["text"]) for t in beijing] == [("senior-worker", True, "高级工以上")]
    assert cell(ladder, "assistant-level", "tianjin", "skill-grade")[0]["or_higher"] is False


def test_a_qualification_of_a_band_stands_at_both_its_levels_and_one_without_level_says_so(ladder):
    assert [t["id"] for t in cell(ladder, "technician-level", "beijing", "qualification-tier")] == ["elementary"]
    assert cell(ladder, "technician-level", "beijing", "qualification-tier") == cell(ladder, "assistant-level", "beijing", "qualification-tier")
    assert [t["id"] for t in cell(ladder, "intermediate-level", "beijing", "qualification-tier")] == ["intermediate", "untiered"]
    assert all(cell(ladder, row["level"], "tianjin", "qualification-tier")[0]["level_named"] is False for row in ladder["levels"])
    assert cell(ladder, "assistant-level", "changzhi", "qualification-tier")[0]["citations"][0]["clause"] == "三(五)"


def test_what_a_document_is_not_about_is_silent(ladder):
    for level in ("full-senior-level", "associate-senior-level", "assistant-level", "technician-level"):
        assert set(next(r for r in ladder["levels"] if r["level"] == level)["regions"]["wenzhou"].values()) == {None}
    assert cell(ladder, "full-senior-level", "changzhi", "title") is None and cell(ladder, "intermediate-level", "changzhi", "title")


def test_every_tie_cites_words_of_its_region(ladder, service):
    for row in ladder["levels"]:
        for region, columns in row["regions"].items():
            for ties in filter(None, columns.values()):
                for tie in ties:
                    assert tie["citations"] and {c["region"] for c in tie["citations"]} == {region}


def test_the_page_draws_one_region_and_links_every_step(client):
    page = client.get("/titles?region=tianjin", headers=HTML).text
    picture = page[page.index('<table class="ladder"') : page.index('id="all"')]
    assert picture.count('class="step') == 5
    for iri in ("level/full-senior-level", "title/technician", "policy/tianjin-2019-39/m-post-technician", "policy/tianjin-2019-39/r-eng-edu-4", "skill-grade/skilled-technician"):
        assert f'href="/id/{iri}"' in picture
        assert client.get(f"/id/{iri}", headers=HTML).status_code == 200
    assert re.search(r'href="/policies/tianjin-2019-39#c-s2-1-5"', picture)


def test_silence_and_standing_are_said_on_the_page(client):
    page = client.get("/titles?region=wenzhou&lang=en", headers=HTML).text
    picture = page[page.index('<table class="ladder"') : page.index('id="all"')]
    assert "the texts held do not say" in picture and "draft" in page[: page.index('<table class="ladder"')]
    assert picture.count('class="step silent"') == 4
    assert "past notice" in client.get("/titles?region=xinzhou&lang=en", headers=HTML).text
    assert ">future<" not in page and "not yet in force" in client.get("/titles?region=tianjin&lang=en&as_of=2019-12-31", headers=HTML).text


def test_a_region_without_policies_is_refused_with_those_that_have_some(client):
    for headers in (HTML, {}):
        reply = client.get("/titles?region=bejing", headers=headers)
        assert reply.status_code == 400 and "beijing" in reply.text
    assert client.get("/titles?region=shanxi").status_code == 400
    assert client.get("/titles?as_of=soon").status_code == 400
