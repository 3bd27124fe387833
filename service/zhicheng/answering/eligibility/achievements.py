"""Conditions on achievements and honours: typed facts matched attribute by attribute, or a criterion ticked by its id."""

from datetime import date, timedelta

from zhicheng.answering.eligibility.calendar import anniversary
from zhicheng.answering.eligibility.holdings import lower_title
from zhicheng.answering.eligibility.kleene import MET, UNKNOWN, UNMET, steps
from zhicheng.answering.eligibility.outcomes import EXPERTS, MAYBE, NO, REVIEW, YES, Case, Fit, Outcome, Said, fit, known, members
from zhicheng.answering.eligibility.profile import Achievement
from zhicheng.answering.eligibility.requirements import Node
from zhicheng.answering.eligibility.roles import role_fit


def achievement(node: Node, case: Case) -> Outcome:
    """So many achievements of a kind; a graded prize may stand among the awards."""
    prizes = bool(set(node.many("achievementType")) & case.concepts.titles.prizes)
    return _counted(node, case, _achievement_fit, node.number("minimumCount") or 1, ("achievements", "awards") if prizes else ("achievements",))


def honour(node: Node, case: Case) -> Outcome:
    """One of the honours named; where the list ends in 等, another one is for the experts to judge."""
    return _counted(node, case, _honour_fit, 1, ("awards",))


def _counted(node: Node, case: Case, match, least: int, lists: tuple[str, ...]) -> Outcome:
    ticked = node.id in case.ticked
    pool = [a for name in {*lists, "achievements"} for a in getattr(case.profile, name) or () if not a.criterion]
    missing = frozenset(name for name in lists if getattr(case.profile, name) is None)
    if ticked:
        pool, missing = [*pool, Achievement("achievements", year=date.min.year, count=least)], frozenset()

    def fits(day: date) -> list[tuple[Achievement, Fit]]:
        return [(a, Fit(YES) if ticked and a.at == "achievements" else match(node, a, case, day)) for a in pool if not _begun(a) or _begun(a) <= day]

    def value(day: date) -> int:
        counts = {degree: sum(a.count for a, f in fits(day) if f.degree == degree) for degree in (MAYBE, REVIEW, YES)}
        if counts[YES] >= least:
            return MET if not node.flag("reviewNeeded") else UNKNOWN
        return UNKNOWN if sum(counts.values()) >= least or missing else UNMET

    line = steps(_days(pool, case), value)
    now = fits(case.day)
    enough = sum(a.count for a, f in now if f.degree in (YES, REVIEW))
    settled = enough >= least
    lacks = frozenset() if settled else missing | members(f for _, f in now)
    by = (node.one("judgedBy") or EXPERTS) if line.at(case.day) == UNKNOWN and settled else None
    return Outcome(line, lacks, by, node.flag("reviewNeeded"), settled, Said(f"符合的有{enough}项", f"{enough} of the kind listed"))


def _begun(a: Achievement) -> date | None:
    return a.day or (date(a.year, 1, 1) if a.year else None)


def _days(pool: list[Achievement], case: Case) -> list[date]:
    """The days on which the outcome may change: of each achievement, and of its growing too old."""
    begun = [day for a in pool if (day := _begun(a))]
    spans = {case.concepts.recent(w) for w in case.concepts.vocabulary.by_scheme["window"]} - {None}
    ends = [date(day.year + s + 1, 1, 1) for day in begun for s in spans] + [later + timedelta(days=1) for day in begun for s in spans if (later := anniversary(day, s))]
    titles = [t.obtained for t in case.profile.titles or () if t.obtained]
    return begun + ends + titles


def _honour_fit(node: Node, fact: Achievement, case: Case, day: date) -> Fit:
    if fact.type:
        return Fit(NO)
    if fact.honour is None:
        return Fit(MAYBE, missing=frozenset({f"{fact.at}.award"}))
    if fact.honour not in node.many("honour"):
        return Fit(REVIEW if node.flag("openList") else NO)
    return fit((_grade_fit(node, fact, case), f"{fact.at}.grade"), *_window(node, fact, case, day))


