"""How facts are put into sentences: statements, groups of requirements, and what is said of a document."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from zhicheng.answering.language import normalise
from zhicheng.answering.matching import grams
from zhicheng.knowledge.policies import GATE, STANDARD, Fact, Policy
from zhicheng.terms import slug

# The most titles that a requirement is told to be for.
MOST_TITLES = 3
CLOSING = " 。；;．.，,：:"
NOTES = {
    "zh": {"draft": "征求意见稿，尚未施行", "past": "{year}年度通知，已过期", "future": "尚未施行"},
    "en": {"draft": "a draft for comments, not in force", "past": "a notice for {year} only, now past", "future": "not yet in force"},
}
# A group's statement that holds this much of its members' words speaks for them.
SPEAKS_FOR_MEMBERS = 0.6


def statement(fact: Fact, language: str) -> str:
    """What a fact says, without closing punctuation."""
    return fact.label[language].strip(CLOSING)


def about(fact: Fact, name: Callable[[str], str], language: str) -> str:
    """What a requirement is for: the titles (at most three), the kind of route if not the regular one, and that it is one of several; as far as its
    statement does not say so itself. `name` gives a concept's name. Empty for any other fact."""
    text = fact.label[language].lower()
    titles = [name(title) for title in fact.titles] if len(fact.titles) <= MOST_TITLES else []
    told = [] if any(title.lower() in text for title in titles) else titles
    routes = [] if STANDARD in map(slug, fact.route_kinds) else [name(kind) for kind in fact.route_kinds]
    routes = [route for route in routes if route[:2].lower() not in text]
    if language == "zh":
        inner = "、".join(routes) + ("条件之一" if fact.choice else "")
        return "、".join(told) + (f"（{inner}）" if inner and told else inner)
    inner = ", ".join([*routes, *(["one of the alternatives"] if fact.choice else [])])
    head = " or ".join(told)
    joined = f"{head} ({inner})" if inner and head else head or inner
    return joined[:1].upper() + joined[1:]


def gathered(parts: list[tuple[str, str]], language: str) -> str:
    """Statements, each with what it is about, as one paragraph: those about the same stand together behind its name."""
    groups: dict[str, list[str]] = {}
    for subject, part in parts:
        groups.setdefault(subject, []).append(part)
    if language == "zh":
        return "。".join((f"{subject}：" if subject else "") + "；".join(said) for subject, said in groups.items()) + "。"
    return " ".join((f"{subject}: " if subject else "") + sentences(said, language) for subject, said in groups.items())


@dataclass(frozen=True)
class Detail:
    """How deep trees are shown: the list of education and seniority, and everything else; below 0 only what it is about."""

    gate: int
    others: int

    def of(self, fact: Fact) -> int:
        """The depth for a fact."""
        return self.gate if GATE in fact.aspects else self.others


def shown(fact: Fact, language: str, depth: int) -> Iterator[Fact]:
    """The facts whose statements make up what is said of a fact down to a depth: itself, and members it does not speak for."""
    yield fact
    if depth > 0 and not _speaks_for_members(fact, language):
        for member in fact.members:
            yield from shown(member, language, depth - 1)


def told(fact: Fact, language: str, depth: int, level: int = 0) -> str:
    """A fact as text: its statement, and behind a colon, numbered, the members that its statement does not hold.

    Members below the depth are counted, with the clause that has them; below a depth of 0 only the fact's subject is named.
    """
    if depth < 0:
        about = "、".join(names["zh"] for names in fact.aspects.values()) if language == "zh" else ", ".join(names["en"] for names in fact.aspects.values())
        return f"{about}：见{fact.clause_number}" if language == "zh" else f"{about}: see clause {fact.clause_number}"
    text = statement(fact, language)
    if not fact.members or _speaks_for_members(fact, language):
        return text
    if depth <= 0:
        return text + (f"（共{len(fact.members)}项，见{fact.clause_number}）" if language == "zh" else f" ({len(fact.members)} items, see clause {fact.clause_number})")
    parts = [told(member, language, depth - 1, level + 1) for member in fact.members]
    if len(parts) == 1:
        joined = parts[0]
    elif language == "zh":
        joined = "；".join(f"{_number(n, level)}{part}" for n, part in enumerate(parts, 1))
    else:
        joined = "; ".join(f"{_number(n, level)} {part}" for n, part in enumerate(parts, 1))
    return f"{text}：{joined}" if language == "zh" else f"{text}: {joined}"


def _number(n: int, level: int) -> str:
    if level == 0:
        return chr(0x2460 + n - 1) if n <= 20 else f"({n})"
    return f"({n})" if level == 1 else f"({chr(96 + n)})"


def settle(facts: Iterable[Fact]) -> None:
    """Find out for each fact whether it speaks for its members, once for all answers."""
    for fact in facts:
        fact.speaks_for_members = {language: _speaks_for_members(fact, language) for language in ("zh", "en")}


def _speaks_for_members(fact: Fact, language: str) -> bool:
    """Whether a group's statement holds the words of its members, or refers to where they stand, so that they need not be told again."""
    if language in fact.speaks_for_members:
        return fact.speaks_for_members[language]
    if fact.reference:
        return True
    own = grams(normalise(statement(fact, language))).keys()
    said = {g for leaf in _leaves(fact) for g in grams(normalise(statement(leaf, language))) if not g.startswith("·")}
    return not said or len(said & own) >= SPEAKS_FOR_MEMBERS * len(said)


def _leaves(fact: Fact) -> list[Fact]:
    return [leaf for member in fact.members for leaf in _leaves(member)] if fact.members and not fact.reference else [fact]


def sentences(parts: list[str], language: str) -> str:
    """Statements joined into one paragraph that ends with a full stop."""
    if language == "zh":
        return "；".join(parts) + "。"
    capital = [part[:1].upper() + part[1:] for part in parts]
    return "; ".join([capital[0], *parts[1:]]) + "." if capital else ""


def heading(policy: Policy, region: str, day: date, language: str) -> str:
    """How an answer names a region and its document, with a note where the document is not in force on that day."""
    note = NOTES[language].get(policy.validity(day), "").format(year=policy.year or "")
    if language == "zh":
        about = "，".join(part for part in (policy.number, note) if part)
        return f"{region}（{about}）：" if about else f"{region}："
    about = ", ".join(part for part in (policy.number, note) if part)
    return f"{region} ({about}): " if about else f"{region}: "
