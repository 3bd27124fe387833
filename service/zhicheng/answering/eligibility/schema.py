"""The JSON Schema of a request, with every choice read from the graph, and what is wrong with a request that does not keep to it."""

from collections.abc import Iterable
from difflib import get_close_matches
from itertools import islice

from jsonschema_rs import Draft202012Validator, ValidationError

from zhicheng.errors import InvalidMember, InvalidMembers
from zhicheng.knowledge.vocabulary import Vocabulary

DATE = {"type": "string", "format": "date"}
FLAG = {"type": "boolean"}
YEAR = {"type": "integer", "minimum": 1900, "maximum": 2200}
# The most faults of one body that are named.
MOST = 50
# The most entries of a list, and the greatest count or rank: far above any true profile, and small enough to answer at once.
ENTRIES, NUMBER = 500, 10_000
# The keyword that names the schemes of the concepts in an enumeration.
CONCEPTS = "x-concepts"


def request_schema(vocabulary: Vocabulary, educations: Iterable[str], criteria: Iterable[str], prizes: Iterable[str]) -> dict:
    """The JSON Schema (2020-12) of the body of POST /api/eligibility.

    `educations` are the slugs of schooling that a profile may list, `criteria` the ids that may be ticked, `prizes` the achievement types
    that are prizes and stand beside the honours under `awards`.
    """

    def one(scheme: str, note: str = "") -> dict:
        schema = {"enum": sorted(vocabulary.by_scheme[scheme]), CONCEPTS: [scheme]}
        return schema | {"description": note} if note else schema

    prizes = sorted(prizes)
    number = {"type": "integer", "minimum": 0, "maximum": NUMBER}
    rank = {"type": "integer", "minimum": 1, "maximum": NUMBER, "description": "place among the completers, from 1"}
    contribution = {
        "tier": one("tier", "level of the project, prize, standard or funding"),
        "grade": one("award-grade", "grade of the prize"),
        "role": one("role", "part played; what a role means is resolved by each document's own definition"),
        "rank": rank,
        "year": YEAR,
        "date": DATE,
    }
    fact = contribution | {
        "criterion": {"enum": sorted(criteria), "description": "the id of a criterion of some result, ticked as held"},
        "type": one("achievement-type", "the kind of achievement, where it is stated as a fact"),
        "author_position": one("author-position"),
        "venue": one("venue", "where a paper appeared"),
        "states": {**_list(one("result-state")), "description": "what the result has come to: granted, published, promulgated, accepted …; [] is nothing yet"},
        "count": {**number, "description": "how many such achievements; 1 when left out"},
        "characters": {"type": "integer", "minimum": 0, "maximum": 10**9, "description": "Chinese characters written by the applicant"},
        "amount": {"type": "integer", "minimum": 0, "maximum": 10**15, "description": "yuan"},
    }
    profile = {
        "education": _list(_object({"level": {"enum": sorted(educations), CONCEPTS: ["education"]}, "completed": DATE, "related": FLAG, "engineering_degree": FLAG})),
        "titles": _list(_object({"title": one("title"), "level": one("level"), "series": {"enum": ["engineering", "other"]}, "obtained": DATE, "appointed": DATE})),
        "skills": _list(_object({"grade": one("skill-grade"), "obtained": DATE, "related": FLAG})),
        "employment": _list(_object({"start": DATE, "end": {**DATE, "description": "the last day worked; left out, it goes on"}, "in_field": FLAG})),
        "employer": one("employer"),
        "grassroots_since": {"anyOf": [DATE, {"const": False}], "description": "the first day of unbroken work at the grass roots, or false"},
        "assessments": _list(_object({"year": YEAR, "result": one("assessment-result")})),
        "under_sanction": FLAG,
        "party_sanction": FLAG,
        "exam_specialty": FLAG,
        "recommendations": {**number, "description": "how many experts of the standing that the clause asks for recommend the applicant"},
        "achievements": _list(_object(fact)),
        "awards": _list(_object({"award": {"enum": sorted({*vocabulary.by_scheme["honour"], *prizes}), CONCEPTS: ["honour", "achievement-type"], "description": "an honour, or a kind of graded prize: " + ", ".join(prizes)}, **contribution})),
        "left_government": {"anyOf": [DATE, {"const": False}], "description": "the day of moving from a government body to the present kind of employer, or false"},
        "statuses": {**_object({name: FLAG for name in sorted(vocabulary.by_scheme["applicant-status"])}), CONCEPTS: ["applicant-status"], "description": "standings that no other member states"},
        "qualifications": _list(one("qualification-tier")),
    }
    body = {
        "profile": _object(profile),
        "regions": {**_list(one("region")), "minItems": 1},
        "titles": {**_list(one("title")), "minItems": 1},
        "as_of": DATE,
        "lang": {"enum": ["en", "zh"]},
        "calendar": {**FLAG, "description": "whether to add, for each region, title and route, the first day on which it is met"},
    }
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Eligibility request", **_object(body), "required": ["profile"]}


