"""Numbers that a question names as values: dates, ranks and counts of one's own."""

import re
from collections.abc import Iterable
from datetime import date

from zhicheng.answering.linking import Entity
from zhicheng.knowledge.numerals import han_value

NUMBER = r"\d{1,2}|[一二三四五六七八九十]{1,3}"
ORDINALS = dict(zip("first second third fourth fifth sixth seventh eighth ninth tenth".split(), range(1, 11), strict=True))
ENGLISH_NUMBERS = dict(zip("one two three four five six seven eight nine ten eleven twelve".split(), range(1, 13), strict=True)) | {"fifteen": 15, "twenty": 20, "single": 1}
SPOKEN = {"俩": 2, "仨": 3}
DATE = re.compile(r"(\d{4})\s*(?:年|-|/|\.)\s*(\d{1,2})\s*(?:月|-|/|\.)\s*(\d{1,2})\s*[日号]?")
ORDINAL = rf"(\d{{1,2}}(?=st|nd|rd|th)|{'|'.join(ORDINALS)})(?:st|nd|rd|th)?"
RANK = re.compile(
    rf"(?:第|排名第?|排在?第?|排|列第?)\s*({NUMBER})\s*(?:名|位|的|$|(?=[，,。？?几得值能算还行成够可多怎]|(?<!第一)完成人?|(?:发明|起草|主编|参编)人?))|\brank(?:s|ed|ing)?\s*(?:no\.?\s*)?(\d{{1,2}})"
    rf"|\b{ORDINAL}\b(?=\s*(?:rank|place|on|in)|-named)|\b(?:was|am|i'm|being|came|ranked|listed|placed)\s+(?:as\s+)?(?:the\s+)?{ORDINAL}\b(?!\s+(?:prize|class|grade|level|item|time|year|author))"
)


def count(text: str) -> int | None:
    """The value of a number in digits, English or Chinese; None where it is none."""
    return int(text) if text.isdigit() else ENGLISH_NUMBERS.get(text) or SPOKEN.get(text) or han_value(text)


def counting(before: Iterable[str], measures: Iterable[str]) -> re.Pattern:
    """A pattern for a count of one's own: words that say so, a number and a word of measure."""
    own, measure = ("|".join(map(re.escape, sorted(names, key=len, reverse=True))) for names in (before, measures))
    return re.compile(rf"(?:{own})\s*(?:(\d{{1,2}}|[一二两三四五六七八九十俩仨])\s*(?:{measure})|({'|'.join(ENGLISH_NUMBERS)}|\d{{1,2}})(?=\s+[a-z]))(?!以上|及以上|以内|以下)")


def read(text: str, own_count: re.Pattern) -> list[Entity]:
    """The dates (id as 2024-10-10), ranks (id as 11) and counts of one's own (id as 2) that a normalised text names."""
    found = []
    for match in DATE.finditer(text):
        try:
            day = date(*(int(g) for g in match.groups()))
        except ValueError:
            continue
        found.append(Entity(match[0], "", "date", day.isoformat(), match.start(), match.end()))
    for match in RANK.finditer(text):
        number = next(g for g in match.groups() if g)
        value = ORDINALS.get(number) or count(number)
        if value and not any(e.start <= match.start() < e.end for e in found):
            found.append(Entity(match[0], "", "rank", str(value), match.start(), match.end()))
    for match in own_count.finditer(text):
        group = 1 if match[1] else 2
        value = count(match[group])
        if value and not any(e.start < match.end(group) and match.start(group) < e.end for e in found):
            found.append(Entity(match[group], "", "count", str(value), match.start(group), match.end(group)))
    return found
