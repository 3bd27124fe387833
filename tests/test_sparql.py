"""The SPARQL 1.1 Protocol at /sparql: forms of request, media types, data sets, errors, and clients as they come."""

import csv
import gzip
import io
import json
from datetime import date
from types import SimpleNamespace
from urllib.parse import quote, urlencode
from xml.etree import ElementTree

import pytest
from flask import Flask
from pyoxigraph import Literal, NamedNode, Quad, QueryResultsFormat, RdfFormat, parse_query_results, serialize
from rdflib import Graph, URIRef
from rdflib.compare import isomorphic

from zhicheng.knowledge.limits import Limits
from zhicheng.settings import TABLE
from zhicheng.web import problems, sparql

FORM, DIRECT = "application/x-www-form-urlencoded", "application/sparql-query"
PREFIX = "PREFIX zc: <https://w3id.org/zhicheng/ontology#> PREFIX skos: <http://www.w3.org/2004/02/skos/core#> PREFIX title: <https://w3id.org/zhicheng/id/title/> "
TITLE = "https://w3id.org/zhicheng/id/title/senior-engineer"
SELECT = PREFIX + "SELECT ?title ?label ?none { ?title a zc:ProfessionalTitle ; skos:prefLabel ?label OPTIONAL { ?title zc:nothing ?none } } ORDER BY ?title ?label"
ASK = PREFIX + "ASK { title:senior-engineer skos:prefLabel '高级工程师'@zh }"
CONSTRUCT = PREFIX + "CONSTRUCT { ?title skos:prefLabel ?label } WHERE { ?title a zc:ProfessionalTitle ; skos:prefLabel ?label }"
DESCRIBE = f"DESCRIBE <{TITLE}>"
JSON, XML, CSV, TSV = "application/sparql-results+json", "application/sparql-results+xml", "text/csv", "text/tab-separated-values"
GRAPHS = {"text/turtle": "turtle", "application/n-triples": "nt", "application/rdf+xml": "xml", "application/ld+json": "json-ld"}


def get(client, query, accept, **more):
    return client.get("/sparql", query_string={"query": query}, headers={"Accept": accept}, **more)


def form(client, query, accept, **more):
    return client.post("/sparql", data={"query": query}, headers={"Accept": accept}, **more)


def direct(client, query, accept, **more):
    return client.post("/sparql", data=query.encode(), content_type=DIRECT, headers={"Accept": accept}, **more)


FORMS = pytest.mark.parametrize("send", [get, form, direct])


def rows(reply, media) -> list[tuple]:
    """The solutions of a reply as tuples of lexical forms, read by a reader of that format."""
    if media == CSV:
        return [tuple(row) for row in csv.reader(io.StringIO(reply.text, newline=""))][1:]
    format = {JSON: QueryResultsFormat.JSON, XML: QueryResultsFormat.XML, TSV: QueryResultsFormat.TSV}[media]
    found = parse_query_results(reply.data, format)
    return [tuple(row[v].value if row[v] is not None else "" for v in found.variables) for row in found]


@FORMS
@pytest.mark.parametrize("media", [JSON, XML, CSV, TSV])
def test_solutions_in_each_form_and_format(client, service, send, media):
    reply = send(client, SELECT, media)
    assert reply.status_code == 200 and reply.mimetype == media
    stored = service.store.query(SELECT)
    expected = [tuple(row[v].value if row[v] is not None else "" for v in ("title", "label", "none")) for row in stored]
    assert len(expected) > 5 and rows(reply, media) == expected


@FORMS
@pytest.mark.parametrize("media", [JSON, XML])
def test_a_truth_value_in_each_form_and_format(client, send, media):
    for query, truth in ((ASK, True), (ASK.replace("高级", "低级"), False)):
        reply = send(client, query, media)
        assert reply.status_code == 200 and reply.mimetype == media
        said = json.loads(reply.data)["boolean"] if media == JSON else ElementTree.fromstring(reply.data).findtext("{*}boolean") == "true"
        assert said is truth


@FORMS
@pytest.mark.parametrize("media", GRAPHS)
@pytest.mark.parametrize("query", [CONSTRUCT, DESCRIBE])
def test_a_graph_in_each_form_and_format(client, service, send, media, query):
    reply = send(client, query, media)
    assert reply.status_code == 200 and reply.mimetype == media
    expected = Graph().parse(data="\n".join(f"{t} ." for t in service.store.query(query)), format="nt")
    assert len(expected) > 5 and isomorphic(Graph().parse(data=reply.data, format=GRAPHS[media]), expected)


