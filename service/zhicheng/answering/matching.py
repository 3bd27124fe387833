"""How near a question is to the questions that the catalogue's queries say they answer.

Texts are compared as bags of character pairs (Chinese) and words (Latin), weighted by how few patterns have them. What a
query takes as a parameter is masked by its type on both sides, so that 助理工程师 in a question matches {title}.
"""

import math
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cache

import snowballstemmer
from pypinyin import Style, lazy_pinyin


KINDS = {"·": 0.3, "~": 0.3, "<": 0.7, "#": 0.5}
_STEMMER = snowballstemmer.stemmer("english")
WORD = re.compile(r"[a-z]+|<[\w-]+>|\d+")
# How much the pattern's share counts against the question's, and an unseen word against the rarest one seen.
PATTERN_SHARE, UNSEEN = 0.6, 0.4
STOP = frozenset("the a an of to in for is are do does did i my be by and or on at with what which how can may it there that this from as one must".split())
FILLER = re.compile(r"(?:请问|请|吗|呢|啊|吧|的|了|我|想|知道|问一下|一下)")


@cache
def _stem(word: str) -> str:
    return _STEMMER.stemWord(word)


@cache
def _sound(character: str) -> str:
    return lazy_pinyin(character, style=Style.TONE3, neutral_tone_with_five=True)[0]


def grams(text: str) -> Counter:
    """The features of a normalised, masked text: pairs of characters, as written and (~) as they sound, single ones (·), stems of words, masks."""
    bag: Counter = Counter()
    for word in WORD.findall(text):
        if word.startswith("<"):
            bag[word] += 1
        elif word.isdigit():
            bag["#" + word] += 1
        elif word not in STOP:
            bag[_stem(word)] += 1
    for run in re.findall(r"[㐀-鿿]+", FILLER.sub(" ", text)):
        bag.update(run[n : n + 2] for n in range(len(run) - 1))
        bag.update("~" + _sound(run[n]) + _sound(run[n + 1]) for n in range(len(run) - 1))
        bag.update("·" + char for char in run)
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

    The score is the mean of two shares: how much of the pattern the question has, and how much of the question the
    pattern has; words that are common in the texts themselves weigh little.
    """

    def __init__(self, patterns: list[tuple[str, str]], background: list[str]):
        bags = [(query, text, set(grams(text))) for query, text in patterns]
        counts = Counter(feature for _, _, bag in bags for feature in bag)
        common = Counter(feature for text in background for feature in set(grams(text)))
        self._rare = {f: math.log((len(background) + 1) / (n + 0.5)) / math.log(len(background) + 1) for f, n in common.items()}
        self._weight = {f: math.log((len(bags) + 1) / (n + 0.5)) * weight_of_kind(f) for f, n in counts.items()}
        self._unseen = math.log((len(bags) + 1) / 0.5) * UNSEEN
        self._index: dict[str, list[int]] = defaultdict(list)
        self._patterns: list[tuple[str, str, float]] = []
        for n, (query, text, bag) in enumerate(bags):
            self._patterns.append((query, text, sum(self._weight[f] for f in bag) or 1.0))
            for feature in bag:
                self._index[feature].append(n)

    def rank(self, text: str, most: int = 12) -> list[Match]:
        """The nearest queries to a masked text, the best first, each with its nearest pattern."""
        total = 0.0
        shared: dict[int, float] = defaultdict(float)
        for feature in set(grams(text)):
            weight = self._weight.get(feature)
            if weight is None:
                total += self._unseen * weight_of_kind(feature) * self._rare.get(feature, 1.0)
                continue
            total += weight
            for n in self._index[feature]:
                shared[n] += weight
        best: dict[str, Match] = {}
        for n, weight in shared.items():
            query, pattern, length = self._patterns[n]
            score = PATTERN_SHARE * weight / length + (1 - PATTERN_SHARE) * weight / (total or 1.0)
            if query not in best or score > best[query].score:
                best[query] = Match(query, score, pattern)
        return sorted(best.values(), key=lambda m: (-m.score, m.query))[:most]
