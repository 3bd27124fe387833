"""Three truth values, and how they run in time."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

# Kleene's strong logic on an ordered scale: conjunction is the least value, disjunction the greatest.
UNMET, UNKNOWN, MET = 0, 1, 2
NAMES = ("unmet", "unknown", "met")


def at_least(count: int, values: Sequence[int]) -> int:
    """The value of "at least `count` of these are met": the count-th greatest, and unmet where there are fewer."""
    return sorted(values, reverse=True)[count - 1] if count <= len(values) else UNMET


@dataclass(frozen=True)
class Timeline:
    """A truth value as it runs in time: `values[n]` holds from the day `days[n]` (a proleptic ordinal; 0 is the beginning) on."""

    days: tuple[int, ...]
    values: tuple[int, ...]

    def at(self, day: date) -> int:
        """The value on a day."""
        return self.values[bisect_right(self.days, day.toordinal()) - 1]

    def first_met(self, day: date) -> date | None:
        """The first day on or after `day` on which the value is met; None when none comes."""
        if self.at(day) == MET:
            return day
        return next((date.fromordinal(d) for d, v in zip(self.days, self.values, strict=True) if v == MET and d > day.toordinal()), None)

    def met_since(self, day: date) -> date | None:
        """The day from which on the value has been met until `day`; None where it is not met then, or has been for as long as can be told."""
        n = bisect_right(self.days, day.toordinal()) - 1
        return date.fromordinal(self.days[n]) if self.values[n] == MET and self.days[n] else None


ALWAYS = tuple(Timeline((0,), (value,)) for value in (UNMET, UNKNOWN, MET))


def since(certain: date | None, possible: date | None = None) -> Timeline:
    """Unmet at first, unknown from the day `possible`, met from the day `certain`; None is never."""
    possible = certain if possible is None else possible if certain is None else min(possible, certain)
    steps = [(0, UNMET)]
    for day, value in ((possible, UNKNOWN), (certain, MET)):
        if day is not None:
            ordinal = day.toordinal()
            steps = [s for s in steps if s[0] < ordinal] + [(ordinal, value)]
    return Timeline(tuple(d for d, _ in steps), tuple(v for _, v in steps))


def steps(days: Sequence[date], value: Callable[[date], int]) -> Timeline:
    """The timeline of a function of the day that changes on the given days only."""
    starts = [date.min, *sorted(set(days))]
    return _joined([d.toordinal() if d > date.min else 0 for d in starts], [value(d) for d in starts])


def combined(rule: Callable[[list[int]], int], lines: Sequence[Timeline]) -> Timeline:
    """The timeline of a rule applied day by day to others."""
    if all(len(line.days) == 1 for line in lines):
        return ALWAYS[rule([line.values[0] for line in lines])]
    days = sorted({d for line in lines for d in line.days})
    return _joined(days, [rule([line.values[bisect_right(line.days, d) - 1] for line in lines]) for d in days])


def _joined(days: Sequence[int], values: Sequence[int]) -> Timeline:
    kept = [n for n in range(len(days)) if n == 0 or values[n] != values[n - 1]]
    return Timeline(tuple(days[n] for n in kept), tuple(values[n] for n in kept))