@pytest.mark.parametrize(
    ("query", "accept", "media"),
    [
        (SELECT, None, JSON),
        (SELECT, "*/*", JSON),
        (SELECT, "nonsense", 406),
        (SELECT, "text/turtle", 406),
        (SELECT, "application/json", "application/json"),
        (SELECT, "application/xml", "application/xml"),
        (SELECT, "text/*", CSV),
        (SELECT, "text/csv;q=0.5, text/tab-separated-values", TSV),
        (SELECT, "application/sparql-results+json;q=0, */*;q=0.1", XML),
        (SELECT, "TEXT/CSV; header=present", CSV),
        (SELECT, "text/turtle, application/sparql-results+xml;q=0.2", XML),
        (ASK, "*/*", JSON),
        (ASK, "text/html", 406),
        (CONSTRUCT, "*/*", "text/turtle"),
        (CONSTRUCT, "application/json", "application/json"),
        (CONSTRUCT, "application/ld+json;profile=\"http://www.w3.org/ns/json-ld#expanded\"", "application/ld+json"),
        (CONSTRUCT, JSON, 406),
        (CONSTRUCT, "application/xml;q=0.9, text/html", "application/xml"),
        # As SPARQLWrapper, YASGUI and Comunica send it.
        (SELECT, "application/sparql-results+json,application/json,text/javascript,application/javascript", JSON),
        (SELECT, "application/sparql-results+json,*/*;q=0.9", JSON),
        (SELECT, "application/n-quads,application/trig;q=0.95,application/ld+json;q=0.9,application/n-triples;q=0.8,text/turtle;q=0.6,application/sparql-results+json;q=0.5,*/*;q=0.1", JSON),
        (CONSTRUCT, "application/n-quads,application/trig;q=0.95,application/ld+json;q=0.9,application/n-triples;q=0.8,text/turtle;q=0.6,application/sparql-results+json;q=0.5,*/*;q=0.1", "application/ld+json"),
    ],
)
def test_negotiation(client, query, accept, media):
    reply = client.get("/sparql", query_string={"query": query}, headers={"Accept": accept} if accept else {})
    if media == 406:
        assert reply.status_code == 406 and "json" in reply.text
    else:
        assert (reply.status_code, reply.mimetype) == (200, media) and "Accept" in reply.headers["Vary"]
        assert ("charset=utf-8" in reply.content_type) == media.startswith("text/")


def test_gzip(client):
    plain = get(client, SELECT, JSON)
    packed = client.get("/sparql", query_string={"query": SELECT}, headers={"Accept-Encoding": "gzip, br"})
    assert "Content-Encoding" not in plain.headers and packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data and len(packed.data) < len(plain.data)
    assert "Accept-Encoding" in packed.headers["Vary"]
    refused = client.get("/sparql", query_string={"query": SELECT}, headers={"Accept-Encoding": "gzip;q=0"})
    assert refused.data == plain.data


def test_pages_of_other_origins_may_query(client):
    asked = {"Origin": "https://yasgui.example", "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type,x-requested-with"}
    before = client.options("/sparql", headers=asked)
    assert before.status_code == 204 and "POST" in before.headers["Access-Control-Allow-Methods"] and before.headers["Access-Control-Allow-Headers"] == "content-type,x-requested-with"
    for reply in (before, get(client, ASK, JSON), get(client, "nonsense", JSON), client.put("/sparql"), client.post("/sparql", data={"update": "CLEAR ALL"})):
        assert reply.headers["Access-Control-Allow-Origin"] == "*"


def test_head(client):
    reply = client.head("/sparql", query_string={"query": ASK})
    assert reply.status_code == 200 and reply.data == b"" and reply.mimetype == JSON


@pytest.mark.parametrize("media", GRAPHS)
def test_the_service_describes_itself(client, media):
    reply = client.get("/sparql", headers={"Accept": media})
    assert reply.status_code == 200 and reply.mimetype == media
    said = Graph().parse(data=reply.data, format=GRAPHS[media])
    sd = "http://www.w3.org/ns/sparql-service-description#"
    (node,) = said.subjects(URIRef("http://www.w3.org/1999/02/22-rdf-syntax-ns#type"), URIRef(sd + "Service"))
    assert (node, URIRef(sd + "endpoint"), URIRef("http://localhost/sparql")) in said
    assert (node, URIRef(sd + "feature"), URIRef(sd + "UnionDefaultGraph")) in said
    assert URIRef("http://www.w3.org/ns/formats/SPARQL_Results_CSV") in set(said.objects(node, URIRef(sd + "resultFormat")))


