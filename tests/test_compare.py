"""Comparisons of what the policies say: the right rows, cells of each region's own policy, and the same as CSV and spreadsheet."""

import csv
from io import BytesIO, StringIO

import pytest
from openpyxl import load_workbook

from zhicheng.answering.comparison import Comparison
from zhicheng.knowledge import checking, loading
from zhicheng.knowledge.outline import clean, squeeze
from zhicheng.knowledge.policies import Library
from zhicheng.knowledge.stores import EmbeddedStore
from zhicheng.knowledge.vocabulary import Vocabulary
from zhicheng.web import compare as rendering

REGIONS = ["beijing", "changzhi", "tianjin", "wenzhou", "xinzhou"]
TITLES = ["technician", "assistant-engineer", "engineer", "senior-engineer", "full-senior-engineer"]
# The aspects that a comparison has at least, in their order.
ASPECTS = [
    "education-and-seniority", "ability", "achievement", "academic", "exceptional", "exclusion", "assessment", "procedure", "material", "fee", "definition", "validity",
]  # fmt: skip


@pytest.fixture(scope="module")
def compared(client):
    """The rows of a comparison by id."""

    def get(title, *regions, **query):
        reply = client.get("/api/compare", query_string={"title": title, "region": list(regions), **query})
        assert reply.status_code == 200, reply.text
        body = reply.get_json()
        return body, {row["aspect"]: row for row in body["rows"]}

    return get


@pytest.mark.parametrize("title", TITLES)
def test_every_cell_is_of_its_own_region_and_cites_it_word_for_word(compared, graph, title):
    body, rows = compared(title)
    assert body["title"] == title and body["regions"] == REGIONS and len(rows) == len(body["rows"])
    official = {policy: squeeze(clean(text)) for policy, text in graph.texts.items()}
    for row in body["rows"]:
        assert list(row["cells"]) == REGIONS and row["silent"] == [r for r, cell in row["cells"].items() if cell is None]
        for region, cell in row["cells"].items():
            assert cell is None or cell["text"].strip() and cell["citations"], row["id"]
            for citation in cell["citations"] if cell else ():
                assert citation["region"] == region and citation["policy"].startswith(region), row["id"]
                assert squeeze(citation["quote"]) in official[citation["policy"]]


def test_the_rows_stand_in_their_order(compared):
    body, rows = compared("engineer")
    order = [row["aspect"] for row in body["rows"]]
    places = [order.index(aspect) for aspect in ASPECTS]
    assert places == sorted(places) and rows["education-and-seniority"]["label"] == "学历资历"
    assert order[order.index("education-and-seniority") + 1].startswith("education-and-seniority/")


def test_bachelor_stands_beside_bachelor(compared):
    _, rows = compared("senior-engineer")
    cells = rows["education-and-seniority/bachelor"]["cells"]
    assert {region: cell and cell["value"] for region, cell in cells.items()} == {"beijing": 5, "changzhi": None, "tianjin": 5, "wenzhou": None, "xinzhou": 5}
    assert "博士" not in cells["beijing"]["text"] and "本科" in cells["beijing"]["text"] and cells["tianjin"]["unit"] == "年"
    assert rows["education-and-seniority/bachelor"]["parent"] == "education-and-seniority"


@pytest.mark.parametrize(
    "title, row, values, strictest, loosest",
    [
        ("engineer", "education-and-seniority/bachelor/none", {"beijing": 5}, [], []),
        ("engineer", "education-and-seniority/bachelor/assistant-level", {"beijing": 4, "changzhi": 4, "tianjin": 4, "wenzhou": 4}, [], []),
        ("engineer", "education-and-seniority/master/assistant-level", {"beijing": 4, "changzhi": 2, "tianjin": 2, "wenzhou": 2}, [], []),
        ("engineer", "education-and-seniority/second-bachelor", {"changzhi": 2, "tianjin": 2}, [], []),
        ("engineer", "education-and-seniority/skilled-technician", {"changzhi": 3, "tianjin": 3, "wenzhou": 3}, [], []),
        ("assistant-engineer", "education-and-seniority/junior-college/none", {"beijing": 3, "tianjin": 3}, [], []),
        ("assistant-engineer", "education-and-seniority/junior-college/technician-level", {"changzhi": 2}, [], []),
        ("full-senior-engineer", "education-and-seniority/doctor", {"beijing": 5, "tianjin": 5}, [], []),
        ("senior-engineer", "education-and-seniority/doctor/intermediate-level", {"beijing": 5, "xinzhou": 2}, [], []),
        ("engineer", "fee/fee", {"changzhi": 300}, [], []),
        ("senior-engineer", "public-notice/public-notice-days", {"xinzhou": 5}, [], []),
    ],
)
def test_numbers_are_those_of_the_texts(compared, title, row, values, strictest, loosest):
    found = compared(title)[1][row]
    assert {region: cell["value"] for region, cell in found["cells"].items() if cell and "value" in cell} == values
    assert (found["strictest"], found["loosest"]) == (strictest, loosest)


