"""Linked data: every minted IRI at its path in every format, the ontology, the description of the data set, and downloads."""

import json
import os
import re
import subprocess
import sys

import pytest
import rdflib
from rdflib import RDF, RDFS, URIRef
from rdflib.compare import isomorphic

from zhicheng.terms import BASE, ONTOLOGY, ZC

PARSERS = {"text/turtle": "turtle", "application/ld+json": "json-ld", "application/n-triples": "nt", "application/rdf+xml": "xml"}
EXTENSIONS = {"text/turtle": "ttl", "application/ld+json": "jsonld", "application/n-triples": "nt", "application/rdf+xml": "rdf"}
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
POST_GRADES = "id/policy/tianjin-2019-39/m-post-associate-senior"
CLAUSE = "id/policy/tianjin-2019-39/c-s2-1-5"
KINDS = {
    "concept": "id/title/senior-engineer",
    "scheme": "id/title",
    "fact": POST_GRADES,
    "route": "id/policy/tianjin-2019-39/r-eng",
    "clause": CLAUSE,
    "FAQ entry": "id/policy/tianjin-2019-39/c-q7",
    "issue": "id/policy/tianjin-2019-39/i-01",
    "policy": "id/policy/tianjin-2019-39",
    "instrument not held": "id/policy/external/mohrss-miit-2019-16",
    "graph of concepts": "id",
    "ordered collection": "id/comparison/of-document",
    "graph without its own facts": "id/policy/external",
    "ontology": "ontology",
    "data set": "void",
}
ZC_ = rdflib.Namespace(ZC)
VOID = rdflib.Namespace("http://rdfs.org/ns/void#")
DCAT = rdflib.Namespace("http://www.w3.org/ns/dcat#")


def parsed(reply, media: str) -> rdflib.Graph:
    return rdflib.Graph().parse(data=reply.data, format=PARSERS[media])


@pytest.fixture(scope="module")
def minted(service) -> set[str]:
    """Every IRI under the base that stands anywhere in the graph, without its fragment."""
    terms = {t.value for q in service.graph.quads for t in (q.subject, q.predicate, q.object, q.graph_name) if hasattr(t, "value") and t.value.startswith(BASE)}
    return {t.partition("#")[0] for t in terms if re.fullmatch(r"[!-~]+", t)}


@pytest.mark.parametrize("media", PARSERS)
@pytest.mark.parametrize("path", KINDS.values(), ids=KINDS)
def test_every_kind_of_thing_is_described_in_every_format(client, path, media):
    reply = client.get(f"/{path}", headers={"Accept": media})
    assert reply.status_code == 200 and reply.mimetype == media
    graph = parsed(reply, media)
    assert any(URIRef(BASE + path) in (s, o) for s, _, o in graph)
    assert reply.headers["Content-Location"] == f"/{path}?format={EXTENSIONS[media]}"
    assert client.get(reply.headers["Content-Location"], headers=BROWSER).data == reply.data
    others = set(re.findall(r'rel="alternate"; type="([^"]+)"', ",".join(reply.headers.getlist("Link"))))
    assert others == {"text/html", *PARSERS} - {media}


@pytest.mark.parametrize("path", KINDS.values(), ids=KINDS)
def test_the_formats_say_the_same(client, path):
    first, *rest = [parsed(client.get(f"/{path}", headers={"Accept": media}), media) for media in PARSERS]
    assert all(isomorphic(first, other) for other in rest)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("path", KINDS.values(), ids=KINDS)
def test_every_kind_of_thing_has_a_page(client, path, language):
    reply = client.get(f"/{path}" + ("?lang=en" if language == "en" else ""), headers=BROWSER)
    assert reply.status_code == 200 and reply.mimetype == "text/html"
    page = reply.text
    assert f'<html lang="{"en" if language == "en" else "zh-CN"}">' in page and "<h1></h1>" not in page
    assert " style=" not in page and "<style" not in page and "<script" not in page
    for media in PARSERS:
        assert f'rel="alternate" type="{media}"' in page


def test_every_minted_iri_is_answered_at_its_path(client, minted):
    accepts = [*PARSERS, BROWSER["Accept"]]
    assert len(minted) > 2000
    for n, iri in enumerate(sorted(minted)):
        accept = accepts[n % len(accepts)]
        reply = client.get("/" + iri.removeprefix(BASE), headers={"Accept": accept})
        assert reply.status_code == 200, iri
        if accept in PARSERS:
            assert any(URIRef(iri) in (s, o) for s, _, o in parsed(reply, accept)), iri


