"""Where the graph is kept: one small interface, and the stores behind it."""

from typing import Protocol

from pyoxigraph import QueryBoolean, QuerySolutions, QueryTriples, RdfFormat, Store

from zhicheng.errors import Invalid
from zhicheng.knowledge.loading import Graph

Result = QuerySolutions | QueryBoolean | QueryTriples


class GraphStore(Protocol):
    """A store that answers SPARQL queries over the union of all named graphs."""

    def query(self, text: str) -> Result:
        """The solutions, truth value or triples that a SPARQL query gives.

        Raises Invalid when the text is no SPARQL query, StoreFailure when the store does not answer.
        """


class EmbeddedStore:
    """The graph in memory, in this process."""

    def __init__(self, graph: Graph):
        self._graph = graph
        self._store = Store()
        self._store.extend(graph.quads)
        self._store.optimize()

    def __getstate__(self) -> Graph:
        return self._graph

    def __setstate__(self, graph: Graph) -> None:
        self._graph = graph
        self._store = Store()
        self._store.load(graph.n_quads, RdfFormat.N_QUADS)
        self._store.optimize()

    def __len__(self) -> int:
        return len(self._store)

    def query(self, text: str) -> Result:
        try:
            return self._store.query(text, use_default_graph_as_union=True)
        except SyntaxError as error:
            raise Invalid("The query", f"is not SPARQL: {error.msg}", "Send a SELECT, ASK, CONSTRUCT or DESCRIBE query") from error
