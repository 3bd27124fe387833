"""The data set and its graphs, described with VoID, DCAT and PROV, and their statements for download."""

from dataclasses import dataclass, field
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Triple, parse

from zhicheng import __version__
from zhicheng.errors import Unknown
from zhicheng.knowledge.caches import BoundedCache
from zhicheng.knowledge.loading import CONCEPTS
from zhicheng.knowledge.serialising import DATASET_FORMATS, GRAPH_FORMATS, written
from zhicheng.knowledge.stores import GraphStore
from zhicheng.terms import BASE, DCTERMS, ID, POLICY, PREFIXES, PROV, RDF, slug

VOID, DCAT, SD = PREFIXES["void"], PREFIXES["dcat"], PREFIXES["sd"]
HERE = BASE + "void"
WHOLE = HERE + "#zhicheng"
STATIC = Path(__file__).with_name("dataset.ttl")
# The most downloads that are kept ready in memory, and their bytes.
DOWNLOADS_KEPT = 8, 200_000_000

SIZES = "SELECT ?graph (COUNT(*) AS ?triples) (COUNT(DISTINCT ?s) AS ?subjects) WHERE { GRAPH ?graph { ?s ?p ?o } } GROUP BY ?graph ORDER BY ?graph"
TOTALS = """
SELECT (COUNT(DISTINCT ?s) AS ?distinctSubjects) (COUNT(DISTINCT ?o) AS ?distinctObjects) WHERE { ?s ?p ?o }
"""
CLASSES = "SELECT ?term (COUNT(DISTINCT ?s) AS ?count) WHERE { ?s a ?term } GROUP BY ?term ORDER BY ?term"
PROPERTIES = "SELECT ?term (COUNT(*) AS ?count) WHERE { ?s ?term ?o } GROUP BY ?term ORDER BY ?term"
ROOTS = """
PREFIX zc: <https://w3id.org/zhicheng/ontology#>
SELECT DISTINCT ?graph ?root WHERE {
  VALUES ?type { <http://www.w3.org/2002/07/owl#Ontology> <http://www.w3.org/2004/02/skos/core#ConceptScheme> zc:PolicyDocument }
  GRAPH ?graph { ?root a ?type }
} ORDER BY ?graph ?root
"""
EXAMPLES = """
PREFIX zc: <https://w3id.org/zhicheng/ontology#>
SELECT ?type (MIN(STR(?thing)) AS ?example) WHERE {
  VALUES ?type { zc:ProfessionalTitle zc:Clause zc:Route zc:PostGradeMapping zc:Rubric }
  ?thing a ?type
} GROUP BY ?type ORDER BY ?type
"""


@dataclass
class NamedGraph:
    """One named graph: its IRI, the name under which it is downloaded, its IRI as a data set, and its size."""

    iri: str
    name: str
    dataset: str
    triples: int
    subjects: int
    roots: list[str] = field(default_factory=list)


def name_of(graph: str) -> str:
    """The name under which a graph is downloaded: its last segment; `concepts` for the concepts."""
    return "concepts" if graph == CONCEPTS.value else slug(graph)


