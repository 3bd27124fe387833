"""Conditions on what is held: schooling, titles, skill grades, qualifications."""

from datetime import date

from zhicheng.answering.eligibility.kleene import ALWAYS, MET, UNKNOWN, Timeline, since
from zhicheng.answering.eligibility.outcomes import MAYBE, NO, YES, Case, Fit, Outcome, Said, any_of, fit, judged, known, members, unknown
from zhicheng.answering.eligibility.profile import Degree, Skill, Title
from zhicheng.answering.eligibility.requirements import Node


def education(node: Node, case: Case, relaxed: str | None = None) -> Outcome:
    """A schooling or degree; any that fits will do. `relaxed` is the slug of a lower one that is enough by an adjustment."""
    if case.profile.education is None:
        return unknown("education")
    fits = [degree_fit(node, d, case, relaxed) for d in case.profile.education]
    held = [d for d, f in zip(case.profile.education, fits, strict=True) if f.degree == YES]
    names = [(d.level or "", d.completed) for d in held or case.profile.education]
    return Outcome(any_of([held_since(f) for f in fits]), members(fits), said=_held(case, "education", names, bool(held)))


def degree_fit(node: Node, degree: Degree, case: Case, relaxed: str | None = None) -> Fit:
    """How far a degree fits an education condition; school classes count as degrees where the policy says so for this title."""
    checks = [(_level_fit(node, degree, case, relaxed), f"{degree.at}.level")]
    if node.flag("relatedSpecialty"):
        checks.append((known(degree.related), f"{degree.at}.related"))
    if node.flag("engineeringDegree"):
        checks.append((known(degree.engineering), f"{degree.at}.engineering_degree"))
    return fit(*checks, held=degree.completed)


def _level_fit(node: Node, degree: Degree, case: Case, relaxed: str | None) -> int:
    listed, least = set(node.many("anyOfEducation")), node.one("minimumEducation")
    if not listed and not least:
        return YES
    if degree.level is None:
        return MAYBE
    rank = lambda name: case.concepts.rank("education", name)  # noqa: E731
    levels = [degree.level]
    for rule in case.rules.correspondences.get(f"education/{degree.level}", ()):
        if not rule.many("appliesTo") or case.title in rule.many("appliesTo"):
            levels += rule.many("targetConcept")
    held = [(level, rank(level)) for level in levels]
    if any(level in listed for level, _ in held):
        return YES
    bar = rank(relaxed or least)
    top = max((r for r in map(rank, listed) if r is not None), default=None)
    if (least or relaxed) and any(r is not None and bar is not None and r >= bar and (not listed or top is None or r <= top) for _, r in held):
        return YES
    return NO


def credential(node: Node, case: Case) -> Outcome:
    """A title, skill grade or professional qualification held."""
    held = node.values.get("heldConcept", ("",))[0]
    scheme, _, name = held.partition("/")
    if scheme == "qualification-tier":
        if case.profile.qualifications is None:
            return unknown("qualifications")
        if name not in case.profile.qualifications:
            return Outcome(ALWAYS[0], said=Said("没有列出这样的职业资格", "no such qualification is listed"))
        return judged(node.one("judgedBy")) if node.flag("reviewNeeded") else Outcome(ALWAYS[MET], positive=True)
    if scheme == "skill-grade":
        if case.profile.skills is None:
            return unknown("skills")
        fits = [skill_fit(node, s, case) for s in case.profile.skills]
        kept = [s for s, f in zip(case.profile.skills, fits, strict=True) if f.degree == YES]
        said = _held(case, "skill-grade", [(s.grade or "", s.obtained) for s in kept or case.profile.skills], bool(kept))
    else:
        if case.profile.titles is None:
            return unknown("titles")
        fits = [title_fit(node, t, case) for t in case.profile.titles]
        kept = [t for t, f in zip(case.profile.titles, fits, strict=True) if f.degree == YES]
        said = titles_said(case, kept or list(case.profile.titles), bool(kept))
    return Outcome(any_of([held_since(f) for f in fits]), members(fits), said=said)