def _achievement_fit(node: Node, fact: Achievement, case: Case, day: date) -> Fit:
    if fact.honour:
        return Fit(NO)
    at, listed = fact.at, node.many("achievementType")
    checks = [(MAYBE if fact.type is None else known(fact.type in listed), f"{at}.type"), (_tier_fit(node, fact, case), f"{at}.tier"), (_grade_fit(node, fact, case), f"{at}.grade")]
    if checks[0][0] == NO:
        return Fit(NO)
    checks += role_fit(node, fact, case)
    if node.values.get("maximumRank"):
        checks.append((MAYBE if fact.rank is None else known(fact.rank <= (node.number("maximumRank") or 0)), f"{at}.rank"))
    checks.append((_state_fit(node, fact), f"{at}.states"))
    for name, member in (("minimumCharacters", fact.characters), ("minimumAmount", fact.amount)):
        if node.values.get(name):
            checks.append((MAYBE if member is None else known(member >= (node.number(name) or 0)), f"{at}.{'characters' if name == 'minimumCharacters' else 'amount'}"))
    for scheme, name, value in (("venue", "venue", fact.venue), ("author-position", "authorPosition", fact.author_position)):
        if asked := node.many(name):
            degree = MAYBE if value is None else known(bool(set(asked) & set(case.concepts.counts_as(scheme, value))))
            checks.append((degree, f"{at}.{scheme.replace('-', '_')}"))
    return fit(*checks, *_window(node, fact, case, day))


def _tier_fit(node: Node, fact: Achievement, case: Case) -> int:
    """The tier asked for; a higher one is enough where the text says 以上, and for the experts to judge where it does not."""
    asked = node.many("tier")
    if not asked:
        return YES
    if fact.tier is None:
        return MAYBE
    tiers = {fact.tier} | {t for rule in case.rules.correspondences.get(f"tier/{fact.tier}", ()) for t in rule.many("targetConcept")}
    if tiers & set(asked):
        return YES
    bars = [r for t in asked if (r := case.concepts.rank("tier", t)) is not None]
    higher = any(r >= min(bars) for t in tiers if bars and (r := case.concepts.rank("tier", t)) is not None)
    return (YES if node.flag("tierOrHigher") else REVIEW) if higher else NO


def _grade_fit(node: Node, fact: Achievement, case: Case) -> int:
    asked = node.many("awardGrade")
    if not asked:
        return YES
    if fact.grade is None:
        return MAYBE
    if fact.grade in asked:
        return YES
    bars, held = [r for g in asked if (r := case.concepts.rank("award-grade", g)) is not None], case.concepts.rank("award-grade", fact.grade)
    if held is None or not bars or held < min(bars):
        return NO
    return YES if node.flag("awardGradeOrHigher") else REVIEW


def _state_fit(node: Node, fact: Achievement) -> int:
    """The states asked for; where only some of several are reached, whether the text means each is for the experts to judge."""
    asked = set(node.many("resultState"))
    if not asked:
        return YES
    if fact.states is None:
        return MAYBE
    return YES if asked <= fact.states else REVIEW if asked & fact.states else NO


def _window(node: Node, fact: Achievement, case: Case, day: date) -> list[tuple[int, str]]:
    """Whether an achievement falls in the time asked for: since a title was obtained, or in the latest years."""
    window = node.one("window")
    if window is None:
        return []
    years = case.concepts.recent(window)
    if years is not None and _begun(fact):
        end = anniversary(fact.day, years) if fact.day else date(fact.year + years, 12, 31) if fact.year else None
        if end and end >= day:
            return []
    named = case.concepts.window_title(window)
    titles = lower_title(case) if named is None else None if case.profile.titles is None else [t for t in case.profile.titles if _named(t, named, case)]
    if titles is None:
        return [(MAYBE, "titles")]
    if not titles:
        return [(REVIEW, "titles")]  # the text does not say from when such an applicant's achievements count
    return [max((_after(fact, t.obtained, t.at) for t in titles), key=lambda check: check[0])]


def _named(title, named: tuple[str, str], case: Case) -> bool:
    scheme, name = named
    return not title.other and title.title == name if scheme == "title" else title.level is not None and name in case.concepts.levels(title.level)


def _after(fact: Achievement, obtained: date | None, at: str) -> tuple[int, str]:
    if obtained is None:
        return MAYBE, f"{at}.obtained"
    if fact.day:
        return known(fact.day >= obtained), f"{fact.at}.date"
    if fact.year is None:
        return MAYBE, f"{fact.at}.year"
    return (MAYBE if fact.year == obtained.year else known(fact.year > obtained.year)), f"{fact.at}.date"
