"""How the citations of an answer are put together: words of one clause that stand near each other are one quotation."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from zhicheng.answering.answers import Citation
from zhicheng.knowledge.outline import squeeze

# The most characters between two quotations of a clause that are quoted as one.
BETWEEN = 30


def joined(citations: Iterable[Citation], text: Callable[[str], str]) -> list[Citation]:
    """The citations with those of a clause that overlap or stand near each other as one, in the order of the first of each; `text` gives a clause's words."""
    found: dict[str, list[Citation]] = {}
    for citation in dict.fromkeys(citations):
        found.setdefault(citation.iri, []).append(citation)
    return [replace(held[0], quote=quote) for iri, held in found.items() for quote in _quotes([c.quote for c in held], text(iri))]


def _quotes(quotes: list[str], text: str) -> list[str]:
    """The quotations of a text, those that overlap or are near each other as one; the blanks and line ends of text and quotations may differ."""
    if len(quotes) == 1:
        return quotes
    places = [n for n, char in enumerate(text) if not char.isspace()]
    bare = "".join(text[n] for n in places)
    spans = []
    for quote in map(squeeze, quotes):
        start = bare.find(quote)
        if start < 0 or not quote:
            return quotes
        spans.append((start, start + len(quote)))
    return [text[places[start] : places[end - 1] + 1] for start, end in _merged(spans)]


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans that overlap or are near each other as one, in the order of the first of each."""
    wide: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if wide and start - wide[-1][1] <= BETWEEN:
            wide[-1] = wide[-1][0], max(wide[-1][1], end)
        else:
            wide.append((start, end))
    return sorted(wide, key=lambda span: next(n for n, (start, _) in enumerate(spans) if span[0] <= start < span[1]))
