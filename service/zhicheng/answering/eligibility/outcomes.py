"""What a condition comes to for a profile: its truth in time, what is missing, who judges, and the words for it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from zhicheng.answering.eligibility.concepts import Concepts
from zhicheng.answering.eligibility.kleene import ALWAYS, MET, UNKNOWN, UNMET, Timeline, combined
from zhicheng.answering.eligibility.profile import Profile
from zhicheng.answering.eligibility.requirements import TICKED, Requirements, Rules

# How far an entry of the profile fits a condition: it does not, cannot be told from what the profile says, is for people to judge, does.
NO, MAYBE, REVIEW, YES = range(4)
EXPERTS = "experts"


@dataclass(frozen=True)
class Said:
    """The words for an outcome in Chinese and in English."""

    zh: str = ""
    en: str = ""


@dataclass(frozen=True)
class Outcome:
    """A condition's truth in time. Where it is unknown, `missing` names the members that would settle it; with none, `judged_by` does.

    `review` says that people judge part of it even when the profile settles the rest; `positive` that the profile has grounds for it.
    """

    line: Timeline
    missing: frozenset[str] = frozenset()
    judged_by: str | None = None
    review: bool = False
    positive: bool = False
    said: Said = Said()


@dataclass(frozen=True)
class Case:
    """One applicant, one policy, one title, on one day."""

    profile: Profile
    day: date
    rules: Rules
    title: str
    concepts: Concepts
    requirements: Requirements

    @cached_property
    def ticked(self) -> frozenset[str]:
        """The leaves that the profile ticks, by themselves or in a group."""
        groups = [self.requirements.nodes[a.criterion] for a in self.profile.achievements or () if a.criterion]
        return frozenset(n.id for group in groups for n in group.tree() if n.kind in TICKED)


@dataclass(frozen=True)
class Fit:
    """How far an entry fits, from which day it is held (None: for as long as can be told), and what would settle a MAYBE."""

    degree: int
    held: date | None = None
    missing: frozenset[str] = frozenset()


def fit(*checks: tuple[int, str], held: date | None = None) -> Fit:
    """The fit of an entry: the worst of its checks, each with the member it depends on."""
    worst = min((degree for degree, _ in checks), default=YES)
    return Fit(worst, held, frozenset(member for degree, member in checks if degree == MAYBE) if worst == MAYBE else frozenset())


def known(value: bool | None) -> int:
    """YES, NO, or MAYBE where nothing is said."""
    return MAYBE if value is None else YES if value else NO


def any_of(lines: Sequence[Timeline]) -> Timeline:
    """Met when one is."""
    return combined(max, lines) if lines else ALWAYS[UNMET]


def all_of(lines: Sequence[Timeline]) -> Timeline:
    """Met when all are."""
    return combined(min, lines) if lines else ALWAYS[MET]


def either(lines: Sequence[Timeline]) -> Timeline:
    """What holds whichever of several cases is true: unknown on the days on which they differ."""
    return combined(lambda values: values[0] if len(set(values)) == 1 else UNKNOWN, lines)


def members(fits: Iterable[Fit]) -> frozenset[str]:
    """What would settle the entries that may fit."""
    return frozenset(m for f in fits if f.degree == MAYBE for m in f.missing)


def unknown(member: str) -> Outcome:
    """An outcome that depends on a member which is left out."""
    return Outcome(ALWAYS[UNKNOWN], frozenset({member}), said=Said("资料未说明", "the profile does not say"))


def judged(by: str | None, said: Said = Said()) -> Outcome:
    """An outcome that only people can give."""
    return Outcome(ALWAYS[UNKNOWN], judged_by=by or EXPERTS, said=said)
