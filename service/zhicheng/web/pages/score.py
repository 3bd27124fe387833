"""Scoring standards as forms: every indicator with its inputs, and what the entries give, with each cap explained and cited."""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from flask import Response, redirect, render_template, request
from werkzeug.datastructures import MultiDict

from zhicheng.answering import rubric as scoring
from zhicheng.answering.answers import Citation
from zhicheng.answering.entries import LARGEST, Entry, number, read_entries, read_json
from zhicheng.answering.service import Service
from zhicheng.errors import Invalid, InvalidMember, InvalidMembers, Unknown
from zhicheng.knowledge.policies import Fact
from zhicheng.knowledge.rubrics import Indicator, Rubric
from zhicheng.web.api import day_argument, service
from zhicheng.web.pages.blueprint import address, pages
from zhicheng.web.rendering import page_language, wants_page
from zhicheng.web.rubrics import listed, range_json, score_json, tree_json

# How a field is named: an indicator and what it says of one entry; `held` says that an indicator without inputs is.
FIELD = re.compile(r"(?P<indicator>[^.]+)\.(?P<member>[^.]+)")
HELD = "held"
NUMBER = re.compile(r"[+-]?\d{1,20}(\.\d{1,20})?")
TRUTHS = {"true": True, "false": False}
# The most entries of one indicator that a form takes.
ENTRIES = 20
# The aspect of provisions on what a score is for.
PURPOSE = "self-score"


@dataclass
class Line:
    """One entry as a form has it: its indicator, its place among those of that indicator, the texts of its fields and what is wrong with them, by member."""

    indicator: str
    row: int
    texts: dict[str, str]
    faults: dict[str, InvalidMember] = field(default_factory=dict)

    def json(self) -> dict:
        """The entry as the interface for programs takes it; blank fields are left out, and what is no number stays text."""
        given = {member: _value(member, text) for member, text in self.texts.items() if text.strip() and member != HELD}
        return {"indicator": self.indicator, **given}


@dataclass(frozen=True)
class Given:
    """What a form gives: its lines, the faults that no field of it shows, and the entries and their score where nothing is wrong."""

    lines: list[Line]
    faults: list[InvalidMember]
    entries: list[Entry]
    score: scoring.Score | None


@pages.get("/score")
@pages.route("/score/<policy>", methods=["GET", "POST"])
def score(policy: str | None = None) -> Response | str | dict | tuple[str, int]:
    """The form of a scoring standard with what it gives; without a policy the list of those that have one."""
    return _form(policy) if policy is not None else _list()


def _list() -> Response | str | dict:
    held = service().rubrics.by_policy
    if not wants_page():
        return listed()
    if len(held) == 1:
        return redirect(address("pages.score", policy=next(iter(held))))
    return render_template("scores.html", language=page_language(), rubrics=held.values(), today=day_argument() or date.today())


def _form(policy: str) -> str | dict | tuple[str, int]:
    parts, language, day = service(), page_language(), day_argument() or date.today()
    rubric = parts.rubrics.find(policy)
    given = _given(parts, rubric, request.form if request.method == "POST" else request.args, language)
    faults = [fault for line in given.lines for fault in line.faults.values()] + given.faults
    if not wants_page():
        if faults:
            raise InvalidMembers(faults) if len(faults) > 1 else faults[0]
        result = score_json(given.score, day, language) | {"range": range_json(scoring.spread(parts.library, rubric, given.entries))} if given.score else None
        return tree_json(rubric, day, language) | {"entries": [{k: float(v) if isinstance(v, Decimal) else v for k, v in line.json().items()} for line in given.lines], "score": result}
    more = request.values.get("more")
    if more and more not in rubric.leaves:
        raise Unknown("indicator", more, list(rubric.leaves))
    page = render_template(
        "score.html", language=language, rubric=rubric, given=given, faults=faults, today=day, more=more, held=HELD, largest=LARGEST, number=number, most=ENTRIES,
        lines=lambda leaf: _lines_of(given.lines, leaf, more), results={r.indicator.id: r for r in given.score.result.all()} if given.score else {},
        spread=scoring.spread(parts.library, rubric, given.entries) if given.score else (Fraction(0), Fraction(0)),
        allowed=lambda leaf, member: _allowed(rubric, leaf, member), cited=lambda fact: parts.answers.citations(fact, day, language),
        clauses=lambda result, reason: _clauses(parts, result, reason, day, language), purposes=_purposes(parts, rubric),
    )  # fmt: skip
    return (page, 400) if faults else page