def _object(properties: dict) -> dict:
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _list(items: dict) -> dict:
    return {"type": "array", "items": items, "maxItems": ENTRIES}


def with_nulls(schema: dict) -> dict:
    """A schema that allows null for every member that may be left out: what a client may send."""
    if schema.get("type") == "array":
        return schema | {"items": with_nulls(schema["items"])}
    if schema.get("type") != "object":
        return schema
    needed = schema.get("required", ())
    return schema | {"properties": {name: with_nulls(s) if name in needed else {"anyOf": [with_nulls(s), {"type": "null"}]} for name, s in schema["properties"].items()}}


def without_nulls(value):
    """A body with every member that is null left out: the two say the same."""
    if isinstance(value, dict):
        return {name: without_nulls(v) for name, v in value.items() if v is not None}
    return [without_nulls(v) for v in value] if isinstance(value, list) else value


class Checker:
    """Checks bodies against the schema; every fault is named by JSON Pointer with what is allowed there."""

    def __init__(self, schema: dict):
        self.schema = schema
        self._validator = Draft202012Validator(schema, validate_formats=True)

    def check(self, body) -> None:
        """Raise InvalidMembers, with each fault, where the body does not keep to the schema."""
        faults = [fault for error in islice(self._validator.iter_errors(body), MOST) for fault in self._faults(error)]
        if faults:
            raise InvalidMembers(faults)

    def _faults(self, error: ValidationError) -> list[InvalidMember]:
        path = list(error.instance_path)
        kind = type(error.kind).__name__
        where = self._at(path)
        if kind == "AdditionalProperties":
            allowed = sorted(where.get("properties", {}))
            return [InvalidMember(pointer([*path, name]), "is unknown", _choice(name, allowed), "没有这一项") for name in error.kind.unexpected]
        if kind == "Required":
            return [InvalidMember(pointer([*path, error.kind.property]), "is missing", "Give it, as {} where nothing is known", "缺少，一无所知时写 {}")]
        if kind == "Enum":
            return [InvalidMember(pointer(path), f"is {_shown(error.instance)}, which is unknown", _choice(str(error.instance), list(error.kind.options)), f"没有{_shown(error.instance)}这个选项，请从所列的选项中选择")]
        english, chinese = _allowed(where)
        return [InvalidMember(pointer(path), f"is {_shown(error.instance)}", english, f"不能是{_shown(error.instance)}，{chinese}")]

    def _at(self, path: list) -> dict:
        """The part of the schema that describes what stands at a path."""
        here = self.schema
        for step in path:
            here = here.get("items", {}) if isinstance(step, int) else here.get("properties", {}).get(step, {})
        return here


def pointer(path: Iterable) -> str:
    """A JSON Pointer (RFC 6901) to what stands at a path."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def _shown(value) -> str:
    kinds = {dict: "an object", list: "a list", bool: str(value).lower(), type(None): "null"}
    text = kinds[type(value)] if type(value) in kinds else f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else text[:57] + "…"


def _choice(asked: str, allowed: list) -> str:
    listed = ", ".join(map(str, allowed[:40])) + (", …" if len(allowed) > 40 else "")
    near = get_close_matches(asked, [str(a) for a in allowed], n=1, cutoff=0.5)
    return f"Allowed: {listed}." + (f" Did you mean {near[0]}?" if near else "")


def _allowed(schema: dict) -> tuple[str, str]:
    """What a schema allows, in a sentence, in English and in Chinese."""
    if "anyOf" in schema:
        return "Give a date such as 2024-10-01, or false", "请填写日期，如2024-10-01，或者选“否”"
    if schema.get("format") == "date":
        return "Give a date that exists, such as 2024-10-01", "请填写真实存在的日期，如2024-10-01"
    if schema.get("type") == "integer":
        return f"Give a whole number from {schema['minimum']} to {schema['maximum']}", f"请填写{schema['minimum']}至{schema['maximum']}的整数"
    if schema.get("type") == "array":
        return f"Give a list of {schema.get('minItems', 0)} to {schema['maxItems']} entries", f"请列出{schema.get('minItems', 0)}至{schema['maxItems']}项"
    allowed = {"boolean": ("true or false", "请选“是”或“否”"), "object": ("an object", "请按其各项填写")}
    english, chinese = allowed.get(schema.get("type", ""), ("one of the listed values", "请从所列的选项中选择"))
    return f"Give {english}", chinese
