"""Results of queries as bar charts."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from zhicheng.terms import XSD
from zhicheng.web.neighbourhood import fitted

# Lengths in pixels: of a row and its bar, of the column of names, of the longest bar, and what its number needs beside it. The most rows of a chart.
ROW, BAR, NAMES, LONGEST, NUMBER, MOST = 28, 18, 240, 400, 80, 50
# The numeric types of SPARQL 1.1 (§17.1).
NUMERIC = {
    XSD + name
    for name in (
        "integer decimal float double nonPositiveInteger negativeInteger long int short byte nonNegativeInteger unsignedLong unsignedInt unsignedShort unsignedByte positiveInteger"
    ).split()
}

Binding = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Bar:
    """A row of a chart: its name cut to fit and whole, its number as the result writes it and where it stands, and the bar's place."""

    text: str
    name: str
    number: str
    number_x: float
    x: float
    y: float
    length: float


@dataclass(frozen=True)
class Chart:
    """Bars beside a line at zero, in a frame; `left` rows of the result have no bar."""

    bars: list[Bar]
    zero: float
    width: float
    height: float
    left: int


def numeric(variables: Sequence[str], rows: Sequence[Binding]) -> list[str]:
    """The variables that hold numbers, and nothing else, in every row."""
    return [v for v in variables if rows and all(v in row and _number(row[v]) is not None for row in rows)]


def _number(term: Mapping[str, str]) -> float | None:
    if term.get("type") == "uri" or term.get("datatype") not in NUMERIC:
        return None
    try:
        value = float(term["value"])
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def bars(variable: str, variables: Sequence[str], rows: Sequence[Binding], name: Callable[[Mapping[str, str]], str]) -> Chart:
    """The chart of a numeric variable; a bar is named by what the row holds beside its numbers, or by its place."""
    numbers = numeric(variables, rows)
    shown = rows[:MOST]
    values = [_number(row[variable]) or 0.0 for row in shown]
    low, high = min(0.0, *values), max(0.0, *values)
    scale = LONGEST / (high - low) if high > low else 0.0
    zero = NAMES + (NUMBER if low < 0 else 0) - low * scale
    drawn = []
    for n, (row, value) in enumerate(zip(shown, values, strict=True)):
        whole = " · ".join(name(row[v]) for v in variables if v in row and v not in numbers) or str(n + 1)
        start, end = sorted((zero, zero + value * scale))
        number = row[variable]["value"]
        at = end + 6 if value >= 0 else start - 6
        drawn.append(Bar(fitted(whole, NAMES - 8), whole, number, at, start, n * ROW + (ROW - BAR) / 2, end - start))
    return Chart(drawn, zero, NAMES + LONGEST + NUMBER * (2 if low < 0 else 1), len(shown) * ROW, len(rows) - len(shown))
