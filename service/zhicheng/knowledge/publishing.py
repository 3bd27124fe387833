"""Publishing the graph to a SPARQL server: each policy as its named graph, replaced as a whole."""

import time
from collections.abc import Callable, Iterator
from typing import Protocol
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

from pyoxigraph import QueryResultsFormat, parse_query_results

from zhicheng.errors import Invalid, StoreFailure
from zhicheng.knowledge import publication
from zhicheng.knowledge.endpoints import Address, Endpoint, Reply
from zhicheng.knowledge.loading import Graph
from zhicheng.knowledge.publication import PENDING, RECORD
from zhicheng.knowledge.remote import asked
from zhicheng.settings import TABLE

N_TRIPLES = "application/n-triples"
# What servers call, beside each other, their queries, graph store and updates: Oxigraph, Fuseki, RDF4J and GraphDB, Virtuoso.
QUERIES = ("query", "sparql", "")
STORES = ("store", "data", "rdf-graphs/service", "sparql-graph-crud-auth")
UPDATES = ("update", "statements", "sparql-auth")
# Seconds that a server may take to replace one graph.
SECONDS = 300
STAGED = "#staged"
USER, PASSWORD = TABLE["store_user"].variable, TABLE["store_password"].variable


class Door(Protocol):
    """A way to change the named graphs of a server."""

    address: Address

    def replace(self, name: str, triples: bytes) -> None:
        """Put triples (N-Triples) in the place of all that a graph holds, at once; raises StoreFailure where the old ones stay."""

    def remove(self, name: str) -> None:
        """Remove a graph, which may not be there."""


class GraphStore:
    """The SPARQL 1.1 Graph Store HTTP Protocol: PUT is one transaction in Oxigraph and Fuseki."""

    def __init__(self, endpoint: Endpoint, address: Address):
        self._endpoint, self.address = endpoint, address

    def replace(self, name: str, triples: bytes) -> None:
        _require(self._endpoint.send("PUT", self.address, params={"graph": name}, data=triples, headers={"Content-Type": N_TRIPLES}), self.address)

    def remove(self, name: str) -> None:
        reply = self._endpoint.send("DELETE", self.address, params={"graph": name})
        if reply.status != 404:
            _require(reply, self.address)


class Updates:
    """SPARQL 1.1 Update: a request is one transaction, as the recommendation (§2.2) would have it."""

    def __init__(self, endpoint: Endpoint, address: Address):
        self._endpoint, self.address = endpoint, address

    def replace(self, name: str, triples: bytes) -> None:
        self.update(f"DROP SILENT GRAPH <{name}> ; INSERT DATA {{ GRAPH <{name}> {{\n{triples.decode()}}} }}")

    def remove(self, name: str) -> None:
        self.update(f"DROP SILENT GRAPH <{name}>")

    def update(self, text: str) -> None:
        """Carry out an update; raises StoreFailure where the server does not."""
        _require(self._endpoint.send("POST", self.address, data={"update": text}), self.address)


class StagedGraphs:
    """Virtuoso, whose PUT is many transactions: triples are put beside the graph, and take its place in one operation."""

    def __init__(self, graphs: GraphStore, updates: Updates):
        self._graphs, self._updates, self.address = graphs, updates, graphs.address

    def replace(self, name: str, triples: bytes) -> None:
        staged = name + STAGED
        self._graphs.replace(staged, triples)
        self._updates.update(
            f"DEFINE sql:log-enable 1 DELETE {{ GRAPH <{name}> {{ ?s ?p ?o }} }} INSERT {{ GRAPH <{name}> {{ ?a ?b ?c }} }} "
            f"WHERE {{ {{ GRAPH <{name}> {{ ?s ?p ?o }} }} UNION {{ GRAPH <{staged}> {{ ?a ?b ?c }} }} }}"
        )
        self._graphs.remove(staged)

    def remove(self, name: str) -> None:
        self._graphs.remove(name)
        self._graphs.remove(name + STAGED)


