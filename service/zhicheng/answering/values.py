"""Numbers that a question names as values: dates and ranks."""

import re
from datetime import date

from zhicheng.answering.linking import Entity
from zhicheng.knowledge.numerals import han_value

DATE = re.compile(r"(\d{4})\s*(?:年|-|/|\.)\s*(\d{1,2})\s*(?:月|-|/|\.)\s*(\d{1,2})\s*[日号]?")
RANK = re.compile(r"(?:第|排名第?|排在?第?|排)\s*(\d{1,2}|[一二三四五六七八九十]{1,3})\s*(?:名|位|的|$|(?=[，,。？?几得值能]))|\brank(?:s|ed|ing)?\s*(?:no\.?\s*)?(\d{1,2})|(\d{1,2})(?:st|nd|rd|th)\b(?=\s*(?:rank|place|on|in))")


def read(text: str) -> list[Entity]:
    """The dates (id as 2024-10-10) and ranks (id as 11) that a normalised text names."""
    found = []
    for match in DATE.finditer(text):
        try:
            day = date(*(int(g) for g in match.groups()))
        except ValueError:
            continue
        found.append(Entity(match[0], "", "date", day.isoformat(), match.start(), match.end()))
    for match in RANK.finditer(text):
        number = next(g for g in match.groups() if g)
        value = int(number) if number.isdigit() else han_value(number)
        if value and not any(e.start <= match.start() < e.end for e in found):
            found.append(Entity(match[0], "", "rank", str(value), match.start(), match.end()))
    return found
