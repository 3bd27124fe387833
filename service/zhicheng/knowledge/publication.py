"""What of the graph stands in a store of others: its named graphs, and the record that says which versions of them."""

import hashlib
from collections.abc import Mapping

from pyoxigraph import CanonicalizationAlgorithm, Dataset, Literal, NamedNode, Quad, RdfFormat, Triple, serialize

from zhicheng.knowledge.loading import Graph
from zhicheng.terms import BASE

# The named graph of the record. It states the version of each graph published, and of them all once they are all there.
RECORD = NamedNode(BASE + "publication")
VERSION = NamedNode("http://www.w3.org/2002/07/owl#versionInfo")
# The version of a graph that is about to be replaced.
PENDING = "pending"
# Seconds for which a reader relies on the record that it has read; a publisher changes nothing before they have passed since it marked the record.
LEASE = 3
RECORDED = f"SELECT ?graph ?version WHERE {{ GRAPH <{RECORD.value}> {{ ?graph <{VERSION.value}> ?version }} }} ORDER BY ?graph ?version"


def contents(graph: Graph) -> dict[str, bytes]:
    """The triples of each named graph as N-Triples, by its IRI; the same graph gives the same bytes (RDF Dataset Canonicalization, RDFC-1.0)."""
    found = {}
    for name in names(graph):
        triples = Dataset(Quad(q.subject, q.predicate, q.object) for q in graph.quads.quads_for_graph_name(NamedNode(name)))
        triples.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
        lines = serialize(triples, format=RdfFormat.N_QUADS).splitlines(keepends=True)
        found[name] = b"".join(sorted(lines))
    return found


def names(graph: Graph) -> list[str]:
    """The IRIs of the named graphs, in order."""
    return sorted({quad.graph_name.value for quad in graph.quads})


def versions(published: Mapping[str, bytes]) -> dict[str, str]:
    """The version of each graph: the SHA-256 of its triples; and, as that of the record itself, the version of them all."""
    found = {name: hashlib.sha256(triples).hexdigest() for name, triples in published.items()}
    whole = "".join(f"{name} {version}\n" for name, version in sorted(found.items()))
    return {**found, RECORD.value: hashlib.sha256(whole.encode()).hexdigest()}


def record(held: Mapping[str, str]) -> bytes:
    """The record of such versions, as N-Triples."""
    triples = [Triple(NamedNode(name), VERSION, Literal(version)) for name, version in sorted(held.items())]
    return serialize(triples, format=RdfFormat.N_TRIPLES)
