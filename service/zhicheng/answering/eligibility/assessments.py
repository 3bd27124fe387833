"""Conditions on annual assessments."""

from datetime import date

from zhicheng.answering.eligibility.holdings import lower_title
from zhicheng.answering.eligibility.kleene import MET, UNKNOWN, UNMET, steps
from zhicheng.answering.eligibility.outcomes import Case, Outcome, Said, unknown
from zhicheng.answering.eligibility.profile import Title
from zhicheng.answering.eligibility.requirements import Node
from zhicheng.answering.eligibility.service import counting_events, uncounted


def assessment(node: Node, case: Case, count: int | None) -> Outcome:
    """Results of annual assessments over the years that the text looks at; the list of a profile is complete."""
    listed = case.profile.assessments
    if listed is None:
        return unknown("assessments")
    bar = case.concepts.rank("assessment-result", node.one("assessmentResult")) or 0
    by_year: dict[int, list[int]] = {}
    doubtful = frozenset(f"{a.at}.{name}" for a in listed for name, value in (("year", a.year), ("result", a.result)) if value is None)
    for a in listed:
        if a.year and a.result:
            by_year.setdefault(a.year, []).append(case.concepts.rank("assessment-result", a.result) or 0)
    doubtful_years = bool(doubtful)
    good = {year for year, ranks in by_year.items() if min(ranks) >= bar}
    kind, years = node.one("assessmentWindow"), node.number("windowYears")
    left_out = {a.year for a in uncounted(node, case)[0]}
    begun, doubtful_since = _begun(node, case)
    doubtful |= doubtful_since if kind in ("current-title", "required-years") else frozenset()

    def value(day: date) -> int:
        past = [y for y in by_year if y <= day.year]
        if kind == "review-or-previous-year":
            seen, least = [day.year, day.year - 1], 1
        elif kind in ("current-title", "required-years"):
            seen = [y for y in past if y not in left_out and (begun is None or y >= begun)]
            least = count or max(len(seen), 1)
        else:  # the latest years; where no window is printed, the latest one
            latest = day.year if day.year in past else day.year - 1
            seen = list(range(latest - (years or 1) + 1, latest + 1))
            least = count or len(seen)
        enough = sum(y in good for y in seen) >= least
        hopeless = count is not None and not doubtful_years and kind == "current-title" and sum(y in good for y in past) < count
        return MET if enough else UNKNOWN if doubtful and not hopeless else UNMET

    days = [date(y + n, 1, 1) for y in by_year for n in range(0, (years or 1) + 2)]
    shown = sorted((y, "合格" if y in good else "低于要求") for y in by_year)
    said = Said("考核：" + ("、".join(f"{y}年" for y, _ in shown) or "无") + f"；达到要求{len(good)}次", "assessed: " + (", ".join(str(y) for y, _ in shown) or "never") + f"; {len(good)} reach the result asked for")
    return Outcome(steps(days, value), doubtful, said=said)


def _begun(node: Node, case: Case) -> tuple[int | None, frozenset[str]]:
    """The year since which the present title is surely held, None where there is no such title, and what would make the year certain.

    It counts from the event that the text names for the applicant's employer, else from whichever the profile tells.
    """
    titles = lower_title(case)
    if titles is None:
        return date.max.year, frozenset({"titles"})
    if not titles:
        return None, frozenset()
    kinds = [case.profile.employer] if case.profile.employer else case.concepts.employers()
    by_events = {counting_events(node, case, kind) for kind in kinds}
    found = [_earliest_year(titles, events) for events in by_events]
    years = {year for year, _ in found}
    missing = frozenset().union(*(lacks for _, lacks in found)) | (frozenset({"employer"}) if len(years) > 1 else frozenset())
    return max(years), missing


def _earliest_year(titles: list[Title], events: tuple[str, ...]) -> tuple[int, frozenset[str]]:
    """The year of the first of the events in any of the titles as far as it is told, and the members left out that could move it."""
    members = [name for name in ("obtained", "appointed") if f"title-{name}" in events]
    days = [day for t in titles for day in ([getattr(t, name) for name in members] or [t.obtained or t.appointed]) if day]
    missing = frozenset(f"{t.at}.{name}" for t in titles for name in members or ["obtained"] if getattr(t, name) is None)
    return min((d.year for d in days), default=date.max.year), missing
