"""The page of comparisons: aligned cells with their clauses, marks that do not rest on colour, and the same selection as files."""

import csv
import re
from dataclasses import replace
from html import unescape
from io import BytesIO, StringIO

import pytest
from openpyxl import load_workbook

from zhicheng.answering.comparison import Comparison
from zhicheng.knowledge import loading
from zhicheng.knowledge.policies import Library
from zhicheng.knowledge.stores import EmbeddedStore
from zhicheng.knowledge.vocabulary import Vocabulary
from zhicheng.web.app import create_app

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
JSON = {"Accept": "application/json"}
TITLES = ["technician", "assistant-engineer", "engineer", "senior-engineer", "full-senior-engineer"]


@pytest.fixture(scope="module")
def page(client):
    def get(**query):
        reply = client.get("/compare", query_string=query, headers=HTML)
        assert reply.status_code == 200 and reply.mimetype == "text/html", reply.text
        return reply.text

    return get


def row_of(page: str, id_: str) -> tuple[str, list[str]]:
    """The head and the cells of a row."""
    row = re.search(rf'<tr[^>]* id="{re.escape(id_)}">(.*?)</tr>', page, re.S)
    assert row, id_
    return re.search(r"<th.*?</th>", row[1], re.S)[0], re.findall(r"<td.*?</td>", row[1], re.S)


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def test_the_choices_come_from_the_graph_and_show_what_is_compared(page, service):
    html = page(title="senior-engineer", region=["tianjin", "shanxi"], aspect=["fee", "routes"], only="differences")
    boxes = re.findall(r'<input type="checkbox" name="(\w+)" value="([\w-]+)"( checked)?>', html)
    assert [v for n, v, _ in boxes if n == "title"] == TITLES
    assert {v for n, v, _ in boxes if n == "region"} == {p.region.rsplit("/", 1)[-1] for p in service.library.policies.values()}
    assert {(n, v) for n, v, checked in boxes if checked} == {("title", "senior-engineer"), *(("region", r) for r in ("tianjin", "changzhi", "xinzhou")), ("aspect", "fee"), ("aspect", "routes"), ("only", "differences")}
    offered = {v for n, v, _ in boxes if n == "aspect"}
    assert {group.id for group in service.comparison.groups} < offered and {"education-and-seniority", "validity"} < offered


def test_no_group_of_aspects_bears_the_name_of_an_aspect(service):
    aspects = [a.rsplit("/", 1)[-1] for group in service.comparison.groups for a in group.aspects]
    assert len(aspects) == len(set(aspects)) and not {group.id for group in service.comparison.groups} & set(aspects)


def test_bachelor_stands_beside_bachelor_with_clauses_marked_in_the_text(page, client):
    head, cells = row_of(page(title="senior-engineer", region=["tianjin", "xinzhou"]), "senior-engineer-education-and-seniority-bachelor")
    assert "本科" in words(head) and len(cells) == 2
    assert "5 年" in words(cells[0]) and "附件2 五（一）2" in words(cells[0])
    target = unescape(re.search(r'href="(/policies/tianjin-2019-39\?mark=[^"#]+#[^"]+)"', cells[0])[1])
    text = client.get(target, headers=HTML).text
    assert "高级工程师" in words(text) and re.search(r"<mark>[^<]*满5年", text)


def test_differences_and_silence_are_said_in_words(page):
    head, _ = row_of(page(title="senior-engineer", region=["tianjin", "beijing", "xinzhou"]), "senior-engineer-education-and-seniority-doctor")
    assert "有差异" in words(head)
    head, _ = row_of(page(title="senior-engineer", region=["tianjin", "xinzhou"]), "senior-engineer-education-and-seniority-bachelor")
    assert "数值相同" in words(head)
    head, cells = row_of(page(title="senior-engineer", aspect="exclusion"), "senior-engineer-exclusion")
    assert "4 地未作规定" in words(head) and sum("未作规定" in words(c) for c in cells) == 4


def test_the_strictest_and_the_loosest_are_said_in_words(service, copy):
    for path in (copy / "data" / "xinzhou-2024-18").glob("*.ttl"):
        path.write_text(path.read_text(encoding="utf-8").replace("zc:minimumYears 5", "zc:minimumYears 4"), encoding="utf-8")
    store = EmbeddedStore(loading.load(copy))
    app = create_app(replace(service, comparison=Comparison(store, Vocabulary(store), Library(store))))
    for language, strictest, loosest in (("zh", "最严", "最宽"), ("en", "strictest", "loosest")):
        query = {"title": "senior-engineer", "region": ["tianjin", "beijing", "xinzhou"], "lang": language}
        cells = [words(c) for c in row_of(app.test_client().get("/compare", query_string=query, headers=HTML).text, "senior-engineer-education-and-seniority-bachelor")[1]]
        assert [strictest in c for c in cells] == [True, True, False] and [loosest in c for c in cells] == [False, False, True]


def test_what_no_region_speaks_of_is_told_below_the_table(page):
    html = page(title="technician", region="tianjin", aspect=["similarity", "fee"])
    assert "<table" not in html and "所选地区的文件都未作规定： 抄袭率" in words(html) and "评审收费" in words(html)


