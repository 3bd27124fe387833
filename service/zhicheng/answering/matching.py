"""How near a question is to the questions that the catalogue's queries say they answer.

Texts are compared as bags of character pairs (Chinese) and words (Latin), weighted by how few patterns have them. What a
query takes as a parameter is masked by its type on both sides, so that 助理工程师 in a question matches {title}.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock

import numpy as np
import Stemmer

from zhicheng.answering.language import sounds
from zhicheng.answering.meaning import Attuned, Meaning, Meanings, mixed

KINDS = {"·": 0.3, "~": 0.3, "<": 0.7, "#": 0.5}
_STEMMER = Stemmer.Stemmer("english")
_STEMMING = Lock()  # a stemmer has one word in hand at a time
WORD = re.compile(r"[a-z]+|<[\w-]+>|\d+")
HAN_RUN = re.compile(r"[㐀-鿿]+")
# How much the pattern's share counts against the question's, and an unseen word against the rarest one seen.
PATTERN_SHARE, UNSEEN = 0.6, 0.4
# The share of nearness in meaning in a score.
MEANING = 0.3
# A feature is common that more than one text in so many has.
COMMON = 20
STOP = frozenset("the a an of to in for is are do does did i my be by and or on at with what which how can may it there that this from as one must".split())
FILLER = re.compile(r"(?:请问|请|吗|呢|啊|吧|的|了|我|想|知道|问一下|一下)")


def _stem(word: str) -> str:
    with _STEMMING:
        return _STEMMER.stemWord(word)


@lru_cache(maxsize=500)
def grams(text: str) -> Mapping[str, None]:
    """The features of a normalised, masked text, in its order: pairs of characters, as written and (~) as they sound, single ones (·), stems of words, masks."""
    bag: dict[str, None] = {}
    for word in WORD.findall(text):
        if word.startswith("<"):
            bag[word] = None
        elif word.isdigit():
            bag["#" + word] = None
        elif word not in STOP:
            bag[_stem(word)] = None
    known = sounds()
    for run in HAN_RUN.findall(FILLER.sub(" ", text)):
        before, heard_before = "", ""
        for char in run:
            heard = known.get(char, char)
            if before:
                bag[before + char] = None
                bag["~" + heard_before + heard] = None
            bag["·" + char] = None
            before, heard_before = char, heard
    return bag


def weight_of_kind(feature: str) -> float:
    """What a feature counts for beside its rarity: a pair or word all, a mask most, a sound or a single character little."""
    return KINDS.get(feature[:1], 1.0)


@dataclass(frozen=True)
class Match:
    """A query, with how near its nearest pattern is (0 to 1)."""

    query: str
    score: float
    pattern: str


class Matcher:
    """Ranks queries for a question; built once from (query, pattern) pairs and the texts that questions are about.

    The score by words is the mean of two shares: how much of the pattern the question has, and how much of the question the
    pattern has; words that are common in the texts themselves weigh little. Nearness in meaning has its share in the score.
    """

    def __init__(self, patterns: list[tuple[str, str, str]], background: list[str], encoder: Attuned):
        """Take (query, masked pattern, the pattern as a question without regions), and what gives questions their meaning."""
        bags = [(query, text, set(grams(text))) for query, text, _ in patterns]
        counts = Counter(feature for _, _, bag in bags for feature in bag)
        common = Counter(feature for text in background for feature in set(grams(text)))
        self._rare = {f: math.log((len(background) + 1) / (n + 0.5)) / math.log(len(background) + 1) for f, n in common.items()}
        self._weight = {f: math.log((len(bags) + 1) / (n + 0.5)) * weight_of_kind(f) for f, n in counts.items()}
        self._unseen = math.log((len(bags) + 1) / 0.5) * UNSEEN
        index: dict[str, list[int]] = defaultdict(list)
        ordered = sorted(range(len(bags)), key=lambda n: bags[n][0])
        for place, n in enumerate(ordered):
            for feature in bags[n][2]:
                index[feature].append(place)
        self._postings = Postings({f: (places, self._weight[f]) for f, places in index.items()}, len(bags))
        self._length = np.array([sum(self._weight[f] for f in bags[n][2]) or 1.0 for n in ordered])
        self._patterns = [bags[n][1] for n in ordered]
        self.meanings = Meanings(encoder, [patterns[n][2] for n in ordered])
        self._queries = sorted({query for query, _, _ in bags})
        first = {bags[n][0]: place for place, n in reversed(list(enumerate(ordered)))}
        self._first = np.array([first[query] for query in self._queries], dtype=np.intp)

    def rank(self, text: str, meaning: Meaning | None = None, most: int = 12) -> list[Match]:
        """The nearest queries to a masked text of some meaning, the best first, each with its nearest pattern."""
        if not self._queries:
            return []
        total = 0.0
        features = grams(text)
        for feature in features:
            weight = self._weight.get(feature)
            total += self._unseen * weight_of_kind(feature) * self._rare.get(feature, 1.0) if weight is None else weight
        shared = self._postings.weigh(features)
        scores = shared * (PATTERN_SHARE / self._length + (1 - PATTERN_SHARE) / (total or 1.0))
        scores = mixed(scores, self.meanings.near(meaning), MEANING)
        nearest = np.maximum.reduceat(scores, self._first)
        found = []
        for n in np.argsort(-nearest, kind="stable")[:most]:
            if nearest[n] <= 0:
                break
            last = self._first[n + 1] if n + 1 < len(self._first) else len(scores)
            place = self._first[n] + int(scores[self._first[n] : last].argmax())
            found.append(Match(self._queries[n], float(nearest[n]), self._patterns[place]))
        return found


class Postings:
    """Which of some numbered texts have a feature, and what it weighs; built once, so that a question is weighed against all in one go."""

    def __init__(self, features: dict[str, tuple[list[int], float]], size: int):
        """Take for each feature the texts (from 0, below `size`) that have it, and its weight."""
        self._size = size
        self._texts = np.array([n for texts, _ in features.values() for n in texts], dtype=np.intp)
        self._weights = np.repeat([weight for _, weight in features.values()], [len(texts) for texts, _ in features.values()])
        ends = np.cumsum([len(texts) for texts, _ in features.values()]).tolist()
        self._places = {feature: slice(start, end) for feature, start, end in zip(features, [0, *ends], ends)}
        self._spread()

    def _spread(self) -> None:
        """Hold what many texts have as one weight for each text, which is quicker to add up."""
        self._common = {}
        for feature, place in self._places.items():
            if (place.stop - place.start) * COMMON > self._size:
                self._common[feature] = np.bincount(self._texts[place], self._weights[place], self._size)

    def __getstate__(self) -> dict:
        return {name: value for name, value in self.__dict__.items() if name != "_common"}

    def __setstate__(self, state: dict) -> None:
        self.__dict__.update(state)
        self._spread()

    def weigh(self, features: Iterable[str]) -> np.ndarray:
        """For each text the weight of those features that it has."""
        common, places = [], []
        for feature in features:
            if feature in self._common:
                common.append(self._common[feature])
            elif feature in self._places:
                places.append(self._places[feature])
        if places:
            weights = np.bincount(np.concatenate([self._texts[p] for p in places]), np.concatenate([self._weights[p] for p in places]), self._size)
        else:
            weights = np.zeros(self._size)
        for row in common:
            weights += row
        return weights


def best(scores: np.ndarray, most: int) -> np.ndarray:
    """The places of the highest scores, the highest first, of equals the first."""
    if most >= len(scores):
        return np.argsort(-scores, kind="stable")
    least = np.partition(scores, len(scores) - most)[len(scores) - most]
    places = np.flatnonzero(scores >= least)
    return places[np.argsort(-scores[places], kind="stable")][:most]