def test_every_link_of_a_page_leads_somewhere(client):
    for path in KINDS.values():
        page = client.get(f"/{path}", headers=BROWSER).text
        for link in sorted(set(re.findall(r'href="(/[^"#]*)', page)))[:40]:
            assert client.get(link.replace("&amp;", "&"), headers=BROWSER, follow_redirects=True).status_code == 200, f"{path} → {link}"


def test_a_fact_is_described_with_its_citation(client):
    graph = parsed(client.get(f"/{POST_GRADES}", headers={"Accept": "text/turtle"}), "text/turtle")
    fact, clause = URIRef(BASE + POST_GRADES), URIRef(BASE + CLAUSE)
    assert graph.value(fact, ZC_.toPostGrade).toPython() == 7
    assert graph.value(graph.value(fact, ZC_.citation), ZC_.citedClause) == clause
    assert str(graph.value(graph.value(fact, ZC_.citation), ZC_.quote)) == "副高级对应专业技术岗位五至七级"


def test_a_page_shows_label_type_facts_citation_and_picture(client):
    page = client.get(f"/{POST_GRADES}", headers=BROWSER).text
    assert "<h1>副高级对应专业技术岗位五至七级。</h1>" in page and "岗位等级对应" in page
    assert 'href="/policies/tianjin-2019-39#c-s2-1-5"' in page and "<blockquote" in page
    assert re.search(r"<dt><a href=\"/ontology#toPostGrade\">岗位等级止</a></dt>\s*<dd><p><span class=\"words\">7</span>", page)
    picture = re.search(r"<svg.*?</svg>", page, re.S)[0]
    assert "<title" in picture and "<desc" in picture and '<a href="/id/title/senior-engineer">' in picture
    english = client.get(f"/{POST_GRADES}?lang=en", headers=BROWSER).text
    assert "The associate senior level maps to professional-technical post grades 5 to 7." in english and 'href="/id/title/senior-engineer?lang=en"' in english


def test_a_graph_is_called_by_its_title_and_lists_what_it_holds(client):
    page = client.get("/id/policy/external?lang=en", headers=BROWSER).text
    assert "<h1>Instruments that are cited but whose text is not held</h1>" in page and 'href="/id/policy/external/mohrss-miit-2019-16?lang=en"' in page
    assert 'href="/data/external.ttl"' in page


def test_a_clause_shows_what_cites_it(client):
    page = client.get(f"/{CLAUSE}", headers=BROWSER).text
    cited = page[page.index('id="citing"') :]
    assert f'href="/{POST_GRADES}"' in cited and "副高级对应专业技术岗位五至七级" in cited


def test_every_property_in_use_is_named_in_both_languages(service):
    from zhicheng.knowledge.descriptions import Descriptions

    named = Descriptions(service.store)
    unnamed = {q.predicate.value for q in service.graph.quads if not (named.has_label(q.predicate.value, "zh") and named.has_label(q.predicate.value, "en"))}
    assert unnamed == set()


def test_what_is_not_there_is_a_404_that_names_its_neighbours(client):
    reply = client.get("/id/title/senior-enginer", headers={"Accept": "text/turtle"})
    assert reply.status_code == 404 and reply.mimetype == "application/problem+json"
    assert "Did you mean id/title/senior-engineer?" in reply.get_json()["detail"] and "id/title/engineer" in reply.get_json()["known"]
    for path in ("/id/titel", "/id/policy/nowhere", "/id/policy/tianjin-2019-39/nothing", "/id/policy", "/id/title/", "/id/title/%3E%20.%20%7D"):
        assert client.get(path).status_code == 404, path


def test_what_cannot_be_negotiated_says_what_can(client):
    reply = client.get("/id/title", headers={"Accept": "image/png"})
    assert reply.status_code == 406 and "text/turtle" in reply.get_json(force=True)["detail"]
    reply = client.get("/id/title?format=png")
    assert reply.status_code == 400 and "jsonld" in reply.get_json()["detail"]
    assert client.get("/id/title", headers={"Accept": "application/json"}).mimetype == "application/ld+json"
    assert client.get("/id/title", headers={"Accept": "*/*"}).mimetype == "text/turtle"
    assert client.get("/id/title", headers={"Accept": "text/turtle;q=0.3, application/rdf+xml;q=0.9"}).mimetype == "application/rdf+xml"


