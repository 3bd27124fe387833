"""The graph in any SPARQL 1.1 endpoint, asked through SPARQLWrapper."""

import json
import time
from collections.abc import Iterable
from functools import cached_property
from threading import Lock

from pyoxigraph import Literal, NamedNode, QueryBoolean, QueryResultsFormat, QuerySolutions, RdfFormat, Store, Triple, parse, parse_query_results
from SPARQLWrapper import JSON, POST, TURTLE, SPARQLWrapper

from zhicheng.errors import Invalid, StoreFailure
from zhicheng.knowledge import publication, sparql_text
from zhicheng.knowledge.endpoints import Address, Endpoint, Reply
from zhicheng.knowledge.loading import Graph

GRAPHS = {"application/n-triples": RdfFormat.N_TRIPLES, "text/turtle": RdfFormat.TURTLE}
PREFERRED = "application/n-triples, text/turtle;q=0.5"
BOOLEAN = "http://www.w3.org/2001/XMLSchema#boolean"
NODE = "nodeID://"
CANONICAL = {Literal(old, datatype=NamedNode(BOOLEAN)): Literal(new, datatype=NamedNode(BOOLEAN)) for old, new in (("1", "true"), ("0", "false"))}
# Virtuoso's word that it has cut a result, with which it still says that all is well.
CUT = ("X-SPARQL-MaxRows", "X-SQL-State")
# Seconds for which a store that did not answer is not asked again.
REST = 2


class PooledWrapper(SPARQLWrapper):
    """SPARQLWrapper over connections that stay open; the library's own closes them after each query."""

    def __init__(self, endpoint: Endpoint):
        super().__init__(endpoint.address.url, returnFormat=JSON)
        self._server = endpoint
        self.setMethod(POST)
        self.setOnlyConneg(True)

    def _parseQueryType(self, query: str) -> str | None:
        return sparql_text.form(query)  # the library's own is misled by comments

    def _query(self) -> tuple[Reply, str]:
        request = self._createRequest()
        return self._server.send(request.get_method(), self._server.address.at(request.full_url), data=request.data, headers=dict(request.header_items())), self.returnFormat