class Datasets:
    """The whole data set (`zhicheng`) and each of its named graphs, by name."""

    def __init__(self, store: GraphStore, digest: str):
        self.store, self._version = store, f"{__version__}+{digest[:12]}"
        self.graphs: dict[str, NamedGraph] = {}
        for row in store.query(SIZES):
            iri = row["graph"].value
            name = name_of(iri)
            self.graphs[name] = NamedGraph(iri, name, f"{HERE}#{name}", int(row["triples"].value), int(row["subjects"].value))
        for row in store.query(ROOTS):
            self.graphs[name_of(row["graph"].value)].roots.append(row["root"].value)
        self.whole = slug(WHOLE)
        self._fixed = self._describe()
        self._kept: BoundedCache[bytes] = BoundedCache(*DOWNLOADS_KEPT)

    @property
    def titles(self) -> dict[str, dict[str, str]]:
        """The titles of the data set and of each graph as one, by IRI and language."""
        found: dict[str, dict[str, str]] = {}
        for triple in self._fixed:
            if triple.predicate.value == DCTERMS + "title":
                found.setdefault(triple.subject.value, {})[triple.object.language] = triple.object.value
        return found

    def of_graph(self, iri: str) -> NamedGraph | None:
        """The graph of that IRI, or None."""
        found = self.graphs.get(name_of(iri))
        return found if found and found.iri == iri else None

    def download(self, name: str, extension: str) -> bytes:
        """A graph, or the whole data set, in the format of that file name extension.

        Raises Unknown, naming what can be had, where there is no such graph or it is not to be had in that format.
        """
        kept = self._kept.get((name, extension))
        if kept is not None:
            return kept
        statements, formats = self.statements(name), self.formats(name)
        if extension not in formats:
            raise Unknown(f"format of {name}", extension, list(formats))
        content = written(statements, formats[extension])
        self._kept.put((name, extension), content, len(content))
        return content

    def statements(self, name: str) -> list[Quad] | list[Triple]:
        """The triples of a graph, or all quads for `zhicheng`; raises Unknown, naming what can be had."""
        if name == self.whole:
            rows = self.store.query("SELECT ?s ?p ?o ?g WHERE { GRAPH ?g { ?s ?p ?o } }")
            return [Quad(r["s"], r["p"], r["o"], r["g"]) for r in rows]
        if name not in self.graphs:
            raise Unknown("graph", name, [*self.graphs, self.whole])
        return list(self.store.query(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{self.graphs[name].iri}> {{ ?s ?p ?o }} }}"))

    def formats(self, name: str) -> dict[str, RdfFormat]:
        """The formats in which a graph, or the whole, can be had, by file name extension."""
        return DATASET_FORMATS if name == self.whole else GRAPH_FORMATS

    def description(self, root: str) -> list[Triple]:
        """The description of the data set, with the addresses of a service whose pages begin with `root` (ending in a slash)."""
        found = list(self._fixed)

        def add(subject, predicate: str, value) -> None:
            found.append(Triple(subject, NamedNode(predicate), value))

        whole, api = NamedNode(WHOLE), NamedNode(HERE + "#service")
        endpoint = NamedNode(root + "sparql")
        add(whole, VOID + "sparqlEndpoint", endpoint)
        add(api, RDF + "type", NamedNode(DCAT + "DataService"))
        add(api, RDF + "type", NamedNode(SD + "Service"))
        add(api, DCAT + "servesDataset", whole)
        add(api, SD + "endpoint", endpoint)
        add(api, SD + "defaultDataset", whole)
        add(api, SD + "feature", NamedNode(SD + "UnionDefaultGraph"))
        add(api, DCAT + "endpointURL", endpoint)
        add(api, DCAT + "endpointDescription", NamedNode(root + "openapi.json"))
        for name in [self.whole, *self.graphs]:
            dataset = NamedNode(f"{HERE}#{name}")
            for extension, format in self.formats(name).items():
                address, copy = NamedNode(f"{root}data/{name}.{extension}"), NamedNode(f"{HERE}#{name}.{extension}")
                add(dataset, VOID + "dataDump", address)
                add(dataset, DCAT + "distribution", copy)
                add(copy, RDF + "type", NamedNode(DCAT + "Distribution"))
                add(copy, DCAT + "downloadURL", address)
                add(copy, DCAT + "mediaType", NamedNode("https://www.iana.org/assignments/media-types/" + format.media_type))
        return found

    def _describe(self) -> list[Triple]:
        """The part of the description that is the same at every address."""
        found = list(parse(STATIC.read_text(encoding="utf-8"), RdfFormat.TURTLE))
        found = [Triple(q.subject, q.predicate, q.object) for q in found]

        def add(subject: str, predicate: str, value: str | int) -> None:
            found.append(Triple(NamedNode(subject), NamedNode(predicate), Literal(value) if isinstance(value, int) else NamedNode(value)))

        titles: dict[str, list[Literal]] = {}
        for row in self.store.query("SELECT ?d ?title WHERE { ?d a <https://w3id.org/zhicheng/ontology#PolicyDocument> ; <http://purl.org/dc/terms/title> ?title } ORDER BY ?d ?title"):
            titles.setdefault(row["d"].value, []).append(row["title"])
        found.append(Triple(NamedNode(WHOLE), NamedNode(DCAT + "version"), Literal(self._version)))
        found.append(Triple(NamedNode(HERE + "#software"), NamedNode(DCAT + "version"), Literal(__version__)))
        found.append(Triple(NamedNode(WHOLE), NamedNode(VOID + "uriSpace"), Literal(ID)))
        add(WHOLE, VOID + "triples", sum(g.triples for g in self.graphs.values()))
        for row in self.store.query(TOTALS):
            for name in ("distinctSubjects", "distinctObjects"):
                add(WHOLE, VOID + name, int(row[name].value))
        for row in self.store.query(EXAMPLES):
            add(WHOLE, VOID + "exampleResource", row["example"].value)
        vocabularies = set()
        for text, part, term, number, count in ((CLASSES, "classPartition", "class", "classes", "entities"), (PROPERTIES, "propertyPartition", "property", "properties", "triples")):
            rows = list(self.store.query(text))
            add(WHOLE, VOID + number, len(rows))
            for row in rows:
                iri = row["term"].value
                node = f"{HERE}#{part}-{row['term'].value.removeprefix(BASE).replace('://', '-').replace('/', '-').replace('#', '-')}"
                add(WHOLE, VOID + part, node)
                add(node, VOID + term, iri)
                add(node, VOID + count, int(row["count"].value))
                vocabularies |= {n for n in PREFIXES.values() if iri.startswith(n)}
        for namespace in sorted(vocabularies):
            add(WHOLE, VOID + "vocabulary", namespace)
        for graph in self.graphs.values():
            for type_ in (VOID + "Dataset", DCAT + "Dataset", SD + "NamedGraph"):
                add(graph.dataset, RDF + "type", type_)
            add(WHOLE, VOID + "subset", graph.dataset)
            add(WHOLE, SD + "namedGraph", graph.dataset)
            add(WHOLE, DCTERMS + "hasPart", graph.dataset)
            add(graph.dataset, SD + "name", graph.iri)
            add(graph.dataset, VOID + "triples", graph.triples)
            add(graph.dataset, VOID + "distinctSubjects", graph.subjects)
            add(graph.dataset, PROV + "wasGeneratedBy", HERE + "#loading")
            for root in graph.roots:
                add(graph.dataset, VOID + "rootResource", root)
            if graph.iri in titles:
                add(graph.dataset, PROV + "wasDerivedFrom", graph.iri)
                found.extend(Triple(NamedNode(graph.dataset), NamedNode(DCTERMS + "title"), title) for title in titles[graph.iri])
            for statement in [t for t in found if t.subject.value == WHOLE and t.predicate.value in (DCTERMS + "license", DCTERMS + "rights")]:
                found.append(Triple(NamedNode(graph.dataset), statement.predicate, statement.object))
        return found