def skill_fit(node: Node, skill: Skill, case: Case) -> Fit:
    """How far a skill grade fits; a higher one only where the text says 以上."""
    asked = node.many("heldConcept")[0]
    if skill.grade is None:
        degree = MAYBE
    elif node.flag("orHigher"):
        degree = known((case.concepts.rank("skill-grade", skill.grade) or 0) >= (case.concepts.rank("skill-grade", asked) or 0))
    else:
        degree = known(skill.grade == asked)
    related = known(skill.related) if node.flag("relatedSpecialty") else YES
    return fit((degree, f"{skill.at}.grade"), (related, f"{skill.at}.related"), held=skill.obtained)


def title_fit(node: Node, title: Title, case: Case) -> Fit:
    """How far a title fits: by its name, its level, or its level against the target's; of another series where that is asked."""
    held = node.values.get("heldConcept", ("",))[0]
    scheme, _, asked = held.partition("/")
    if scheme == "title":
        if title.other:
            return Fit(NO)
        return fit((MAYBE if title.title is None else known(title.title == asked), f"{title.at}.title"), held=title.obtained)
    if node.flag("otherSeries") and not title.other:
        return Fit(NO)
    if scheme == "level":
        wanted = {asked}
    else:
        rank = (case.concepts.rank("level", case.concepts.titles.level[case.title]) or 0) + (node.number("levelOffset") or 0)
        wanted = {name for name in case.concepts.vocabulary.by_scheme["level"] if case.concepts.rank("level", name) == rank}
    if title.level is None:
        return fit((MAYBE, f"{title.at}.level" if title.other else f"{title.at}.title"), held=title.obtained)
    levels = case.concepts.levels(title.level)
    found = wanted & set(levels)
    return fit((NO if not found else YES if len(levels) == 1 else MAYBE, f"{title.at}.level"), held=title.obtained)


def lower_title(case: Case) -> list[Title] | None:
    """The titles held of the level just below the target's; None where the profile does not say."""
    if case.profile.titles is None:
        return None
    rank = (case.concepts.rank("level", case.concepts.titles.level[case.title]) or 0) - 1
    return [t for t in case.profile.titles if t.level and not t.other and case.concepts.rank("level", t.level) == rank]


def held_since(found: Fit) -> Timeline:
    """The truth in time of an entry that fits so far: met from the day it is held."""
    if found.degree == NO:
        return ALWAYS[0]
    if found.degree == YES:
        return ALWAYS[MET] if found.held is None else since(found.held)
    return ALWAYS[UNKNOWN] if found.held is None else since(None, found.held)


def _held(case: Case, scheme: str, names: list[tuple[str, date | None]], fits: bool) -> Said:
    def listed(language: str, comma: str, nothing: str) -> str:
        return comma.join((case.concepts.label(scheme, n, language) if n else "?") + (f" ({d})" if d else "") for n, d in names) or nothing

    return Said(("持有" if fits else "所列为") + listed("zh", "、", "无"), ("held: " if fits else "listed: ") + listed("en", ", ", "none"))


def titles_said(case: Case, titles: list[Title], fits: bool) -> Said:
    """The titles held or listed, with the days of certificate and appointment."""

    def one(t: Title, language: str) -> str:
        name = case.concepts.label("title", t.title, language) if t.title else case.concepts.label("level", t.level, language) if t.level else "?"
        days = ", ".join(f"{word}{day}" for word, day in (("取得" if language == "zh" else "obtained ", t.obtained), ("聘任" if language == "zh" else "appointed ", t.appointed)) if day)
        return name + (f" ({days})" if days else "")

    return Said(
        ("持有" if fits else "所列为") + ("、".join(one(t, "zh") for t in titles) or "无"),
        ("held: " if fits else "listed: ") + (", ".join(one(t, "en") for t in titles) or "none"),
    )
