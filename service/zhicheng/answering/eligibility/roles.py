"""What part somebody played in an achievement, by the document's own definition of the role."""

from zhicheng.answering.eligibility.outcomes import MAYBE, NO, REVIEW, YES, Case, known
from zhicheng.answering.eligibility.profile import Achievement
from zhicheng.answering.eligibility.requirements import Node


def role_fit(node: Node, fact: Achievement, case: Case) -> list[tuple[int, str]]:
    """How far the part played fits the roles asked for; the best of them counts, and none asked for is no check."""
    asked = node.many("role")
    if not asked:
        return []
    fits = [_one(role, node, fact, case) for role in asked]
    best = max(fits)
    return [(best, f"{fact.at}.{'rank' if fact.role and fact.rank is None else 'role'}")]


def _one(role: str, node: Node, fact: Achievement, case: Case) -> int:
    same = fact.role is not None and role in case.concepts.counts_as("role", fact.role)
    defined = [d for d in case.rules.ranges.get(role, ()) if case.requirements.in_scope(d, node)]
    if defined:
        return _by_definition(defined, fact, case, same)
    if node.values.get("maximumRank") and fact.rank is not None:
        return YES  # the rank in brackets says who plays the role
    return MAYBE if fact.role is None else known(same)


def _by_definition(defined: list[Node], fact: Achievement, case: Case, same: bool) -> int:
    """By the ranks that a document gives for a role, of projects of the fact's tier; of a tier it leaves out, it is for the experts to judge."""
    tiered = [d for d in defined if not d.values.get("tier") or fact.tier in d.many("tier")]
    if not tiered:
        return MAYBE if fact.tier is None else REVIEW if same or fact.role is None else NO
    if fact.rank is None:
        return YES if same else MAYBE if fact.role is None else NO
    if any((d.number("minRank") or 1) <= fact.rank <= (d.number("maxRank") or fact.rank) for d in tiered):
        return YES
    return REVIEW if same else NO
