"""The form of a profile: what its schema asks for, what has been given in the address, and what still matters.

A member stands in the address by its path, `education.0.level=bachelor`; a list that is known to be empty is `education=none`,
a member that is known not to be is `false`. What is left blank is not said.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from zhicheng.answering.eligibility.schema import CONCEPTS, pointer
from zhicheng.errors import InvalidMember, InvalidMembers
from zhicheng.knowledge.policies import Library
from zhicheng.knowledge.vocabulary import Vocabulary
from zhicheng.terms import POLICY
from zhicheng.web.pages.eligibility_words import field_name, value_name, wording

NONE = "none"
# The list in which criteria are ticked, and the member that names one.
TICKED, CRITERION = "achievements", "criterion"
ENTRY = re.compile(r"(\w+)\.(\d{1,6})\.(\w+)")
INTEGER = re.compile(r"-?\d{1,18}")
ISO = re.compile(r"\d{4}-\d\d-\d\d")
# Members of the address by their dotted names, each with its values, blank ones left out.
Given = dict[str, list[str]]


@dataclass
class Field:
    """A control: its name in the address, what it is called, its kind, what it holds, and what is to be said of it.

    `kind` is `choice`, `choices`, `flag`, `date`, `number` or `since` (a date or no).
    """

    name: str
    label: str
    kind: str
    values: list[str]
    options: list[tuple[str, str]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    needed: bool = False

    @property
    def value(self) -> str:
        """The first of its values, or nothing."""
        return self.values[0] if self.values else ""

    @property
    def input(self) -> str:
        """The type of its input: plain text where it holds what no date or number is, so that it is kept."""
        sound = not self.errors and (not self.value or (ISO if self.kind in ("date", "since") else INTEGER).fullmatch(self.value))
        return "text" if not sound else "number" if self.kind == "number" else "date"


@dataclass
class Row:
    """An entry of a list, by its place in it."""

    index: str
    fields: list[Field]


@dataclass
class Question:
    """A member of the profile as it is asked for: by its own fields, or by rows of them, of which `blank` is one to copy where none of the rows is empty.

    `ticks` are the criteria that are ticked, each with its statement.
    """

    member: str
    name: str
    text: str
    hint: str
    fields: list[Field] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    ticks: list[tuple[str, str]] = field(default_factory=list)
    blank: Row | None = None
    listed: bool = False
    none: bool = False
    errors: list[str] = field(default_factory=list)


def given(arguments: Iterable[tuple[str, list[str]]], controls: Iterable[str]) -> Given:
    """What an address gives, without blanks and the page's own controls, the entries of each list numbered from 0."""
    kept = {name: found for name, values in arguments if name not in set(controls) and (found := [v.strip() for v in values if v.strip()])}
    indices: dict[str, list[int]] = {}
    for name in kept:
        if entry := ENTRY.fullmatch(name):
            indices.setdefault(entry[1], []).append(int(entry[2]))
    places = {member: {index: str(n) for n, index in enumerate(sorted(set(found)))} for member, found in indices.items()}

    def numbered(name: str) -> str:
        entry = ENTRY.fullmatch(name)
        return f"{entry[1]}.{places[entry[1]][int(entry[2])]}.{entry[3]}" if entry else name

    return {numbered(name): values for name, values in kept.items()}


def profile(members: Given, ticks: list[str], schema: dict) -> dict:
    """The profile that an address gives, as JSON; `schema` is the profile's, `ticks` are the criteria ticked. What fits no place of it is left for the check to name.

    Raises InvalidMembers where a list is said to be empty and has entries, or one thing is given twice.
    """
    found: dict = {}
    faults: list[InvalidMember] = []
    for name, values in members.items():
        root, *path = name.split(".")
        part = schema["properties"].get(root, {})
        entry = ENTRY.fullmatch(name)
        if len(values) > 1 and _kind(_leaf(part, path)) != "choices":
            faults.append(InvalidMember(pointer(["profile", *name.split(".")]), "is given twice", "Give it once", "填了两次，只能填一次"))
        elif part.get("type") == "array" and values == [NONE] and not path:
            found.setdefault(root, [])
        elif entry and part.get("type") == "array":
            entries = found.setdefault(root, [])
            place = int(entry[2])
            entries += [{} for _ in range(place + 1 - len(entries))]
            entries[place][entry[3]] = _value(values, _leaf(part, path))
        elif part.get("type") == "object" and len(path) == 1:
            found.setdefault(root, {})[path[0]] = _value(values, part["properties"].get(path[0], {}))
        else:
            found[root if not path else name] = _value(values, part)
    for root, entries in found.items():
        if entries and members.get(root) == [NONE]:
            faults.append(InvalidMember(pointer(["profile", root]), "is said to be none and lists some", "Take back the one or the other", "选了“没有”，又列出了内容，请改正其一"))
    if ticks:
        found[TICKED] = found.get(TICKED, []) + [{CRITERION: criterion} for criterion in dict.fromkeys(ticks)]
    if faults:
        raise InvalidMembers(faults)
    return found


