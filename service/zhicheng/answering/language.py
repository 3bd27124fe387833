"""The language of a question, and its text in the one form in which it is compared."""

import re
import unicodedata

HAN = re.compile(r"[㐀-䶿一-鿿]")
LATIN_WORD = re.compile(r"[A-Za-z][A-Za-z'’.-]*")


def detect(text: str) -> str:
    """`en` where a question is written in English with at most some Chinese terms in it, else `zh`."""
    words, characters = len(LATIN_WORD.findall(text)), len(HAN.findall(text))
    return "en" if words > 2 and words * 2 > characters or words and not characters else "zh"


def normalise(text: str) -> str:
    """The text in one width (NFKC), lower case, with white space runs as one blank; the length is kept character by character where possible."""
    folded = []
    for char in text:
        other = unicodedata.normalize("NFKC", char)
        folded.append(other if len(other) == 1 else char)
    return "".join(folded).lower()
