"""How near a question is to the wordings in which people ask for facts.

Concepts stand for all their names: what a text names is cut out of its words and kept as a feature of its own, so that 高工
and 高级工程师 are one. Regions are left out: a wording is its policy's.
"""

import math
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from zhicheng.answering.language import normalise
from zhicheng.answering.linking import Entity
from zhicheng.answering.matching import grams, weight_of_kind
from zhicheng.knowledge.wordings import Wording

# How much the wording's share counts against the question's, and a word that no wording has against the rarest that one has.
WORDING_SHARE, UNSEEN = 0.5, 0.5
# What a concept weighs beside a pair of characters of the same rarity.
CONCEPT = 1.5
# The types of which a question and a wording that both name some have to share one; and what is left of the score if not.
TELLING, APART = ("title", "education", "skill-grade", "honour", "role", "rank", "achievement-type", "tier"), 0.6
# Beyond this weight a question is a long story, of which a wording need not hold more.
LONG_STORY = 60.0
NUMBER = re.compile(r"\d+")
NEGATION = re.compile(r"不|没|未|无|\bnot?\b|n't\b|\bwithout\b|\bnever\b")


@dataclass(frozen=True)
class Near:
    """The wording of a fact that is nearest to a question, and how near (0 to 1)."""

    wording: Wording
    score: float


class Wordings:
    """Ranks the subjects of wordings for a question; built once."""

    def __init__(self, wordings: Sequence[Wording], link: Callable[[str], list[Entity]]):
        self._wordings = list(wordings)
        bags, named = [], []
        for wording in self._wordings:
            text = normalise(wording.text)
            entities = link(text)
            bags.append(_features(text, entities))
            named.append(_named(entities))
        self._named = named
        postings: dict[str, list[int]] = defaultdict(list)
        for n, bag in enumerate(bags):
            for feature in bag:
                postings[feature].append(n)
        size = len(bags)
        self._weight = {f: math.log(1 + (size - len(ns) + 0.5) / (len(ns) + 0.5)) * _kind(f) for f, ns in postings.items()}
        self._rarest = math.log(1 + (size + 0.5) / 1.5) if size else 0.0
        self._postings = {f: np.array(ns, dtype=np.int32) for f, ns in postings.items()}
        self._length = np.array([sum(self._weight[f] for f in bag) or 1.0 for bag in bags])

    def rank(self, text: str, entities: list[Entity], most: int = 60) -> dict[str, Near]:
        """The nearest wording of each subject, for the nearest `most` wordings or more, the best first."""
        total, shared = 0.0, np.zeros(len(self._wordings))
        for feature in _features(text, entities):
            weight = self._weight.get(feature)
            if weight is None:
                total += self._rarest * UNSEEN * _kind(feature)
                continue
            total += weight
            shared[self._postings[feature]] += weight
        if not total or not len(shared):
            return {}
        scores = WORDING_SHARE * shared / self._length + (1 - WORDING_SHARE) * np.minimum(shared / min(total, LONG_STORY), 1.0)
        asked = _named(entities)
        found: list[tuple[float, int]] = []
        for n in np.argsort(-scores, kind="stable")[: most * 4]:
            found.append((float(scores[n]) * (APART if _apart(asked, self._named[n]) else 1.0), int(n)))
        best: dict[str, Near] = {}
        for score, n in sorted(found, key=lambda pair: (-pair[0], pair[1]))[: most * 2]:
            best.setdefault(self._wordings[n].subject, Near(self._wordings[n], score))
        return best


def _features(text: str, entities: list[Entity]) -> set[str]:
    """The words of a normalised text but for the concepts it names, and these."""
    features = set()
    for entity in sorted({(e.start, e.end): e for e in entities}.values(), key=lambda e: -e.start):
        if entity.type not in ("aspect", "question-form"):
            text = text[: entity.start] + " " + text[entity.end :]
    for entity in entities:
        if entity.type not in ("region", "question-form"):
            features.add(f"@{entity.type}/{entity.id}")
    return features | grams(text).keys()


def _kind(feature: str) -> float:
    return CONCEPT if feature.startswith("@") else weight_of_kind(feature)


def _named(entities: list[Entity]) -> dict[str, set[str]]:
    named: dict[str, set[str]] = defaultdict(set)
    for entity in entities:
        if entity.type in TELLING:
            named[entity.type].add(entity.id)
    return dict(named)


def _apart(asked: dict[str, set[str]], named: dict[str, set[str]]) -> bool:
    return any(type_ in named and not ids & named[type_] for type_, ids in asked.items())
