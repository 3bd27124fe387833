"""Conditions on annual assessments."""

from datetime import date

from zhicheng.answering.eligibility.holdings import lower_title
from zhicheng.answering.eligibility.kleene import MET, UNKNOWN, UNMET, steps
from zhicheng.answering.eligibility.outcomes import Case, Outcome, Said, unknown
from zhicheng.answering.eligibility.requirements import Node


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
    begun, doubtful_since = _begun(case)
    doubtful |= doubtful_since if kind in ("current-title", "required-years") else frozenset()

    def value(day: date) -> int:
        past = [y for y in by_year if y <= day.year]
        if kind == "review-or-previous-year":
            seen, least = [day.year, day.year - 1], 1
        elif kind == "latest-years":
            latest = day.year if day.year in past else day.year - 1
            seen = list(range(latest - (years or 1) + 1, latest + 1))
            least = count or len(seen)
        elif kind in ("current-title", "required-years"):
            seen = [y for y in past if begun is None or y >= begun]
            least = count or max(len(seen), 1)
        else:
            seen, least = [max(past, default=day.year)], 1
        enough = sum(y in good for y in seen) >= least
        hopeless = count is not None and not doubtful_years and kind == "current-title" and sum(y in good for y in past) < count
        return MET if enough else UNKNOWN if doubtful and not hopeless else UNMET

    days = [date(y + n, 1, 1) for y in by_year for n in range(0, (years or 1) + 2)]
    shown = sorted((y, "合格" if y in good else "低于要求") for y in by_year)
    said = Said("考核：" + ("、".join(f"{y}年" for y, _ in shown) or "无") + f"；达到要求{len(good)}次", "assessed: " + (", ".join(str(y) for y, _ in shown) or "never") + f"; {len(good)} reach the result asked for")
    return Outcome(steps(days, value), doubtful, said=said)


def _begun(case: Case) -> tuple[int | None, frozenset[str]]:
    """The year since which the present title is surely held, None where there is no such title, and what would make the year certain."""
    titles = lower_title(case)
    days = [t.obtained or t.appointed for t in titles or ()]
    missing = frozenset({"titles"}) if titles is None else frozenset(f"{t.at}.obtained" for t in titles if t.obtained is None)
    undated = date.max.year if days else None
    return min((d.year for d in days if d), default=undated), missing
