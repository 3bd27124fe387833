"""The page of the SPARQL endpoint: examples, results as tables, charts and files, and refusals."""

import json
import re

import pytest

from zhicheng.knowledge.limits import Limits
from zhicheng.web.app import create_app
from zhicheng.web.charts import MOST, bars, numeric
from zhicheng.web.pages.sparql_page import ROWS
from zhicheng.web.sparql import REFUSALS

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
COUNTS = "SELECT ?type (COUNT(*) AS ?n) WHERE { ?s a ?type } GROUP BY ?type ORDER BY DESC(?n) ?type"
XSD = "http://www.w3.org/2001/XMLSchema#"


def shown(client, query: str, status: int = 200, **arguments) -> str:
    reply = client.get("/sparql-page", query_string={"query": query} | arguments, headers=HTML)
    assert reply.status_code == status and reply.mimetype == "text/html"
    return reply.text


def test_every_example_of_the_catalogue_runs_and_gives_what_its_query_gives(client, service):
    twin = client.get("/sparql-page", headers={"Accept": "application/json"}).get_json()
    assert [e["name"] for e in twin["examples"]] == list(service.catalogue.queries)
    for example in twin["examples"]:
        query = service.catalogue.find(example["name"])
        assert example["query"].startswith("# ") and "#+" not in example["query"]
        own = json.loads(service.answers.results(query.bind(query.example)))
        assert client.get("/sparql", query_string={"query": example["query"]}).get_json() == own, example["name"]


def test_an_example_is_put_into_the_editor(client):
    page = client.get("/sparql-page?example=fees&lang=en", headers=HTML).text
    assert re.search(r"<textarea[^>]*>\s*# Review fees\nPREFIX ", page) and re.search(r'<option value="fees" selected>', page)
    assert client.get("/sparql-page?example=nothing", headers=HTML).status_code == 400


def test_rows_are_shown_with_links_and_labels(client):
    page = shown(client, "PREFIX zc: <https://w3id.org/zhicheng/ontology#> SELECT ?title WHERE { ?title a zc:ProfessionalTitle } ORDER BY ?title")
    assert '<a href="/id/title/senior-engineer">高级工程师</a> <code class="soft">title:senior-engineer</code>' in page
    assert page.count("<tr>") == 1 + len(client.get("/sparql", query_string={"query": "SELECT ?t { ?t a <https://w3id.org/zhicheng/ontology#ProfessionalTitle> }"}).get_json()["results"]["bindings"])


def test_only_the_first_rows_are_shown_and_all_are_counted(client):
    page = shown(client, "SELECT ?s WHERE { ?s ?p ?o } LIMIT 1234")
    assert page.count("<tr>") == ROWS + 1 and "1,234 行" in page


def test_a_long_result_is_for_downloading(client):
    page = shown(client, "SELECT ?s ?p ?o WHERE { ?s ?p ?o } LIMIT 20000")
    assert "请下载" in page and "<table>" not in page


def test_other_kinds_of_query(client):
    assert "<code>true</code>" in shown(client, "ASK { ?s ?p ?o }")
    assert "a zc:Fee" in shown(client, "PREFIX zc: <https://w3id.org/zhicheng/ontology#> CONSTRUCT { ?s a zc:Fee } WHERE { ?s a zc:Fee }")


def test_what_a_query_makes_up_is_shown_as_text(client):
    page = shown(client, 'SELECT ?x ?y ?z { BIND("<b>bold</b>" AS ?x) BIND(<javascript:alert(1)> AS ?y) BIND(<https://example.org/"> AS ?z) }'.replace('/">', "/>"))
    assert "<b>bold" not in page and 'href="javascript' not in page and re.search(r'href="https://example.org/" rel="[^"]*nofollow', page)
    assert "</textarea><script>" not in shown(client, "</textarea><script>alert(1)</script>", 400)


@pytest.mark.parametrize("name, media, begins", [("csv", "text/csv", "type,n\r\n"), ("tsv", "text/tab-separated-values", "?type\t?n\n"), ("json", "application/json", '{"head"')])
def test_files_to_download(client, name, media, begins):
    page = shown(client, COUNTS)
    address = re.search(rf'href="([^"]+format={name})"[^>]* download', page)[1].replace("&amp;", "&")
    reply = client.get(address)
    assert reply.mimetype == media and reply.text.startswith(begins) and f'filename="results.{name}"' in reply.headers["Content-Disposition"]
    whole = client.get("/sparql", query_string={"query": COUNTS}, headers={"Accept": media})
    assert reply.data == whole.data


