"""A query's result as bytes, in each format of the recommendations, within bounds on rows and bytes."""

import re
import zlib
from collections.abc import Iterable, Iterator

from pyoxigraph import NamedNode, QueryBoolean, QueryResultsFormat, QuerySolutions, QueryTriples, RdfFormat, Triple, serialize

from zhicheng.knowledge.limits import Inexpressible, Limits, TooCostly
from zhicheng.terms import PREFIXES

# Media type: format. The first is the default; those further down are other names of one above.
SOLUTIONS = {
    "application/sparql-results+json": QueryResultsFormat.JSON,
    "application/sparql-results+xml": QueryResultsFormat.XML,
    "text/csv": QueryResultsFormat.CSV,
    "text/tab-separated-values": QueryResultsFormat.TSV,
    "application/json": QueryResultsFormat.JSON,
    "application/xml": QueryResultsFormat.XML,
    "text/xml": QueryResultsFormat.XML,
}
GRAPHS = {
    "text/turtle": RdfFormat.TURTLE,
    "application/n-triples": RdfFormat.N_TRIPLES,
    "application/rdf+xml": RdfFormat.RDF_XML,
    "application/ld+json": RdfFormat.JSON_LD,
    "application/json": RdfFormat.JSON_LD,
    "application/xml": RdfFormat.RDF_XML,
    "text/plain": RdfFormat.N_TRIPLES,
}
# What begins or parts rows, outside strings where a format has them.
ROW = {QueryResultsFormat.JSON: b",{", QueryResultsFormat.XML: b"<result>", QueryResultsFormat.CSV: b"\n", QueryResultsFormat.TSV: b"\n"}
# What XML 1.0 (§2.2) cannot hold: control characters, and U+FFFE and U+FFFF.
NOT_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
LOCAL_NAME = re.compile(r"[^\W\d][\w.-]*$")
XML = (QueryResultsFormat.XML, RdfFormat.RDF_XML)
GZIP = 16 + zlib.MAX_WBITS


class Bounded:
    """A file in memory that refuses what is more than the limits allow, or cannot be said in its format."""

    def __init__(self, limits: Limits, format: QueryResultsFormat | RdfFormat):
        self.parts: list[bytes] = []
        self._limits, self._format = limits, format
        # The first line of CSV and TSV is the head; JSON parts rows, one mark fewer than there are.
        self._size, self._rows = 0, {QueryResultsFormat.CSV: -1, QueryResultsFormat.TSV: -1, QueryResultsFormat.JSON: 1}.get(format, 0)
        self._in_string, self._backslashes, self._rest = 0, b"", b""

    def write(self, chunk: bytes) -> int:
        self._size += len(chunk)
        if self._size > self._limits.bytes:
            raise TooCostly(f"The result has more than {self._limits.bytes} bytes. Ask for less with LIMIT and OFFSET, or fetch the whole data set from /void")
        if self._format in XML and NOT_XML.search(chunk):
            raise Inexpressible("The result holds a character that XML cannot. Ask for it in another format")
        if self._format in ROW:
            self._rows += self._rows_of(chunk)
            if self._rows > self._limits.rows:
                raise too_many(self._limits)
        self.parts.append(bytes(chunk))
        return len(chunk)

    def flush(self) -> None:
        """Nothing is held back."""

    def _rows_of(self, chunk: bytes) -> int:
        """How many row marks end in a chunk, whichever way the text was cut into chunks."""
        mark = ROW[self._format]
        text = chunk
        if self._format == QueryResultsFormat.JSON:
            text, self._backslashes = _without_escapes(self._backslashes + chunk)
        if self._format in (QueryResultsFormat.JSON, QueryResultsFormat.CSV):
            pieces = text.split(b'"')
            text = b"".join(pieces[self._in_string :: 2])
            self._in_string = (self._in_string + len(pieces) - 1) % 2
        text = self._rest + text
        self._rest = text[max(0, len(text) - len(mark) + 1) :]
        return text.count(mark)


def _without_escapes(text: bytes) -> tuple[bytes, bytes]:
    """JSON text without its escaped backslashes and quotes, and the backslashes at its end, whose meaning the next chunk decides."""
    whole = text.rstrip(b"\\")
    return whole.replace(b"\\\\", b"").replace(b'\\"', b""), text[len(whole) :]


def too_many(limits: Limits) -> TooCostly:
    """The refusal of a result with too many rows or triples."""
    return TooCostly(f"The result has more than {limits.rows} rows. Ask for less with LIMIT and OFFSET, or fetch the whole data set from /void")


def written(result: QuerySolutions | QueryBoolean | QueryTriples, solutions: str | None, graph: str | None, limits: Limits) -> tuple[str, list[bytes]]:
    """The media type and the bytes of a result, given the media type that the client prefers for each kind.

    Raises Inexpressible where the client accepts none, or its format cannot say the result; TooCostly past a limit.
    """
    is_graph = isinstance(result, QueryTriples)
    media = graph if is_graph else solutions
    if media is None:
        kind = "graph" if is_graph else "result"
        raise Inexpressible(f"The Accept header allows no format of this {kind}. It is to be had as {', '.join(GRAPHS if is_graph else SOLUTIONS)}")
    output = Bounded(limits, (GRAPHS if is_graph else SOLUTIONS)[media])
    if is_graph:
        serialize(_counted(result, GRAPHS[media], limits), output, format=GRAPHS[media], prefixes=PREFIXES if media == "text/turtle" else None)
    else:
        result.serialize(output, SOLUTIONS[media])
    return media, output.parts


def _counted(triples: Iterable[Triple], format: RdfFormat, limits: Limits) -> Iterator[Triple]:
    for number, triple in enumerate(triples):
        if number == limits.rows:
            raise too_many(limits)
        if format == RdfFormat.RDF_XML and isinstance(triple.predicate, NamedNode) and not LOCAL_NAME.search(triple.predicate.value):
            raise Inexpressible(f"RDF/XML has no way to write the property <{triple.predicate.value[:200]}>. Ask for the graph in another format")
        yield triple


def compressed(parts: Iterable[bytes]) -> bytes:
    """Bytes as gzip (RFC 1952)."""
    packer = zlib.compressobj(5, zlib.DEFLATED, GZIP)
    return b"".join([*map(packer.compress, parts), packer.flush()])
