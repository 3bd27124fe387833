"""Dates as the policies reckon them: anniversaries, printed cut-offs, and years of work with their gaps."""

from datetime import date, timedelta

DAY = timedelta(days=1)


def anniversary(day: date, years: int) -> date | None:
    """The day on which `years` full years from `day` are complete; of a 29 February, in a common year, the 28th (Civil Code art. 202).

    None beyond the end of the calendar.
    """
    if day.year + years > date.max.year:
        return None
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def first_round(event: date, years: int, cutoff: date) -> date | None:
    """The first day on which an event is early enough for a printed cut-off that moves with the round.

    In a round of year Y the event has to fall on or before the cut-off's month and day of Y − `years`; so this is a 1 January.
    """
    late = (event.month, event.day) > (cutoff.month, cutoff.day)
    year = event.year + years + late
    return date(year, 1, 1) if year <= date.max.year else None


Periods = list[tuple[date, date]]


def merged(periods: Periods) -> Periods:
    """Periods (first day, first day after; `date.max` when open) in order, with overlaps and touching ends joined."""
    joined: Periods = []
    for start, end in sorted(p for p in periods if p[0] < p[1]):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def worked(periods: Periods, years: int, after: date | None = None) -> date | None:
    """The day on which `years` full years of work are complete: the anniversary of the first day, moved on by the days of every gap.

    With `after`, only work from that day on counts. Zero years are complete on the first day of work. None when they never are.
    """
    begun = [(max(start, after), end) for start, end in periods if after is None or end > after] if after else periods
    spans = merged(begun)
    if not spans:
        return None
    if years == 0:
        return spans[0][0]
    target = anniversary(spans[0][0], years)
    for (_, end), following in zip(spans, [*spans[1:], None], strict=True):
        if target is None or target <= end:
            return target
        if following is None:
            return None
        gap = following[0] - end
        target = target + gap if date.max - target > gap else None
    return None
