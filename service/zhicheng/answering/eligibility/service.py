"""Conditions on years: of work, in a title, at the grass roots."""

from collections.abc import Callable
from datetime import date

from zhicheng.answering.eligibility.calendar import Periods, anniversary, first_round, worked
from zhicheng.answering.eligibility.holdings import degree_fit, skill_fit, title_fit, titles_said
from zhicheng.answering.eligibility.kleene import ALWAYS, UNKNOWN, UNMET, Timeline, since, steps
from zhicheng.answering.eligibility.outcomes import NO, YES, Case, Fit, Outcome, Said, all_of, any_of, either, judged, unknown
from zhicheng.answering.eligibility.profile import Assessment, Title
from zhicheng.answering.eligibility.requirements import Node

# From a number of full years to the day on which they are complete, or None.
Reaching = Callable[[int], date | None]


def service(node: Node, case: Case, years: int, degrees: Node | None) -> Outcome:
    """`years` full years of what the condition names; `degrees` is the education condition beside it, whose graduation counts."""
    activity = node.one("activity")
    if activity == "holding-title":
        return _in_title(node, case, years)
    if activity == "grassroots-work":
        return _at_grassroots(case, years)
    if activity == "holding-position":
        return judged(node.one("judgedBy"))
    return _of_work(node, case, years, degrees)


def _in_title(node: Node, case: Case, years: int) -> Outcome:
    titles = case.profile.titles
    if titles is None:
        return unknown("titles")
    fits = [title_fit(node, t, case) for t in titles]
    kinds = [case.profile.employer] if case.profile.employer else case.concepts.employers()
    by_kind = {events: None for events in (counting_events(node, case, kind) for kind in kinds)}
    lines, missing = [], set()
    for events in by_kind:
        each = []
        for title, found in zip(titles, fits, strict=True):
            line, lacks = _title_line(node, case, years, title, found, events)
            each.append(line)
            if line.at(case.day) == UNKNOWN:
                missing |= lacks
        lines.append(any_of(each))
    if len(lines) > 1 and len({line.at(case.day) for line in lines}) > 1:
        missing.add("employer")
    kept = [t for t, f in zip(titles, fits, strict=True) if f.degree != NO]
    return Outcome(either(lines), frozenset(missing), said=titles_said(case, kept or list(titles), bool(kept)))


def counting_events(node: Node, case: Case, employer: str) -> tuple[str, ...]:
    """The events from which years in a title count for a kind of employer: those of a reckoning rule for it, or the clause's own."""
    for rule in case.rules.reckonings.get(node.id, ()):
        if rule.many("countedFrom") and case.concepts.employs(rule.many("forEmployer"), employer):
            return rule.many("countedFrom")
    return node.many("countedFrom")


def _title_line(node: Node, case: Case, years: int, title: Title, found: Fit, events: tuple[str, ...]) -> tuple[Timeline, set[str]]:
    """The truth in time of the years in one title, and what would settle it."""
    if found.degree == NO:
        return ALWAYS[UNMET], set()
    obtained, appointed = title.obtained, title.appointed
    if len(events) > 1:  # either, the earlier
        counted = {"obtained": obtained, "appointed": appointed}
    else:
        counted = {"obtained": obtained} if events == ("title-obtained",) else {"appointed": appointed}
    certain, lacks = min((day for day in counted.values() if day), default=None), {f"{title.at}.{name}" for name, day in counted.items() if day is None}
    exact = not lacks
    missing = set(found.missing) | lacks
    end, doubtful = _reached(node, case, certain, years, _in_title_by(node, certain)) if certain else (None, None)
    if doubtful != end:
        missing |= {a.at for a in uncounted(node, case)[1]}
    line = since(end if found.degree == YES else None, doubtful if exact else date.min)
    if "obtained" not in counted and obtained:  # an appointment ahead of the title does not stand for it
        line = all_of([line, since(obtained)])
    return line, missing


def _in_title_by(node: Node, event: date) -> Reaching:
    """How years in a title run from an event: to the anniversary, or to the first round whose printed cut-off the event keeps."""
    cutoff = node.day("cutoffDate")
    return lambda years: first_round(event, years, cutoff) if cutoff else anniversary(event, years)


def _reached(node: Node, case: Case, event: date, years: int, reaching: Reaching) -> tuple[date | None, date | None]:
    """The day on which the years are reached, with all the years that may not count left out, and with those left out that surely do not."""

    def reached(uncounted: list[int]) -> date | None:
        full = years
        for year in sorted(uncounted):
            day = reaching(full)
            if day is None:
                return None
            full += event.year <= year <= day.year
        return reaching(full)

    sure, perhaps = uncounted(node, case)
    bad = sorted({a.year for a in sure if a.year})
    worse = bad + [a.year if a.year and a.year not in bad else event.year for a in perhaps]
    return reached(worse), reached(bad)


