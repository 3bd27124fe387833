"""What an applicant has to bring and do besides meeting the conditions: materials, dates, places and steps, as each document says."""

from collections import defaultdict
from dataclasses import dataclass

from zhicheng.knowledge.policies import Fact, Library, Policy
from zhicheng.knowledge.stores import GraphStore
from zhicheng.terms import slug

# The aspects stand in an RDF list; a cell's place in it is told by how many cells come before it.
ASPECTS = """
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX checklist: <https://w3id.org/zhicheng/id/checklist/>
SELECT ?aspect (COUNT(?before) AS ?place) WHERE {
  checklist:of-application skos:memberList ?first . ?first rdf:rest* ?before . ?before rdf:rest* ?cell . ?cell rdf:first ?aspect
} GROUP BY ?aspect ORDER BY ?place
"""
# What holds beside the conditions: requirements, their routes and the parts of rubrics are told with those.
FACTS = """
PREFIX zc: <https://w3id.org/zhicheng/ontology#>
PREFIX checklist: <https://w3id.org/zhicheng/id/checklist/>
SELECT ?fact ?title WHERE {
  ?fact zc:aspect ?aspect
  OPTIONAL { ?fact zc:concernsTitle ?title }
  FILTER NOT EXISTS { ?fact a ?kind FILTER(?kind IN (zc:Requirement, zc:Route, zc:Indicator, zc:ScoreBand, zc:ScoringRule, zc:Definition)) }
} ORDER BY ?fact ?title
"""


@dataclass
class Item:
    """One thing to bring, do or know, numbered through the whole list."""

    number: int
    fact: Fact


@dataclass
class Section:
    """An aspect (IRI) with its items, and the numbers of those told in an earlier section; neither where the document says nothing."""

    aspect: str
    items: list[Item]
    told: list[int]


class Checklist:
    """The facts of each document on the aspects of a checklist, in the order of print."""

    def __init__(self, store: GraphStore, library: Library):
        self._library = library
        self._aspects = [row["aspect"].value for row in store.query(ASPECTS)]
        self._titles: dict[str, set[str]] = defaultdict(set)
        named = {slug(a) for a in self._aspects}
        for row in store.query(FACTS):
            fact = library.facts.get(row["fact"].value)
            if fact and named & set(fact.aspects):
                self._titles[fact.iri] |= {slug(row["title"].value)} if row["title"] else set()
        self._facts = sorted((library.facts[iri] for iri in self._titles), key=self._place)

    def sections(self, policy: Policy, title: str) -> list[Section]:
        """What a policy says on each aspect for a title (slug), or for all titles; an item is told once, in the first section that it belongs to."""
        numbers: dict[str, int] = {}
        sections = []
        for aspect in self._aspects:
            said = [f for f in self._facts if f.document == policy.iri and slug(aspect) in f.aspects and title in (self._titles[f.iri] or {title})]
            told = [numbers[f.iri] for f in said if f.iri in numbers]
            items = []
            for fact in said:
                if fact.iri not in numbers:
                    numbers[fact.iri] = len(numbers) + 1
                    items.append(Item(numbers[fact.iri], fact))
            sections.append(Section(aspect, items, told))
        return sections

    def _place(self, fact: Fact) -> tuple[int, int, str]:
        clause = self._library.clauses[fact.citations[0].clause]
        return clause.position, max(clause.text.find(fact.citations[0].quote), 0), fact.iri
