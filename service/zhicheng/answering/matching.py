"""How near a question is to the questions that the catalogue's queries say they answer.

Texts are compared as bags of character pairs (Chinese) and words (Latin), weighted by how few patterns have them. What a
query takes as a parameter is masked by its type on both sides, so that 助理工程师 in a question matches {title}.
"""

import math
import re
from collections import Counter, defaultdict
from dataclasses import dataclass

from zhicheng.answering.language import HAN

WORD = re.compile(r"[a-z]+|<[\w-]+>|\d+")
STOP = frozenset("the a an of to in for is are do does did i my be by and or on at with what which how can may it there that this from as one must".split())
FILLER = re.compile(r"(?:请问|请|吗|呢|啊|吧|的|了|我|想|知道|问一下|一下)")


def grams(text: str) -> Counter:
    """The features of a normalised, masked text."""
    bag: Counter = Counter()
    for word in WORD.findall(text):
        if word.startswith("<"):
            bag[word] += 1
        elif word.isdigit():
            bag["#"] += 1
        elif word not in STOP:
            bag[word[:-1] if len(word) > 3 and word.endswith("s") else word] += 1
    for run in re.findall(r"[㐀-鿿]+", FILLER.sub(" ", text)):
        bag.update(run[n : n + 2] for n in range(len(run) - 1))
        bag.update("·" + char for char in run)
    return bag


@dataclass(frozen=True)
class Match:
    """A query, with how near its nearest pattern is (0 to 1)."""

    query: str
    score: float
    pattern: str


class Matcher:
    """Ranks queries for a question; built once from (query, pattern) pairs."""

    def __init__(self, patterns: list[tuple[str, str]]):
        bags = [(query, text, grams(text)) for query, text in patterns]
        counts = Counter(feature for _, _, bag in bags for feature in bag)
        self._weight = {f: math.log((len(bags) + 1) / (n + 0.5)) * (0.3 if f.startswith("·") else 1.0) for f, n in counts.items()}
        self._unseen = math.log((len(bags) + 1) / 0.5)
        self._index: dict[str, list[tuple[int, float]]] = defaultdict(list)
        self._patterns: list[tuple[str, str, float]] = []
        for n, (query, text, bag) in enumerate(bags):
            vector = {f: c * self._weight[f] for f, c in bag.items()}
            norm = math.sqrt(sum(v * v for v in vector.values())) or 1.0
            self._patterns.append((query, text, norm))
            for feature, value in vector.items():
                self._index[feature].append((n, value))

    def rank(self, text: str, most: int = 8) -> list[Match]:
        """The nearest queries to a masked text, the best first, each with its nearest pattern."""
        bag = grams(text)
        vector = {f: c * self._weight.get(f, self._unseen * (0.3 if HAN.match(f[-1:]) and f.startswith("·") else 0.5)) for f, c in bag.items()}
        norm = math.sqrt(sum(v * v for v in vector.values())) or 1.0
        dots: dict[int, float] = defaultdict(float)
        for feature, value in vector.items():
            for n, other in self._index.get(feature, ()):
                dots[n] += value * other
        best: dict[str, Match] = {}
        for n, dot in dots.items():
            query, pattern, length = self._patterns[n]
            score = dot / (norm * length)
            if query not in best or score > best[query].score:
                best[query] = Match(query, score, pattern)
        return sorted(best.values(), key=lambda m: (-m.score, m.query))[:most]
