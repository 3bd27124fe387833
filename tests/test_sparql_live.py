"""The endpoint of a real server, asked by SPARQLWrapper; its processes come and go with it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from rdflib import Graph, URIRef
from SPARQLWrapper import CSV, JSON, JSONLD, POST, POSTDIRECTLY, RDFXML, TSV, TURTLE, URLENCODED, XML, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import QueryBadFormed, URITooLong

TITLE = "https://w3id.org/zhicheng/id/title/senior-engineer"
LABEL = "http://www.w3.org/2004/02/skos/core#prefLabel"
SELECT = f"SELECT ?label {{ <{TITLE}> <{LABEL}> ?label }} ORDER BY LANG(?label)"


@pytest.fixture(scope="module")
def server(home, tmp_path_factory):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {"ZHICHENG_HOME": str(home), "ZHICHENG_CACHE": str(tmp_path_factory.mktemp("cache")), "PORT": str(port), "PATH": os.defpath, "ZHICHENG_SPARQL_SECONDS": "2", "ZHICHENG_WORKERS": "1"}
    process = subprocess.Popen([sys.executable, "-m", "zhicheng", "serve"], env=environment, stdout=subprocess.DEVNULL)
    process.endpoint = f"http://127.0.0.1:{port}/sparql"
    for _ in range(600):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=60).close()
            break
        except OSError:
            time.sleep(0.1)
    yield process
    process.kill()
    process.wait()


def wrapper(server, query: str, format: str, method: str = "GET", how: str = URLENCODED) -> SPARQLWrapper:
    client = SPARQLWrapper(server.endpoint)
    client.setQuery(query)
    client.setReturnFormat(format)
    client.setMethod(method)
    client.setRequestMethod(how)
    return client


@pytest.mark.parametrize(("method", "how"), [("GET", URLENCODED), (POST, URLENCODED), (POST, POSTDIRECTLY)])
def test_sparqlwrapper_as_it_comes(server, method, how):
    said = wrapper(server, SELECT, JSON, method, how).query().convert()
    assert [(b["label"]["xml:lang"], b["label"]["value"]) for b in said["results"]["bindings"]] == [("en", "senior engineer"), ("zh", "高级工程师")]
    document = wrapper(server, SELECT, XML, method, how).query().convert()
    assert "高级工程师" in document.toxml()
    for format in (CSV, TSV):
        assert "高级工程师" in wrapper(server, SELECT, format, method, how).query().convert().decode()
    assert wrapper(server, f"ASK {{ <{TITLE}> ?p ?o }}", JSON, method, how).query().convert()["boolean"] is True
    for form in (f"CONSTRUCT WHERE {{ <{TITLE}> <{LABEL}> ?o }}", f"DESCRIBE <{TITLE}>"):
        for format in (RDFXML, JSONLD):
            graph = wrapper(server, form, format, method, how).query().convert()
            assert len(list(graph.triples((None, URIRef(LABEL), None)))) >= 2
        graph = Graph().parse(data=wrapper(server, form, TURTLE, method, how).query().convert(), format="turtle")
        assert (URIRef(TITLE), URIRef(LABEL), None) in graph


def test_sparqlwrapper_names_graphs_and_sees_errors(server):
    client = wrapper(server, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", JSON)
    client.addDefaultGraph("https://w3id.org/zhicheng/id/policy/tianjin-2019-39")
    one = int(client.query().convert()["results"]["bindings"][0]["n"]["value"])
    whole = int(wrapper(server, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", JSON).query().convert()["results"]["bindings"][0]["n"]["value"])
    assert 1000 < one < whole
    with pytest.raises(QueryBadFormed):
        wrapper(server, "SELECT", JSON).query()
    with pytest.raises(URITooLong):
        wrapper(server, "ASK {} #" + "x" * 100_001, JSON).query()


def test_questions_are_answered_while_queries_run(server):
    clients = [wrapper_in_background(server, "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }") for _ in range(8)]
    time.sleep(0.5)
    start = time.monotonic()
    for _ in range(20):
        with urllib.request.urlopen(server.endpoint.replace("/sparql", "/health/live"), timeout=5) as reply:
            assert json.load(reply) == {"status": "live"}
    assert time.monotonic() - start < 1.5, "requests wait behind queries"
    assert {client.wait(20) for client in clients} <= {503 - 400, 504 - 400}


def wrapper_in_background(server, query: str) -> subprocess.Popen:
    program = "import sys, urllib.request as u, urllib.error as e\ntry:\n    u.urlopen(u.Request(sys.argv[1], sys.argv[2].encode(), {'Content-Type': 'application/sparql-query'}))\nexcept e.HTTPError as error:\n    sys.exit(error.code - 400)"
    return subprocess.Popen([sys.executable, "-c", program, server.endpoint, query])


def tree(process: int) -> set[int]:
    """The processes below one."""
    found: set[int] = set()
    for task in Path(f"/proc/{process}/task").iterdir():
        for child in (task / "children").read_text().split():
            found |= {int(child)} | tree(int(child))
    return found


def fork_servers(server) -> list[int]:
    """The processes that hold the graph for queries, without their children, which look like them."""
    alike = {pid for pid in tree(server.pid) if b"fork_server" in Path(f"/proc/{pid}/cmdline").read_bytes()}
    return [pid for pid in alike if not any(pid in tree(other) for other in alike)]


def test_the_fork_server_comes_back_and_ends_with_the_server(server):
    wrapper(server, SELECT, JSON).query()
    (before,) = fork_servers(server)
    os.kill(before, signal.SIGKILL)
    assert len(wrapper(server, SELECT + " # again", JSON).query().convert()["results"]["bindings"]) == 2
    (after,) = fork_servers(server)
    assert after != before
    everything = tree(server.pid)
    server.send_signal(signal.SIGTERM)
    server.wait(30)
    for _ in range(100):
        left = [pid for pid in everything if Path(f"/proc/{pid}").exists()]
        if not left:
            return
        time.sleep(0.1)
    raise AssertionError(f"processes {left} outlive the server")
