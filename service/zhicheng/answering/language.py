"""The language of a question, and its text in the one form in which it is compared."""

import re
import unicodedata
from datetime import date
from functools import lru_cache

import opencc

HAN = re.compile(r"[㐀-䶿一-鿿]")
LATIN_WORD = re.compile(r"[A-Za-z][A-Za-z'’.-]*")
_CHARACTERS = "".join(map(chr, range(0x4E00, 0x9FFF)))
_SIMPLIFIED = opencc.OpenCC("t2s").convert(_CHARACTERS)
SIMPLIFIED = {a: b for a, b in zip(_CHARACTERS, _SIMPLIFIED, strict=True) if a != b}
_SOUNDS: dict[str, str] = {}
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")


def written_day(day: date, language: str) -> str:
    """A date as a language writes it: 2024年10月1日, 1 October 2024."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}" if language == "en" else f"{day.year}年{day.month}月{day.day}日"


def detect(text: str) -> str:
    """`en` where a question is written in English with at most some Chinese terms in it, else `zh`."""
    words, characters = len(LATIN_WORD.findall(text)), len(HAN.findall(text))
    return "en" if words > 2 and words * 2 > characters or words and not characters else "zh"


def normalise(text: str) -> str:
    """The text in one width, in simplified characters and lower case; character by character, so that places stay."""
    folded = []
    for char in text:
        other = unicodedata.normalize("NFKC", char)
        other = other if len(other) == 1 else char
        lower = SIMPLIFIED.get(other, other).lower()
        folded.append(lower if len(lower) == 1 else char)
    return "".join(folded)


def sounds() -> dict[str, str]:
    """The sound of every character that has one, with its tone (工: gong1); read from pypinyin once, unless `remember` was given them."""
    if not _SOUNDS:
        from pypinyin import Style, lazy_pinyin

        characters = [chr(n) for n in (*range(0x3000, 0xA000), *range(0xF900, 0xFB00))]
        spoken = lazy_pinyin(characters, style=Style.TONE3, neutral_tone_with_five=True)
        _SOUNDS.update((a, b) for a, b in zip(characters, spoken, strict=True) if a != b)
    return _SOUNDS


def remember(known: dict[str, str]) -> None:
    """Take the sounds of characters from an earlier `sounds`, which saves reading them again."""
    _SOUNDS.update(known)


def word_pattern(word: str) -> str:
    """A pattern for a normalised word, which in English stands by itself."""
    return rf"(?<![a-z']){re.escape(word)}(?![a-z])" if word.isascii() else re.escape(word)


def has_word(text: str, words: tuple[str, ...]) -> bool:
    """Whether a normalised text holds one of some words."""
    return bool(_one_of(words).search(text))


@lru_cache(maxsize=64)
def _one_of(words: tuple[str, ...]) -> re.Pattern:
    return re.compile("|".join(map(word_pattern, words)) or "(?!)")