def test_what_an_answer_shows_gives_the_same_results_here(client, service):
    asked = 0
    for language in ("zh", "en"):
        for entry in service.faq.entries(date.today()):
            answer = client.get("/api/ask", query_string={"q": entry.chinese if language == "zh" else entry.english, "lang": language}).get_json()
            assert answer["status"] == "answered"
            reply = get(client, answer["query"]["sparql"], JSON)
            assert reply.get_json(force=True) == answer["query"]["results"] and answer["query"]["results"]["results"]["bindings"]
            asked += 1
    assert asked == 52


@pytest.mark.parametrize(
    ("request_", "status", "said"),
    [
        ({"query_string": {"query": "SELECT"}}, 400, "is not SPARQL"),
        ({"query_string": {"query": ""}}, 400, "is not SPARQL"),
        ({"query_string": {"query": "INSERT DATA { <urn:a> <urn:b> 1 }"}}, 400, "read only"),
        ({"query_string": {"query": "DROP ALL"}}, 400, "read only"),
        ({"query_string": "query=ASK{}&query=ASK{}"}, 400, "more than once"),
        ({"query_string": "query=%F0%28"}, 400, "not UTF-8"),
        ({"query_string": {"query": "ASK {}", "default-graph-uri": "no iri"}}, 400, "default-graph-uri"),
        ({"query_string": {"query": "ASK {}", "named-graph-uri": "relative"}}, 400, "absolute IRI"),
        ({"query_string": "query=ASK{}" + "&default-graph-uri=urn:x" * 2000}, 400, "parameters"),
        ({"query_string": {"update": "CLEAR ALL"}}, 403, "read only"),
        ({"query_string": {"query": "ASK {} #" + "x" * 100_000}}, 414, "100000"),
        ({"method": "POST"}, 415, DIRECT),
        ({"method": "POST", "data": "ASK {}", "content_type": "text/plain"}, 415, DIRECT),
        ({"method": "POST", "data": "ASK {}", "content_type": "multipart/form-data; boundary=x"}, 415, DIRECT),
        ({"method": "POST", "data": "ASK {}".encode("utf-16"), "content_type": DIRECT + "; charset=UTF-16"}, 415, "UTF-8"),
        ({"method": "POST", "data": "ASK {}".encode("utf-16"), "content_type": DIRECT}, 400, "UTF-8"),
        ({"method": "POST", "data": "x=1", "content_type": FORM}, 400, "is missing"),
        ({"method": "POST", "data": "query=%F0", "content_type": FORM}, 400, "not UTF-8"),
        ({"method": "POST", "data": "update=CLEAR%20ALL", "content_type": FORM}, 403, "read only"),
        ({"method": "POST", "data": "CLEAR ALL", "content_type": "application/sparql-update"}, 403, "read only"),
        ({"method": "POST", "data": "ASK {}", "content_type": DIRECT, "query_string": {"query": "ASK {}"}}, 400, "more than once"),
        ({"method": "POST", "data": "ASK {} #" + "x" * 100_000, "content_type": DIRECT}, 413, "100000"),
        ({"method": "POST", "data": "x" * 1_000_001, "content_type": FORM}, 413, ""),
        ({"method": "PUT", "query_string": {"query": "ASK {}"}}, 405, "GET or POST"),
        ({"method": "DELETE"}, 405, "read only"),
    ],
)
def test_errors_are_problem_documents(client, request_, status, said):
    reply = client.open("/sparql", **request_)
    assert reply.status_code == status and reply.mimetype == "application/problem+json"
    body = json.loads(reply.data)
    assert body["status"] == status and said in body["detail"]
    if status == 405:
        assert "POST" in reply.headers["Allow"]


