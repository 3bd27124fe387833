"""The kinds of question that can be put to the graph: one file of queries/ each, with its header and parameters.

A file is valid SPARQL. Its first lines, each beginning `#+ `, are YAML with these keys and no others:

    summary   {zh, en}  what the query answers
    ask       list      questions that mean it, Chinese and English, with parameters as {name}
    say       {zh, en}  the sentence that a row makes; {fact} is the fact's own statement, the rest are variables of the row
    lead      {zh, en}  what is said once before the rows of a region that agree on it, from variables of the row
    words     {value: {zh, en}}  how values of its rows are said
    form      list, tree, issues: how rows become an answer (list when left out)
    person    true where the case of a person who tells of degrees, titles and years decides the answer (false when left out)
    types     {parameter: scheme} for a parameter that is UNDEF in the example and not named like its scheme

Its first VALUES block is parameter list, types and worked example in one: binding swaps the row and touches nothing else.
Of the titles in a question a parameter takes those that it is after; one named `below` takes the others.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path

import yaml
from pyoxigraph import Literal, NamedNode, Store

from zhicheng.errors import Fault, FaultyGraph, Invalid, Unknown
from zhicheng.knowledge.vocabulary import Vocabulary
from zhicheng.terms import POLICY, XSD, policy_of, scheme_of

Term = NamedNode | Literal

KEYS = {"summary", "ask", "say", "lead", "words", "form", "person", "types"}
# Types whose values are named by what follows id/policy/: how such a name looks, and an example.
PARTS = {"policy": (r"[\w-]+", "the slug of a policy such as tianjin-2019-39"), "provision": (r"[\w-]+/[\w.-]+", "a policy and a provision of it, such as tianjin-2019-39/n-number")}
FORMS = {"list", "tree", "issues"}
PREFIX = re.compile(r"^\s*PREFIX\s+([\w-]*):\s*<([^>]*)>", re.M | re.I)
VALUES = re.compile(r"VALUES\s*\(([^)]*)\)\s*\{\s*\(([^{}]*)\)\s*\}", re.I)
TOKEN = re.compile(r'UNDEF|<[^>]*>|"(?:[^"\\]|\\.)*"(?:\^\^[\w:-]+|@[\w-]+)?|[+-]?\d+(?:\.\d+)?|[\w-]*:[\w-]+')
SLOT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Parameter:
    """A parameter: its name, its type (a concept scheme, `policy`, `provision`, or `date`, `integer`, `decimal`, `string`) and its example."""

    name: str
    type: str
    example: Term | None

    @property
    def optional(self) -> bool:
        return self.example is None

    def read(self, text: str, vocabulary: Vocabulary) -> Term:
        """The term that a user's text stands for: a concept's slug or preferred name, a date, a number.

        Raises Unknown for a name that no concept of the scheme has, Invalid for a value of the wrong type.
        """
        text = text.strip()
        if self.type in ("date", "integer", "decimal", "string"):
            return _literal(self.name, self.type, text)
        if self.type in PARTS:
            pattern, example = PARTS[self.type]
            if not re.fullmatch(pattern, text, re.ASCII):
                raise Invalid(self.name, f'is "{text}"', f"Give {example}")
            return NamedNode(POLICY + text)
        concepts = vocabulary.by_scheme.get(self.type, {})
        if text not in concepts:
            for concept in concepts.values():
                if text in concept.label.values():
                    return NamedNode(concept.iri)
        return NamedNode(vocabulary.find(self.type, text).iri)


def _literal(name: str, type_: str, text: str) -> Literal:
    try:
        if type_ == "date":
            text = date.fromisoformat(text).isoformat()
        elif type_ == "integer":
            text = str(int(text))
        elif type_ == "decimal":
            text = str(float(text))
    except ValueError:
        wanted = {"date": "a date such as 2024-10-01", "integer": "a whole number", "decimal": "a number"}[type_]
        raise Invalid(name, f'is "{text}"', f"Give {wanted}") from None
    return Literal(text, datatype=NamedNode(XSD + type_))


@dataclass(frozen=True)
class Query:
    """One kind of question: its name, header, parameters and SPARQL."""

    name: str
    text: str
    summary: dict[str, str]
    ask: tuple[str, ...] = ()
    say: Mapping[str, str] = field(default_factory=dict)
    form: str = "list"
    parameters: tuple[Parameter, ...] = ()
    person: bool = False
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    lead: Mapping[str, str] = field(default_factory=dict)

    def parameter(self, name: str) -> Parameter:
        """The parameter of that name; raises Unknown, naming those that exist."""
        for parameter in self.parameters:
            if parameter.name == name:
                return parameter
        raise Unknown(f"parameter of {self.name}", name, [p.name for p in self.parameters])

    def filled(self, pattern: str, language: str, vocabulary: Vocabulary) -> str:
        """A pattern as a question, its parameters filled from the worked example or with the first concept of their type."""

        def example(match: re.Match) -> str:
            parameter = self.parameter(match[1])
            term = parameter.example
            if isinstance(term, NamedNode):
                return vocabulary.label(term.value, language)
            if term is not None:
                return term.value
            concepts = vocabulary.by_scheme.get(parameter.type, {})
            return next(iter(concepts.values())).label[language] if concepts else ""

        return SLOT.sub(example, pattern)

    @property
    def example(self) -> dict[str, list[Term]]:
        """The worked example of the VALUES row."""
        return {p.name: [p.example] for p in self.parameters if p.example is not None}

    def bind(self, values: Mapping[str, Sequence[Term]]) -> str:
        """The SPARQL with the example row swapped for every combination of the values; a parameter left out is unbound.

        Raises Unknown for a name that is no parameter, Invalid where a parameter that has an example is left out.
        """
        for name in values:
            self.parameter(name)
        if not self.parameters:
            return self.text
        rows: list[list[str]] = [[]]
        for parameter in self.parameters:
            given = list(values.get(parameter.name, ()))
            if not given and not parameter.optional:
                raise Invalid(parameter.name, f"is missing for {self.name}", f"Give {parameter.name}={_shown(parameter.example)}, for example")
            cells = [str(term) for term in given] or ["UNDEF"]
            rows = [[*row, cell] for row in rows for cell in cells]
        names = " ".join("?" + p.name for p in self.parameters)
        block = f"VALUES ({names}) {{ " + " ".join("(" + " ".join(row) + ")" for row in rows) + " }"
        before, after = self._around
        return before + block + after

    @cached_property
    def _around(self) -> tuple[str, str]:
        """The SPARQL before the example row, and after it."""
        match = VALUES.search(self.text)
        return self.text[: match.start()], self.text[match.end() :]


def _shown(term: Term | None) -> str:
    return "" if term is None else term.value.rsplit("/", 1)[-1]


class Catalogue:
    """Every query of queries/, by name."""

    def __init__(self, home: Path, vocabulary: Vocabulary):
        """Read queries/*.rq; raises FaultyGraph naming file and line of each header or query that cannot be read."""
        faults: list[Fault] = []
        self.queries: dict[str, Query] = {}
        empty = Store()
        for path in sorted((home / "queries").glob("*.rq")):
            try:
                query = read(path, set(vocabulary.by_scheme))
                empty.query(query.text)
                self.queries[query.name] = query
            except FaultyGraph as error:
                faults += error.faults
            except SyntaxError as error:
                faults.append(Fault(f"queries/{path.name}", f"this is not SPARQL: {error.msg}", "Mend the query"))
        if not self.queries and not faults:
            faults.append(Fault("queries/", "there is no query", "Add one .rq file for each kind of question"))
        if faults:
            raise FaultyGraph(faults)

    def find(self, name: str) -> Query:
        """The query of that name; raises Unknown, naming those that exist."""
        if name not in self.queries:
            raise Unknown("query", name, list(self.queries))
        return self.queries[name]


def read(path: Path, schemes: set[str]) -> Query:
    """Read one query file; raises FaultyGraph with file and line where its header breaks the rules above."""
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    head = [line[3:] for line in lines if line.startswith("#+ ")]

    def fault(line: int, problem: str, remedy: str) -> FaultyGraph:
        return FaultyGraph([Fault(f"queries/{path.name}:{line}", problem, remedy)])

    try:
        header = yaml.safe_load("\n".join(head))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise fault(mark.line + 1 if mark else 1, "the header is not YAML", "Mend the lines that begin with #+") from None
    if not isinstance(header, dict):
        raise fault(1, "there is no header", "Begin the file with #+ summary: {zh: …, en: …}")

    def line_of(key: str) -> int:
        return next((n for n, line in enumerate(lines, 1) if line.startswith(f"#+ {key}:")), 1)

    for key in header:
        if key not in KEYS:
            raise fault(line_of(key), f"the key {key} is unknown", "Use " + ", ".join(sorted(KEYS)))
    for key in ("summary", "say", "lead"):
        value = header.get(key)
        if key != "summary" and value is None:
            continue
        if not isinstance(value, dict) or set(value) != {"zh", "en"}:
            raise fault(line_of(key), f"{key} is not given in both languages", f"Write #+ {key}: {{zh: …, en: …}}")
    words = header.get("words") or {}
    if not isinstance(words, dict) or not all(isinstance(said, dict) and set(said) == {"zh", "en"} for said in words.values()):
        raise fault(line_of("words"), "a value is not said in both languages", "Write #+ words: {value: {zh: …, en: …}}")
    form = header.get("form", "list")
    if form not in FORMS:
        raise fault(line_of("form"), f"the form {form} is unknown", "Use " + ", ".join(sorted(FORMS)))
    person = header.get("person", False)
    if not isinstance(person, bool):
        raise fault(line_of("person"), f"person is {person}", "Write #+ person: true, or leave it out")
    parameters = _parameters(text, header.get("types") or {}, schemes, lambda p, r: fault(1, p, r))
    asks = header.get("ask") or []
    names = {p.name for p in parameters}
    for ask in asks:
        for slot in SLOT.findall(ask):
            if slot not in names:
                raise fault(line_of("ask"), f"the slot {{{slot}}} is no parameter", "Use " + ", ".join(sorted(names)))
    return Query(path.stem, text, header["summary"], tuple(asks), header.get("say") or {}, form, tuple(parameters), person, words, header.get("lead") or {})


def _parameters(text: str, types: dict, schemes: set[str], fault) -> list[Parameter]:
    match = VALUES.search(text)
    if not match:
        return []
    prefixes = dict(PREFIX.findall(text))
    names = [name.lstrip("?") for name in match[1].split()]
    tokens = TOKEN.findall(match[2])
    if len(names) != len(tokens):
        raise fault(f"the VALUES row has {len(tokens)} values for {len(names)} parameters", "Give one row with a value, or UNDEF, for each")
    parameters = []
    for name, token in zip(names, tokens):
        example = _term(token, prefixes, fault)
        if isinstance(example, NamedNode):
            type_ = scheme_of(example.value) or ("provision" if "/" in example.value.removeprefix(POLICY) else "policy" if policy_of(example.value) else None)
        elif example is not None:
            type_ = example.datatype.value.removeprefix(XSD)
        else:
            type_ = types.get(name) or re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()
        if type_ not in schemes | {*PARTS, "date", "integer", "decimal", "string"}:
            raise fault(f"the parameter {name} has no known type", "Name it like a concept scheme, or say types: {" + name + ": scheme}")
        parameters.append(Parameter(name, type_, example))
    return parameters


def _term(token: str, prefixes: dict[str, str], fault) -> Term | None:
    if token == "UNDEF":
        return None
    if token.startswith("<"):
        return NamedNode(token[1:-1])
    if token.startswith('"'):
        value, _, rest = token[1:].rpartition('"')
        datatype = rest.removeprefix("^^").replace("xsd:", XSD) if rest.startswith("^^") else XSD + "string"
        return Literal(value, datatype=NamedNode(datatype))
    if re.fullmatch(r"[+-]?\d+", token):
        return Literal(int(token))
    if re.fullmatch(r"[+-]?\d+\.\d+", token):
        return Literal(token, datatype=NamedNode(XSD + "decimal"))
    prefix, _, local = token.partition(":")
    if prefix not in prefixes:
        raise fault(f"the prefix {prefix}: is not declared", f"Add PREFIX {prefix}: <…>")
    return NamedNode(prefixes[prefix] + local)
