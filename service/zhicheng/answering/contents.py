"""What each document says on each aspect, and the aspects and numbers that are set side by side, in their order."""

from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction

from zhicheng.answering import statements
from zhicheng.knowledge.policies import STANDARD, Fact, Library, Policy
from zhicheng.knowledge.stores import GraphStore
from zhicheng.knowledge.vocabulary import Vocabulary
from zhicheng.terms import slug

COLLECTIONS = """
PREFIX zc: <https://w3id.org/zhicheng/ontology#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?collection ?label ?whatever ?first ?cell ?aspect ?next WHERE {
  ?collection a skos:OrderedCollection ; zc:position ?place ; skos:prefLabel ?label ; skos:memberList ?first . ?first rdf:rest* ?cell . ?cell rdf:first ?aspect ; rdf:rest ?next
  OPTIONAL { ?collection zc:whateverTitle ?whatever }
} ORDER BY ?place
"""
TITLES = """
PREFIX zc: <https://w3id.org/zhicheng/ontology#>
SELECT ?fact ?title WHERE { ?fact zc:concernsTitle ?title } ORDER BY ?fact ?title
"""
TARGETS = """
PREFIX zc: <https://w3id.org/zhicheng/ontology#>
SELECT DISTINCT ?title WHERE { ?route zc:targetTitle ?title } ORDER BY ?title
"""
ROUTES = """
PREFIX zc: <https://w3id.org/zhicheng/ontology#>
SELECT DISTINCT ?fact ?kind WHERE { ?fact zc:requirementOf/zc:routeKind ?kind } ORDER BY ?fact ?kind
"""
PARTS = """
PREFIX zc: <https://w3id.org/zhicheng/ontology#>
SELECT DISTINCT ?part ?whole WHERE {
  { ?whole zc:hasMember|zc:hasRequirement|zc:hasIndicator|zc:hasBand ?part } UNION { ?part zc:ruleOf ?whole . ?upper zc:hasIndicator ?whole }
} ORDER BY ?part ?whole
"""
PLACES = """
PREFIX zc: <https://w3id.org/zhicheng/ontology#>
SELECT ?fact ?place ?offset WHERE { ?fact zc:citation ?citation . ?citation zc:citedClause/zc:position ?place ; zc:quoteOffset ?offset } ORDER BY ?fact ?place ?offset
"""
RELATED = """
PREFIX zc: <https://w3id.org/zhicheng/ontology#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT DISTINCT ?fact ?aspect WHERE { ?aspect skos:related ?kind . ?fact zc:achievementType ?kind ; zc:requirementOf ?route } ORDER BY ?fact ?aspect
"""
NUMBERS = """
PREFIX zc: <https://w3id.org/zhicheng/ontology#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?number ?aspect ?stricter ?label ?unit ?fact ?value WHERE {
  ?number a zc:ComparedValue ; zc:comparesAspect ?aspect ; zc:comparesProperty ?property ; zc:stricter ?stricter ; rdfs:label ?label ; zc:unit ?unit .
  FILTER(LANG(?label) = LANG(?unit)) ?fact ?property ?value ; zc:aspect ?aspect
} ORDER BY ?number ?label ?fact ?value
"""


@dataclass
class Number:
    """A number that means the same in every policy: its aspect (slug), which end is the stricter, names, and its value by fact."""

    id: str
    aspect: str
    stricter: str
    label: dict[str, str] = field(default_factory=dict)
    unit: dict[str, str] = field(default_factory=dict)
    values: dict[str, Fraction] = field(default_factory=dict)


@dataclass
class Group:
    """Aspects (IRIs) that are compared together, in the order of rows: their slug and name, and whether they are compared whatever the title."""

    id: str
    whatever_title: bool
    label: dict[str, str] = field(default_factory=dict)
    aspects: list[str] = field(default_factory=list)