def _given(parts: Service, rubric: Rubric, fields: MultiDict, language: str) -> Given:
    lines = _lines(fields)
    try:
        entries = read_entries(rubric, {"entries": [line.json() for line in lines]})
    except InvalidMember as fault:
        return Given(lines, _placed(rubric, lines, fault.faults if isinstance(fault, InvalidMembers) else [fault]), [], None)
    return Given(lines, [], entries, scoring.score(parts.library, rubric, entries, language))


def _lines(fields: MultiDict) -> list[Line]:
    """The entries of a form, indicator by indicator; rows of which every field is blank are none. Raises Invalid for more rows than are taken."""
    found: dict[str, dict[str, list[str]]] = {}
    for name, texts in fields.lists():
        if parts := FIELD.fullmatch(name):
            found.setdefault(parts["indicator"], {})[parts["member"]] = texts
    lines = []
    for indicator, members in found.items():
        rows = max(map(len, members.values()))
        if rows > ENTRIES:
            raise Invalid(indicator[:80], f"has {rows} entries", f"Give at most {ENTRIES} for one indicator; the count of an entry says how many are alike")
        filled = [{member: values[n] if n < len(values) else "" for member, values in members.items()} for n in range(rows)]
        lines += [Line(indicator, row, texts) for row, texts in enumerate(t for t in filled if any(text.strip() for text in t.values()))]
    return lines


def _value(member: str, text: str) -> object:
    """What the text of a field says: a truth, a number, or that text where it is neither."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if member == "related":
        return TRUTHS.get(plain, text)
    return read_json(re.sub(r"^(-?)\+?0+(?=\d)|^\+", r"\1", plain)) if NUMBER.fullmatch(plain) else text


def _placed(rubric: Rubric, lines: list[Line], faults: list[InvalidMember]) -> list[InvalidMember]:
    """Put each fault into the line and at the member that its pointer names; returns those that belong to no field of the form."""
    elsewhere = []
    for fault in faults:
        _, _, n, *member = fault.pointer.split("/")
        line = lines[int(n)]
        leaf = rubric.leaves.get(line.indicator)
        if leaf and member and member[0] in rubric.inputs(leaf):
            line.faults[member[0]] = fault
        else:
            elsewhere.append(fault)
    return elsewhere


def _lines_of(lines: list[Line], leaf: Indicator, more: str | None) -> list[Line]:
    """The lines of an indicator, with a blank one where it has none or one more is asked for."""
    own = [line for line in lines if line.indicator == leaf.id]
    return own if own and (more != leaf.id or len(own) >= ENTRIES) else [*own, Line(leaf.id, len(own), {})]


def _allowed(rubric: Rubric, leaf: Indicator, member: str) -> tuple[int | float, int | float, bool]:
    """The least and most that a number of an entry may be, and whether it has to be whole."""
    if member == "points" and (judged := rubric.range(leaf)):
        return number(judged[0]), number(judged[1]), False
    return int(member == "rank"), LARGEST, member == "rank" or not any(band.iri in rubric.full_years for band in leaf.bands)


def _clauses(parts: Service, result: scoring.Result, reason: scoring.Reason, day: date, language: str) -> list[Citation]:
    """The clauses that a reason rests on, each once: the rule's where one says so, else the indicator's."""
    fact = parts.library.facts[reason.rule] if reason.rule else result.indicator.fact
    return list({c.iri: c for c in parts.answers.citations(fact, day, language)}.values())


def _purposes(parts: Service, rubric: Rubric) -> list[Fact]:
    """What the policy says a score is for."""
    own = [f for f in parts.library.facts.values() if f.document == rubric.policy.iri and PURPOSE in f.aspects]
    parts_of = {member.iri for fact in own for member in fact.members}
    return [f for f in own if f.iri not in parts_of]