def test_the_ontology_documents_every_term_at_its_anchor(client, service):
    page = client.get("/ontology", headers=BROWSER).text
    terms = {q.subject.value.removeprefix(ZC) for q in service.graph.quads if q.graph_name.value == ONTOLOGY and getattr(q.subject, "value", "").startswith(ZC)}
    assert len(terms) > 150
    for term in terms:
        assert f'id="{term}"' in page, term
    graph = parsed(client.get("/ontology", headers={"Accept": "text/turtle"}), "text/turtle")
    assert (ZC_.Route, RDFS.label, rdflib.Literal("route", lang="en")) in graph


def test_void_describes_graphs_sizes_licence_and_where_all_can_be_had(client, service):
    graph = parsed(client.get("/void", headers={"Accept": "text/turtle"}), "text/turtle")
    whole = URIRef(BASE + "void#zhicheng")
    assert (whole, RDF.type, VOID.Dataset) in graph and (whole, RDF.type, DCAT.Dataset) in graph
    assert graph.value(whole, VOID.triples).toPython() == len(service.store)
    assert graph.value(whole, rdflib.DCTERMS.license) == URIRef("https://www.apache.org/licenses/LICENSE-2.0")
    assert len(list(graph.objects(whole, rdflib.DCTERMS.rights))) == 2
    assert str(graph.value(whole, VOID.sparqlEndpoint)) == "http://localhost/sparql"
    for policy in service.library.policies.values():
        dataset = URIRef(f"{BASE}void#{policy.slug}")
        assert (whole, VOID.subset, dataset) in graph and (dataset, rdflib.PROV.wasDerivedFrom, URIRef(policy.iri)) in graph
        assert {o.value for o in graph.objects(dataset, rdflib.DCTERMS.title)} == set(policy.title.values())
    for example in graph.objects(whole, VOID.exampleResource):
        assert client.get("/" + str(example).removeprefix(BASE)).status_code == 200
    assert client.get("/.well-known/void").headers["Location"] == "/void"


def test_every_graph_can_be_downloaded_and_the_whole_is_all_of_them(client, service):
    void = parsed(client.get("/void", headers={"Accept": "text/turtle"}), "text/turtle")
    addresses = sorted(str(o).removeprefix("http://localhost") for o in void.objects(None, VOID.dataDump))
    assert len(addresses) == 4 * 9 + 3
    sizes = {URIRef(d): n.toPython() for d, n in void.subject_objects(VOID.triples)}
    for dataset, address in void.subject_objects(VOID.dataDump):
        if str(address).endswith(".nt"):
            reply = client.get(str(address).removeprefix("http://localhost"))
            assert reply.status_code == 200 and reply.data.count(b"\n") == sizes[dataset]
    quads = client.get("/data/zhicheng.nq")
    assert quads.mimetype == "application/n-quads" and quads.data.count(b"\n") == len(service.store)
    assert 'filename="zhicheng.nq"' in quads.headers["Content-Disposition"]
    turtle = client.get("/data/changzhi-2022-139.ttl")
    assert len(rdflib.Graph().parse(data=turtle.data, format="turtle")) == sizes[URIRef(BASE + "void#changzhi-2022-139")]
    assert json.loads(client.get("/data/zhicheng.jsonld").data)
    for path, known in (("/data/nowhere.ttl", "tianjin-2019-39"), ("/data/concepts.nq", "ttl")):
        reply = client.get(path)
        assert reply.status_code == 404 and known in reply.get_json()["known"]


def test_the_same_statements_are_the_same_bytes_in_every_process(home):
    program = """if True:
        import hashlib, pathlib, sys
        from zhicheng.knowledge import datasets, descriptions, loading, serialising, stores
        store = stores.EmbeddedStore(graph := loading.load(pathlib.Path(sys.argv[1])))
        held, total = datasets.Datasets(store, graph.digest), hashlib.sha256()
        described = descriptions.Descriptions(store).describe("https://w3id.org/zhicheng/id/policy/tianjin-2019-39/c-s2-1-5")
        for format in serialising.GRAPH_FORMATS.values():
            total.update(serialising.written(described.statements, format) + serialising.written(held.description("http://localhost/"), format))
        total.update(held.download("zhicheng", "trig") + held.download("tianjin-2019-39", "ttl"))
        print(total.hexdigest())
    """
    runs = [subprocess.run([sys.executable, "-c", program, str(home)], env=os.environ | {"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True) for seed in ("1", "2")]
    assert runs[0].stdout == runs[1].stdout != ""


@pytest.mark.parametrize("host", ["a b", "example.org:99999", "ex<ample.org", "文.example", "[::1]:80", 'x"y'])
def test_a_strange_host_does_no_harm(client, host):
    reply = client.get("/void", headers={"Host": host, "Accept": "text/turtle"})
    assert reply.status_code == 400 or len(parsed(reply, "text/turtle")) > 500
