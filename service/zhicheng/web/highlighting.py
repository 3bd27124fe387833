"""Quotes found in the texts they are from, and SPARQL with its parts told apart."""

from collections.abc import Iterable
from functools import cache

from markupsafe import Markup

# Places in a text: from a character to before another.
Span = tuple[int, int]


def find(text: str, quote: str) -> Span | None:
    """Where a text holds a quote, white space aside; None where it does not."""
    places = [n for n, letter in enumerate(text) if not letter.isspace()]
    start = "".join(text.split()).find(wanted := "".join(quote.split()))
    return (places[start], places[start + len(wanted) - 1] + 1) if wanted and start >= 0 else None


def places(text: str, quotes: Iterable[str]) -> str | None:
    """Where a text holds quotes, as the `mark` of a policy page's address names it (0-12.40-52); None where it holds none of them."""
    spans = dict.fromkeys(find(text, quote) for quote in quotes)
    return ".".join(f"{span[0]}-{span[1]}" for span in spans if span) or None


def marked(text: str, spans: Iterable[Span]) -> list[tuple[str, bool]]:
    """The text in pieces, each with whether it lies in one of the spans."""
    inside = [False] * len(text)
    for start, end in spans:
        for n in range(max(0, start), min(end, len(text))):
            inside[n] = True
    pieces: list[tuple[str, bool]] = []
    for letter, within in zip(text, inside, strict=True):
        if pieces and pieces[-1][1] == within:
            pieces[-1] = pieces[-1][0] + letter, within
        else:
            pieces.append((letter, within))
    return pieces


def excerpt(text: str, quote: str, around: int) -> list[tuple[str, bool]]:
    """The quote marked in its text, of which at most so many characters are left on each side; the quote alone where the text does not hold it."""
    span = find(text, quote)
    if span is None:
        return [(quote, True)]
    low, high = max(0, span[0] - around), min(len(text), span[1] + around)
    pieces = marked(text[low:high], [(span[0] - low, span[1] - low)])
    return ([("…", False)] if low else []) + pieces + ([("…", False)] if high < len(text) else [])


@cache
def _sparql_tools():
    from pygments.formatters import HtmlFormatter
    from pygments.lexers.rdf import SparqlLexer

    return SparqlLexer(stripnl=False), HtmlFormatter(nowrap=True)


def sparql_html(text: str) -> Markup:
    """A query as HTML whose keywords, variables and names bear Pygments' classes."""
    from pygments import highlight  # 20 ms, which only pages with queries pay

    return Markup(highlight(text.replace("\r\n", "\n"), *_sparql_tools()))
