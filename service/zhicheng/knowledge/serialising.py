"""RDF as bytes: the same statements always make the same bytes, whichever process writes them."""

from collections.abc import Iterable

from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Dataset, DefaultGraph, NamedNode, Quad, RdfFormat, Triple, serialize

from zhicheng.terms import PREFIXES, RDF

# File name extension: format, for one graph and for many.
GRAPH_FORMATS = {"ttl": RdfFormat.TURTLE, "jsonld": RdfFormat.JSON_LD, "nt": RdfFormat.N_TRIPLES, "rdf": RdfFormat.RDF_XML}
DATASET_FORMATS = {"nq": RdfFormat.N_QUADS, "trig": RdfFormat.TRIG, "jsonld": RdfFormat.JSON_LD}


def written(statements: Iterable[Triple | Quad], format: RdfFormat) -> bytes:
    """Statements in a format, as UTF-8.

    They are sorted, types first and blank nodes behind what they belong to, and blank nodes are named by RDFC-1.0 (W3C, RDF Dataset
    Canonicalization), so that equal statements give equal bytes.
    """
    quads = Dataset(s if isinstance(s, Quad) else Quad(s.subject, s.predicate, s.object) for s in statements)
    quads.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    ordered = _ordered(quads)
    prefixes = _used(ordered)
    if format.supports_datasets and any(q.graph_name != DefaultGraph() for q in ordered):
        text = serialize(ordered, format=format, prefixes=prefixes)
    else:
        text = serialize((q.triple for q in ordered), format=format, prefixes=prefixes)
    return _with_prefixes_in_order(text) if format in (RdfFormat.TURTLE, RdfFormat.TRIG) else text


def _ordered(quads: Iterable[Quad]) -> list[Quad]:
    """Quads by graph and subject; those of a blank node directly behind its first mention."""
    ordered = sorted(quads, key=lambda q: (str(q.graph_name), str(q.subject), q.predicate.value != RDF + "type", q.predicate.value, str(q.object)))
    owner: dict = {}
    for quad in ordered:
        if isinstance(quad.object, BlankNode) and not isinstance(quad.subject, BlankNode):
            owner.setdefault(quad.object, str(quad.subject))
    return sorted(ordered, key=lambda q: (str(q.graph_name), owner.get(q.subject, str(q.subject)), isinstance(q.subject, BlankNode)))


def _used(quads: list[Quad]) -> dict[str, str]:
    """The customary prefixes of the vocabularies that some statements use."""
    iris = {t.value for q in quads for t in (q.subject, q.predicate, q.object, getattr(q.object, "datatype", None)) if isinstance(t, NamedNode)}
    return {prefix: namespace for prefix, namespace in PREFIXES.items() if any(iri.startswith(namespace) for iri in iris)}


def _with_prefixes_in_order(text: bytes) -> bytes:
    lines = text.split(b"\n")
    head = next(n for n, line in enumerate(lines) if not line.startswith(b"@prefix"))
    return b"\n".join([*sorted(lines[:head]), b"", *lines[head:]])
