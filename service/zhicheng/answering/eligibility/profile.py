"""A profile as typed objects; what a profile leaves out is None."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, timedelta

from zhicheng.answering.eligibility.schema import pointer
from zhicheng.errors import InvalidMember, InvalidMembers


@dataclass(frozen=True)
class Degree:
    """A schooling or degree: its level's slug, the day of graduation, and what is known of its subject and kind."""

    at: str
    level: str | None
    completed: date | None
    related: bool | None
    engineering: bool | None


@dataclass(frozen=True)
class Title:
    """A professional title: of the engineering series by its slug, of another by the slug of its level."""

    at: str
    title: str | None
    level: str | None
    other: bool
    obtained: date | None
    appointed: date | None


@dataclass(frozen=True)
class Skill:
    """A skill grade; one that says nothing of its subject is of the applicant's own."""

    at: str
    grade: str | None
    obtained: date | None
    related: bool


@dataclass(frozen=True)
class Employment:
    """A period of work: its first day, the first day after it (`date.max` when it goes on), and whether it is in the field."""

    at: str
    start: date | None
    end: date
    in_field: bool | None


@dataclass(frozen=True)
class Assessment:
    """An annual assessment."""

    at: str
    year: int | None
    result: str | None


@dataclass(frozen=True)
class Achievement:
    """An achievement or award as a typed fact; `states` None is unknown, `count` how many of the kind."""

    at: str
    type: str | None = None
    honour: str | None = None
    criterion: str | None = None
    tier: str | None = None
    grade: str | None = None
    role: str | None = None
    rank: int | None = None
    year: int | None = None
    day: date | None = None
    author_position: str | None = None
    venue: str | None = None
    states: frozenset[str] | None = None
    count: int = 1
    characters: int | None = None
    amount: int | None = None


@dataclass(frozen=True)
class Profile:
    """All that is known of an applicant. A list is complete: what it does not name there is not; None is not known."""

    education: tuple[Degree, ...] | None = None
    titles: tuple[Title, ...] | None = None
    skills: tuple[Skill, ...] | None = None
    employment: tuple[Employment, ...] | None = None
    employer: str | None = None
    grassroots_since: date | bool | None = None
    left_government: date | bool | None = None
    assessments: tuple[Assessment, ...] | None = None
    recommendations: int | None = None
    achievements: tuple[Achievement, ...] | None = None
    awards: tuple[Achievement, ...] | None = None
    qualifications: tuple[str, ...] | None = None
    flags: dict[str, bool] = field(default_factory=dict)


@dataclass(frozen=True)
class Titles:
    """What reading a profile needs of the titles: each one's level, former names resolved, and which achievement types are prizes."""

    present: dict[str, str]
    level: dict[str, str]
    prizes: frozenset[str]


def read(raw: dict, titles: Titles, appointed_ahead: Collection[str] = ()) -> Profile:
    """A profile from JSON that keeps to the schema and holds no null; raises InvalidMembers where dates or members contradict each other.

    `appointed_ahead` are the employers whose appointments may lie ahead of the title, as some text counts from either.
    """
    faults: list[InvalidMember] = []
    flags = {name: value for name, value in raw.items() if isinstance(value, bool) and name not in ("grassroots_since", "left_government")} | raw.get("statuses", {})
    profile = Profile(
        education=_each(raw, "education", lambda at, r: Degree(at, r.get("level"), _day(r, "completed"), r.get("related"), r.get("engineering_degree"))),
        titles=_each(raw, "titles", lambda at, r: _title(at, r, titles, faults, raw.get("employer") in appointed_ahead)),
        skills=_each(raw, "skills", lambda at, r: Skill(at, r.get("grade"), _day(r, "obtained"), r.get("related", True))),
        employment=_each(raw, "employment", lambda at, r: _employment(at, r, faults)),
        employer=raw.get("employer"),
        grassroots_since=_day(raw, "grassroots_since"),
        left_government=_day(raw, "left_government"),
        assessments=_each(raw, "assessments", lambda at, r: Assessment(at, int(r["year"]) if "year" in r else None, r.get("result"))),
        recommendations=int(raw["recommendations"]) if "recommendations" in raw else None,
        achievements=_each(raw, "achievements", lambda at, r: _fact(at, r, type=r.get("type"), criterion=r.get("criterion"))),
        awards=_each(raw, "awards", lambda at, r: _award(at, r, titles)),
        qualifications=tuple(raw["qualifications"]) if "qualifications" in raw else None,
        flags=flags,
    )
    if faults:
        raise InvalidMembers(faults)
    return profile


def _each(raw: dict, name: str, build) -> tuple | None:
    return tuple(build(f"{name}[{n}]", entry) for n, entry in enumerate(raw[name])) if name in raw else None


def _place(at: str, *more: str) -> str:
    """The pointer of an entry such as `titles[0]`, and of a member of it."""
    name, _, index = at.rstrip("]").partition("[")
    return pointer(["profile", name, index, *more])


def _day(raw: dict, name: str):
    value = raw.get(name)
    return date.fromisoformat(value) if isinstance(value, str) else value


def _title(at: str, raw: dict, titles: Titles, faults: list[InvalidMember], ahead: bool) -> Title:
    other = raw.get("series") == "other"
    obtained, appointed = _day(raw, "obtained"), _day(raw, "appointed")
    if obtained and appointed and appointed < obtained and not ahead:
        faults.append(InvalidMember(_place(at, "appointed"), f"is {appointed}, before the title was obtained ({obtained})", f"Give {obtained} or a later day", f"聘任日期（{appointed}）早于取得日期（{obtained}）"))
    name, level = titles.present.get(raw.get("title", ""), raw.get("title")), raw.get("level")
    if other and name:
        faults.append(InvalidMember(_place(at, "title"), "names a title of the engineering series for one of another", "Give its level instead", "其他系列的职称请填层级，不填工程系列的职称名称"))
    elif not other and name and level and titles.level[name] != level:
        faults.append(InvalidMember(_place(at, "level"), f"is {level}, which is not the level of {name}", f"Give {titles.level[name]}, or leave it out", "与所填职称的层级不符，可以不填"))
    if name and not other:
        level = titles.level[name]
    elif level and not other:
        name = next((t for t, of in titles.level.items() if of == level), None)
    return Title(at, name, level, other, obtained, appointed)


def _employment(at: str, raw: dict, faults: list[InvalidMember]) -> Employment:
    start, last = _day(raw, "start"), _day(raw, "end")
    if start and last and last < start:
        faults.append(InvalidMember(_place(at, "end"), f"is {last}, before the start ({start})", f"Give {start} or a later day, or leave it out while the work goes on", f"结束日期（{last}）早于开始日期（{start}）；仍在职的不填"))
    end = last + timedelta(days=1) if last and last < date.max else date.max
    return Employment(at, start, end, raw.get("in_field"))


def _award(at: str, raw: dict, titles: Titles) -> Achievement:
    name = raw.get("award")
    return _fact(at, raw, type=name) if name in titles.prizes else _fact(at, raw, honour=name)


def _fact(at: str, raw: dict, **named) -> Achievement:
    plain = {name: raw[name] for name in ("tier", "grade", "role", "author_position", "venue") if name in raw}
    numbers = {name: int(raw[name]) for name in ("rank", "year", "count", "characters", "amount") if name in raw}
    states = frozenset(raw["states"]) if "states" in raw else None
    return Achievement(at, day=_day(raw, "date"), states=states, **plain, **numbers, **named)
