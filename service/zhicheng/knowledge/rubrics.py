"""The scoring standards of the graph: trees of indicators with the bands, limits and rules that give their points."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

from zhicheng.errors import Unknown
from zhicheng.knowledge.policies import Fact, Library, Policy
from zhicheng.knowledge.stores import GraphStore
from zhicheng.terms import RDF, ZC, slug

# The kind of clause that holds what a table prints beside its indicators.
NOTE_CLAUSE = "cell"
# A rule with one of these is followed in scoring; the others are for people to see to.
APPLIED = ("itemLimit", "aggregation", "maximumPoints", "fixedAdjustment", "fullYearsOnly", "otherRanksJudgedBy")
VALUES = """
PREFIX zc: <https://w3id.org/zhicheng/ontology#>
SELECT ?subject ?property ?value WHERE {
  VALUES ?class { zc:Rubric zc:Indicator zc:ScoreBand zc:ScoringRule } ?subject a ?class ; ?property ?value
} ORDER BY ?subject ?property ?value
"""


@dataclass(frozen=True)
class Band:
    """Points for one item: the same for all, falling by a step from the best rank, or chosen by experts within a range."""

    iri: str
    formula: str
    highest: Fraction
    lowest: Fraction
    ranks: tuple[int, int] | None
    step: Fraction
    per_item: bool
    judged: bool

    def holds(self, rank: int | None) -> bool:
        """Whether the band is for that rank; a band without ranks is for all."""
        return self.ranks is None or rank is not None and self.ranks[0] <= rank <= self.ranks[1]

    def points(self, rank: int | None, judged: Fraction | None) -> Fraction:
        """The points of one item at a rank, or those that experts gave."""
        if self.judged and judged is not None:
            return judged
        return self.highest - self.step * (rank - self.ranks[0]) if self.ranks and rank else self.highest


@dataclass(frozen=True)
class Limit:
    """No more than so many items of these bands count; `rule` is the fact that says so."""

    number: int
    bands: frozenset[str]
    rule: str


@dataclass(frozen=True)
class Adjustment:
    """Points added to an item of these bands where its specialty is related or not, as the rule says."""

    points: Fraction
    bands: frozenset[str]
    related: bool
    rule: str


@dataclass(eq=False)
class Indicator:
    """A rubric or an indicator: how its parts give its points, its note as printed, and the rules that people have to see to."""

    iri: str
    fact: Fact
    maximum: Fraction | None
    best_only: bool
    parent: "Indicator | None" = None
    children: list["Indicator"] = field(default_factory=list)
    bands: list[Band] = field(default_factory=list)
    limits: list[Limit] = field(default_factory=list)
    rules: list[Fact] = field(default_factory=list)
    note: str | None = None

    @property
    def id(self) -> str:
        """The slug that requests name it by."""
        return slug(self.iri)

    @property
    def formula(self) -> str | None:
        """The scoring standard as printed, with the ranks of each band where there are several; None above the leaves."""
        if not self.bands:
            return None
        return "；".join(f"第{_ranks(b.ranks)}名 {b.formula}" if b.ranks else b.formula for b in self.bands)

    def lineage(self) -> list["Indicator"]:
        """The indicator and those around it, innermost first."""
        return [self, *(self.parent.lineage() if self.parent else [])]

    def tree(self) -> Iterator["Indicator"]:
        """The indicator and all below it, in the order of print."""
        yield self
        for child in self.children:
            yield from child.tree()


def _ranks(ranks: tuple[int, int]) -> str:
    return f"{ranks[0]}-{ranks[1]}" if ranks[0] != ranks[1] else str(ranks[0])


@dataclass(eq=False)
class Rubric:
    """A policy's scoring standard; `leaves` are the indicators that entries can name, by id.

    `full_years` has the rule by which a part of a year does not count, by band; `other_ranks` the rule that leaves ranks outside the
    printed ones to experts, and `highest_only` the one by which only the highest part counts, by indicator; `applied` all rules that scoring follows.
    """

    policy: Policy
    root: Indicator
    adjustments: list[Adjustment]
    full_years: dict[str, str]
    other_ranks: dict[str, str]
    highest_only: dict[str, str]
    applied: set[str]

    @cached_property
    def leaves(self) -> dict[str, Indicator]:
        return {n.id: n for n in self.root.tree() if n.bands}

    def inputs(self, leaf: Indicator) -> list[str]:
        """What an entry of a leaf has to say: of count, rank, points and related."""
        needed = {
            "count": any(b.per_item for b in leaf.bands),
            "rank": any(b.ranks for b in leaf.bands),
            "points": any(b.judged for b in leaf.bands),
            "related": any(b.iri in a.bands for a in self.adjustments for b in leaf.bands),
        }
        return [name for name, wanted in needed.items() if wanted]

    def range(self, leaf: Indicator) -> tuple[Fraction, Fraction] | None:
        """The least and most points that experts may give one item, or None where they give none."""
        judged = [b for b in leaf.bands if b.judged]
        return (min(b.lowest for b in judged), max(b.highest for b in judged)) if judged else None


class Rubrics:
    """All scoring standards, by the slug of their policy."""

    def __init__(self, store: GraphStore, library: Library):
        values: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for row in store.query(VALUES):
            if hasattr(row["value"], "value"):
                values[row["subject"].value][row["property"].value.removeprefix(ZC)].append(row["value"].value)
        self.by_policy: dict[str, Rubric] = {}
        for iri, own in values.items():
            if ZC + "Rubric" in own[RDF + "type"]:
                policy = library.policy_of(iri)
                self.by_policy[policy.slug] = _Builder(values, library).rubric(policy, iri)

    def find(self, policy: str) -> Rubric:
        """The rubric of a policy; raises Unknown, naming the policies that have one."""
        if policy not in self.by_policy:
            raise Unknown("rubric", policy, list(self.by_policy))
        return self.by_policy[policy]


class _Builder:
    """Puts one rubric together from the values of its parts."""

    def __init__(self, values: dict[str, dict[str, list[str]]], library: Library):
        self._values, self._library = values, library

    def rubric(self, policy: Policy, iri: str) -> Rubric:
        root = self._indicator(iri, None)
        nodes = {n.iri: n for n in root.tree()}
        home = {b.iri: n for n in nodes.values() for b in n.bands}
        rules = {i: own for i, own in self._values.items() if set(own["ruleOf"]) & nodes.keys()}
        for rule, own in rules.items():
            for owner in own["ruleOf"]:
                nodes[owner].rules.append(self._library.facts[rule])
        limits = {}
        for source, own in [*rules.items(), *((i, self._values[i]) for i in [*home, *nodes])]:
            for number in own["itemLimit"]:
                bands = self._limited(source, nodes, home)
                limits.setdefault((int(number), bands), Limit(int(number), bands, source))
        for limit in limits.values():
            _around([home[b] for b in limit.bands]).limits.append(limit)
        for clause, owners in self._notes(nodes.values()).items():
            where = _around(owners)
            text = self._library.clauses[clause].text
            where.note = f"{where.note}\n{text}" if where.note else text
        adjustments = [
            Adjustment(Fraction(points), self._limited(rule, nodes, home), own["relatedSpecialty"] == ["true"], rule)
            for rule, own in rules.items() for points in own["fixedAdjustment"] if own["relatedSpecialty"]
        ]  # fmt: skip
        full_years = {band: rule for rule, own in rules.items() if own["fullYearsOnly"] == ["true"] for band in self._limited(rule, nodes, home)}
        other_ranks = {owner: rule for rule, own in rules.items() if own["otherRanksJudgedBy"] for owner in own["ruleOf"]}
        highest_only = {owner: rule for rule, own in rules.items() if any(map(_best, own["aggregation"])) for owner in own["ruleOf"]}
        applied = {rule for rule, own in rules.items() if any(own[p] for p in APPLIED)}
        return Rubric(policy, root, adjustments, full_years, other_ranks, highest_only, applied)

    def _indicator(self, iri: str, parent: Indicator | None) -> Indicator:
        own = self._values[iri]
        maximum = own["maximumPoints"]
        best = any(map(_best, own["aggregation"]))
        node = Indicator(iri, self._library.facts[iri], Fraction(maximum[0]) if maximum else None, best, parent)
        node.bands = [self._band(b) for b in self._placed(own["hasBand"])]
        node.children = [self._indicator(c, node) for c in self._placed(own["hasIndicator"])]
        return node

    def _limited(self, source: str, nodes: dict[str, Indicator], home: dict[str, Indicator]) -> frozenset[str]:
        """The bands that a rule limits, or those of the indicator or band that a limit stands on."""
        named = self._values[source]["limitsBand"] or [source]
        return frozenset(b for i in named for b in ([i] if i in home else [band.iri for n in nodes[i].tree() for band in n.bands]))

    def _placed(self, iris: list[str]) -> list[str]:
        return sorted(iris, key=lambda i: int(self._values[i]["position"][0]))

    def _band(self, iri: str) -> Band:
        own = self._values[iri]
        ranks = (int(own["rankFrom"][0]), int(own["rankTo"][0])) if own["rankFrom"] else None
        step = Fraction(own["stepPerRank"][0]) if own["stepPerRank"] else Fraction(0)
        highest, lowest = Fraction(own["pointsHighest"][0]), Fraction(own["pointsLowest"][0])
        return Band(iri, own["formula"][0], highest, lowest, ranks, step, own["perItem"] == ["true"], own["expertJudged"] == ["true"])

    def _notes(self, nodes) -> dict[str, list[Indicator]]:
        """The clauses that are notes, in the order of print, each with the indicators whose rules cite it."""
        found: dict[str, list[Indicator]] = defaultdict(list)
        for node in nodes:
            for rule in node.rules:
                for citation in rule.citations:
                    if self._library.clauses[citation.clause].kind == NOTE_CLAUSE:
                        found[citation.clause].append(node)
        return dict(sorted(found.items(), key=lambda item: self._library.clauses[item[0]].position))


def _best(aggregation: str) -> bool:
    return slug(aggregation) == "best"


def _around(nodes: list[Indicator]) -> Indicator:
    """The innermost indicator that is, or is around, each of these."""
    lines = [n.lineage() for n in nodes]
    return next(n for n in lines[0] if all(n in line for line in lines[1:]))