def test_drafts_and_past_notices_bear_badges_in_head_and_cells(page):
    html = page(title="engineer", region=["wenzhou", "changzhi", "tianjin"], as_of="2024-10-01")
    assert words(html).count("征求意见稿") > 3 and "2024年10月1日" in html
    _, cells = row_of(html, "engineer-education-and-seniority-bachelor")
    assert ["征求意见稿" in words(cells[0]), "往年通知" in words(cells[1]), "badge" in cells[2]] == [True, True, False]
    assert "温州的文件未涉及技术员。" in words(page(title="technician", region="wenzhou"))


def test_several_titles_have_a_table_each(page):
    html = page(title=["engineer", "senior-engineer", "engineer"], region="tianjin")
    assert re.findall(r'<h2 id="of-([\w-]+)"', html) == ["engineer", "senior-engineer"]


def test_without_a_choice_the_title_of_most_regions_is_compared(page, client):
    html = page()
    assert re.findall(r'<h2 id="of-([\w-]+)"', html) == ["engineer"] and len(html) < 150_000
    assert [b["title"] for b in client.get("/compare", headers=JSON).get_json()["comparisons"]] == ["engineer"]


@pytest.mark.parametrize("title", TITLES)
def test_each_group_of_matters_is_a_light_page(page, service, title):
    for group in service.comparison.groups:
        for language in ("zh", "en"):
            html = page(title=title, aspect=group.id, lang=language)
            assert len(html.encode()) < 150_000 and group.label[language] in unescape(html), group.id


@pytest.mark.parametrize("title", TITLES)
def test_the_files_hold_exactly_what_the_page_shows(client, page, title):
    query = {"title": title, "region": ["tianjin", "xinzhou"], "aspect": ["gate", "fee"], "only": "differences", "as_of": "2024-10-01", "lang": "en"}
    html = page(**query)
    shown = re.findall(rf'<tr role="row"[^>]* id="{title}-([\w-]+)"', html)
    links = {name: unescape(link) for link, name in re.findall(r'href="(/api/compare[^"]*format=(\w+)[^"]*)"', html)}
    lines = list(csv.reader(StringIO(client.get(links["csv"]).data.decode("utf-8-sig"))))
    assert [line[0].replace("/", "-") for line in lines[1:]] == shown and len(lines[0]) == 8
    assert load_workbook(BytesIO(client.get(links["xlsx"]).data)).worksheets[0].max_row == len(lines)
    twin = client.get("/compare", query_string=query, headers=JSON).get_json()["comparisons"]
    assert twin == [client.get(links["json"]).get_json()]


def test_only_differences_leaves_out_what_is_the_same(client):
    query = {"title": "engineer", "region": ["tianjin", "beijing"], "aspect": "gate"}
    every = client.get("/api/compare", query_string=query).get_json()["rows"]
    uneven = client.get("/api/compare", query_string=query | {"only": "differences"}).get_json()["rows"]
    assert uneven == [row for row in every if row["differs"] or len(row["silent"]) == 1] and len(uneven) < len(every)


def test_a_group_stands_for_its_aspects(client):
    def rows(*aspects):
        return [row["aspect"] for row in client.get("/api/compare", query_string={"title": "engineer", "aspect": list(aspects)}).get_json()["rows"]]

    assert rows("gate") == rows("education-and-seniority", "education-relaxation", "reckoning", "early-application")
    assert rows("fee", "gate") == [*rows("gate"), *rows("fee")] and rows("fee", "fee") == rows("fee")


@pytest.mark.parametrize(
    "query, said",
    [
        ("title=enginer", "Did you mean engineer?"),
        ("title=engineer&title=nobody", "Unknown title"),
        ("title=%ff", "is not UTF-8"),
        ("region=bejing", "Did you mean beijing?"),
        ("aspect=fees", "Did you mean fee?"),
        ("only=everything", "Give differences"),
        ("as_of=yesterday", "as_of is"),
        ("title=" + "x" * 5000, "Unknown title"),
    ],
)
def test_wrong_choices_say_what_would_work(client, query, said):
    reply = client.get("/compare?" + query, headers=HTML)
    assert reply.status_code == 400 and reply.mimetype == "text/html" and said in unescape(reply.text)
    reply = client.get("/compare?" + query, headers=JSON)
    assert reply.status_code == 400 and reply.mimetype == "application/problem+json" and said in reply.get_json()["detail"]


def test_the_english_address_leads_to_the_page_in_english(client):
    reply = client.get("/en/compare?title=engineer&region=tianjin", headers=HTML)
    assert reply.status_code == 308 and reply.headers["Location"] == "/compare?title=engineer&region=tianjin&lang=en"
    assert client.get("/en", headers=HTML).headers["Location"] == "/?lang=en"
    for hostile in ("/en//example.org", "/en/%5Cexample.org", "/en/%2Fexample.org"):
        reply = client.get(hostile, headers=HTML, follow_redirects=False)
        assert re.match(r"(http://localhost)?/(?![/\\])", reply.headers["Location"]), reply.headers["Location"]


def test_what_is_chosen_is_escaped(client):
    reply = client.get("/compare", query_string={"as_of": '2024-10-01"><script>'}, headers=HTML)
    assert reply.status_code == 400 and "<script>" not in reply.text
