"""What the graph says of a thing that it names: its label, types, facts out and in, and citations."""

import re
from collections import defaultdict
from dataclasses import dataclass, field

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from zhicheng.errors import Unknown
from zhicheng.knowledge.policies import Citation
from zhicheng.knowledge.stores import GraphStore
from zhicheng.terms import BASE, ID, RDF, ZC, compact, slug

Term = NamedNode | Literal

# Everything said of a thing, its blank nodes followed; what other things say of it; and, of a clause, the citations that cite it.
DESCRIPTION = """
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX zc: <https://w3id.org/zhicheng/ontology#>
CONSTRUCT {{ ?s ?p ?o . ?inner ?q ?v }} WHERE {{
  {{ BIND(<{iri}> AS ?s) ?s ?p ?o OPTIONAL {{ FILTER(ISBLANK(?o)) ?o rdf:rest* ?inner . ?inner ?q ?v }} }}
  UNION {{ BIND(<{iri}> AS ?o) ?s ?p ?o FILTER(!ISBLANK(?s)) }}
  UNION {{ ?inner zc:citedClause <{iri}> ; ?q ?v . ?s zc:citation ?inner . BIND(zc:citation AS ?p) BIND(?inner AS ?o) }}
}}
"""
LABELS = """
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX zc: <https://w3id.org/zhicheng/ontology#>
SELECT ?thing ?label ?rank WHERE {
  { ?thing skos:prefLabel ?label BIND(1 AS ?rank) } UNION { ?thing a zc:PolicyDocument ; dcterms:title ?label BIND(2 AS ?rank) }
  UNION { ?thing rdfs:label ?label BIND(3 AS ?rank) } UNION { ?thing dcterms:title ?label BIND(4 AS ?rank) }
} ORDER BY ?thing DESC(?rank) ?label
"""
NUMBERS = "SELECT ?thing ?number WHERE { ?thing <https://w3id.org/zhicheng/ontology#printedNumber> ?number } ORDER BY ?thing"
SUBJECTS = 'SELECT DISTINCT ?thing WHERE {{ {{ ?thing ?p ?o }} UNION {{ GRAPH ?thing {{ ?s ?p ?o }} }} FILTER(ISIRI(?thing) && STRSTARTS(STR(?thing), "{base}")) }}'


@dataclass
class Description:
    """A thing: its IRI, all statements about it, and the same by property for those who read them."""

    iri: str
    statements: list[Triple]
    types: list[str] = field(default_factory=list)
    outgoing: dict[str, list[Term]] = field(default_factory=dict)
    incoming: dict[str, list[str]] = field(default_factory=dict)
    citations: list[Citation] = field(default_factory=list)
    citing: list[tuple[str, str]] = field(default_factory=list)


class Descriptions:
    """Describes every IRI minted under the base that the graph speaks of."""

    def __init__(self, store: GraphStore):
        self.store = store
        self.known = {row["thing"].value for row in store.query(SUBJECTS.format(base=BASE))}
        self._labels: dict[str, dict[str, str]] = defaultdict(dict)
        for row in store.query(LABELS):
            if isinstance(row["thing"], NamedNode):
                self._labels[row["thing"].value][row["label"].language or ""] = row["label"].value
        for row in store.query(NUMBERS):
            iri, number = row["thing"].value, row["number"].value
            heading = self._labels[iri].get("zh", "")
            self._labels[iri] = {"": heading if heading == number else f"{number} {heading}".rstrip()}

    def label(self, iri: str, language: str) -> str:
        """The name of a thing in a language: its label, a clause's number and heading, or the IRI with its prefix."""
        names = self._labels.get(iri, {})
        return names.get(language) or names.get("") or names.get("zh") or (compact(iri) if not iri.startswith(BASE + "id/") else slug(iri))

    def name(self, iri: str, names: dict[str, str]) -> None:
        """Name a thing that the graph does not name, by language."""
        self._labels[iri] = names | self._labels.get(iri, {})

    def has_label(self, iri: str, language: str) -> bool:
        """Whether a thing is named in a language."""
        return language in self._labels.get(iri, {})

    def describe(self, iri: str) -> Description:
        """Everything that the graph says of a thing; raises Unknown, naming its neighbours, where it says nothing."""
        if iri not in self.known:
            raise Unknown("identifier", iri.removeprefix(BASE), self._near(iri))
        return describe_from(iri, self.store.query(DESCRIPTION.format(iri=iri)))

    def _near(self, iri: str) -> list[str]:
        """The identifiers beside one: of the same scheme or policy, or else the schemes and policies."""
        beside = [k for k in self.known if re.fullmatch(re.escape(iri.rsplit("/", 1)[0]) + "/[^/#]+", k)]
        beside = beside or [k for k in self.known if re.fullmatch(re.escape(ID) + r"(policy/)?[^/]+", k)]
        return [k.removeprefix(BASE) for k in beside]


def describe_from(iri: str, statements) -> Description:
    """A description made from statements about a thing; blank nodes that are citations become citations, RDF lists their members."""
    triples = sorted(set(statements), key=str)
    described = Description(iri, triples)
    cells: dict[BlankNode, dict[str, Term | BlankNode]] = defaultdict(dict)
    for triple in triples:
        if isinstance(triple.subject, BlankNode):
            cells[triple.subject][triple.predicate.value] = triple.object
    for triple in triples:
        subject, predicate, object_ = triple.subject, triple.predicate.value, triple.object
        if isinstance(object_, BlankNode):
            cell = cells[object_]
            if ZC + "citedClause" in cell and subject.value == iri:
                described.citations.append(Citation(cell[ZC + "citedClause"].value, cell[ZC + "quote"].value))
            elif ZC + "citedClause" in cell:
                described.citing.append((subject.value, cell[ZC + "quote"].value))
            elif not isinstance(subject, BlankNode):
                described.outgoing[predicate] = _listed(object_, cells)
        elif isinstance(subject, BlankNode):
            continue
        elif subject.value == iri and predicate == RDF + "type":
            described.types.append(object_.value)
        elif subject.value == iri:
            described.outgoing.setdefault(predicate, []).append(object_)
        elif isinstance(object_, NamedNode) and object_.value == iri:
            described.incoming.setdefault(predicate, []).append(subject.value)
    described.citations.sort(key=lambda c: (c.clause, c.quote))
    described.citing.sort()
    return described


def _listed(node: Term | BlankNode, cells: dict[BlankNode, dict[str, Term | BlankNode]]) -> list[Term]:
    """The members of an RDF list, in their order."""
    members = []
    while isinstance(node, BlankNode) and RDF + "first" in cells[node]:
        members.append(cells[node][RDF + "first"])
        node = cells[node][RDF + "rest"]
    return members
