"""A remote store that is slow, down or returns garbage: 503 with Retry-After, the service lives on, and recovers by itself."""

import socket
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from misbehaving import Misbehaving

from zhicheng.answering.service import open_service
from zhicheng.errors import Invalid, StoreFailure
from zhicheng.knowledge import publication, remote
from zhicheng.knowledge.stores import Place
from zhicheng.web.app import create_app

MOODS = ["hangs", "drips", "resets", "HTML", "nothing", "another result", "half a JSON", "ends early", "cut", "500", "503", "302"]


@pytest.fixture(scope="module")
def endpoint(memory):
    server = Misbehaving(memory.graph)
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def opened(endpoint, home, cache, memory):
    return open_service(home, cache, Place(endpoint.address, seconds=2))


@pytest.fixture
def client(endpoint, opened, monkeypatch):
    """A client of the service over the endpoint, which has just found it well."""
    monkeypatch.setattr(remote, "REST", 0.3)
    monkeypatch.setattr(publication, "LEASE", 0.5)
    endpoint.mood = "well"
    time.sleep(0.35)
    app = create_app(opened)
    reply = app.test_client().get("/api/queries/post-grades-of-level?title=engineer")
    assert reply.status_code == 200, reply.text
    yield app.test_client()
    endpoint.mood = "well"


def is_unavailable(reply) -> bool:
    return reply.status_code == 503 and int(reply.headers["Retry-After"]) > 0 and reply.content_type == "application/problem+json" and "store at http://127.0.0.1" in reply.json["detail"]


@pytest.mark.parametrize("mood", MOODS)
def test_each_failure_is_a_503_and_passes_by_itself(client, endpoint, mood):
    asked = "/id/title/senior-engineer?format=ttl"  # which is queried each time
    endpoint.mood = mood
    time.sleep(0.55)  # what was known of the store is no longer relied on
    begun = time.monotonic()
    assert is_unavailable(client.get(asked))
    assert time.monotonic() - begun < 10
    ready = client.get("/health/ready")
    assert is_unavailable(ready) and ready.headers["Cache-Control"] == "no-store"
    assert client.get("/health/live").status_code == 200
    endpoint.mood = "well"
    time.sleep(0.35)
    assert client.get(asked).status_code == 200
    assert client.get("/health/ready").json["status"] == "ready"


def test_what_needs_no_query_is_answered_while_the_store_is_down(client, endpoint):
    known = client.get("/api/ask?q=高级工程师对应几级岗位").json
    endpoint.mood = "500"
    time.sleep(0.55)
    assert client.get("/api/ask?q=高级工程师对应几级岗位").json == known, "its query was asked before"
    for path in ("/", "/faq", "/sparql?query=ASK%7B%7D", "/api/rubrics/wenzhou-engineer-draft", "/api/compare?title=engineer", "/api/queries", "/void", "/metrics"):
        reply = client.get(path)
        assert reply.status_code == 200, (path, reply.text[:300])


def test_the_503_of_a_page_is_a_page(client, endpoint):
    endpoint.mood = "500"
    time.sleep(0.55)
    page = client.get("/id/title/technician", headers={"Accept": "text/html"})
    assert page.status_code == 503 and page.headers["Retry-After"] and page.content_type.startswith("text/html")


def test_a_connection_lost_once_is_not_noticed(client, endpoint):
    endpoint.mood = "resets once"
    assert client.get("/id/title/technician?format=ttl").status_code == 200


def test_a_store_that_hangs_keeps_nobody_waiting_for_long(client, endpoint):
    """Threads are few: once the store is known to hang, all are told at once."""
    endpoint.mood = "hangs"
    time.sleep(0.55)
    with ThreadPoolExecutor(12) as crowd:
        begun = time.monotonic()
        statuses = list(crowd.map(lambda _: client.application.test_client().get("/id/title/engineer?format=ttl").status_code, range(60)))
    assert set(statuses) == {503}
    assert time.monotonic() - begun < 30
    assert client.get("/api/compare?title=engineer").status_code == 200


def test_connections_are_kept(opened, endpoint):
    endpoint.mood = "well"
    time.sleep(0.35)
    list(opened.store.query("SELECT ?s { ?s ?p ?o } LIMIT 1"))
    before, queries = endpoint.connections, endpoint.queries
    for number in range(20):
        list(opened.store.query(f"SELECT ?s {{ ?s ?p ?o }} LIMIT {number + 1}"))
    assert endpoint.queries >= queries + 20 and endpoint.connections == before


def test_a_service_starts_while_the_store_is_down_and_answers_once_it_is_up(home, cache, memory):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    service = open_service(home, cache, Place(f"http://reader:hush-hush@127.0.0.1:{port}/query", seconds=2))
    client = create_app(service).test_client()
    refused = client.get("/api/queries/post-grades-of-level?title=engineer")
    assert is_unavailable(refused) and "cannot be reached" in refused.json["detail"]
    assert "hush-hush" not in refused.text and "reader" not in refused.json["detail"]


def test_another_version_of_the_data_is_not_mixed_with_ones_own(client, endpoint):
    held = next(iter(endpoint.graph.quads_for_pattern(publication.RECORD, None, None, None)))
    endpoint.graph.remove(held)
    try:
        time.sleep(0.55)
        reply = client.get("/id/title/engineer?format=ttl")
        assert is_unavailable(reply) and "does not hold the data" in reply.json["detail"] and "zhicheng load" in reply.json["detail"]
    finally:
        endpoint.graph.add(held)


def test_credentials_are_sent_when_asked_for_and_never_shown(endpoint, home, cache, memory, caplog):
    endpoint.mood = "wants a password"
    with_user = open_service(home, cache, Place(endpoint.address.replace("//", "//reader:hush%2Dhush@"), seconds=5)).store
    assert len(list(with_user.query("SELECT ?s { ?s ?p ?o } LIMIT 3"))) == 3
    assert endpoint.authorisations[-1].startswith("Basic ")
    assert "hush" not in caplog.text and "hush" not in repr(vars(with_user))
    without = open_service(home, cache, Place(endpoint.address, seconds=5)).store
    with pytest.raises(StoreFailure, match="ZHICHENG_STORE_USER"):
        without.query("ASK {}")
    endpoint.mood = "well"


def test_what_is_no_query_is_told_from_a_store_that_fails(opened, endpoint):
    endpoint.mood = "well"
    time.sleep(0.35)
    assert bool(opened.store.query("ASK { ?s ?p ?o }")) is True
    with pytest.raises((Invalid, StoreFailure)):
        opened.store.query("SELECT WHERE")


@pytest.mark.parametrize("where", ["http://", "ftp://localhost/query", "http://localhost:port/query"])
def test_an_address_that_is_none_is_refused_at_start(home, cache, memory, where):
    with pytest.raises(Invalid, match="http://localhost:7878/query"):
        open_service(home, cache, Place(where))
