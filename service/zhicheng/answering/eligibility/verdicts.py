"""One policy's routes to one title, for one applicant: the gate, what sets it aside, what else is asked, and the verdict."""

from dataclasses import dataclass, field, replace
from datetime import date

from zhicheng.answering.eligibility.evaluation import Evaluation, Finding, rule_of
from zhicheng.answering.eligibility.kleene import MET, UNKNOWN, UNMET
from zhicheng.answering.eligibility.outcomes import Case
from zhicheng.answering.eligibility.requirements import Node
from zhicheng.knowledge.policies import GATE, STANDARD

ATTESTATION = "attestation"
# The kinds of route that set the gate aside.
EXCEPTIONAL = ("exceptional", "direct")


@dataclass
class Part:
    """A part of a result: its kind, truth, and the findings that it is made of."""

    kind: str
    status: int
    findings: list[Finding] = field(default_factory=list)


@dataclass
class Way:
    """A route with its finding, and the first day on or after the day asked for on which time alone has it met."""

    route: Node
    kind: str
    finding: Finding
    earliest: date | None


@dataclass
class Result:
    """What one policy says to one applicant about one title."""

    case: Case
    verdict: str
    exclusion: Part
    seniority: Part
    earliest: date | None
    exceptional: Part
    other: list[Part]
    missing: list[str]
    ways: list[Way]

    @property
    def met_since(self) -> date | None:
        """The day since which schooling and years are enough; None where they are not, or have been for as long as can be told."""
        days = [found.line.met_since(self.case.day) for found in self.seniority.findings]
        return max((day for day in days if day), default=None) if self.seniority.status == MET else None


def judge(case: Case) -> Result:
    """The result for a case."""
    return _Judging(case).result()


