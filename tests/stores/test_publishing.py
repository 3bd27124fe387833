"""Publishing to real servers: each policy whole or as before, again at any time, and nobody else's graphs touched."""

import threading
from urllib.parse import urljoin

import pytest
from pyoxigraph import Dataset, NamedNode, Quad

from zhicheng.__main__ import main
from zhicheng.errors import Invalid, StoreFailure
from zhicheng.knowledge import publication
from zhicheng.knowledge.endpoints import Address, Endpoint
from zhicheng.knowledge.loading import Graph
from zhicheng.knowledge.publishing import GraphStore, StagedGraphs, Updates, publish
from zhicheng.knowledge.remote import asked

XINZHOU, CHANGZHI = (f"https://w3id.org/zhicheng/id/policy/{name}" for name in ("xinzhou-2024-18", "changzhi-2022-139"))


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(publication, "LEASE", 0.1)


@pytest.fixture
def address(server) -> Address:
    return Address.of(server.to, server.user, server.password)


def part(graph: Graph, *names: str, without: int = 0) -> Graph:
    """Some of the named graphs, the last of them without its first few triples that have no blank node."""
    quads = [q for name in names for q in sorted(graph.quads.quads_for_graph_name(NamedNode(name)), key=str, reverse=name == names[-1])]
    return Graph(Dataset(quads[: len(quads) - without]))


def held(queries: Address, name: str) -> int:
    (row,) = asked(Endpoint(queries, 30), f"SELECT (COUNT(*) AS ?n) WHERE {{ GRAPH <{name}> {{ ?s ?p ?o }} }}", (), (name,))
    return int(row["n"].value)


def size(graph: Graph, name: str) -> int:
    return sum(1 for _ in graph.quads.quads_for_graph_name(NamedNode(name)))


def test_it_can_be_run_again_and_removes_what_is_gone_and_nothing_of_others(memory, address):
    whole, said = part(memory.graph, CHANGZHI, XINZHOU), []
    queries = publish(whole, address, said.append)
    assert [held(queries, n) for n in (CHANGZHI, XINZHOU)] == [size(whole, n) for n in (CHANGZHI, XINZHOU)]
    assert len([line for line in said if "triples" in line]) == 2 and said[2].startswith("1/2 ")
    said.clear()
    assert publish(whole, queries, said.append) == queries  # the address of the queries will do as well
    assert not [line for line in said if "triples" in line]
    publish(part(memory.graph, CHANGZHI, XINZHOU, without=5), address, said.append)
    assert len([line for line in said if "triples" in line]) == 1 and held(queries, XINZHOU) == size(whole, XINZHOU) - 5
    theirs = Quad(NamedNode("http://example.org/s"), NamedNode("http://example.org/p"), NamedNode("http://example.org/o"), NamedNode("http://example.org/theirs"))
    door_to(address, queries).replace(theirs.graph_name.value, b"<http://example.org/s> <http://example.org/p> <http://example.org/o> .\n")
    publish(part(memory.graph, CHANGZHI), address, said.append)
    assert held(queries, XINZHOU) == 0 and held(queries, CHANGZHI) == size(whole, CHANGZHI) and held(queries, theirs.graph_name.value) == 1
    assert "removed " + XINZHOU in said


def door_to(address: Address, queries: Address):
    from zhicheng.knowledge import publishing

    reader, software = publishing._reader(Endpoint(address, 30))
    return publishing._door(Endpoint(address, 30), reader, software, publishing._recorded(reader))


def test_a_reader_sees_the_old_or_the_new_and_never_a_part(memory, address, server):
    small, large = part(memory.graph, CHANGZHI, without=2000), part(memory.graph, CHANGZHI)
    queries = publish(large, address, lambda _: None)
    seen, done = set(), threading.Event()

    def read():
        while not done.is_set():
            seen.add(held(queries, CHANGZHI))

    reader = threading.Thread(target=read)
    reader.start()
    try:
        publish(small, address, lambda _: None)
        publish(large, address, lambda _: None)
    finally:
        done.set()
        reader.join()
    assert {size(small, CHANGZHI), size(large, CHANGZHI)} & seen
    if server.name == "virtuoso":
        # It reads committed rows one by one: in the instant of the change a reader may see some of both, but never an empty graph.
        assert min(seen) > 0
    else:
        assert seen <= {size(small, CHANGZHI), size(large, CHANGZHI)}


def test_a_failure_leaves_the_old_graph_and_the_next_run_mends_it(memory, address, monkeypatch):
    old, new = part(memory.graph, CHANGZHI, XINZHOU, without=7), part(memory.graph, CHANGZHI, XINZHOU)
    queries = publish(old, address, lambda _: None)
    send = Endpoint.send

    def broken(self, method, place, *, data=None, **rest):
        if method == "PUT" and isinstance(data, bytes) and len(data) > 100_000:
            data = data[: len(data) // 2] + b"\n<broken"
        return send(self, method, place, data=data, **rest)

    monkeypatch.setattr(Endpoint, "send", broken)
    with pytest.raises(StoreFailure, match="status"):
        publish(new, address, lambda _: None)
    monkeypatch.undo()
    monkeypatch.setattr(publication, "LEASE", 0.1)
    assert held(queries, XINZHOU) == size(old, XINZHOU)
    record = {row["graph"].value: row["version"].value for row in asked(Endpoint(queries, 30), publication.RECORDED, (), (publication.RECORD.value,))}
    assert record[publication.RECORD.value].startswith(publication.PENDING), "no service may take it for a whole publication"
    publish(new, address, lambda _: None)
    assert held(queries, XINZHOU) == size(new, XINZHOU)


def test_the_way_in_is_what_the_server_offers(memory, address, server):
    reader_address = publish(part(memory.graph, XINZHOU), address, lambda _: None)
    door = door_to(address, reader_address)
    assert isinstance(door, StagedGraphs if server.name == "virtuoso" else GraphStore)
    if server.name != "virtuoso":
        update = Address.of(server.to + "/update")
        said = []
        publish(part(memory.graph, XINZHOU, without=3), update, said.append)
        assert isinstance(door_to(update, reader_address), Updates) and "graphs are changed at " + update.url in said
        assert held(reader_address, XINZHOU) == size(memory.graph, XINZHOU) - 3


def test_a_wrong_password_is_said_and_not_shown(memory, server, home, cache, monkeypatch, capsys):
    if server.name != "virtuoso":
        pytest.skip("this server is started without users")
    monkeypatch.setenv("ZHICHENG_HOME", str(home))
    monkeypatch.setenv("ZHICHENG_CACHE", str(cache))
    assert main(["load", "--to", server.to.replace("//", "//dba:hush-hush@")]) == 2
    shown = capsys.readouterr()
    assert "ZHICHENG_STORE_PASSWORD" in shown.err and "hush-hush" not in shown.err + shown.out


def test_an_address_without_a_server_says_what_would_work(memory, server):
    wrong = Address.of(urljoin(server.to, "/nothing/here"))
    with pytest.raises((Invalid, StoreFailure), match="localhost"):
        publish(part(memory.graph, XINZHOU), wrong, lambda _: None)
