"""How near a question is to the wordings in which people ask for facts.

Concepts stand for all their names: what a text names is cut out of its words and kept as a feature of its own, so that 高工
and 高级工程师 are one. Regions are left out: a wording is its policy's.
"""

import math
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from zhicheng.answering.language import normalise
from zhicheng.answering.linking import Entity
from zhicheng.answering.matching import Postings, best, grams, weight_of_kind
from zhicheng.answering.meaning import Attuned, Meaning, Meanings, mixed
from zhicheng.answering.reading import A_NOT_A, mask
from zhicheng.knowledge.wordings import Wording

# The share of nearness in meaning in a score.
MEANING = 0.7
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


def negated(text: str) -> bool:
    """Whether a normalised text denies something; 能不能 does not."""
    return bool(NEGATION.search(A_NOT_A.sub(r"\1", text)))


class Near(NamedTuple):
    """The wording of a fact that is nearest to a question, and how near (0 to 1); and of those that ask the same by yes or no, of the same
    things with the same numbers and negations, the nearest one's reply, and how near it is."""

    wording: Wording
    score: float
    reply: str = ""
    alike: float = 0.0


class Wordings:
    """Ranks the subjects of wordings for a question; built once."""

    def __init__(self, wordings: Sequence[Wording], link: Callable[[str], list[Entity]], encoder: Attuned):
        self._wordings = list(wordings)
        bags, named, texts = [], [], []
        self._asked: list[tuple[list[str], bool, dict[str, set[str]]]] = []
        for wording in self._wordings:
            text = normalise(wording.text)
            entities = link(text)
            bags.append(_features(text, entities))
            named.append(_named(entities))
            self._asked.append((sorted(NUMBER.findall(text)), negated(text), named[-1]))
            texts.append(mask(text, entities, ()))
        self.meanings = Meanings(encoder, texts)
        holders: dict[str, list[int]] = defaultdict(list)
        for n, bag in enumerate(bags):
            for feature in sorted(bag):
                holders[feature].append(n)
        size = len(bags)
        self._weight = {f: math.log(1 + (size - len(ns) + 0.5) / (len(ns) + 0.5)) * _kind(f) for f, ns in holders.items()}
        self._rarest = math.log(1 + (size + 0.5) / 1.5) if size else 0.0
        self._postings = Postings({f: (ns, self._weight[f]) for f, ns in holders.items()}, size)
        self._share = WORDING_SHARE / np.array([sum(self._weight[f] for f in sorted(bag)) or 1.0 for bag in bags])
        self._naming = {type_: np.array([type_ in names for names in named], dtype=bool) for type_ in TELLING}
        self._named = {pair: np.array([pair[1] in names.get(pair[0], ()) for names in named], dtype=bool) for pair in {(t, i) for names in named for t, ids in names.items() for i in ids}}

    def rank(self, text: str, entities: list[Entity], meaning: Meaning | None = None, most: int = 60) -> dict[str, Near]:
        """The nearest wording of each subject, for the nearest `most` wordings or more, the best first; by words alone where no meaning is given."""
        total = 0.0
        features = sorted(_features(text, entities))
        for feature in features:
            weight = self._weight.get(feature)
            total += self._rarest * UNSEEN * _kind(feature) if weight is None else weight
        if not total or not self._wordings:
            return {}
        shared = self._postings.weigh(features)
        scores = shared * self._share
        shared *= (1 - WORDING_SHARE) / min(total, LONG_STORY)
        scores += np.minimum(shared, 1 - WORDING_SHARE, out=shared)
        scores = mixed(scores, self.meanings.near(meaning), MEANING)
        near = best(scores, most * 4)
        scores = scores[near] * np.where(self._apart(_named(entities), near), APART, 1.0)
        order = np.lexsort((near, -scores))[: most * 2]
        nearest: dict[str, Near] = {}
        asked = sorted(NUMBER.findall(text)), negated(text), _named(entities)
        for n, score in zip(near[order].tolist(), scores[order].tolist()):
            wording = self._wordings[n]
            known = nearest.setdefault(wording.subject, Near(wording, score))
            if wording.reply and not known.reply and self._asked[n] == asked:
                nearest[wording.subject] = known._replace(reply=wording.reply, alike=score)
        return nearest

    def _apart(self, asked: dict[str, set[str]], places: np.ndarray) -> np.ndarray:
        """Which wordings name something of a type of which the question names only others."""
        apart = np.zeros(len(places), dtype=bool)
        for type_, ids in asked.items():
            other = self._naming[type_][places]
            for id_ in ids:
                if (type_, id_) in self._named:
                    other &= ~self._named[type_, id_][places]
            apart |= other
        return apart


def _features(text: str, entities: list[Entity]) -> set[str]:
    """The words of a normalised text but for the concepts it names, and these."""
    features = set()
    for entity in sorted({(e.start, e.end): e for e in entities}.values(), key=lambda e: -e.start):
        if entity.type not in ("aspect", "question-form", "count"):
            text = text[: entity.start] + " " + text[entity.end :]
    for entity in entities:
        if entity.type not in ("region", "question-form", "count"):
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