def publish(graph: Graph, address: Address, told: Callable[[str], None]) -> Address:
    """Make a server hold the named graphs of a graph and return the address of its queries; `told` hears of each step.

    A graph that the server holds in the same version is left alone; one that an earlier publication put there and that is
    gone is removed; graphs of others are not touched. Raises StoreFailure when the server fails, which leaves each graph as it was or as
    it shall be; Invalid where no server is found at the address that can be queried and changed.
    """
    endpoint = Endpoint(address, SECONDS)
    wanted = publication.contents(graph)
    versions = publication.versions(wanted)
    reader, software = _reader(endpoint)
    told(f"queries are answered at {reader.address}")
    held = _recorded(reader)
    if held == versions:
        told("all graphs are there in this version already")
        return reader.address
    todo, gone = [name for name in wanted if held.get(name) != versions[name]], sorted(held.keys() - versions.keys())
    mark = {**held, **dict.fromkeys([*todo, *gone], PENDING), RECORD.value: f"{PENDING} {uuid4()}"}
    door = _door(endpoint, reader, software, mark)
    told(f"graphs are changed at {door.address}")
    if held:
        time.sleep(publication.LEASE)  # until every reader has noticed
    for number, name in enumerate(todo, 1):
        _require_alone(reader, mark)
        begun, count = time.monotonic(), wanted[name].count(b"\n")
        door.replace(name, wanted[name])
        _require_whole(reader, name, count)
        told(f"{number}/{len(todo)} {name}: {count} triples, {time.monotonic() - begun:.1f} s")
    for name in gone:
        door.remove(name)
        told(f"removed {name}")
    _require_alone(reader, mark)
    door.replace(RECORD.value, publication.record(versions))
    return reader.address


def _reader(endpoint: Endpoint) -> tuple[Endpoint, str]:
    """Where the server answers queries, and what it calls itself."""
    for address in [endpoint.address, *_beside(endpoint.address, QUERIES)]:
        reply = endpoint.send("POST", address, data={"query": "ASK {}"}, headers={"Accept": "application/sparql-results+json"})
        try:
            if reply.status == 200 and bool(parse_query_results(reply.body, QueryResultsFormat.JSON)) is True:
                return Endpoint(address, SECONDS), reply.headers.get("Server", "")
        except (SyntaxError, ValueError):
            continue
    raise Invalid(str(endpoint.address), "answers no SPARQL query", "Name the address of a server's queries, graph store or updates, such as http://localhost:7878/query")


def _door(endpoint: Endpoint, reader: Endpoint, software: str, mark: dict[str, str]) -> Door:
    """The first way to change graphs by which the record, once marked, is read back so."""
    said = []
    for door in _doors(endpoint, software):
        try:
            door.replace(RECORD.value, publication.record(mark))
        except StoreFailure as error:
            if error.down:
                raise
            said.append(str(error).partition(". ")[0])
        else:
            if _recorded(reader) == mark:
                return door
    raise Invalid(str(endpoint.address), f"is of no server that can be changed ({'; '.join(said)})", f"Name the address of its graph store or updates, and a user that may change it in {USER} and {PASSWORD}")


def _doors(endpoint: Endpoint, software: str) -> Iterator[Door]:
    address = endpoint.address
    if software.startswith("Virtuoso"):
        (graphs,), (updates,) = _beside(address, STORES[-1:]), _beside(address, UPDATES[-1:])
        yield StagedGraphs(GraphStore(endpoint, graphs), Updates(endpoint, updates))
        return
    yield from (GraphStore(endpoint, address), Updates(endpoint, address))
    yield from (GraphStore(endpoint, place) for place in _beside(address, STORES))
    yield from (Updates(endpoint, place) for place in _beside(address, UPDATES))


def _beside(address: Address, names: tuple[str, ...]) -> list[Address]:
    """The addresses at which a server may have these, beside or below an address of its own."""
    parts = urlsplit(address.url)
    path = parts.path.rstrip("/")
    for name in sorted({*QUERIES, *STORES, *UPDATES} - {""}, key=len, reverse=True):
        if path.endswith("/" + name):
            path = path.removesuffix("/" + name)
            break
    found = [urlunsplit((parts.scheme, parts.netloc, f"{path}/{name}".rstrip("/") or "/", "", "")) for name in names]
    return [address.at(url) for url in found if url != address.url or len(names) == 1]


def _recorded(reader: Endpoint) -> dict[str, str]:
    """The versions of graphs that the server's record states."""
    return {row["graph"].value: row["version"].value for row in asked(reader, publication.RECORDED, (), (RECORD.value,))}


def _require_alone(reader: Endpoint, mark: dict[str, str]) -> None:
    if _recorded(reader) != mark:
        raise StoreFailure(f"Another publication to {reader.address} has begun meanwhile. Let it end, and publish again")


def _require_whole(reader: Endpoint, name: str, count: int) -> None:
    (row,) = asked(reader, f"SELECT (COUNT(*) AS ?count) WHERE {{ GRAPH <{name}> {{ ?s ?p ?o }} }}", (), (name,))
    if int(row["count"].value) != count:
        raise StoreFailure(f"The store at {reader.address} holds {row['count'].value} of the {count} triples of <{name}>. Its own log says why")


def _require(reply: Reply, address: Address) -> None:
    if reply.status in (401, 403):
        raise StoreFailure(f"The store at {address} refuses the change (status {reply.status}). Name a user that may change it in {USER} and {PASSWORD}")
    if not 200 <= reply.status < 300:
        raise StoreFailure(f"The store at {address} fails on a change, with status {reply.status}. Its own log says why")
