"""Eligibility: from the body of a request to what each policy says to the applicant."""

from dataclasses import dataclass
from datetime import date

from zhicheng.answering.eligibility.checklist import Checklist
from zhicheng.answering.eligibility.concepts import Concepts
from zhicheng.answering.eligibility.outcomes import Case
from zhicheng.answering.eligibility.profile import read
from zhicheng.answering.eligibility.requirements import Requirements
from zhicheng.answering.eligibility.schema import Checker, request_schema, with_nulls, without_nulls
from zhicheng.answering.eligibility.verdicts import Result, judge
from zhicheng.knowledge.policies import Library
from zhicheng.knowledge.stores import GraphStore
from zhicheng.knowledge.vocabulary import Vocabulary
from zhicheng.terms import slug

@dataclass
class Report:
    """The results for the pairs of region and title that some policy speaks on, and the pairs that none does."""

    day: date
    language: str
    calendar: bool
    results: list[Result]
    silent: list[tuple[str, str]]


class Eligibility:
    """Judges profiles by the requirements of the graph, which are read once."""

    def __init__(self, store: GraphStore, vocabulary: Vocabulary, library: Library):
        self.vocabulary, self.library = vocabulary, library
        self.concepts = Concepts(store, vocabulary)
        self.requirements = Requirements(store, library)
        self.checklist = Checklist(store, library)
        nodes = self.requirements.nodes.values()
        criteria = [n.id for n in nodes if n.tickable]
        schooling = self.vocabulary.by_scheme["education"]
        counted = {source.removeprefix("education/") for rules in self.requirements.by_policy.values() for source in rules.correspondences}
        educations = [name for name in schooling if name in counted or self.concepts.rank("education", name) is not None]
        either = [kind for rules in self.requirements.by_policy.values() for found in rules.reckonings.values() for rule in found if len(rule.many("countedFrom")) > 1 for kind in rule.many("forEmployer")]
        self._appointed_ahead = {name for name in vocabulary.by_scheme["employer"] if self.concepts.employs(tuple(either), name)}
        self.checker = Checker(request_schema(vocabulary, educations, criteria, self.concepts.titles.prizes))

    @property
    def schema(self) -> dict:
        """The JSON Schema (2020-12) of a request's body."""
        return with_nulls(self.checker.schema)

    @property
    def titles(self) -> list[str]:
        """The titles (slugs) that can be applied for, from the lowest up."""
        return self._titles(None)

    @property
    def regions(self) -> list[str]:
        """The regions (slugs) of which a policy is held."""
        return self._regions(None)

    def answer(self, body: object, language: str | None = None, today: date | None = None) -> Report:
        """What the policies say to the profile in a body; null is the same as leaving a member out.

        Raises InvalidMembers, naming each member by JSON Pointer, where the body does not keep to the schema or contradicts itself.
        """
        body = without_nulls(body)
        self.checker.check(body)
        assert isinstance(body, dict)
        profile = read(body["profile"], self.concepts.titles, self._appointed_ahead)
        day = date.fromisoformat(body["as_of"]) if "as_of" in body else today or date.today()
        titles = self._titles(body.get("titles"))
        results, silent = [], []
        for region in self._regions(body.get("regions")):
            policies = self.library.regions.get(self.vocabulary.iri("region", region), [])
            for title in titles:
                spoken = [rules for p in policies if (rules := self.requirements.by_policy[p.slug]).routes.get(title)]
                results += [judge(Case(profile, day, rules, title, self.concepts, self.requirements)) for rules in spoken]
                silent += [] if spoken else [(region, title)]
        return Report(day, body.get("lang") or language or "zh", body.get("calendar", False), results, silent)

    def _titles(self, asked: list[str] | None) -> list[str]:
        levels = self.concepts.titles.level
        wanted = {self.concepts.titles.present.get(t, t) for t in asked} if asked else set(levels)
        return sorted(wanted, key=lambda t: (self.concepts.rank("level", levels[t]) or 0, t))

    def _regions(self, asked: list[str] | None) -> list[str]:
        """The regions asked for, each with a policy standing for itself, and a wider one for those within it that have one."""
        held = {slug(iri) for iri in self.library.regions}
        if asked is None:
            return sorted(held)
        found: list[str] = []
        for region in asked:
            within = [slug(iri) for iri in self.vocabulary.within(self.vocabulary.iri("region", region))]
            found += [r for r in [w for w in within if w in held] or [region] if r not in found]
        return found
