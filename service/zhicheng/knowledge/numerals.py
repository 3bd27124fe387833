"""The numbers that stand in a Chinese text, however they are written."""

import re
import unicodedata
from decimal import Decimal

DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0, "两": 2, "双": 2}
UNITS = {"十": 10, "百": 100, "千": 1000}
ARABIC = re.compile(r"(\d+(?:\.\d+)?)\s*(万|千|百)?")
HAN = re.compile(r"[零〇○一二两双三四五六七八九十百千万]+")
SCALE = {"万": 10000, "千": 1000, "百": 100}


def han_value(text: str) -> int | None:
    """The value of a Chinese numeral (十五 is 15, 两千 2000); None where the characters make no number."""
    total = section = 0
    digit: int | None = None
    for char in text:
        if char in DIGITS:
            if digit is not None and digit != 0:
                return None
            digit = DIGITS[char]
        elif char in UNITS:
            section += (1 if digit is None else digit) * UNITS[char]
            digit = None
        else:  # 万
            total = (total + section + (digit or 0)) * 10000
            section, digit = 0, None
    return total + section + (digit or 0)


def numbers(text: str) -> set[Decimal]:
    """All numbers in a text: Arabic in any width, Chinese, and both scaled by 万, 千 or 百 (10万 gives 10 and 100000)."""
    text = unicodedata.normalize("NFKC", text)
    found: set[Decimal] = set()
    for match in ARABIC.finditer(text):
        value = Decimal(match[1])
        found.add(value)
        if match[2]:
            found.add(value * SCALE[match[2]])
    for match in HAN.finditer(text):
        value = han_value(match[0])
        if value is not None:
            found.add(Decimal(value))
        for char in match[0]:
            if char in DIGITS:
                found.add(Decimal(DIGITS[char]))
        if "十" in match[0]:
            found.add(Decimal(10))
    return found
