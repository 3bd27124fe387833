"""The policies: each text clause by clause with the facts stated beside it, what is modelled of it, its issues, and what it cites."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from flask import render_template, request, url_for
from pyoxigraph import Literal

from zhicheng.errors import Invalid, Unknown
from zhicheng.knowledge.policies import ClauseText, Fact, Issue, Policy
from zhicheng.terms import ELI, ZC
from zhicheng.terms import slug as local_name
from zhicheng.web.api import service
from zhicheng.web.highlighting import Span, marked
from zhicheng.web.linked_data import descriptions
from zhicheng.web.pages.blueprint import pages
from zhicheng.web.rendering import page_language, wants_page

MARK = re.compile(r"([\w-]+):(\d{1,6}-\d{1,6}(?:\.\d{1,6}-\d{1,6})*)")
# What is told of a document, in order, and which of it names other documents.
TOLD = ("passed_by", "type_document", "date_document", "first_date_entry_in_force")
OTHERS = ("based_on", "cites", "has_annex")


@dataclass
class Passage:
    """A clause with its own words and the clauses inside it, in the order of print, and what is said of it.

    `parts` holds passages, and texts in pieces, each with whether it is marked; `sums_up` the clauses that an entry of questions and answers sums up.
    """

    clause: ClauseText
    parts: list["Passage | list[tuple[str, bool]]"] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    sums_up: list[ClauseText] = field(default_factory=list)

    def all(self) -> Iterator["Passage"]:
        """This passage and all inside it."""
        yield self
        for part in self.parts:
            if isinstance(part, Passage):
                yield from part.all()

    @property
    def worded(self) -> bool:
        """Whether the clause has words of its own."""
        return any(not isinstance(part, Passage) for part in self.parts)

    @property
    def state(self) -> str:
        """How the clause is held: `facts` are stated from it or from a clause inside it, it only `sums-up` others, or as `text` alone."""
        within = [part.state for part in self.parts if isinstance(part, Passage)]
        return "facts" if self.facts or "facts" in within else "sums-up" if self.sums_up or "sums-up" in within else "text"


@pages.get("/policies")
def policies() -> str | dict:
    held = [(p, _passages(p, {})) for p in service().library.policies.values()]
    counts = {p.slug: _counts(p, passages) for p, passages in held}
    cited = _cited_not_held([p for p, _ in held])
    if not wants_page():
        return {
            "policies": [policy_json(p) | counts[p.slug] for p, _ in held],
            "cited_not_held": [{"id": iri, "label": descriptions().label(iri, page_language()), "cited_by": [p.slug for p in by]} for iri, by in cited.items()],
        }  # fmt: skip
    return render_template("policies.html", language=page_language(), policies=[p for p, _ in held], counts=counts, cited=cited, today=date.today())


@pages.get("/policies/<slug>")
def policy(slug: str) -> str | dict:
    library = service().library
    found = next((p for p in library.policies.values() if p.slug == slug), None)
    if found is None:
        raise Unknown("policy", slug, [p.slug for p in library.policies.values()])
    spans = _marks()
    passages = _passages(found, spans)
    issues = sorted({i.identifier: i for p in passages for q in p.all() for i in q.issues}.values(), key=lambda i: i.identifier)
    silences = [s for s in library.silences.values() if s.document == found.iri]
    about = descriptions().describe(found.iri).outgoing
    others = _others(found)
    counts = _counts(found, passages)
    entries = {e.iri for e in service().faq.entries(date.today())}
    if not wants_page():
        return policy_json(found) | counts | {
            "clauses": [
                clause_json(q.clause) | {
                    "state": q.state, "facts": [local_name(f.iri) for f in q.facts], "issues": [i.identifier for i in q.issues], "sums_up": [local_name(c.iri) for c in q.sums_up],
                }
                for p in passages for q in p.all()
            ],
            "issues": [{"id": i.identifier, "label": i.label, "reading": i.reading} for i in issues],
            "silences": [s.label for s in silences],
            "documents": {name: [{"id": iri, "label": descriptions().label(iri, page_language()), "held": _held(iri)} for iri in iris] for name, iris in others.items()},
        }  # fmt: skip
    return render_template(
        "policy.html", language=page_language(), policy=found, passages=passages, counts=counts, issues=issues, silences=silences, today=date.today(), others=others,
        told={name: about.get(ELI + name, []) for name in TOLD}, status=about[ZC + "lifecycleStatus"][0].value, held=_held, is_literal=lambda v: isinstance(v, Literal), eli=ELI,
        scored=slug in service().rubrics.by_policy, is_passage=lambda part: isinstance(part, Passage), is_entry=lambda p: p.clause.iri in entries,
    )  # fmt: skip


def _marks() -> dict[str, list[Span]]:
    """What `mark` asks to be marked: in a clause, characters from one to before another; raises Invalid where it asks for nothing such."""
    text = request.args.get("mark")
    if not text:
        return {}
    found = MARK.fullmatch(text)
    if not found:
        raise Invalid("mark", f'is "{text[:40]}"', "Name a clause and its characters, such as c-s2-1-5:0-12")
    pairs = [pair.split("-") for pair in found[2].split(".")]
    return {found[1]: [(int(a), int(b)) for a, b in pairs]}


def _passages(policy: Policy, marks: dict[str, list[Span]]) -> list[Passage]:
    """The text of a policy as passages."""
    library = service().library
    inside: dict[str, list[ClauseText]] = defaultdict(list)
    for clause in sorted((c for c in library.clauses.values() if c.iri.startswith(policy.iri + "/")), key=lambda c: c.position):
        inside[clause.parent].append(clause)
    said, issues = _facts_by_clause(policy), _issues_by_subject()
    sums_up = {e.iri: [library.clauses[c.iri] for c in e.citations] for e in service().faq.entries(date.today(), regions=(policy.region,))}

    def passage(clause: ClauseText, spans: list[Span]) -> Passage:
        spans = spans + marks.get(local_name(clause.iri), [])
        here = Passage(clause, facts=said[clause.iri], issues=list({i.identifier: i for subject in (clause.iri, *(f.iri for f in said[clause.iri])) for i in issues[subject]}.values()), sums_up=sums_up.get(clause.iri, sums_up.get(clause.parent, [])))
        place = 0
        for child in inside[clause.iri]:
            start = clause.text.index(child.text, place)
            _add_words(here, clause.text, place, start, spans)
            here.parts.append(passage(child, [(a - start, b - start) for a, b in spans]))
            place = start + len(child.text)
        _add_words(here, clause.text, place, len(clause.text), spans)
        return here

    return [passage(clause, []) for clause in inside[policy.iri]]


def _add_words(here: Passage, text: str, start: int, end: int, spans: list[Span]) -> None:
    own = text[start:end]
    start, end = start + len(own) - len(own.lstrip()), end - len(own) + len(own.rstrip())
    if start < end:
        here.parts.append(marked(text[start:end], [(a - start, b - start) for a, b in spans]))


def _facts_by_clause(policy: Policy) -> dict[str, list[Fact]]:
    """The facts that cite each clause, without those that are only parts of another one there."""
    facts = [f for f in service().library.facts.values() if f.document == policy.iri]
    cited = {f.iri: {c.clause for c in f.citations} for f in facts}
    within: dict[str, set[str]] = defaultdict(set)
    for fact in facts:
        for member in fact.members:
            within[member.iri] |= cited[fact.iri]
    found: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        for clause in sorted(cited[fact.iri] - within[fact.iri]):
            found[clause].append(fact)
    return found


def _issues_by_subject() -> dict[str, list[Issue]]:
    found: dict[str, list[Issue]] = defaultdict(list)
    for issue in service().library.issues.values():
        for subject in issue.subjects:
            found[subject].append(issue)
    return found


def _counts(policy: Policy, passages: list[Passage]) -> dict[str, int]:
    """How many clauses, facts and issues are held of a policy, and how its clauses are held."""
    library = service().library
    every = [q for p in passages for q in p.all()]
    states = [q.state for q in every]
    return {
        "clauses_count": len(every), "clauses_with_facts": states.count("facts"), "clauses_that_sum_up": states.count("sums-up"), "clauses_as_text": states.count("text"),
        "facts_count": sum(f.document == policy.iri for f in library.facts.values()), "issues_count": len({i.identifier for q in every for i in q.issues}),
    }  # fmt: skip


def _others(policy: Policy) -> dict[str, list[str]]:
    """The documents that a policy rests on, cites and annexes, by property."""
    about = descriptions().describe(policy.iri).outgoing
    return {name: [iri.value for iri in about.get(ELI + name, ())] for name in OTHERS}


def _cited_not_held(held: list[Policy]) -> dict[str, list[Policy]]:
    """The documents that policies name and whose text is not held, with the policies that name each."""
    found: dict[str, list[Policy]] = defaultdict(list)
    for policy in held:
        for iri in dict.fromkeys(iri for iris in _others(policy).values() for iri in iris):
            if not _held(iri):
                found[iri].append(policy)
    return dict(sorted(found.items()))


def _held(iri: str) -> bool:
    """Whether the text of a document is held; one of which that is not said is."""
    return not any(v.value == "false" for v in descriptions().describe(iri).outgoing.get(ZC + "textHeld", ()))


def policy_json(policy: Policy) -> dict:
    """A policy as JSON."""
    return {
        "policy": policy.slug, "region": local_name(policy.region), "title": policy.title, "document_number": policy.number,
        "validity": policy.validity(date.today()), "url": url_for("pages.policy", slug=policy.slug),
    }  # fmt: skip


def clause_json(clause: ClauseText) -> dict:
    """A clause as JSON."""
    return {"id": local_name(clause.iri), "number": clause.number, "heading": clause.heading, "kind": clause.kind, "parent": local_name(clause.parent), "text": clause.text}
