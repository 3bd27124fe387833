"""What becomes possible when: for each region, title and route the day from which time alone has it met, as a picture."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from zhicheng.answering.eligibility.engine import Report
from zhicheng.answering.eligibility.verdicts import Way

# Lengths in the picture's own units: its width, the margins beside the bars, a row, its bar, and the head and foot.
WIDTH, MARGIN, ROW, BAR, HEAD, FOOT = 640, 12, 44, 12, 26, 10
# The most marks on the axis, and the fewest days that it spans.
MARKS, SHORTEST = 8, 365


@dataclass(frozen=True)
class Bar:
    """A route in the picture: its words, the height of its row, and from where on it is open."""

    label: str
    y: float
    x: float
    earliest: date
    now: bool


@dataclass(frozen=True)
class Mark:
    """A year on the axis."""

    x: float
    year: int


@dataclass(frozen=True)
class Timeline:
    """The picture; without bars there is nothing to show."""

    width: float
    height: float
    start: float
    end: float
    bars: list[Bar]
    marks: list[Mark]
    row: float = ROW
    bar: float = BAR
    head: float = HEAD


def drawn(report: Report, told: Callable[[object, Way], str]) -> Timeline:
    """The picture of a report: the routes that are open or that time alone opens, by day; `told` names a route of a result."""
    ways = [(result, way) for result in report.results for way in result.ways if way.earliest]
    last = max((way.earliest for _, way in ways), default=report.day)
    span = max((last - report.day).days * 1.08, SHORTEST)
    left, right = MARGIN, WIDTH - MARGIN

    def place(day: date) -> float:
        return round(left + (right - left) * (day - report.day).days / span, 1)

    ways.sort(key=lambda pair: pair[1].earliest)
    bars = [Bar(told(result, way), HEAD + n * ROW, place(way.earliest), way.earliest, way.earliest <= report.day) for n, (result, way) in enumerate(ways)]
    years = range(report.day.year + 1, report.day.year + int(span / 365.25) + 2)
    every = -(-len(years) // MARKS)
    marks = [Mark(x, y) for y in years if y <= date.max.year and y % every == 0 and (x := place(date(y, 1, 1))) <= right - 20]
    return Timeline(WIDTH, HEAD + len(bars) * ROW + FOOT, left, right, bars, marks)
