"""From a question's text to a Question: entities are linked and masked, and the nearest query is chosen."""

from dataclasses import replace
from datetime import date

from pyoxigraph import Literal, NamedNode

from zhicheng.answering import values
from zhicheng.answering.language import detect, normalise
from zhicheng.answering.linking import Entity, Linker
from zhicheng.answering.matching import Matcher
from zhicheng.answering.questions import Question
from zhicheng.errors import Invalid
from zhicheng.knowledge.catalogue import SLOT, Catalogue, Parameter, Query, Term
from zhicheng.knowledge.stores import GraphStore
from zhicheng.knowledge.vocabulary import Vocabulary
from zhicheng.terms import XSD

LONGEST = 500
# The least nearness at which a query counts as meant; set on questions that the patterns were not written from.
CLEARLY_MEANT = 0.45
# What is taken off for each type of entity that a question names and a query cannot use.
UNUSED = 0.2
UNNAMED = """
PREFIX zc: <https://w3id.org/zhicheng/ontology#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?scheme WHERE { ?scheme a skos:ConceptScheme . FILTER NOT EXISTS { ?scheme zc:namedInQuestions false } } ORDER BY ?scheme
"""
ENTRIES = """
PREFIX zc: <https://w3id.org/zhicheng/ontology#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?query ?label WHERE { ?entry a zc:FaqEntry ; zc:answeredBy ?query ; rdfs:label ?label } ORDER BY ?query ?label
"""


class Understanding:
    """Reads questions; built once from the catalogue's patterns, the FAQ's printed questions and the concepts' names."""

    def __init__(self, store: GraphStore, vocabulary: Vocabulary, catalogue: Catalogue):
        self._vocabulary, self._catalogue = vocabulary, catalogue
        named = {row["scheme"].value.rsplit("/", 1)[-1] for row in store.query(UNNAMED)}
        self._linker = Linker(vocabulary, named)
        self._masked_types = {_named(p) for q in catalogue.queries.values() for p in q.parameters} - {"region"}
        patterns = [(q.name, ask) for q in catalogue.queries.values() for ask in q.ask]
        patterns += [(row["query"].value, row["label"].value) for row in store.query(ENTRIES)]
        types = {q.name: {p.name: _named(p) for p in q.parameters} for q in catalogue.queries.values()}
        self._matcher = Matcher([(query, self._pattern(text, types[query])) for query, text in patterns])

    def _pattern(self, text: str, types: dict[str, str]) -> str:
        marked = SLOT.sub(lambda m: f"<{types[m[1]]}>", text)
        return self._mask(normalise(marked), self._entities(normalise(marked)))

    def _entities(self, text: str) -> list[Entity]:
        found = values.read(text)
        return found + [e for e in self._linker.link(text) if not any(v.start < e.end and e.start < v.end for v in found)]

    def _mask(self, text: str, entities: list[Entity]) -> str:
        """The text with what a query may take as a parameter replaced by its type, and regions taken out."""
        for entity in sorted({(e.start, e.end): e for e in entities}.values(), key=lambda e: -e.start):
            if entity.type == "region":
                text = text[: entity.start] + " " + text[entity.end :]
            elif entity.type in self._masked_types:
                text = text[: entity.start] + f"<{entity.type}>" + text[entity.end :]
        return text

    def read(self, text: str, language: str | None = None, regions: tuple[str, ...] = (), day: date | None = None) -> Question:
        """What a question means.

        `regions` are slugs to which the answer is limited, as if the question had named them. Raises Invalid for a blank
        question or one of more than 500 characters, Unknown for a region or language that does not exist.
        """
        if not text.strip():
            raise Invalid("q", "is blank", "Ask a question of 1 to 500 characters")
        if len(text) > LONGEST:
            raise Invalid("q", f"has {len(text)} characters", f"Ask a question of 1 to {LONGEST} characters")
        if language not in (None, "zh", "en"):
            raise Invalid("lang", f'is "{language}"', "Use zh or en")
        folded = normalise(text.strip())
        entities = self._entities(folded)
        said = tuple(dict.fromkeys(e.iri for e in entities if e.type == "region"))
        given = tuple(self._vocabulary.find("region", r).iri for r in regions)
        question = Question(text.strip(), language or detect(text), day or date.today(), regions=given or said, entities=tuple(entities))
        ranked = self._matcher.rank(self._mask(folded, entities))
        near = tuple(m.query for m in ranked)
        best, best_score = None, CLEARLY_MEANT
        for match in ranked:
            terms = self._bind(self._catalogue.find(match.query), entities)
            if terms is None:
                continue
            unused = {e.type for e in entities} & self._masked_types - {_named(p) for p in self._catalogue.find(match.query).parameters if p.name in terms}
            score = match.score - UNUSED * len(unused)
            if score > best_score:
                best, best_score = replace(question, query=match.query, terms=terms, near=near), score
        if best:
            return best
        reason = "unclear" if entities or ranked and ranked[0].score > 0.25 else "out-of-scope"
        return replace(question, reason=reason, near=near)

    def _bind(self, query: Query, entities: list[Entity]) -> dict | None:
        """The terms of a query's parameters among the entities; None where one that is required is not named."""
        terms: dict = {}
        for parameter in query.parameters:
            if parameter.name == "region":
                continue
            found = [_term(e, parameter) for e in entities if e.type == _named(parameter)]
            if found:
                terms[parameter.name] = list(dict.fromkeys(found))
            elif not parameter.optional:
                return None
        return terms


def _named(parameter: Parameter) -> str:
    """The type of entity that a parameter takes: a concept's scheme, `date`, or for numbers the parameter's own name."""
    return parameter.name if parameter.type in ("integer", "decimal", "string") else parameter.type


def _term(entity: Entity, parameter: Parameter) -> Term:
    return NamedNode(entity.iri) if entity.iri else Literal(entity.id, datatype=NamedNode(XSD + parameter.type))
