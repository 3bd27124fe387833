"""The ways through a gate: which degree or skill grade, with how many years after which level, opens it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product

from zhicheng.knowledge.policies import Fact, Library
from zhicheng.knowledge.stores import GraphStore
from zhicheng.knowledge.vocabulary import Vocabulary
from zhicheng.terms import scheme_of

LEAVES = """
PREFIX zc: <https://w3id.org/zhicheng/ontology#>
SELECT ?leaf ?least ?any ?held ?higher ?years WHERE {
  ?leaf a zc:Condition
  OPTIONAL { ?leaf zc:minimumEducation ?least } OPTIONAL { ?leaf zc:anyOfEducation ?any }
  OPTIONAL { ?leaf zc:heldConcept ?held } OPTIONAL { ?leaf zc:orHigher ?higher } OPTIONAL { ?leaf a zc:ServiceCondition ; zc:minimumYears ?years }
  FILTER(BOUND(?least) || BOUND(?any) || BOUND(?held) || BOUND(?years))
} ORDER BY ?leaf ?any ?held
"""
GATES = """
PREFIX zc: <https://w3id.org/zhicheng/ontology#>
PREFIX aspect: <https://w3id.org/zhicheng/id/aspect/>
PREFIX route-kind: <https://w3id.org/zhicheng/id/route-kind/>
SELECT DISTINCT ?document ?title ?gate ?aspect WHERE {
  VALUES ?aspect { aspect:education-and-seniority }
  ?route zc:routeKind route-kind:standard ; zc:targetTitle ?title ; zc:inDocument ?document ; zc:hasRequirement/zc:hasMember ?gate . ?gate zc:aspect ?aspect
} ORDER BY ?document ?title ?gate
"""
CREDENTIALS = "skill-grade"
EDUCATION = "education"


@dataclass
class Leaf:
    """What a condition asks: an education and above, one of several, a title or grade held, years."""

    least: str | None = None
    any_of: set[str] = field(default_factory=set)
    held: set[str] = field(default_factory=set)
    higher: bool = False
    years: Fraction | None = None


@dataclass(frozen=True)
class Way:
    """One way through a gate: the facts that tell it, whom it is for (degrees or skill grades), the printed years, and the level after which they count."""

    facts: tuple[Fact, ...]
    holders: frozenset[str]
    years: Fraction | None
    after: str | None


class Gates:
    """The ways through the gate of every standard route."""

    def __init__(self, store: GraphStore, vocabulary: Vocabulary, library: Library):
        self._vocabulary = vocabulary
        self._leaves: dict[str, Leaf] = {}
        for row in store.query(LEAVES):
            leaf = self._leaves.setdefault(row["leaf"].value, Leaf())
            leaf.least = row["least"].value if row["least"] else None
            leaf.any_of |= {row["any"].value} if row["any"] else set()
            leaf.held |= {row["held"].value} if row["held"] else set()
            leaf.higher = row["higher"] is not None and row["higher"].value == "true"
            leaf.years = Fraction(row["years"].value) if row["years"] else None
        self.aspect = ""
        self.ways: dict[tuple[str, str], list[Way]] = {}
        for row in store.query(GATES):
            self.aspect = row["aspect"].value
            found = [way for facts, leaves in self._through(library.facts[row["gate"].value]) if (way := self._way(facts, leaves))]
            self.ways.setdefault((row["document"].value, row["title"].value), []).extend(found)

    def _through(self, fact: Fact) -> Iterator[tuple[tuple[Fact, ...], tuple[Fact, ...]]]:
        """The ways through a tree: the facts that tell each, and its leaves."""
        if not fact.members:
            yield (fact,), (fact,)
        elif fact.kind != "AllOf":
            for member in fact.members:
                yield from self._through(member)
        elif not any(member.members for member in fact.members):
            yield (fact,), tuple(fact.members)
        else:
            for parts in product(*(list(self._through(member)) for member in fact.members)):
                yield tuple(f for told, _ in parts for f in told), tuple(f for _, leaves in parts for f in leaves)

    def _way(self, facts: tuple[Fact, ...], conditions: tuple[Fact, ...]) -> Way | None:
        """A way, or None where nobody in particular can go it."""
        leaves = [self._leaves[c.iri] for c in conditions if c.iri in self._leaves]
        named = {iri for leaf in leaves for iri in leaf.any_of}
        asked = [self._holders(leaf, named) for leaf in leaves if leaf.least or leaf.any_of]
        if not asked:
            asked = [grades for leaf in leaves if leaf.years is None and (grades := self._grades(leaf))]
        holders = frozenset.intersection(*asked) if asked else frozenset()
        if not holders:
            return None
        service = [leaf for leaf in leaves if leaf.years is not None]
        levels = {level for leaf in service for held in leaf.held if (level := self._level(held))}
        years = service[0].years if len(service) == 1 else None
        return Way(facts, holders, years, min(levels) if levels else None)

    def _holders(self, leaf: Leaf, named: set[str]) -> frozenset[str]:
        """The degrees that a condition admits; one without a place in the order (a second bachelor's) only where the way names it."""
        if not leaf.least:
            return frozenset(leaf.any_of)
        ranked = {iri: c.rank for iri, c in self._vocabulary.concepts.items() if c.scheme == EDUCATION and c.rank is not None}
        above = {iri for iri, rank in ranked.items() if rank >= ranked[leaf.least]}
        return frozenset(above | leaf.any_of | (named - ranked.keys()))

    def _grades(self, leaf: Leaf) -> frozenset[str]:
        held = {iri for iri in leaf.held if scheme_of(iri) == CREDENTIALS}
        ranks = [rank for iri in held if leaf.higher and (rank := self._vocabulary.concepts[iri].rank) is not None]
        higher = {iri for iri, c in self._vocabulary.concepts.items() if ranks and c.scheme == CREDENTIALS and c.rank is not None and c.rank >= min(ranks)}
        return frozenset(held | higher)

    def _level(self, held: str) -> str | None:
        """The level of a title or level; None for what is neither."""
        if scheme_of(held) == "title":
            return next((u for u in self._vocabulary.upper[held] if scheme_of(u) == "level"), None)
        return held if scheme_of(held) == "level" else None