class _Judging:
    def __init__(self, case: Case):
        self.case, self.evaluation = case, Evaluation(case)
        self.standard = case.rules.standard(case.title)
        self.root = self._roots(self.standard)[0] if self.standard else None
        self.parts = [self.evaluation.find(m) for m in self.root.members] if self.root else []
        self.gates = [f for f in self.parts if self._kind(f.node) == GATE]
        self.routes = {route.id: self._route(route) for route in case.rules.routes[case.title] if route is not self.standard}

    def result(self) -> Result:
        case, routes = self.case, self.routes
        exclusion = self._exclusion()
        gate = min((f.status for f in self.gates), default=UNMET)
        lines = [f.line for f in self.gates]
        earliest = lines[0].first_met(case.day) if len(lines) == 1 and gate == UNMET else None
        exceptional = [f for r in case.rules.routes[case.title] if r.one("routeKind") in EXCEPTIONAL for f in [routes[r.id]]]
        part = Part("exceptional", max((f.status for f in exceptional), default=UNMET), exceptional)
        seniority = Part(GATE, gate, self.gates)
        other = self._other()
        verdict = self._verdict(exclusion, gate, earliest)
        missing = sorted({m for p in (exclusion, seniority, part, *other) if p.status == UNKNOWN for f in p.findings if f.status == UNKNOWN for m in f.missing})
        return Result(case, verdict, exclusion, seniority, earliest, part, other, missing, self._ways())

    def _roots(self, route: Node) -> list[Node]:
        return self.case.requirements.follow(route, "hasRequirement")

    def _kind(self, node: Node) -> str:
        """The kind of a part of a tree: the first of its aspects that one speaks of, the gate before all."""
        aspects = node.many("aspect")
        return next((k for k in (GATE, ATTESTATION) if k in aspects), aspects[0] if aspects else "other")

    def _route(self, route: Node) -> Finding:
        """A route other than the standard one: its own tree without the approvals that stand apart, and what it says still holds."""
        members = []
        for root in self._roots(route):
            own = root.members if root.operator == "all" and any(self._kind(m) == ATTESTATION for m in root.members) else [root]
            members += [self.evaluation.find(m) for m in own if self._kind(m) != ATTESTATION]
        members += [self.evaluation.find(n) for n in self.case.requirements.follow(route, "retains")]
        return self.evaluation.for_employer(route, self.evaluation.group(route, min, members), UNMET)

    def _exclusion(self) -> Part:
        found = []
        for exclusion in self.case.rules.exclusions:
            if not exclusion.many("appliesTo") or self.case.title in exclusion.many("appliesTo"):
                found += [self.evaluation.find(n, barring=True) for n in self.case.requirements.follow(exclusion, "exclusionCondition")]
        return Part("exclusion", max((f.status for f in found), default=UNMET), found)

    def _other(self) -> list[Part]:
        """The further groups of the standard tree, and the further routes, by kind: all of a kind of group, any of a kind of route."""
        groups: dict[str, list[Finding]] = {}
        for found in self.parts:
            if self._kind(found.node) != GATE:
                groups.setdefault(self._kind(found.node), []).append(self._attested(found))
        routes: dict[str, list[Finding]] = {}
        for route in self.case.rules.routes[self.case.title]:
            kind = route.one("routeKind") or ""
            if route is self.standard or kind in EXCEPTIONAL:
                continue
            routes.setdefault(kind, []).append(self.routes[route.id])
            if self.routes[route.id].status != UNMET:
                for root in self._roots(route):
                    for member in root.members if root.operator == "all" else ():
                        if self._kind(member) == ATTESTATION:
                            groups.setdefault(ATTESTATION, []).append(self.evaluation.find(member))
        return [Part(kind, min(f.status for f in found), found) for kind, found in groups.items()] + [Part(kind, max(f.status for f in found), found) for kind, found in routes.items()]

    def _attested(self, found: Finding) -> Finding:
        """An approval that belongs to one alternative of the gate: not needed where that one is closed, or another one is open.

        Whether it is needed is then part of what is missing for it.
        """
        for when in self.case.requirements.follow(found.node, "when"):
            needed = self.evaluation.find(when)
            if needed.status == UNMET or min((self._without(g, when.id) for g in self.gates), default=UNMET) == MET:
                return self.evaluation.exempt(found.node)
            if found.status == UNKNOWN:
                found = replace(found, missing=found.missing.union(needed.missing, *(_missing_without(g, when.id) for g in self.gates)))
        return found

    def _without(self, found: Finding, closed: str) -> int:
        """The truth of a finding were one of the nodes in it unmet."""
        if found.node.id == closed:
            return UNMET
        if not found.children:
            return found.status
        return rule_of(found.node)([self._without(c, closed) for c in found.children])

    def _verdict(self, exclusion: Part, gate: int, earliest: date | None) -> str:
        if exclusion.status == MET:
            return "excluded"
        if exclusion.status == UNMET and self._open(lambda f: f.status, lambda f: f.prospects.lenient):
            return "eligible"
        if gate == UNMET and earliest:
            return "not-yet"
        possible = self._open(lambda f: f.prospects.completed, lambda f: f.prospects.best)
        waiting = self._open(lambda f: UNMET if f.prospects.settled is None else f.prospects.settled, lambda f: f.prospects.best, (*EXCEPTIONAL, STANDARD))
        return "incomplete" if possible or waiting else "not-eligible"

    def _open(self, own, rest, kinds: tuple[str, ...] | None = None) -> bool:
        """Whether some way is open: the gate or a route met by one measure, and all else that goes with it by another."""
        if self.gates and (kinds is None or STANDARD in kinds) and all(own(f) == MET for f in self.gates) and all(rest(f) == MET for f in self.parts if f not in self.gates):
            return True
        for route in self.case.rules.routes[self.case.title]:
            if route is self.standard or (kinds is not None and route.one("routeKind") not in kinds):
                continue
            if own(self.routes[route.id]) == MET and all(rest(f) == MET for f in self._remaining(route)):
                return True
        return False

    def _remaining(self, route: Node) -> list[Finding]:
        """What still holds beside a route's own conditions: of one that sets the gate aside, all else that its base route asks for.

        Where the text does not say which requirements are set aside, it is the gate of the standard route alone; other routes stand by themselves.
        """
        if route.one("routeKind") not in EXCEPTIONAL:
            return []
        waived = {n.id for n in self.case.requirements.follow(route, "waives")} or {f.node.id for f in self.gates}
        bases = self.case.requirements.follow(route, "baseRoute") or ([self.standard] if self.standard else [])
        return [self.evaluation.find(m) for base in bases for root in self._roots(base) for m in root.members if m.id not in waived]

    def _ways(self) -> list[Way]:
        ways = []
        for route in self.case.rules.routes[self.case.title]:
            kind = route.one("routeKind") or ""
            found = self.evaluation.find(self.root) if route is self.standard and self.root else self.routes[route.id]
            line = self.gates[0].line if route is self.standard and self.gates else found.line
            ways.append(Way(route, kind, found, line.first_met(self.case.day)))
        return ways


def _missing_without(found: Finding, closed: str) -> frozenset[str]:
    """What is missing for the conditions in a finding other than one of its nodes."""
    if found.node.id == closed:
        return frozenset()
    return found.missing.union(*(_missing_without(c, closed) for c in found.children))
