"""Which facts a question is about: every fact can be found by its words, its concepts and its topic.

A fact is a bag of features: character pairs and words of its statement and quotes in one language, and the concepts that
the graph ties to it. A question is the same kind of bag. The score is the share of the question's weight that the fact
holds, the rarer a feature the heavier, less a little for what the fact says beyond it.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Collection
from typing import NamedTuple

import numpy as np

from zhicheng.answering.linking import Linker
from zhicheng.answering.language import normalise
from zhicheng.answering.matching import Postings, best, grams, weight_of_kind
from zhicheng.knowledge.policies import STANDARD, Fact, Library
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


class Hit(NamedTuple):
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
        self._facts = sorted(self._tellable, key=lambda fact: fact.iri)
        self._place = {fact.iri: n for n, fact in enumerate(self._facts)}
        regions = {region: n for n, region in enumerate(sorted(library.regions))}
        self._regions = np.array([regions[library.policies[fact.document].region] for fact in self._facts])
        self._indexes = {language: _Index(self._bags(language, concepts, linker)) for language in ("zh", "en")}
        titles, own = [self._titles.get(fact.iri, set()) for fact in self._facts], [fact.aspects.keys() for fact in self._facts]
        self._of_title = {title: np.array([title in names for names in titles]) for title in set().union(*titles)}
        self._of_aspect = {aspect: np.array([aspect in names for names in own]) for aspect in set().union(*own)}
        self._titled = np.array([bool(names) for names in titles])
        self._only_when_asked = np.array([bool(names) and names <= self._when_asked for names in own])

    def _bags(self, language: str, concepts: dict[str, set[str]], linker: Linker) -> list[set[str]]:
        inside = set(self._tellable)
        bags = []
        for fact in self._facts:
            parts = [fact, *(m for m in fact.members if m not in inside)]
            words = normalise(" ".join(t for f in parts for t in [f.label[language], *(c.quote for c in f.citations)]))
            named = {c for f in parts for c in concepts.get(f.iri, ())} | {e.iri for e in linker.link(words) if e.iri}
            bags.append(grams(words).keys() | {"@" + concept for concept in named})
        return bags

    def rank(self, text: str, concepts: set[str], titles: set[str], language: str, each: int, besides: Collection[str] = (), most: int = 400) -> list[Hit]:
        """The facts that hold most of a normalised question's words and concepts (IRIs), the best first: `each` of every region, and what is found of `besides` (IRIs).

        A fact that is about other titles than those asked about counts for less. Only the `most` that hold most are looked at.
        """
        scores = self._indexes[language].score([*grams(text), *("@" + concept for concept in sorted(concepts))])
        near = best(scores, most)
        near = near[scores[near] > 0]
        fit = self._fit(titles, {c.rsplit("/", 1)[1] for c in concepts if "/id/aspect/" in c})
        scores = scores[near] * fit[near]
        order = np.lexsort((near, -scores))
        near, scores = near[order], scores[order]
        known = np.zeros(len(self._facts), dtype=bool)
        known[[self._place[iri] for iri in besides if iri in self._place]] = True
        known = known[near]
        chosen = known.copy()
        regions = np.where(known, -1, self._regions[near])
        for region in range(self._regions.max() + 1):
            chosen[np.flatnonzero(regions == region)[:each]] = True
        return [Hit(self._facts[n].iri, score) for n, score in zip(near[chosen].tolist(), scores[chosen].tolist())]

    def other_title(self, fact: str, titles: Collection[str]) -> bool:
        """Whether a fact (IRI) is about titles of which none is asked about."""
        return bool(titles and self._titles.get(fact) and not self._titles[fact] & set(titles))

    def _fit(self, titles: Collection[str], aspects: Collection[str]) -> np.ndarray:
        """How well each fact's titles and aspects fit those asked about."""
        fit = np.ones(len(self._facts))
        about = _any(self._of_title, titles, len(self._facts))
        if titles:
            fit[self._titled] = np.where(about, SAME_TITLE, OTHER_TITLE)[self._titled]
        asked = _any(self._of_aspect, aspects, len(self._facts))
        if aspects:
            fit[~asked] *= OTHER_ASPECT
        fit[self._only_when_asked & ~asked] *= NOT_ASKED
        return fit


def _any(masks: dict[str, np.ndarray], names: Collection[str], size: int) -> np.ndarray:
    """Which facts have one of some names."""
    found = np.zeros(size, dtype=bool)
    for name in names:
        if name in masks:
            found |= masks[name]
    return found


class _Index:
    """Weighs bags of features, numbered from 0, for a question."""

    def __init__(self, bags: list[set[str]]):
        self._size = len(bags)
        holders: dict[str, list[int]] = defaultdict(list)
        for n, bag in enumerate(bags):
            for feature in bag:
                holders[feature].append(n)
        self._weight = {f: self._rarity(len(ns)) * _kind(f) for f, ns in holders.items()}
        self._postings = Postings({f: (ns, self._weight[f]) for f, ns in holders.items()}, self._size)
        length = np.array([math.fsum(self._weight[f] for f in bag) or 1.0 for bag in bags])
        self._long = np.sqrt(1 - LENGTH + LENGTH * length / length.mean())

    def _rarity(self, count: int) -> float:
        return math.log(1 + (self._size - count + 0.5) / (count + 0.5))

    def score(self, bag: list[str]) -> np.ndarray:
        """The share of a question's weight that each bag holds, less a little for what it holds beyond it."""
        total = 0.0
        for feature in bag:
            weight = self._weight.get(feature)
            total += self._rarity(1) * _kind(feature) * 0.5 if weight is None else weight
        total = min(total, LONG_STORY)
        return np.minimum(self._postings.weigh(bag), total) / (total or 1.0) / self._long


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
            if fact.route_kind == STANDARD:
                heads.add(fact.iri)
    for fact in library.facts.values():
        if fact.kind == "AllOf" and fact.iri not in heads and not any(m.members for m in fact.members):
            inside |= {m.iri for m in fact.members}
    return [fact for fact in library.facts.values() if fact.iri not in inside | heads and not fact.inner and fact.kind != "Indicator"]
