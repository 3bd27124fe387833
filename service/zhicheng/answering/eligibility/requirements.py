"""The requirement trees of the policies, read from the graph once into Python objects."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from zhicheng.knowledge.policies import Fact, Library, Policy
from zhicheng.knowledge.stores import GraphStore
from zhicheng.terms import ID, POLICY, slug

NODES = """
PREFIX zc: <https://w3id.org/zhicheng/ontology#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX prov: <http://www.w3.org/ns/prov#>
SELECT ?node ?property ?value WHERE {
  VALUES ?kind { zc:Route zc:Requirement zc:Exclusion zc:Adjustment zc:ReckoningRule zc:Correspondence zc:RankRangeDefinition }
  ?node a ?kind ; ?property ?value
  FILTER(?property NOT IN (zc:citation, zc:inDocument, zc:requirementOf, zc:concernsTitle, zc:mentions, rdfs:label, prov:wasDerivedFrom))
}
"""
# The leaves that a profile may tick by their id: they ask for something done or given, which the applicant can state; and those that only people judge.
TICKED, JUDGED = ("AchievementCondition", "HonourCondition"), "AttestationCondition"
GROUPS = {"AllOf": "all", "AnyOf": "any", "AtLeast": "at-least"}
# The classes that every node has besides its own.
UPPER = {"Provision", "Requirement", "RequirementGroup", "Condition", "Definition"}


@dataclass(eq=False)
class Node:
    """A node of a policy: what the graph says of it by property, concepts as `scheme/slug` and nodes as `policy/local`."""

    id: str
    policy: str
    kind: str
    values: dict[str, tuple[str, ...]]
    fact: Fact | None
    members: list["Node"] = field(default_factory=list)

    def __post_init__(self):
        self._slugs = {name: tuple(map(slug, values)) for name, values in self.values.items()}

    def many(self, name: str) -> tuple[str, ...]:
        """The values of a property, concepts by slug."""
        return self._slugs.get(name, ())

    def one(self, name: str) -> str | None:
        """The value of a property that has one, a concept by slug."""
        return next(iter(self.many(name)), None)

    def number(self, name: str) -> int | None:
        """The value of a property as a whole number."""
        value = self.one(name)
        return None if value is None else int(float(value))

    def day(self, name: str) -> date | None:
        """The value of a property as a date."""
        value = self.one(name)
        return date.fromisoformat(value) if value else None

    def flag(self, name: str) -> bool:
        """Whether a property is true."""
        return self.one(name) == "true"

    @property
    def tickable(self) -> bool:
        """Whether a profile may tick it: what of it can be stated is then held, what people judge is still theirs to judge."""
        leaves = {n.kind for n in self.tree() if not n.operator}
        return bool(leaves & set(TICKED)) and leaves <= {*TICKED, JUDGED}

    @property
    def operator(self) -> str | None:
        """How the members are put together: `all`, `any` or `at-least`; None of a leaf."""
        return GROUPS.get(self.kind)

    def tree(self):
        """The node and all below it."""
        yield self
        for member in self.members:
            yield from member.tree()


@dataclass
class Rules:
    """What one policy requires: its routes by target title, exclusions, and what changes or interprets its conditions."""

    policy: Policy
    routes: dict[str, list[Node]] = field(default_factory=lambda: defaultdict(list))
    exclusions: list[Node] = field(default_factory=list)
    adjustments: dict[str, list[Node]] = field(default_factory=lambda: defaultdict(list))
    reckonings: dict[str, list[Node]] = field(default_factory=lambda: defaultdict(list))
    correspondences: dict[str, list[Node]] = field(default_factory=lambda: defaultdict(list))
    ranges: dict[str, list[Node]] = field(default_factory=lambda: defaultdict(list))

    def standard(self, title: str) -> Node | None:
        """The standard route to a title."""
        return next((r for r in self.routes[title] if r.one("routeKind") == "standard"), None)


class Requirements:
    """Every node that eligibility is judged by, by id, and the rules of each policy, by its slug."""

    def __init__(self, store: GraphStore, library: Library):
        values: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for node, name, value in sorted({(row["node"].value, row["property"].value, row["value"].value) for row in store.query(NODES)}):
            values[node][slug(name)].append(_short(value))
        self._parents = {_short(c.iri): _short(c.parent) for c in library.clauses.values()}
        self.nodes: dict[str, Node] = {}
        for iri, found in values.items():
            kind = next((slug(t) for t in found["type"] if slug(t) in GROUPS), None) or next((slug(t) for t in found["type"] if slug(t) not in UPPER), "")
            properties = {name: tuple(v) for name, v in found.items()}
            self.nodes[_short(iri)] = Node(_short(iri), _short(iri).split("/")[0], kind, properties, library.facts.get(iri))
        for node in self.nodes.values():
            members = [self.nodes[m] for m in node.values.get("hasMember", ())]
            node.members = sorted(members, key=lambda m: (m.number("position") or 0, m.id))
        self.above: dict[str, list[Node]] = defaultdict(list)
        for node in self.nodes.values():
            for member in node.members:
                self.above[member.id].append(node)
        self.by_policy = {policy.slug: Rules(policy) for policy in library.policies.values()}
        for node in self.nodes.values():
            self._place(node, self.by_policy[node.policy])

    def follow(self, node: Node, name: str) -> list[Node]:
        """The nodes that a property of a node names."""
        return [self.nodes[v] for v in node.values.get(name, ()) if v in self.nodes]

    def in_scope(self, definition: Node, node: Node) -> bool:
        """Whether a node stands in a clause in which a definition holds; a definition holds nowhere beyond its scope."""
        scopes = set(definition.values.get("scope", ()))
        for citation in node.fact.citations if node.fact else ():
            here: str | None = _short(citation.clause)
            while here:
                if here in scopes:
                    return True
                here = self._parents.get(here)
        return False

    def _place(self, node: Node, rules: Rules) -> None:
        """File a node that is no requirement under what it is for."""
        if node.kind == "Route":
            for title in node.many("targetTitle"):
                rules.routes[title].append(node)
        elif node.kind == "Exclusion":
            rules.exclusions.append(node)
        elif node.kind in ("Adjustment", "ReckoningRule"):
            for leaf in node.values.get("adjusts", ()):
                (rules.adjustments if node.kind == "Adjustment" else rules.reckonings)[leaf].append(node)
        elif node.kind == "Correspondence":
            for source in node.values.get("sourceConcept", ()):
                rules.correspondences[source].append(node)
        elif node.kind == "RankRangeDefinition":
            for role in node.many("defines"):
                rules.ranges[role].append(node)


def _short(value: str) -> str:
    return value.removeprefix(POLICY).removeprefix(ID)