class Contents:
    """The facts of each document by aspect: its own and those that fall to it; `order` has the aspects (IRIs) in the order of rows, `groups` has them group by group."""

    def __init__(self, store: GraphStore, vocabulary: Vocabulary, library: Library):
        self._vocabulary = vocabulary
        self.groups = _groups(store)
        self.order = [aspect for group in self.groups for aspect in group.aspects]
        self._of_document = {aspect for group in self.groups if group.whatever_title for aspect in group.aspects}
        self.titles = [row["title"].value for row in store.query(TARGETS)]
        self._titles_of: dict[str, set[str]] = defaultdict(set)
        self._dealt: dict[str, set[str]] = defaultdict(set)
        for row in store.query(TITLES):
            self._titles_of[row["fact"].value].add(row["title"].value)
            self._dealt[library.policy_of(row["fact"].value).iri].add(row["title"].value)
        self._kinds: dict[str, list[str]] = defaultdict(list)
        for row in store.query(ROUTES):
            self._kinds[row["fact"].value].append(row["kind"].value)
        places: dict[str, tuple[int, int]] = {}
        for row in store.query(PLACES):
            places.setdefault(row["fact"].value, (int(row["place"].value), int(row["offset"].value)))
        wholes: dict[str, list[str]] = defaultdict(list)
        for row in store.query(PARTS):
            wholes[row["part"].value].append(row["whole"].value)
        related: dict[str, set[str]] = defaultdict(set)
        for row in store.query(RELATED):
            related[row["fact"].value].add(slug(row["aspect"].value))
        self._own: dict[tuple[str, str], list[Fact]] = defaultdict(list)
        self._routed: dict[tuple[str, str], list[Fact]] = defaultdict(list)
        self._touching: dict[tuple[str, str], list[Fact]] = defaultdict(list)
        for fact in sorted((f for f in library.facts.values() if not f.inner), key=lambda f: (places.get(f.iri, (0, 0)), f.iri)):
            filed = self._routed if self.of_other_route(fact) else self._own
            for aspect in fact.aspects:
                if not any(aspect in library.facts[w].aspects for w in wholes[fact.iri] if w in library.facts):
                    filed[fact.document, aspect].append(fact)
            for aspect in related[fact.iri] if filed is self._own else ():
                self._touching[fact.document, aspect].append(_in_context(fact, wholes, library))
        self.numbers: dict[str, Number] = {}
        for row in store.query(NUMBERS):
            number = self.numbers.setdefault(row["number"].value, Number(slug(row["number"].value), slug(row["aspect"].value), row["stricter"].value))
            number.label[row["label"].language], number.unit[row["unit"].language] = row["label"].value, row["unit"].value
            fact = library.facts.get(row["fact"].value)
            if fact and not fact.inner and not self.of_other_route(fact):
                number.values[fact.iri] = Fraction(row["value"].value)

    def of_other_route(self, fact: Fact) -> bool:
        """Whether a fact is a requirement of other routes than the standard ones only."""
        return fact.iri in self._kinds and not any(slug(k) == STANDARD for k in self._kinds[fact.iri])

    def route_kind(self, fact: Fact) -> str | None:
        """The kind (IRI) of the other route that asks for a fact; None for all other facts."""
        return self._kinds[fact.iri][0] if self.of_other_route(fact) else None

    def deals(self, policy: Policy, title: str) -> bool:
        """Whether a policy says anything about a title in particular."""
        return title in self._dealt[policy.iri]

    def holds(self, fact: Fact, title: str) -> bool:
        """Whether a fact holds for a title: it is about it, or for the whole of a document that deals with it."""
        return title in (self._titles_of[fact.iri] if fact.iri in self._titles_of else self._dealt[fact.document])

    def spoken(self, aspect: str) -> bool:
        """Whether any policy says anything on an aspect (IRI)."""
        names = {slug(a) for a in self._with_folded(aspect)}
        return any(name in names for filed in (self._own, self._routed) for _, name in filed)

    def facts(self, policy: Policy, aspect: str, title: str) -> list[Fact]:
        """What a policy says on an aspect (IRI) for a title, in the order of print.

        Its own facts and those of parts of the aspect that have no row; where there are none, those of its other parts; else what is asked
        of a related kind of achievement; else what other routes ask.
        """
        whole = aspect in self._of_document

        def filed(where: dict[tuple[str, str], list[Fact]], aspects: list[str]) -> list[Fact]:
            found = [f for a in aspects for f in where.get((policy.iri, slug(a)), ()) if whole or self.holds(f, title)]
            return list(dict.fromkeys(found))

        near = self._with_folded(aspect)
        return filed(self._own, near) or filed(self._own, self._vocabulary.lower[aspect]) or filed(self._touching, near) or filed(self._routed, near)

    def _with_folded(self, aspect: str) -> list[str]:
        return [aspect, *(lower for lower in self._vocabulary.lower[aspect] if lower not in self.order)]


def _in_context(fact: Fact, wholes: dict[str, list[str]], library: Library) -> Fact:
    """The widest group around a requirement whose own words say all of it."""
    for whole in wholes[fact.iri]:
        group = library.facts.get(whole)
        if group and fact in group.members and list(statements.shown(group, "zh", 1)) == [group]:
            return _in_context(group, wholes, library)
    return fact


def _groups(store: GraphStore) -> list[Group]:
    """The collections of aspects in their order, each with its list's members in theirs."""
    cells: dict[str, tuple[str, str]] = {}
    groups: dict[str, Group] = {}
    heads: dict[str, str] = {}
    for row in store.query(COLLECTIONS):
        iri = row["collection"].value
        cells[str(row["cell"])] = (row["aspect"].value, str(row["next"]))
        group = groups.setdefault(iri, Group(slug(iri), row["whatever"] is not None and row["whatever"].value == "true"))
        group.label[row["label"].language] = row["label"].value
        heads[iri] = str(row["first"])
    for iri, here in heads.items():
        while here in cells:
            aspect, here = cells[here]
            groups[iri].aspects.append(aspect)
    return list(groups.values())
