"""What an applicant enters into a scoring standard: read from JSON, each member checked and named where it is wrong."""

import json
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from fractions import Fraction

from zhicheng.errors import InvalidMember, InvalidMembers
from zhicheng.knowledge.rubrics import Indicator, Rubric

# The largest count and rank that an entry may name.
LARGEST = 1_000_000
# The most faults that are told at once.
FAULTS = 50
# The most digits of a number that is no whole one.
DIGITS = 20


@dataclass(frozen=True)
class Entry:
    """Items of one leaf of a rubric that are alike: how many, at which rank, with which points, in a related specialty or not."""

    leaf: Indicator
    count: Fraction = Fraction(1)
    rank: int | None = None
    points: Fraction | None = None
    related: bool | None = None


def read_json(text: str | bytes, example: str = '{"entries": []}') -> object:
    """The value of a JSON text (RFC 8259), its fractions as Decimal; raises InvalidMember, with an example of what would do, where it is none."""

    def constant(name: str):
        raise ValueError(f"{name} is no JSON number")

    try:
        return json.loads(text, parse_float=Decimal, parse_constant=constant)
    except RecursionError:
        raise InvalidMember("", "is nested too deep", "Send flat JSON") from None
    except ValueError as error:
        raise InvalidMember("", f"is not JSON: {str(error)[:120]}", f"Send a JSON object in UTF-8, such as {example}") from None


def read_entries(rubric: Rubric, document: object) -> list[Entry]:
    """The entries of `{"entries": [{"indicator": id, …}]}`; null is the same as leaving a member out.

    Raises InvalidMember, naming the member by its JSON Pointer, where an indicator is unknown or has parts, an input that it
    needs is missing or one that it does not take is given, or a value is of the wrong kind or out of range; InvalidMembers where
    several entries have such a fault.
    """
    if not isinstance(document, dict):
        raise InvalidMember("", f"is {_kind(document)}", 'Send an object, such as {"entries": []}')
    for name in document:
        if name != "entries":
            raise InvalidMember(_pointer(name), "is unknown", "The only member is entries")
    if "entries" not in document:
        raise InvalidMember("/entries", "is missing", "Give a list of entries; [] scores 0")
    if not isinstance(document["entries"], list):
        raise InvalidMember("/entries", f"is {_kind(document['entries'])}", "Give a list of entries; [] scores 0")
    entries: list[Entry] = []
    faults: list[InvalidMember] = []
    for n, entry in enumerate(document["entries"]):
        try:
            entries.append(_entry(rubric, entry, f"/entries/{n}"))
        except InvalidMember as fault:
            faults.append(fault)
            if len(faults) == FAULTS:
                break
    if faults:
        raise InvalidMembers(faults) if len(faults) > 1 else faults[0]
    return entries


def _entry(rubric: Rubric, entry: object, at: str) -> Entry:
    if not isinstance(entry, dict):
        raise InvalidMember(at, f"is {_kind(entry)}", 'Give an object, such as {"indicator": "…"}')
    leaf = _leaf(rubric, entry.get("indicator"), f"{at}/indicator")
    takes = rubric.inputs(leaf)
    taken = f"{leaf.id} takes {' and '.join(takes)}" if takes else f"{leaf.id} is simply held and takes no input"
    given = {name: value for name, value in entry.items() if name != "indicator" and value is not None}
    for name in entry:
        if name not in ("indicator", *takes) and (name in given or name not in ("count", "rank", "points", "related")):
            raise InvalidMember(at + _pointer(name), "is not an input of this indicator" if name in ("count", "rank", "points", "related") else "is unknown", taken)
    values: dict = {}
    if "rank" in takes:
        values["rank"] = int(_number(given, "rank", at, taken, Fraction(1), Fraction(LARGEST), whole=True))
    if "count" in takes:
        whole = not any(b.iri in rubric.full_years for b in leaf.bands)
        values["count"] = _number(given, "count", at, taken, Fraction(0), Fraction(LARGEST), whole)
    if "points" in takes:
        low, high = rubric.range(leaf)  # type: ignore[misc]
        if "points" in given or any(b.judged and b.holds(values.get("rank")) for b in leaf.bands):
            values["points"] = _number(given, "points", at, taken, low, high, whole=False)
    if "related" in takes:
        if not isinstance(given.get("related"), bool):
            problem = f"is {_kind(given['related'])}" if "related" in given else "is missing"
            raise InvalidMember(f"{at}/related", problem, "Give true where the subject is the applicant's own, else false")
        values["related"] = given["related"]
    return Entry(leaf, **values)


def _leaf(rubric: Rubric, name: object, at: str) -> Indicator:
    if not isinstance(name, str):
        raise InvalidMember(at, "is missing" if name is None else f"is {_kind(name)}", "Name an indicator by its id")
    if name not in rubric.leaves:
        inner = next((n for n in rubric.root.tree() if n.id == name), None)
        if inner:
            raise InvalidMember(at, f'is "{name}", which has parts', "Name one of its parts: " + ", ".join(n.id for n in inner.tree() if n.bands))
        near = get_close_matches(name[:80], list(rubric.leaves), n=1, cutoff=0.5)
        raise InvalidMember(at, f'is "{_shown(name)}", which is unknown', f"Known: {', '.join(rubric.leaves)}" + (f". Did you mean {near[0]}?" if near else ""))
    return rubric.leaves[name]


def _number(given: dict, name: str, at: str, taken: str, low: Fraction, high: Fraction, whole: bool) -> Fraction:
    """A number of an entry from low to high."""
    allowed = f"a {'whole ' if whole else ''}number from {number(low)} to {number(high)}"
    if name not in given:
        raise InvalidMember(f"{at}/{name}", "is missing", f"{taken}; give {allowed}")
    value = given[name]
    if isinstance(value, bool) or not isinstance(value, int | Decimal | float):
        raise InvalidMember(f"{at}/{name}", f"is {_kind(value)}", f"Give {allowed}")
    if isinstance(value, Decimal) and len(value.as_tuple().digits) > DIGITS:
        raise InvalidMember(f"{at}/{name}", "has too many digits", f"Give {allowed} of at most {DIGITS} digits")
    if not low <= value <= high or whole and value != int(value):
        shown = str(value)
        raise InvalidMember(f"{at}/{name}", f"is {shown if len(shown) <= 40 else 'out of range'}", f"Give {allowed}")
    return Fraction(value)


def number(value: Fraction) -> int | float:
    """A sum of points as a JSON number."""
    return int(value) if value.denominator == 1 else float(value)


def _kind(value: object) -> str:
    names = {bool: "true or false", int: "a number", float: "a number", Decimal: "a number", str: "text", list: "a list", dict: "an object"}
    return names.get(type(value), "null")


def _shown(text: str) -> str:
    """Text of the caller's as messages repeat it: not long, and without what is no character."""
    return text[:80].encode("utf-8", "replace").decode("utf-8")


def _pointer(name: str) -> str:
    return "/" + _shown(name).replace("~", "~0").replace("/", "~1")