def test_the_json_twin_is_the_result(client):
    assert client.get("/sparql-page", query_string={"query": COUNTS}, headers={"Accept": "application/json"}).get_json() == client.get("/sparql", query_string={"query": COUNTS}).get_json()


def test_a_column_of_numbers_can_be_drawn(client):
    assert "chart=n" in shown(client, COUNTS)
    page = shown(client, COUNTS, chart="n")
    rows = client.get("/sparql", query_string={"query": COUNTS}).get_json()["results"]["bindings"]
    lengths = [float(w) for w in re.findall(r'<rect [^>]*width="([\d.]+)" height="18"/>', page)]
    assert len(lengths) == min(len(rows), MOST) and lengths == sorted(lengths, reverse=True)
    assert lengths[1] / lengths[0] == pytest.approx(int(rows[1]["n"]["value"]) / int(rows[0]["n"]["value"]), abs=0.001)
    reply = client.get("/sparql-page", query_string={"query": COUNTS, "chart": "type"}, headers=HTML)
    assert reply.status_code == 400 and "n" in reply.text


def test_bars_stand_on_zero():
    number = {"type": "literal", "datatype": XSD + "decimal"}
    rows = [{"a": {"type": "literal", "value": name}, "n": number | {"value": value}} for name, value in (("up", "3.5"), ("down", "-7"), ("none", "0"))]
    assert numeric(["a", "n"], rows) == ["n"] and numeric(["n"], [*rows, {}]) == [] and numeric(["n"], [{"n": number | {"value": "x"}}]) == []
    chart = bars("n", ["a", "n"], rows, lambda term: term["value"])
    up, down, none = chart.bars
    assert up.x == chart.zero and down.x + down.length == pytest.approx(chart.zero) and down.length == pytest.approx(2 * up.length) and none.length == 0
    assert (up.name, up.number) == ("up", "3.5") and all(0 <= b.x and b.x + b.length <= chart.width for b in chart.bars)


def test_a_fault_is_shown_with_its_line_and_the_query_stays(client):
    page = shown(client, "SELECT *\nWHERE { ?s ?p bla }", 400)
    assert "not SPARQL" in page and re.search(r'class="line">2</span> WHERE \{ \?s \?p bla \}', page) and "SELECT *\nWHERE { ?s ?p bla }</textarea>" in page


@pytest.mark.parametrize(
    "query, status",
    [
        ("INSERT DATA { <x:a> <x:b> <x:c> }", 400),
        ("SELECT * { SERVICE <http://example.org/> { ?s ?p ?o } }", 403),
        ("SELECT * { ?a ?b ?c }", 422),
        ("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }", 504),
        ("#" + "x" * 200_000, 414),
    ],
)
def test_what_the_endpoint_refuses_the_page_refuses_alike(service, query, status):
    app = create_app(service, Limits(3, 1000, 30_000_000, 512, 100_000, 2, 8, 2))
    client = app.test_client()
    endpoint = client.get("/sparql", query_string={"query": query}, headers={"Accept": "application/json"})
    assert endpoint.status_code == status
    page = shown(client, query, endpoint.status_code)
    assert f"<strong>{endpoint.status_code} " in page
    file = client.get("/sparql-page", query_string={"query": query, "format": "csv"})
    assert file.status_code == endpoint.status_code and file.mimetype == "application/problem+json"
    app.extensions["sandbox"].close()


def test_a_result_that_a_format_cannot_say_is_406(client):
    assert client.get("/sparql-page", query_string={"query": "ASK {}", "format": "ttl"}).status_code == 406
    assert {status for status, _ in REFUSALS.values()} >= {403, 406, 422, 503, 504}


def test_the_endpoint_leads_readers_of_pages_to_the_page(client):
    assert client.get("/sparql", headers=HTML).headers["Location"] == "/sparql-page"
    for accept in ("text/turtle", "*/*", "text/turtle, text/html;q=0.5"):
        assert client.get("/sparql", headers={"Accept": accept}).mimetype == "text/turtle"
    assert client.get("/sparql", query_string={"query": "ASK {}"}, headers=HTML).status_code == 200, "with a query the endpoint answers by the protocol"


def test_results_are_not_kept_as_if_they_never_changed(client):
    reply = client.get("/sparql-page", query_string={"query": "SELECT (RAND() AS ?n) {}"}, headers=HTML)
    assert reply.headers["Cache-Control"] == "no-cache" and reply.headers["ETag"] != client.get("/sparql-page", query_string={"query": "SELECT (RAND() AS ?n) {}"}, headers=HTML).headers["ETag"]
