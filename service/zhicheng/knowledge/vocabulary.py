"""The concepts that questions and answers speak of: their names in both languages, schemes and order."""

from collections import defaultdict
from dataclasses import dataclass, field

from zhicheng.errors import Unknown
from zhicheng.knowledge.stores import GraphStore
from zhicheng.terms import ID, scheme_of, slug

CONCEPTS = """
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX zc: <https://w3id.org/zhicheng/ontology#>
SELECT ?concept ?label ?preferred ?rank WHERE {
  { ?concept skos:inScheme ?scheme ; skos:prefLabel ?label BIND(true AS ?preferred) }
  UNION { ?concept skos:inScheme ?scheme ; skos:altLabel|skos:hiddenLabel ?label BIND(false AS ?preferred) }
  OPTIONAL { ?concept zc:rankOrder ?rank }
} ORDER BY ?concept DESC(?preferred) ?label
"""
RELATIONS = """
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX zc: <https://w3id.org/zhicheng/ontology#>
SELECT ?upper ?lower WHERE {
  { ?lower skos:broader ?upper } UNION { ?upper skos:narrower ?lower } UNION { ?lower zc:titleLevel ?upper }
} ORDER BY ?upper ?lower
"""


@dataclass
class Concept:
    """A concept: its IRI, scheme and slug, preferred and everyday names by language, and its rank in an ordered scheme."""

    iri: str
    scheme: str
    id: str
    label: dict[str, str] = field(default_factory=dict)
    names: dict[str, list[str]] = field(default_factory=lambda: {"zh": [], "en": []})
    rank: int | None = None


class Vocabulary:
    """All concepts of the graph, by IRI and by scheme."""

    def __init__(self, store: GraphStore):
        self.concepts: dict[str, Concept] = {}
        for row in store.query(CONCEPTS):
            iri = row["concept"].value
            scheme = scheme_of(iri)
            if scheme is None:
                continue
            concept = self.concepts.setdefault(iri, Concept(iri, scheme, slug(iri)))
            language, name = row["label"].language, row["label"].value
            if row["preferred"].value == "true":
                concept.label[language] = name
            concept.names[language].append(name)
            if row["rank"] is not None:
                concept.rank = int(row["rank"].value)
        self.by_scheme: dict[str, dict[str, Concept]] = defaultdict(dict)
        for concept in self.concepts.values():
            self.by_scheme[concept.scheme][concept.id] = concept
        self.lower: dict[str, list[str]] = defaultdict(list)
        self.upper: dict[str, list[str]] = defaultdict(list)
        for row in store.query(RELATIONS):
            self.lower[row["upper"].value].append(row["lower"].value)
            self.upper[row["lower"].value].append(row["upper"].value)

    def find(self, scheme: str, id_: str) -> Concept:
        """The concept of a scheme with that slug; raises Unknown, naming those that exist."""
        if scheme not in self.by_scheme:
            raise Unknown("concept scheme", scheme, list(self.by_scheme))
        if id_ not in self.by_scheme[scheme]:
            raise Unknown(scheme.replace("-", " "), id_, list(self.by_scheme[scheme]))
        return self.by_scheme[scheme][id_]

    def label(self, iri: str, language: str) -> str:
        """The preferred name of a concept; its slug where the IRI is no concept's."""
        concept = self.concepts.get(iri)
        return concept.label[language] if concept else slug(iri)

    def within(self, iri: str) -> list[str]:
        """The concept and all below it: a province's cities, a band's levels and their titles."""
        found, todo = [], [iri]
        while todo:
            here = todo.pop(0)
            if here not in found:
                found.append(here)
                todo += self.lower.get(here, [])
        return found

    @staticmethod
    def iri(scheme: str, id_: str) -> str:
        """The IRI of a concept from its scheme and slug."""
        return f"{ID}{scheme}/{id_}"