def _leaf(part: dict, path: list[str]) -> dict:
    """The schema of what a path leads to below a member."""
    if path and part.get("type") == "array":
        return part["items"].get("properties", {}).get(path[-1], {})
    return part.get("properties", {}).get(path[0], {}) if path else part


def _kind(schema: dict) -> str:
    if schema.get("type") == "array":
        return "choices"
    if "anyOf" in schema:
        return "since"
    if "enum" in schema:
        return "choice"
    return {"boolean": "flag", "integer": "number"}.get(schema.get("type", ""), "date")


def _value(values: list[str], schema: dict):
    kind, text = _kind(schema), values[0]
    if kind == "choices":
        return [] if values == [NONE] else values
    if kind in ("flag", "since") and text in ("true", "false"):
        return False if text == "false" else True if kind == "flag" else text
    return int(text) if kind == "number" and INTEGER.fullmatch(text) else text


class Form:
    """Writes the questions of a profile's schema, filled with what is given."""

    def __init__(self, schema: dict, vocabulary: Vocabulary, library: Library, language: str):
        self.schema, self.vocabulary, self.library, self.language = schema, vocabulary, library, language

    def question(self, member: str, members: Given, missing: Iterable[str], errors: Mapping[str, list[str]], more: int = 0, ticks: Iterable[str] = ()) -> Question:
        """A member's question: `missing` are the ids of the fields that could change the outcome, `errors` what is wrong by id, `more` how many empty rows to add, `ticks` the criteria ticked."""
        schema, words = self.schema["properties"][member], wording(member, self.language)
        asked = Question(member, words.name, words.question, words.hint, errors=list(errors.get(member, ())), none=members.get(member) == [NONE])
        lacking = set(missing)
        if schema.get("type") == "array" and schema["items"].get("type") == "object":
            asked.listed = True
            self._fill(asked, schema["items"]["properties"], members, lacking, errors, more, list(ticks))
        elif schema.get("type") == "object":
            named = [n for n in schema["properties"] if f"{member}.{n}" in lacking or f"{member}.{n}" in members or f"{member}.{n}" in errors]
            label = lambda n: next(self.vocabulary.label(self.vocabulary.iri(s, n), self.language) for s in schema[CONCEPTS])  # noqa: E731
            asked.fields = [self._field(f"{member}.{n}", label(n), schema["properties"][n], members, lacking, errors) for n in named]
        else:
            asked.fields = [self._field(member, words.question, schema, members, set(), errors)]
            asked.errors = []
        return asked

    def statement(self, criterion: str) -> str:
        """What a criterion says; its id where there is none such."""
        fact = self.library.facts.get(POLICY + criterion)
        return fact.label[self.language] if fact else criterion

    def _fill(self, asked: Question, fields: dict, members: Given, lacking: set[str], errors: Mapping[str, list[str]], more: int, ticks: list[str]) -> None:
        asked.ticks = [(t, self.statement(t)) for t in ticks] if asked.member == TICKED else []
        places = sorted({int(e[2]) for name in members if (e := ENTRY.fullmatch(name)) and e[1] == asked.member})
        asked.rows = [self._row(asked.member, str(place), fields, members, lacking, errors) for place in places]
        empty = max(more, 0 if asked.rows or asked.ticks or asked.none else 1)
        asked.rows += [self._row(asked.member, str(len(places) + n), fields, members, set(), {}) for n in range(empty)]
        asked.blank = None if empty else self._row(asked.member, "N", fields, {}, set(), {})

    def _row(self, member: str, place: str, fields: dict, members: Given, lacking: set[str], errors: Mapping[str, list[str]]) -> Row:
        names = [n for n in sorted(fields, key=_foremost) if n != CRITERION or f"{member}.{place}.{n}" in members]
        return Row(place, [self._field(f"{member}.{place}.{n}", field_name(member, n, self.language), fields[n], members, lacking, errors) for n in names])

    def _field(self, name: str, label: str, schema: dict, members: Given, lacking: set[str], errors: Mapping[str, list[str]]) -> Field:
        values, kind = members.get(name, []), _kind(schema)
        options = self._options(schema["items"] if kind == "choices" else schema)
        if kind == "choice":
            options += [(v, v) for v in values if v not in dict(options)]
        return Field(name, label, kind, values, options, list(errors.get(name, ())), name in lacking)

    def _options(self, schema: dict) -> list[tuple[str, str]]:
        """The choices of an enumeration, in the order of their ranks and names; the criteria, of which there are hundreds, are ticked elsewhere."""
        schemes = schema.get(CONCEPTS, ())
        concepts = {v: next((c for s in schemes if (c := self.vocabulary.by_scheme[s].get(v))), None) for v in schema.get("enum", ())}
        if schemes:
            known = sorted((c for c in concepts.values() if c), key=lambda c: (c.rank is None, c.rank or 0, c.label[self.language]))
            return [(c.id, c.label[self.language]) for c in known]
        return [(v, value_name(v, self.language)) for v in concepts if "/" not in v]


def _foremost(name: str) -> bool:
    """Sorts what an entry is of before what is told of it."""
    return name not in ("award", "type")