@pytest.mark.parametrize(
    ("query", "media"),
    [("SELECT (CODEPOINTS_TO AS ?x) {}", 400), ('SELECT ("a\u0001b" AS ?x) {}', XML), ('CONSTRUCT { <urn:s> <urn:p:1> "x" } WHERE {}', "application/rdf+xml"), ('CONSTRUCT { <urn:s> <urn:p:p> "\u0001" } WHERE {}', "application/rdf+xml")],
)
def test_what_a_format_cannot_say_is_no_broken_document(client, query, media):
    if media == 400:
        assert get(client, query, JSON).status_code == 400
        return
    assert get(client, query, media).status_code == 406
    assert get(client, query, "*/*").status_code == 200


# The query cases of the W3C's protocol tests (w3c/rdf-tests, sparql/sparql11/protocol/manifest.ttl), over the graphs that they name.

DATA = "http://kasei.us/2009/09/sparql/data/data{}.rdf"
D1, D2, D3 = (DATA.format(n) for n in (1, 2, 3))
TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")


@pytest.fixture(scope="module")
def three():
    """An endpoint over three graphs that each state the type of their own document."""
    app = Flask("three")
    quads = [Quad(NamedNode(d), TYPE, NamedNode("http://xmlns.com/foaf/0.1/Document"), NamedNode(d)) for d in (D1, D2, D3)] + [Quad(NamedNode(D1), NamedNode("urn:p"), Literal(1), NamedNode(D1))]
    sparql.register(app, SimpleNamespace(graph=SimpleNamespace(n_quads=serialize(quads, format=RdfFormat.N_QUADS))), Limits.of())
    problems.register(app)
    yield app.test_client()
    app.extensions["sandbox"].close()


def w3c(client, method, parameters="", body=None, media=None):
    return client.open("/sparql/?" + parameters, method=method, data=body, content_type=media)


def default(*graphs):
    return "&".join("default-graph-uri=" + quote(g, safe="") for g in graphs)


def named(*graphs):
    return "&".join("named-graph-uri=" + quote(g, safe="") for g in graphs)


BOTH = f"ASK {{ <{D1}> a ?type . <{D2}> a ?type . }}"
EACH = f"ASK {{ GRAPH ?g1 {{ <{D1}> a ?type }} GRAPH ?g2 {{ <{D2}> a ?type }} }}"
FULL = f"ASK {{ <{D3}> a ?type GRAPH ?g1 {{ <{D1}> a ?type }} GRAPH ?g2 {{ <{D2}> a ?type }} }}"
OVER = f"ASK FROM <{D3}> {{ GRAPH ?g1 {{ <{D1}> a ?type }} GRAPH ?g2 {{ <{D2}> a ?type }} }}"
W3C_TRUE = {
    "query_post_form": ("POST", default(DATA.format(0)), "query=ASK%20%7B%7D", FORM),
    "query_dataset_default_graphs_get": ("GET", "query=" + quote(BOTH) + "&" + default(D1, D2)),
    "query_dataset_default_graphs_post": ("POST", default(D1, D2), BOTH, DIRECT),
    "query_dataset_named_graphs_post": ("POST", named(D1, D2), EACH, DIRECT),
    "query_dataset_named_graphs_get": ("GET", "query=" + quote(EACH) + "&" + named(D1, D2)),
    "query_dataset_full": ("POST", default(D3) + "&" + named(D1, D2), FULL, DIRECT),
    "query_multiple_dataset": ("POST", named(D1, D2), OVER, DIRECT),
    "query_get": ("GET", "query=ASK%20%7B%7D&" + default(DATA.format(0))),
    "query_post_direct": ("POST", "", "ASK {}", DIRECT),
}
W3C_BAD = {
    "bad_query_method": ("PUT", "query=ASK%20%7B%7D&" + default(DATA.format(0)), None, FORM),
    "bad_multiple_queries": ("GET", "query=ASK%20%7B%7D&query=SELECT%20%2A%20%7B%7D"),
    "bad_query_wrong_media_type": ("POST", "", "ASK {}", "text/plain"),
    "bad_query_missing_form_type": ("POST", "", "query=ASK%20%7B%7D"),
    "bad_query_missing_direct_type": ("POST", "", "ASK {}"),
    "bad_query_non_utf8": ("POST", "", "ASK {}".encode("utf-16"), DIRECT + "; charset=UTF-16"),
    "bad_query_syntax": ("GET", "query=ASK%20%7B"),
    "bad_update_get": ("GET", "update=CLEAR%20ALL"),
    "bad_multiple_updates": ("POST", "", "update=CLEAR%20NAMED&update=CLEAR%20DEFAULT", FORM),
    "bad_update_wrong_media_type": ("POST", "", "CLEAR NAMED", "text/plain"),
}


