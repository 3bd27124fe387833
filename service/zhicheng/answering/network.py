"""The graph as a network of things: what is around a thing, grown step by step from one that is chosen."""

from collections import defaultdict, deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from itertools import chain, zip_longest

from pyoxigraph import NamedNode

from zhicheng.knowledge.descriptions import Descriptions
from zhicheng.knowledge.policies import Library
from zhicheng.knowledge.stores import GraphStore
from zhicheng.terms import BASE, ID, POLICY, RDFS, compact, policy_of

TYPES = "SELECT ?thing ?type WHERE { ?thing a ?type FILTER(ISIRI(?thing)) } ORDER BY ?thing ?type"
CLASSES = f"SELECT ?lower ?upper WHERE {{ ?lower <{RDFS}subClassOf> ?upper }} ORDER BY ?lower ?upper"
# How many things of one property are shown around the first thing and around others, how many more each request for more adds, and the most in all.
FIRST, FURTHER, MORE, MOST = 4, 3, 8, 120


def name_in_address(iri: str) -> str:
    """A thing as addresses write it: `title/engineer` of `…/id/title/engineer`, `ontology#Route` of the class."""
    return iri.removeprefix(ID).removeprefix(BASE)


@dataclass
class Branch:
    """The things that one property ties to a node: those shown as nodes of their own, those that the network shows elsewhere, and how many are left out."""

    property: str
    incoming: bool
    key: str
    nodes: list["Node"] = field(default_factory=list)
    again: list[str] = field(default_factory=list)
    left: int = 0


@dataclass
class Node:
    """A thing of the network and, where it is open, what is around it; `leads` says whether there is anything more."""

    iri: str
    leads: bool = False
    opened: bool = False
    branches: list[Branch] = field(default_factory=list)

    def all(self) -> list["Node"]:
        """This node and all that grow from it."""
        return [self, *(n for b in self.branches for node in b.nodes for n in node.all())]


class Network:
    """What the graph ties together, for those who walk it."""

    def __init__(self, store: GraphStore, descriptions: Descriptions, library: Library):
        self._descriptions, self._library = descriptions, library
        upper: dict[str, set[str]] = defaultdict(set)
        for row in store.query(CLASSES):
            upper[row["lower"].value].add(row["upper"].value)
        self._types: dict[str, list[str]] = defaultdict(list)
        for row in store.query(TYPES):
            self._types[row["thing"].value].append(row["type"].value)
        for types in self._types.values():
            types[:] = [t for t in types if not any(t in _above(o, upper) for o in types)]

    def kind(self, iri: str) -> str | None:
        """The closest class of a thing; None where the graph states none."""
        types = self._types.get(iri)
        return types[0] if types else None

    def region(self, iri: str) -> str | None:
        """The region whose policy a thing belongs to, or that it is; None for what all share."""
        if iri in self._library.regions:
            return iri
        policy = self._library.policies.get(POLICY + (policy_of(iri) or ""))
        return policy.region if policy else None

    def around(self, iri: str) -> dict[tuple[str, bool], list[str]]:
        """The things tied to one, by property and by whether they point to it, the fewest first.

        Those of one property are in turn of each region, so that the first few speak for all. Raises Unknown where the graph says nothing of the thing.
        """
        described = self._descriptions.describe(iri)
        found = {(p, True): list(dict.fromkeys(things)) for p, things in described.incoming.items()}
        for property_, values in described.outgoing.items():
            found[property_, False] = list(dict.fromkeys(v.value for v in values if isinstance(v, NamedNode) and v.value in self._descriptions.known))
        ordered = sorted((len(things), *key) for key, things in found.items() if things)
        return {(p, incoming): self._in_turn(found[p, incoming]) for _, p, incoming in ordered}

    def _in_turn(self, things: list[str]) -> list[str]:
        by_region: dict[str, list[str]] = defaultdict(list)
        for thing in things:
            by_region[self.region(thing) or ""].append(thing)
        turns = zip_longest(*(by_region[r] for r in sorted(by_region)))
        return [thing for thing in chain.from_iterable(turns) if thing is not None]

    def grown(self, iri: str, opened: Collection[str] = (), more: Mapping[str, int] | None = None) -> Node:
        """The network around a thing, with further things opened, and more shown of the branches whose keys are named so often.

        Each thing is shown once, nearest to the first. Raises Unknown where the graph says nothing of a thing.
        """
        root = Node(iri, leads=True, opened=True)
        shown, waiting = {iri}, deque([(root, "")])
        while waiting:
            node, parent = waiting.popleft()
            for (property_, incoming), things in self.around(node.iri).items():
                branch = Branch(property_, incoming, f"{name_in_address(node.iri)}~{'in' if incoming else 'out'}~{compact(property_)}")
                room = (FIRST if node is root else FURTHER) + MORE * (more or {}).get(branch.key, 0)
                others = [t for t in things if t != parent]
                branch.again = [t for t in others if t in shown][:room]
                new = [t for t in others if t not in shown]
                for thing in new[: max(0, min(room - len(branch.again), MOST - len(shown)))]:
                    shown.add(thing)
                    child = Node(thing, bool(self._types.get(thing)), thing in opened)
                    branch.nodes.append(child)
                    if child.opened:
                        waiting.append((child, node.iri))
                branch.left = len(others) - len(branch.again) - len(branch.nodes)
                if others:
                    node.branches.append(branch)
        return root


def _above(class_: str, upper: Mapping[str, set[str]]) -> set[str]:
    """All classes that a class lies in."""
    found: set[str] = set()
    todo = list(upper.get(class_, ()))
    while todo:
        here = todo.pop()
        if here not in found:
            found.add(here)
            todo += upper.get(here, ())
    return found - {class_}