def asked(endpoint: Endpoint, text: str, default_graphs: Iterable[str] = (), named_graphs: Iterable[str] = ()) -> QuerySolutions | QueryBoolean | list[Triple]:
    """The whole result of a query over the graphs named, or over what the endpoint itself chooses.

    Raises Invalid when the text is no SPARQL query, StoreFailure when the endpoint does not answer with a whole result.
    """
    wrapper = PooledWrapper(endpoint)
    for name, graphs in (("default-graph-uri", default_graphs), ("named-graph-uri", named_graphs)):
        for graph in graphs:
            wrapper.addParameter(name, graph)
    wrapper.setQuery(text)
    of_triples = wrapper.queryType in ("CONSTRUCT", "DESCRIBE")
    if of_triples:
        wrapper.setReturnFormat(TURTLE)
        wrapper.addCustomHttpHeader("Accept", PREFERRED)
    reply = wrapper.query().response
    place = endpoint.address
    if reply.status == 400:
        _require_query(text)
    if reply.status in (401, 403):
        raise StoreFailure(f"The store at {place} refuses the query (status {reply.status}). Give a user and password that may read it, in ZHICHENG_STORE_USER and ZHICHENG_STORE_PASSWORD")
    if reply.status != 200:
        raise StoreFailure(f"The store at {place} fails on a query, with status {reply.status}. Its own log says why")
    if any(name in reply.headers for name in CUT):
        raise StoreFailure(f"The store at {place} cuts its results. Raise its limits (in Virtuoso ResultSetMaxRows, MaxQueryExecutionTime)")
    try:
        return _triples(reply) if of_triples else _solutions(reply.body, wrapper.queryType == "ASK")
    except (SyntaxError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise StoreFailure(f"The store at {place} answers a query with what is no result of it ({reply.media or 'no media type'}). Name the address of its SPARQL queries") from error


def _require_query(text: str) -> None:
    try:
        Store().query(text)
    except SyntaxError as error:
        raise Invalid("The query", f"is not SPARQL: {error.msg}", "Send a SELECT, ASK, CONSTRUCT or DESCRIBE query") from error


def _solutions(body: bytes, boolean: bool) -> QuerySolutions | QueryBoolean:
    """The result in SPARQL JSON; it is read to its end once, so that none is handed on that breaks off."""
    if BOOLEAN.encode() in body or NODE.encode() in body:
        body = _normal(body)
    result = parse_query_results(body, QueryResultsFormat.JSON)
    if isinstance(result, QueryBoolean) != boolean:
        raise ValueError("the result is of another kind than the query")
    if boolean:
        return result
    for _ in result:
        pass
    return parse_query_results(body, QueryResultsFormat.JSON)


def _normal(body: bytes) -> bytes:
    """The same as all other stores return it: true and false, the canonical form of booleans (XML Schema 1.1-2, §3.3.2.2), for 1 and 0, and names of blank nodes without Virtuoso's scheme."""
    result = json.loads(body)
    for row in result["results"]["bindings"]:
        for term in row.values():
            if term.get("datatype") == BOOLEAN:
                term["value"] = {"1": "true", "0": "false"}.get(term["value"], term["value"])
            elif term["type"] == "bnode":
                term["value"] = term["value"].removeprefix(NODE)
    return json.dumps(result, ensure_ascii=False).encode()


def _triples(reply: Reply) -> list[Triple]:
    return [Triple(q.subject, q.predicate, CANONICAL.get(q.object, q.object)) for q in parse(reply.body, GRAPHS[reply.media])]


class RemoteStore:
    """The graph in a SPARQL endpoint, to which `zhicheng load` has published it.

    It asks over the published graphs alone, as their union and each by its name (SPARQL 1.1 Protocol, §2.1.4), whatever else the
    endpoint holds, and only while it holds the very version of the graph that this process was put together from.
    """

    def __init__(self, address: Address, seconds: float, graph: Graph):
        self._endpoint, self._graph = Endpoint(address, seconds), graph
        self._asking, self._checked, self._rests_until = Lock(), float("-inf"), float("-inf")
        self._failure: StoreFailure | None = None

    @cached_property
    def _held(self) -> tuple[list[str], str]:
        """The names of the graphs, and the version of them all."""
        versions = publication.versions(publication.contents(self._graph))
        whole = versions.pop(publication.RECORD.value)
        return sorted(versions), whole

    def __len__(self) -> int:
        return self._graph.size

    def query(self, text: str) -> QuerySolutions | QueryBoolean | list[Triple]:
        """As `GraphStore.query`; raises StoreFailure at once while the store rests after it did not answer."""
        self.check()
        graphs, _ = self._held
        result = self._guarded(text, graphs, graphs)
        self.check()  # a result that came late may be of graphs that were being replaced
        return result

    def check(self) -> None:
        """Raise StoreFailure unless the store holds the version of the graph that is asked for here."""
        if time.monotonic() <= self._checked + publication.LEASE:
            return
        with self._asking:
            _, version = self._held
            begun = time.monotonic()
            if begun <= self._checked + publication.LEASE:
                return
            record = {row["graph"].value: row["version"].value for row in self._guarded(publication.RECORDED, (), (publication.RECORD.value,))}
            held = record.get(publication.RECORD.value)
            if held != version:
                said = "does not hold the data" if held is None else "is being published to, or a publication broke off" if held.startswith(publication.PENDING) else "holds another version of the data than this service"
                raise StoreFailure(f"The store at {self._endpoint.address} {said}. Publish with zhicheng load --to, from the data of this service")
            self._checked = begun

    def _guarded(self, text: str, default_graphs: Iterable[str], named_graphs: Iterable[str]) -> QuerySolutions | QueryBoolean | list[Triple]:
        """The result of a query, asked unless the store rests: threads that wait for one that is down would keep others from being answered."""
        if self._failure and time.monotonic() < self._rests_until:
            raise StoreFailure(str(self._failure), self._failure.retry_after)
        try:
            result = asked(self._endpoint, text, default_graphs, named_graphs)
        except StoreFailure as error:
            if error.down:
                self._failure, self._rests_until, self._checked = error, time.monotonic() + REST, float("-inf")
            raise
        self._failure = None
        return result