def test_years_without_and_after_a_title_are_not_ranked_against_each_other(compared):
    _, rows = compared("senior-engineer")
    master = rows["education-and-seniority/master"]
    assert "value" not in master["cells"]["beijing"] and not master["strictest"] and master["differs"]


def test_strictest_and_loosest_are_named_where_numbers_differ(copy):
    for path in (copy / "data" / "xinzhou-2024-18").glob("*.ttl"):
        path.write_text(path.read_text(encoding="utf-8").replace("zc:minimumYears 5", "zc:minimumYears 4"), encoding="utf-8")
    store = EmbeddedStore(loading.load(copy))
    vocabulary, library = Vocabulary(store), Library(store)
    rows = {row.aspect: row for row in Comparison(store, vocabulary, library).compare("senior-engineer").rows}
    bachelor = rows["education-and-seniority/bachelor"]
    assert (bachelor.strictest, bachelor.loosest, bachelor.differs) == (["beijing", "tianjin"], ["xinzhou"], True)
    # Beijing has other terms for a master's degree as well, which may be the easier ones: it is not ranked.
    master = rows["education-and-seniority/master/intermediate-level"]
    assert (master.strictest, master.loosest) == (["tianjin"], ["xinzhou"])


def test_silence_is_null_and_never_filled_from_elsewhere(compared):
    body, rows = compared("senior-engineer")
    for region in ("changzhi", "wenzhou"):  # whose policies are not for senior engineers
        assert not body["policies"][region][0]["deals_with_title"]
        spoken = {row["aspect"] for row in body["rows"] if row["cells"][region]}
        assert "validity" in spoken and not spoken & {"education-and-seniority", "exclusion", "fee", "exceptional", "procedure", "material"}
    assert rows["exclusion"]["silent"] == ["beijing", "changzhi", "tianjin", "wenzhou"]
    assert rows["post-grade"]["silent"] == ["beijing", "changzhi", "wenzhou", "xinzhou"] and "五至七级" in rows["post-grade"]["cells"]["tianjin"]["text"]


def test_papers_are_told_where_a_policy_files_them_under_results(compared):
    _, rows = compared("senior-engineer")
    assert "核心期刊" in rows["academic"]["cells"]["beijing"]["text"]


def test_what_only_another_route_asks_is_told_as_such(compared):
    _, rows = compared("senior-engineer")
    assert "破格申报：" in rows["endorsement"]["cells"]["tianjin"]["text"] and "2名相关专业正高级工程师推荐" in rows["endorsement"]["cells"]["tianjin"]["text"]


def test_definitions_stay_with_their_documents(compared):
    _, rows = compared("engineer")
    cells = rows["definition"]["cells"]
    assert "排名前3" in cells["wenzhou"]["text"] and "排名" not in cells["tianjin"]["text"]


def test_the_standing_of_each_document_is_said(compared):
    body, rows = compared("engineer", as_of="2024-10-01")
    assert {region: held[0]["validity"] for region, held in body["policies"].items()} == {"beijing": "in-force", "changzhi": "past", "tianjin": "in-force", "wenzhou": "draft", "xinzhou": "in-force"}
    assert "征求意见稿" in rows["validity"]["cells"]["wenzhou"]["text"] and "征求意见稿，尚未施行" in body["policies"]["wenzhou"][0]["heading"]
    assert all(c["validity"] == "draft" for c in rows["material"]["cells"]["wenzhou"]["citations"])


def test_regions_are_chosen_and_provinces_stand_for_those_within(compared):
    assert compared("engineer", "tianjin", "shanxi")[0]["regions"] == ["tianjin", "changzhi", "xinzhou"]
    assert compared("engineer", "china")[0]["regions"] and set(compared("engineer", "china")[0]["regions"]) == set(REGIONS)
    assert compared("engineer", "wenzhou", "zhejiang")[0]["regions"] == ["wenzhou"]


