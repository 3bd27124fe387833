"""Which facts a question is about: every fact can be found by its words, its concepts and its topic.

A fact is a bag of features: character pairs and words of its statement and quotes in one language, and the concepts that
the graph ties to it. A question is the same kind of bag. The score is the share of the question's weight that the fact
holds, the rarer a feature the heavier, less a little for what the fact says beyond it.
"""

import math
from collections import Counter, defaultdict
from dataclasses import dataclass

from zhicheng.answering.linking import Linker
from zhicheng.answering.language import normalise
from zhicheng.answering.matching import grams, weight_of_kind
from zhicheng.knowledge.policies import Fact, Library
from zhicheng.knowledge.stores import GraphStore
from zhicheng.terms import slug

# How much a concept weighs against a character pair of the same rarity, and how the length of a fact counts.
CONCEPT_WEIGHT = {"aspect": 1.5, "title": 2.0, "education": 2.0, "honour": 3.0, "role": 2.0, "skill-grade": 2.0}
LENGTH = 0.4
SAME_TITLE, OTHER_TITLE, OTHER_ASPECT = 1.15, 0.6, 0.8
# The weight of a question beyond which it is a long story, of which a fact need not hold more.
LONG_STORY = 60.0
# How much less a fact counts whose aspects are told only when they are asked about.
NOT_ASKED = 0.6
WHEN_ASKED = """
PREFIX zc: <https://w3id.org/zhicheng/ontology#>
SELECT ?aspect WHERE { ?aspect zc:toldWhenAsked true } ORDER BY ?aspect
"""
TITLES = """
PREFIX zc: <https://w3id.org/zhicheng/ontology#>
SELECT ?fact ?title WHERE { ?fact zc:concernsTitle ?title } ORDER BY ?fact ?title
"""
CONCEPTS = """
PREFIX zc: <https://w3id.org/zhicheng/ontology#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?fact ?concept WHERE { ?fact zc:inDocument ?document ; ?property ?concept . ?concept skos:inScheme ?scheme } ORDER BY ?fact ?concept
"""


@dataclass(frozen=True)
class Hit:
    """A fact found for a question, with its score (0 to 1)."""

    fact: str
    score: float


class Retriever:
    """Ranks facts for a question; built once from the library."""

    def __init__(self, store: GraphStore, library: Library, linker: Linker):
        self._library = library
        self._tellable = _tellable(library)
        self._when_asked = {slug(row["aspect"].value) for row in store.query(WHEN_ASKED)}
        self._titles: dict[str, set[str]] = defaultdict(set)
        for row in store.query(TITLES):
            if hasattr(row["fact"], "value"):
                self._titles[row["fact"].value].add(row["title"].value)
        concepts: dict[str, set[str]] = defaultdict(set)
        for row in store.query(CONCEPTS):
            if hasattr(row["fact"], "value"):
                concepts[row["fact"].value].add(row["concept"].value)
        self._indexes = {language: _Index(self._bags(language, concepts, linker)) for language in ("zh", "en")}

    def _bags(self, language: str, concepts: dict[str, set[str]], linker: Linker) -> dict[str, Counter]:
        bags = {}
        for fact in self._tellable:
            parts = [fact, *(m for m in fact.members if m not in self._tellable)]
            words = normalise(" ".join(t for f in parts for t in [f.label[language], *(c.quote for c in f.citations)]))
            bag = Counter({f: 1 for f in grams(words)})
            for concept in {c for f in parts for c in concepts.get(f.iri, ())} | {e.iri for e in linker.link(words) if e.iri}:
                bag["@" + concept] = 1
            bags[fact.iri] = bag
        return bags

    def rank(self, text: str, concepts: set[str], titles: set[str], language: str, most: int = 400) -> list[Hit]:
        """The facts that hold most of a normalised question's words and concepts (IRIs), the best first.

        A fact that is about other titles than those asked about counts for less.
        """
        bag = Counter({f: 1 for f in grams(text)})
        for concept in concepts:
            bag["@" + concept] = 1
        hits = self._indexes[language].rank(bag, most)
        aspects = {c.rsplit("/", 1)[1] for c in concepts if "/id/aspect/" in c}
        hits = [Hit(h.fact, h.score * self._fit(h.fact, titles, aspects)) for h in hits]
        return sorted(hits, key=lambda hit: (-hit.score, hit.fact))

    def _fit(self, fact: str, titles: set[str], aspects: set[str]) -> float:
        """How well a fact's titles and aspects fit those asked about."""
        fit = 1.0
        if titles and self._titles.get(fact):
            fit *= SAME_TITLE if self._titles[fact] & titles else OTHER_TITLE
        if aspects and not aspects & self._library.facts[fact].aspects.keys():
            fit *= OTHER_ASPECT
        own = self._library.facts[fact].aspects.keys()
        if own and own <= self._when_asked and not own & aspects:
            fit *= NOT_ASKED
        return fit


class _Index:
    def __init__(self, bags: dict[str, Counter]):
        counts = Counter(f for bag in bags.values() for f in bag)
        self._size = len(bags)
        self._weight = {f: self._rarity(n) * _kind(f) for f, n in counts.items()}
        self._postings: dict[str, list[str]] = defaultdict(list)
        self._length = {}
        for fact, bag in bags.items():
            self._length[fact] = sum(self._weight[f] for f in bag) or 1.0
            for feature in bag:
                self._postings[feature].append(fact)
        self._mean = sum(self._length.values()) / max(1, self._size)

    def _rarity(self, count: int) -> float:
        return math.log(1 + (self._size - count + 0.5) / (count + 0.5))

    def rank(self, bag: Counter, most: int) -> list[Hit]:
        total = 0.0
        scores: dict[str, float] = defaultdict(float)
        for feature in bag:
            weight = self._weight.get(feature)
            if weight is None:
                total += self._rarity(1) * _kind(feature) * 0.5
                continue
            total += weight
            for fact in self._postings[feature]:
                scores[fact] += weight
        total = min(total, LONG_STORY)
        found = [Hit(fact, min(score, total) / total / (1 - LENGTH + LENGTH * self._length[fact] / self._mean) ** 0.5) for fact, score in scores.items()]
        return sorted(found, key=lambda hit: (-hit.score, hit.fact))[:most]


def _scheme(feature: str) -> str:
    return feature.rsplit("/", 2)[-2]


def _kind(feature: str) -> float:
    return CONCEPT_WEIGHT.get(_scheme(feature), 1.2) if feature.startswith("@") else weight_of_kind(feature)


def _tellable(library: Library) -> list[Fact]:
    """The facts that make sense alone: not the head of a whole route, a part of an alternative that says it all, the condition of an exclusion, or an indicator's bare name."""
    inside: set[str] = set()
    heads: set[str] = set()
    for fact in library.facts.values():
        if fact.kind == "Route":
            heads |= {m.iri for m in fact.members}
            if fact.route_kind == "standard":
                heads.add(fact.iri)
    for fact in library.facts.values():
        if fact.kind == "AllOf" and fact.iri not in heads and not any(m.members for m in fact.members):
            inside |= {m.iri for m in fact.members}
    return [fact for fact in library.facts.values() if fact.iri not in inside | heads and not fact.inner and fact.kind != "Indicator"]