@pytest.mark.parametrize("name", W3C_TRUE)
def test_w3c_protocol_cases_that_are_true(three, name):
    reply = w3c(three, *W3C_TRUE[name])
    assert reply.status_code == 200 and reply.mimetype in (JSON, XML) and json.loads(reply.data)["boolean"] is True


@pytest.mark.parametrize("name", W3C_BAD)
def test_w3c_protocol_cases_that_are_refused(three, name):
    assert 400 <= w3c(three, *W3C_BAD[name]).status_code < 500


@pytest.mark.parametrize(
    ("query", "medias"),
    [("SELECT (1 AS ?value) {}", [JSON, XML, CSV, TSV]), ("ASK {}", [JSON, XML]), ("DESCRIBE <http://example.org/>", list(GRAPHS)), ("CONSTRUCT { <s> <p> 1 } WHERE {}", list(GRAPHS))],
)
def test_w3c_content_types(three, query, medias):
    assert w3c(three, "POST", default(DATA.format(0)), query, DIRECT).mimetype in medias


@pytest.mark.parametrize(
    ("query", "parameters", "count"),
    [
        ("SELECT * { ?s a ?t }", "", 3),
        ("SELECT * { GRAPH ?g { ?s a ?t } }", "", 3),
        ("SELECT * { ?s a ?t }", default(D1), 1),
        ("SELECT * { GRAPH ?g { ?s a ?t } }", default(D1), 0),
        ("SELECT * { ?s a ?t }", named(D1), 0),
        ("SELECT * { ?s a ?t }", default("urn:none"), 0),
        (f"SELECT * FROM <{D2}> {{ ?s a ?t }}", "", 1),
        (f"SELECT * FROM <{D2}> {{ ?s a ?t }}", default(D1, D3), 2),
        (f"SELECT * FROM NAMED <{D2}> {{ ?s a ?t }}", "", 0),
        (f"SELECT * FROM NAMED <{D2}> {{ GRAPH ?g {{ ?s a ?t }} }}", "", 1),
        (f"PREFIX from: <urn:> SELECT *FROM<{D2}>{{ ?s a ?t }}", "", 1),
        ("PREFIX from: <urn:> SELECT ?from { ?s a ?from FILTER('from' != \"FROM <x>\") } # FROM <x>", "", 3),
        ("PREFIX from: <urn:> SELECT * { ?s from:p 1 }", "", 1),
    ],
)
def test_the_data_set_that_a_query_is_put_to(three, query, parameters, count):
    reply = w3c(three, "POST", parameters, query, DIRECT)
    assert len(json.loads(reply.data)["results"]["bindings"]) == count


def test_graph_parameters_in_a_form(three):
    body = urlencode({"query": "SELECT * { ?s a ?t }", "default-graph-uri": D1})
    assert len(json.loads(w3c(three, "POST", "", body, FORM).data)["results"]["bindings"]) == 1


def test_rows_are_counted_whatever_stands_in_them(three):
    strings = ['"', "\\", '\\"', ",{", "<result>", "\r\n", "\t", "},{", "]}}", "{"]
    values = " ".join(json.dumps(text) for text in strings)
    for extra, status in ((0, 200), (1, 422)):
        app = Flask("small")
        sparql.register(app, SimpleNamespace(graph=SimpleNamespace(n_quads=b"")), Limits(5, len(strings) ** 4 - extra, 30_000_000, 512, 10_000, 2, 2, 2))
        problems.register(app)
        client = app.test_client()
        query = "SELECT * { " + " ".join(f"VALUES ?v{n} {{ {values} }}" for n in range(4)) + " }"
        for media in (JSON, XML, CSV, TSV):
            reply = direct(client, query, media)
            assert reply.status_code == status, media
            if status == 200:
                assert len(rows(reply, media)) == len(strings) ** 4
        app.extensions["sandbox"].close()


def test_every_limit_is_a_setting_that_the_readme_lists(home):
    text = (home / "README.md").read_text(encoding="utf-8")
    for name in Limits.__dataclass_fields__:
        setting = TABLE[f"sparql_{name}"]
        assert f"| `{setting.variable}` | {setting.default} |" in text
