"""What may be given for a query's parameters, and the terms that given texts stand for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod

from pyoxigraph import NamedNode

from zhicheng.errors import Invalid, Unknown
from zhicheng.knowledge.catalogue import Parameter, Query, Term
from zhicheng.knowledge.policies import Library
from zhicheng.knowledge.vocabulary import Vocabulary
from zhicheng.terms import POLICY

# The most combinations of values that one query is run for.
MOST_COMBINATIONS = 200


@dataclass(frozen=True)
class Choice:
    """One value that a parameter may take: how it is written in an address, and its names by language."""

    id: str
    label: Mapping[str, str]


def choices(parameter: Parameter, vocabulary: Vocabulary, library: Library) -> list[Choice]:
    """The values that the graph allows for a parameter; none where they are no closed list (dates, numbers, text)."""
    if parameter.type == "policy":
        return [Choice(p.slug, p.label) for p in library.policies.values()]
    if parameter.type == "provision":
        return [Choice(iri.removeprefix(POLICY), fact.label) for iri, fact in library.facts.items()]
    return [Choice(c.id, c.label) for c in vocabulary.by_scheme.get(parameter.type, {}).values()]


def shown(term: Term) -> str:
    """A term as it is written in an address."""
    return term.value.removeprefix(POLICY) if term.value.startswith(POLICY) else term.value.rsplit("/", 1)[-1] if isinstance(term, NamedNode) else term.value


def read(query: Query, given: Mapping[str, Sequence[str]], vocabulary: Vocabulary, library: Library) -> dict[str, list[Term]]:
    """The terms that are given for a query's parameters; blank texts do not count, and a region stands for those within it too.

    Raises Unknown for a name that is no parameter or a value that the graph does not hold, Invalid for a value of the
    wrong type and where more combinations are given than are run at once.
    """
    found: dict[str, list[Term]] = {}
    for name, texts in given.items():
        parameter = query.parameter(name)
        terms: list[Term] = []
        for text in dict.fromkeys(t.strip() for t in texts if t.strip()):
            term = parameter.read(text, vocabulary)
            held = library.policies if parameter.type == "policy" else library.facts if parameter.type == "provision" else None
            if held is not None and term.value not in held:
                raise Unknown(parameter.type, text, [c.id for c in choices(parameter, vocabulary, library)])
            terms += [NamedNode(iri) for iri in vocabulary.within(term.value)] if parameter.type == "region" else [term]
        if terms:
            found[name] = list(dict.fromkeys(terms))
    combinations = prod(len(terms) for terms in found.values())
    if combinations > MOST_COMBINATIONS:
        raise Invalid("The parameters", f"make {combinations} combinations", f"Give values that make at most {MOST_COMBINATIONS}")
    return found