def test_in_english(compared):
    _, rows = compared("engineer", "tianjin", lang="en")
    row = rows["education-and-seniority/bachelor"]
    assert row["label"] == "education and seniority: bachelor's degree" and "4 full years" in row["cells"]["tianjin"]["text"]


def test_as_csv(client, compared):
    body, _ = compared("engineer", "tianjin", "wenzhou")
    by_accept = client.get("/api/compare", query_string={"title": "engineer", "region": ["tianjin", "wenzhou"]}, headers={"Accept": "text/csv"})
    by_name = client.get("/api/compare", query_string={"title": "engineer", "region": ["tianjin", "wenzhou"], "format": "csv"})
    assert by_accept.mimetype == "text/csv" and by_accept.data == by_name.data and "Accept" in by_accept.headers["Vary"]
    lines = list(csv.reader(StringIO(by_accept.data.decode("utf-8-sig"))))
    assert lines[0][:4] == ["事项", "名称", "天津（津人社局发〔2019〕39号）", "温州（征求意见稿，尚未施行）"] and len(lines) == len(body["rows"]) + 1
    for line, row in zip(lines[1:], body["rows"]):
        assert line[0] == row["aspect"] and len(line) == len(lines[0])
        for text, cell in zip(line[2:], row["cells"].values()):
            assert text.startswith(cell["text"]) if cell else text == ""
    assert "[附件2 四（一）" in lines[1][2]


def test_as_a_spreadsheet(client, compared):
    body, _ = compared("engineer")
    reply = client.get("/api/compare?title=engineer&format=xlsx")
    assert reply.mimetype.endswith("spreadsheetml.sheet") and "compare-engineer.xlsx" in reply.headers["Content-Disposition"]
    book = load_workbook(BytesIO(reply.data))
    table, sources = book.worksheets
    assert table.max_row == len(body["rows"]) + 1 and table["C1"].value == "北京（京人社事业发〔2020〕17号）"
    assert sources.max_row == 1 + sum(len(c["citations"]) for row in body["rows"] for c in row["cells"].values() if c)
    assert all(cell.value is None or cell.data_type == "s" for sheet in book for line in sheet.iter_rows() for cell in line)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"])
def test_no_cell_is_taken_for_a_formula(client, service, monkeypatch, text):
    table = service.comparison.compare("engineer", ["tianjin"])
    monkeypatch.setattr(rendering, "_lines", lambda parts, table: [["head"], [text]])
    cell = load_workbook(BytesIO(rendering.table_xlsx(service, table))).worksheets[0]["A2"]
    assert cell.data_type == "s" and cell.value == text and cell.quotePrefix
    assert list(csv.reader(StringIO(rendering.table_csv(service, table)[1:])))[1] == ["'" + text]


@pytest.mark.parametrize(
    "query, said",
    [
        ("", "title is missing"),
        ("title=", "title is missing"),
        ("title=%ff", "is not UTF-8"),
        ("title=engineer&title=technician", "given twice"),
        ("title=enginer", "Did you mean engineer?"),
        ("title=engineer&region=bejing", "Did you mean beijing?"),
        ("title=engineer&region=tianjin&region=%E4%B8%8A%E6%B5%B7", "Known: beijing"),
        ("title=engineer&lang=fr", "Use zh or en"),
        ("title=engineer&format=pdf", "Use json, csv or xlsx"),
        ("title=engineer&as_of=yesterday", "as_of is"),
    ],
)
def test_wrong_calls_say_what_would_work(client, query, said):
    reply = client.get("/api/compare?" + query)
    assert reply.status_code == 400 and reply.mimetype == "application/problem+json" and said in reply.get_json()["detail"]


def test_browsers_get_json(client):
    reply = client.get("/api/compare?title=engineer", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert reply.mimetype == "application/json"


def test_an_aspect_that_no_row_shows_is_a_fault(copy):
    file = copy / "ontology" / "schemes" / "comparison.ttl"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("aspect:exclusion ", "", 1), encoding="utf-8")
    assert "aspect/exclusion" in "\n".join(str(f) for f in checking.check(loading.load(copy), copy) if "comparisons do not show it" in str(f))


def test_the_command_prints_the_comparison(tmp_path, monkeypatch, capsysbinary):
    from zhicheng.__main__ import main

    monkeypatch.setenv("ZHICHENG_CACHE", str(tmp_path))
    assert main(["compare", "engineer", "tianjin", "--lang", "en"]) == 0
    assert capsysbinary.readouterr().out.decode("utf-8-sig").startswith("aspect,name,Tianjin (津人社局发〔2019〕39号)")
    assert main(["compare", "enginer"]) == 2
