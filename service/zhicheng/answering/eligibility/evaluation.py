"""A tree of requirements evaluated for one case: every node with its truth in time, what would change it, and who judges it."""

from collections.abc import Callable
from dataclasses import dataclass, field

from zhicheng.answering.eligibility.achievements import achievement, honour
from zhicheng.answering.eligibility.assessments import assessment
from zhicheng.answering.eligibility.holdings import credential, education
from zhicheng.answering.eligibility.kleene import ALWAYS, MET, UNKNOWN, UNMET, Timeline, at_least, combined
from zhicheng.answering.eligibility.outcomes import Case, Outcome, Said, all_of, any_of, judged, unknown
from zhicheng.answering.eligibility.requirements import Node
from zhicheng.answering.eligibility.service import service


@dataclass(frozen=True)
class Prospects:
    """What a requirement is and could become on the day, each as a truth value.

    `completed`: at best, once the profile were complete (what people judge stays unknown). `lenient`: with people's judgement favourable.
    `best`: with both. `settled`: leaving aside what only people judge; None where nothing else is asked.
    """

    completed: int
    lenient: int
    best: int
    settled: int | None


@dataclass
class Finding:
    """A node of the result."""

    node: Node
    status: int
    line: Timeline
    prospects: Prospects
    missing: frozenset[str] = frozenset()
    judged_by: str | None = None
    said: Said = Said()
    children: list["Finding"] = field(default_factory=list)


Rule = Callable[[list[int]], int]


def rule_of(node: Node) -> Rule:
    """Kleene's connective of a group."""
    if node.operator == "at-least":
        count = node.number("minimumSatisfied") or 1
        return lambda values: at_least(count, values)
    return min if node.operator == "all" else max


