"""Numbers that a question names as values: dates, ranks, counts of one's own, insured years and sums of contracts."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from zhicheng.answering.language import word_pattern
from zhicheng.answering.linking import Entity
from zhicheng.knowledge.numerals import han_value

NUMBER = r"\d{1,2}|[一二三四五六七八九十]{1,3}"
ORDINALS = dict(zip("first second third fourth fifth sixth seventh eighth ninth tenth".split(), range(1, 11), strict=True))
ENGLISH_NUMBERS = dict(zip("one two three four five six seven eight nine ten eleven twelve".split(), range(1, 13), strict=True)) | {"fifteen": 15, "twenty": 20, "single": 1}
SPOKEN = {"俩": 2, "仨": 3, "大": 1}
DATE = re.compile(r"(\d{4})\s*(?:年|-|/|\.)\s*(\d{1,2})\s*(?:月|-|/|\.)\s*(\d{1,2})\s*[日号]?")
ORDINAL = rf"(\d{{1,2}}(?=st|nd|rd|th)|{'|'.join(ORDINALS)})(?:st|nd|rd|th)?"
RANK = re.compile(
    rf"排行?老(大|{NUMBER})|(?:第|排名第?|排在?第?|排|列第?)\s*({NUMBER})\s*(?:名|位|的|$|(?=[，,。？?几得值能算还行成够可多怎]|(?<!第一)完成人?|(?:发明|起草|主编|参编)人?))|\brank(?:s|ed|ing)?\s*(?:no\.?\s*)?(\d{{1,2}})"
    rf"|\b{ORDINAL}\b(?=\s*(?:rank|place|on|in)|-named)|\b(?:was|am|i'm|being|came|ranked|listed|placed)\s+(?:as\s+)?(?:the\s+)?{ORDINAL}\b(?!\s+(?:prize|class|grade|level|item|time|year|author))"
)
YEARS = re.compile(rf"(\d{{1,2}}|[一二两三四五六七八九十]{{1,3}}|{'|'.join(ENGLISH_NUMBERS)})\s*(?:年半|个?年头|年|(?:full |whole )?years?)(?:[零又]?\s*(?:and\s+)?\d{{1,2}}\s*(?:个多?月|months?))?(?!度|底|[0-9])")
AMOUNT = re.compile(r"(\d+(?:\.\d+)?|[一二两三四五六七八九十百千]+)多?\s*(亿|千万|百万|万|million|m\b)|(\d[\d,]{4,})\s*(?=元|yuan|rmb)")
SCALE = {"亿": 100_000_000, "千万": 10_000_000, "百万": 1_000_000, "万": 10_000, "million": 1_000_000, "m": 1_000_000}
# The concepts of question-cue with whose names people count what they have, the words of measure behind, and those near which years are insured ones and amounts sums of contracts.
OWN_COUNT, MEASURE = "own-count", "measure-word"
BESIDE = {"years": "insured-years", "amount": "contract-sum"}
# How far a cue stands from its value, and what does not stand between them.
FAR = 14
STOP = re.compile(r"[，,。；;？?！!]")


def count(text: str) -> int | None:
    """The value of a number in digits, English or Chinese; None where it is none."""
    return int(text) if text.isdigit() else ENGLISH_NUMBERS.get(text) or SPOKEN.get(text) or han_value(text)


class Values:
    """Reads the values that a text names; built once from the names of the cues (normalised) that tell some of them."""

    def __init__(self, cues: Mapping[str, Sequence[str]]):
        self._count = re.compile(
            rf"(?:{_any(cues[OWN_COUNT])})\s*(?:(\d{{1,2}}|[一二两三四五六七八九十俩仨])\s*(?:{_any(cues[MEASURE])})|({'|'.join(ENGLISH_NUMBERS)}|\d{{1,2}})(?=\s+[a-z]))(?!以上|及以上|以内|以下)"
        )
        self._beside = [(type_, re.compile(_any(cues[BESIDE[type_]])), number) for type_, number in (("years", YEARS), ("amount", AMOUNT))]

    def read(self, text: str) -> list[Entity]:
        """The dates (id as 2024-10-10), ranks (id as 11), counts of one's own (id as 2), insured years (full ones) and sums of contracts (in yuan) that a normalised text names."""
        found: list[Entity] = []
        for match in DATE.finditer(text):
            try:
                day = date(*(int(g) for g in match.groups()))
            except ValueError:
                continue
            _add(found, match, 0, "date", day.isoformat())
        for match in RANK.finditer(text):
            number = next(g for g in match.groups() if g)
            _add(found, match, 0, "rank", ORDINALS.get(number) or count(number))
        for match in self._count.finditer(text):
            _add(found, match, 1 if match[1] else 2, "count", count(match[1] or match[2]))
        for type_, cue, number in self._beside:
            places = [near.span() for near in cue.finditer(text)]
            for match in number.finditer(text) if places else ():
                if any(_near(text, match.span(), place) for place in places):
                    _add(found, match, *((0, type_, _yuan(match)) if type_ == "amount" else (1, type_, count(match[1]))))
        return found


def _add(found: list[Entity], match: re.Match, group: int, type_: str, value: int | str | None) -> None:
    """Add what a group of a match names, if it is a value and nothing else is named there."""
    if value and not any(e.start < match.end(group) and match.start(group) < e.end for e in found):
        found.append(Entity(match[group], "", type_, str(value), match.start(group), match.end(group)))


def _near(text: str, one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether two places of a text are near each other and in one phrase."""
    first, second = sorted((one, other))
    between = text[first[1] : second[0]]
    return len(between) <= FAR and not STOP.search(between)


def _any(words: Iterable[str]) -> str:
    return "|".join(map(word_pattern, sorted(words, key=len, reverse=True)))


def _yuan(match: re.Match) -> int | None:
    """The yuan of an amount."""
    if match[3]:
        return int(match[3].replace(",", ""))
    number = Decimal(match[1]) if match[1][0].isdigit() else han_value(match[1])
    return int(number * SCALE[match[2]]) if number else None