def uncounted(node: Node, case: Case) -> tuple[list[Assessment], list[Assessment]]:
    """The assessments whose year does not count, and those of which that cannot be told, where a reckoning rule says so."""
    results = {r for rule in case.rules.reckonings.get(node.id, ()) for r in rule.many("excludesResult")}
    listed = (case.profile.assessments or ()) if results else ()
    sure = [a for a in listed if a.result in results and a.year]
    return sure, [a for a in listed if a not in sure and (a.result is None or a.result in results)]


def _at_grassroots(case: Case, years: int) -> Outcome:
    begun = case.profile.grassroots_since
    if begun is None:
        return unknown("grassroots_since")
    if isinstance(begun, bool):
        return Outcome(ALWAYS[UNMET], said=Said("不在基层工作", "not at the grass roots"))
    return Outcome(since(anniversary(begun, years)), said=Said(f"自{begun}起在基层", f"at the grass roots since {begun}"))


def _of_work(node: Node, case: Case, years: int, degrees: Node | None) -> Outcome:
    employment = case.profile.employment
    events = node.many("countedFrom")
    in_post = events == ("entered-post",)
    anchors = [Fit(YES)] if in_post else _anchors(node, case, events[0] if events else "work-started", degrees)
    if employment is None:
        never = isinstance(anchors, list) and all(a.degree == NO for a in anchors)
        return Outcome(ALWAYS[UNMET], said=Said("没有可据以起算的一项", "nothing is listed from which it could count")) if never else unknown("employment")
    sure: Periods = [(e.start, e.end) for e in employment if e.start and e.in_field]
    perhaps: Periods = [(e.start or date.min, e.end) for e in employment if e.in_field is not False]
    doubtful = {f"{e.at}.{name}" for e in employment if e.in_field is not False for name, value in (("start", e.start), ("in_field", e.in_field)) if value is None}
    said = _work_said(sure)
    if in_post:
        return Outcome(any_of([_in_post(start, end, years) for start, end in sure]) if sure else (ALWAYS[UNKNOWN] if perhaps else ALWAYS[UNMET]), frozenset(doubtful), said=said)
    soonest = worked(perhaps, years)  # whatever it counts from
    if isinstance(anchors, Outcome):
        line = since(None, soonest)
        return Outcome(line, anchors.missing | doubtful, said=anchors.said if line.at(case.day) == UNKNOWN else said)
    lines, missing = [], set()
    for found in anchors:
        undated = found.degree != NO and found.held == date.min
        after = None if undated else found.held
        certain = _reached_by_work(node, case, sure, years, after)[0] if found.degree == YES and not undated else None
        possible = None if found.degree == NO else soonest if undated else _reached_by_work(node, case, perhaps, years, after)[1]
        line = since(certain, possible)
        lines.append(line)
        if line.at(case.day) == UNKNOWN:
            missing |= found.missing | doubtful
    return Outcome(any_of(lines), frozenset(missing), said=said)


def _reached_by_work(node: Node, case: Case, periods: Periods, years: int, after: date | None) -> tuple[date | None, date | None]:
    """As `_reached`, for years of work after a day."""
    begun = worked(periods, 0, after)
    return _reached(node, case, begun, years, lambda full: worked(periods, full, after)) if begun else (None, None)


def _in_post(start: date, end: date, years: int) -> Timeline:
    """Met while a post goes on that has lasted for some years."""
    begun = anniversary(start, years)
    return ALWAYS[UNMET] if begun is None or begun >= end else steps([begun] + ([end] if end < date.max else []), lambda day: 2 if begun <= day < end else 0)


def _anchors(node: Node, case: Case, event: str, degrees: Node | None) -> list[Fit] | Outcome:
    """The entries after which work counts; of one whose day is left out `held` is the beginning of time. No anchor is one without a day."""

    def dated(found: Fit, member: str) -> Fit:
        return found if found.held or found.degree == NO else Fit(found.degree, date.min, found.missing | {member})

    if event == "graduation":
        if case.profile.education is None:
            return unknown("education")
        return [dated(degree_fit(degrees, d, case) if degrees else Fit(YES, d.completed), f"{d.at}.completed") for d in case.profile.education]
    if event == "title-obtained":
        if case.profile.titles is None:
            return unknown("titles")
        return [dated(title_fit(node, t, case), f"{t.at}.obtained") for t in case.profile.titles]
    if event == "skill-grade-obtained":
        if case.profile.skills is None:
            return unknown("skills")
        return [dated(skill_fit(node, s, case), f"{s.at}.obtained") for s in case.profile.skills]
    if event == "left-government":
        left = case.profile.left_government
        return unknown("left_government") if left is None else [] if isinstance(left, bool) else [Fit(YES, left)]
    return [Fit(YES)]


def _work_said(periods: Periods) -> Said:
    shown = [(start, str(end) if end < date.max else "") for start, end in sorted(periods)]
    return Said(
        "本专业工作：" + ("；".join(f"{s}起" + (f"，至{e}前" if e else "") for s, e in shown) or "无"),
        "work in the field: " + ("; ".join(f"from {s}" + (f" until before {e}" if e else " on") for s, e in shown) or "none"),
    )