class Evaluation:
    """The nodes of one case, each evaluated once."""

    def __init__(self, case: Case):
        self.case = case
        self._found: dict[tuple[str, bool], Finding] = {}

    def find(self, node: Node, barring: bool = False) -> Finding:
        """The finding for a node. People of employers that it is not for are exempt; with `barring` (an exclusion) they are not barred."""
        key = (node.id, barring)
        if key not in self._found:
            self._found[key] = self._evaluate(node, barring)
        return self._found[key]

    def group(self, node: Node, rule: Rule, children: list[Finding]) -> Finding:
        """A finding put together from others."""
        line = combined(rule, [c.line for c in children])
        status = line.at(self.case.day)
        settled = _settled(node, rule, [c.prospects.settled for c in children])
        prospects = Prospects(rule([c.prospects.completed for c in children]), rule([c.prospects.lenient for c in children]), rule([c.prospects.best for c in children]), settled)
        missing = frozenset().union(*(c.missing for c in children if c.status == UNKNOWN)) if status == UNKNOWN else frozenset()
        judges = {c.judged_by for c in children if c.status == UNKNOWN and c.judged_by}
        return Finding(node, status, line, prospects, missing, judges.pop() if status == UNKNOWN and len(judges) == 1 and not missing else None, Said(), children)

    def _evaluate(self, node: Node, barring: bool) -> Finding:
        if node.operator:
            found = self.group(node, rule_of(node), [self.find(m, barring) for m in node.members])
        else:
            found = self._leaf(node, self._condition(node))
        return self.for_employer(node, found, UNMET if barring else MET)

    def _leaf(self, node: Node, outcome: Outcome) -> Finding:
        status = outcome.line.at(self.case.day)
        open_ = status == UNKNOWN and bool(outcome.missing)
        by_people = status == UNKNOWN and not open_
        prospects = Prospects(
            MET if open_ and not outcome.review else status,
            MET if by_people else status,
            MET if status == UNKNOWN else status,
            (MET if outcome.positive else None) if by_people else status,
        )
        return Finding(node, status, outcome.line, prospects, outcome.missing if open_ else frozenset(), outcome.judged_by if by_people else None, outcome.said)

    def for_employer(self, node: Node, found: Finding, exempt: int) -> Finding:
        """A finding for people of the employers that a node is for; `exempt` is the truth for others."""
        kinds = node.many("forEmployer")
        if not kinds:
            return found
        employer = self.case.profile.employer
        if employer is None:
            line = combined(lambda values: values[0] if values[0] == exempt else UNKNOWN, [found.line])
            status = line.at(self.case.day)
            p = found.prospects
            least = lambda value: value if exempt == UNMET else MET  # noqa: E731
            settled = p.settled if p.settled is None else UNKNOWN if status == UNKNOWN else status
            prospects = Prospects(least(p.completed), UNKNOWN if status == UNKNOWN else p.lenient, least(p.best), settled)
            return Finding(node, status, line, prospects, found.missing | {"employer"} if status == UNKNOWN else frozenset(), None, found.said, found.children if status == found.status else [])
        if self.case.concepts.employs(kinds, employer):
            return found
        return _given(node, exempt, Said("只对其他性质的单位适用", "for other kinds of employer only"))

    def exempt(self, node: Node) -> Finding:
        """A finding for what this applicant does not need."""
        return _given(node, MET, Said("申报人无须这一项", "not needed by this applicant"))

    def _condition(self, node: Node) -> Outcome:
        case = self.case
        if node.flag("standardOfTarget"):
            return self._standard()
        match node.kind:
            case "EducationCondition":
                return self._adjusted(node, education(node, case), "relaxesEducationTo", lambda adj: education(node, case, adj.one("relaxesEducationTo")))
            case "ServiceCondition":
                years = node.number("minimumYears") or 0
                degrees = self._degrees_beside(node)
                return self._adjusted(node, service(node, case, years, degrees), "yearsDelta", lambda adj: service(node, case, max(years + (adj.number("yearsDelta") or 0), 0), degrees))
            case "AssessmentCondition":
                return self._adjusted(node, assessment(node, case, node.number("minimumCount")), "replacesCountWith", lambda adj: assessment(node, case, adj.number("replacesCountWith")))
            case "CredentialCondition":
                return credential(node, case)
            case "AchievementCondition":
                return achievement(node, case)
            case "HonourCondition":
                return honour(node, case)
            case "EndorsementCondition":
                return self._endorsement(node)
            case "StatusCondition":
                return self._standing(node)
        return judged(node.one("judgedBy"))

    def _adjusted(self, node: Node, plain: Outcome, property_: str, changed: Callable[[Node], Outcome]) -> Outcome:
        """A condition together with its adjustments: met as printed, or as changed while the adjustment's own condition is."""
        lines, missing, by = [plain.line], set(plain.missing), plain.judged_by
        for adjustment in self.case.rules.adjustments.get(node.id, ()):
            if adjustment.values.get(property_):
                when = self.find(self.case.requirements.follow(adjustment, "when")[0])
                other = changed(adjustment)
                line = all_of([when.line, other.line])
                if line.at(self.case.day) == UNKNOWN and plain.line.at(self.case.day) != MET:
                    missing |= (when.missing if when.status == UNKNOWN else frozenset()) | (other.missing if other.line.at(self.case.day) == UNKNOWN else frozenset())
                    by = by or when.judged_by
                lines.append(line)
        return plain if len(lines) == 1 else Outcome(any_of(lines), frozenset(missing), by, plain.review, plain.positive, plain.said)

    def _degrees_beside(self, node: Node) -> Node | None:
        """The education condition that stands in the same alternative as a condition on years after graduation."""
        if node.one("countedFrom") != "graduation":
            return None
        beside = [m for upper in self.case.requirements.above.get(node.id, ()) if upper.operator == "all" for m in upper.members]
        return next((m for m in beside if m.kind == "EducationCondition"), None)

    def _endorsement(self, node: Node) -> Outcome:
        count, given = node.number("minimumCount"), self.case.profile.recommendations
        if count is None:
            return judged(node.one("judgedBy"))
        if given is None:
            return unknown("recommendations")
        return Outcome(ALWAYS[MET if given >= count else UNMET], positive=True, said=Said(f"有{given}名专家推荐", f"{given} expert(s) recommend"))

    def _standing(self, node: Node) -> Outcome:
        status, profile = node.one("applicantStatus") or "", self.case.profile
        standing = self.case.concepts.standing(status)
        if standing.employer:
            if profile.employer is None:
                return unknown("employer")
            return Outcome(ALWAYS[MET if profile.employer == standing.employer else UNMET])
        value, member = profile.flags.get(status), f"statuses.{status}"
        if value is None and standing.member:
            stated = profile.flags.get(standing.member, getattr(profile, standing.member, None))
            listed = isinstance(stated, tuple)  # a list that is empty rules a standing out, one that is not does not prove it
            value, member = (None if stated is None or (listed and stated) else bool(stated)), member if listed else standing.member
            if stated is None and node.flag("reviewNeeded"):
                return Outcome(ALWAYS[UNKNOWN], frozenset({member}), node.one("judgedBy"), review=True)
        if value is not None and not value:
            return Outcome(ALWAYS[UNMET], said=Said("资料说明不是", "the profile says not"))
        if node.flag("reviewNeeded"):
            return judged(node.one("judgedBy"))
        return unknown(member) if value is None else Outcome(ALWAYS[MET], said=Said("资料说明是", "the profile says so"))

    def _standard(self) -> Outcome:
        """That the conditions of the target's standard route are met, as far as the profile tells; people judge the rest."""
        route = self.case.rules.standard(self.case.title)
        roots = self.case.requirements.follow(route, "hasRequirement") if route else []
        if not roots:
            return judged(None)
        found = self.find(roots[0])
        line = combined(lambda values: min(values[0], UNKNOWN), [found.line])
        return Outcome(line, found.missing, found.judged_by or ("experts" if not found.missing else None), review=True)


def _given(node: Node, status: int, said: Said) -> Finding:
    return Finding(node, status, ALWAYS[status], Prospects(status, status, status, status), said=said)


def _settled(node: Node, rule: Rule, values: list[int | None]) -> int | None:
    """A group's truth leaving aside what only people judge."""
    told = [v for v in values if v is not None]
    if not told:
        return None
    if node.operator == "all" or rule is min:
        return min(told)
    whole = rule([UNKNOWN if v is None else v for v in values])
    return None if whole == UNKNOWN and rule([UNMET if v is None else v for v in values]) == UNMET else whole
