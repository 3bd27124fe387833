"""The policies whose texts are held, and the facts stated in them with their citations."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import quote as percent

from zhicheng.knowledge.stores import GraphStore
from zhicheng.terms import POLICY, slug

# The aspect of what a title asks in schooling and years, and the kind of route that goes without saying.
GATE, STANDARD = "education-and-seniority", "standard"
DOCUMENTS = """
PREFIX zc: <https://w3id.org/zhicheng/ontology#>
PREFIX eli: <http://data.europa.eu/eli/ontology#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?document ?title ?label ?number ?region ?status ?year ?start ?dated WHERE {
  ?document a zc:PolicyDocument ; zc:textHeld true ; dcterms:title ?title ; rdfs:label ?label ; eli:jurisdiction ?region ; zc:lifecycleStatus ?status .
  FILTER(LANG(?title) = LANG(?label))
  OPTIONAL { ?document eli:id_local ?number } OPTIONAL { ?document zc:applicableYear ?year }
  OPTIONAL { ?document eli:first_date_entry_in_force ?start } OPTIONAL { ?document eli:date_document ?dated }
} ORDER BY ?document ?label
"""
CLAUSES = """
PREFIX zc: <https://w3id.org/zhicheng/ontology#>
PREFIX eli: <http://data.europa.eu/eli/ontology#>
PREFIX dcterms: <http://purl.org/dc/terms/>
SELECT ?clause ?parent ?number ?heading ?kind ?text ?position WHERE {
  ?clause a zc:Clause ; eli:is_part_of ?parent ; zc:printedNumber ?number ; eli:type_subdivision ?kind ; zc:officialText ?text ; zc:position ?position
  OPTIONAL { ?clause dcterms:title ?heading }
} ORDER BY ?clause
"""
FACTS = """
PREFIX zc: <https://w3id.org/zhicheng/ontology#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?fact ?document ?label ?clause ?quote WHERE {
  ?fact zc:inDocument ?document ; rdfs:label ?label ; zc:citation ?citation .
  ?citation zc:citedClause ?clause ; zc:quote ?quote
} ORDER BY ?fact ?label ?clause ?quote
"""
ASPECTS = """
PREFIX zc: <https://w3id.org/zhicheng/ontology#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?fact ?aspect ?label WHERE { ?fact zc:aspect ?aspect . ?aspect skos:prefLabel ?label } ORDER BY ?fact ?aspect ?label
"""
KINDS = """
PREFIX zc: <https://w3id.org/zhicheng/ontology#>
SELECT ?fact ?kind ?route WHERE {
  VALUES ?kind { zc:Route zc:AllOf zc:AnyOf zc:AtLeast zc:Condition zc:ScoreBand zc:Indicator zc:ScoringRule zc:Definition }
  ?fact a ?kind OPTIONAL { ?fact zc:routeKind ?route }
} ORDER BY ?fact ?kind
"""
ROUTES = """
PREFIX zc: <https://w3id.org/zhicheng/ontology#>
SELECT ?fact ?kind ?title WHERE { ?fact zc:requirementOf ?route . ?route zc:routeKind ?kind ; zc:targetTitle ?title } ORDER BY ?fact ?kind ?title
"""
INNER = """
PREFIX zc: <https://w3id.org/zhicheng/ontology#>
SELECT ?fact WHERE { ?owner zc:exclusionCondition|zc:when ?root . ?root zc:hasMember* ?fact FILTER NOT EXISTS { ?fact zc:requirementOf ?route } } ORDER BY ?fact
"""
ISSUES = """
PREFIX zc: <https://w3id.org/zhicheng/ontology#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX dcterms: <http://purl.org/dc/terms/>
SELECT ?issue ?identifier ?label ?reading ?subject WHERE {
  ?issue a zc:TextualIssue ; dcterms:identifier ?identifier ; rdfs:label ?label ; zc:adoptedReading ?reading ; zc:concerns ?subject . FILTER(LANG(?label) = LANG(?reading))
} ORDER BY ?identifier ?label ?subject
"""
SILENCES = """
PREFIX zc: <https://w3id.org/zhicheng/ontology#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?silence ?document ?label ?nearest WHERE {
  ?silence a zc:Silence ; zc:inDocument ?document ; rdfs:label ?label OPTIONAL { ?silence zc:nearest ?nearest }
} ORDER BY ?silence ?label ?nearest
"""
# Where schooling and years are asked for, the alternatives of the regular routes that ask for schooling and no years.
WITHOUT_YEARS = """
PREFIX aspect: <https://w3id.org/zhicheng/id/aspect/>
PREFIX route-kind: <https://w3id.org/zhicheng/id/route-kind/>
PREFIX zc: <https://w3id.org/zhicheng/ontology#>
SELECT DISTINCT ?fact WHERE {
  ?route zc:routeKind route-kind:standard ; zc:hasRequirement/zc:hasMember ?gate .
  ?gate zc:aspect aspect:education-and-seniority ; zc:hasMember* ?schooling . ?schooling zc:anyOfEducation ?education
  FILTER NOT EXISTS { ?schooling zc:hasMember*/zc:minimumYears ?years }
  FILTER NOT EXISTS { ?schooling ^zc:hasMember/zc:hasMember/zc:minimumYears ?besides }
  FILTER NOT EXISTS { ?schooling ^zc:hasMember/^zc:hasMember/zc:hasMember/zc:minimumYears ?around }
  ?schooling (^zc:hasMember)? ?fact . FILTER(?fact != ?gate) FILTER(?fact = ?schooling || EXISTS { ?fact a zc:AllOf })
} ORDER BY ?fact
"""
TREES = """
PREFIX zc: <https://w3id.org/zhicheng/ontology#>
SELECT ?group ?member ?position WHERE {
  { ?group zc:hasMember ?member . ?member zc:position ?position } UNION { ?group zc:hasRequirement ?member BIND(0 AS ?position) }
} ORDER BY ?group ?position ?member
"""


@dataclass(frozen=True)
class Citation:
    """Where a fact stands: the clause's IRI and the words quoted from it."""

    clause: str
    quote: str


@dataclass(eq=False)
class Fact:
    """A provision: its document, statement in both languages, citations, the requirements it is made of, aspects (slug to names), clause's number and class,
    whether it is only the condition of an exclusion or adjustment, and whether it refers to members that stand elsewhere; for a requirement, the
    kinds of route and the titles (IRIs) that it is for, whether it asks for schooling and no years, and the group of alternatives it is one of. Its statement may speak for its members (by language)."""

    iri: str
    document: str
    label: dict[str, str] = field(default_factory=dict)
    citations: list[Citation] = field(default_factory=list)
    members: list["Fact"] = field(default_factory=list)
    aspects: dict[str, dict[str, str]] = field(default_factory=dict)
    clause_number: str = ""
    kind: str = ""
    route_kind: str = ""
    inner: bool = False
    reference: bool = False
    speaks_for_members: dict[str, bool] = field(default_factory=dict)
    route_kinds: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    without_years: bool = False
    choice: "Fact | None" = None


@dataclass
class Silence:
    """A matter on which a document says nothing: what it does not state, in both languages, and the provisions nearest to it (IRIs)."""

    iri: str
    document: str
    label: dict[str, str] = field(default_factory=dict)
    nearest: list[str] = field(default_factory=list)


@dataclass
class Issue:
    """A defect or ambiguity of a text: what it is, the reading adopted, and the clauses and facts it touches."""

    iri: str
    identifier: str
    label: dict[str, str] = field(default_factory=dict)
    reading: dict[str, str] = field(default_factory=dict)
    subjects: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class ClauseText:
    """A clause as it is cited and shown."""

    iri: str
    parent: str
    number: str
    heading: str
    kind: str
    text: str
    position: int


@dataclass
class Policy:
    """A policy document whose text is held, with what decides its validity on a day."""

    iri: str
    slug: str
    region: str
    status: str
    title: dict[str, str] = field(default_factory=dict)
    label: dict[str, str] = field(default_factory=dict)
    number: str | None = None
    year: int | None = None
    start: date | None = None
    dated: date | None = None

    def validity(self, day: date) -> str:
        """What the policy is on a day: `draft`, `future`, `in-force` or `past`.

        A notice for one year holds from its printed date, or the first of that year where none is printed, to the year's
        end; other policies from the date on which they say they take effect. No text held proves that one was repealed.
        """
        if self.status == "draft-for-comments":
            return "draft"
        if self.year is not None:
            opens = self.dated if self.dated and self.dated.year == self.year else date(self.year, 1, 1)
            return "future" if day < opens else "past" if day > date(self.year, 12, 31) else "in-force"
        return "future" if self.start and day < self.start else "in-force"


class Library:
    """Every policy, clause and fact of the graph, held for answers."""

    def __init__(self, store: GraphStore):
        self.policies: dict[str, Policy] = {}
        for row in store.query(DOCUMENTS):
            iri = row["document"].value
            policy = self.policies.setdefault(iri, Policy(iri, slug(iri), row["region"].value, slug(row["status"].value)))
            policy.title[row["title"].language] = row["title"].value
            policy.label[row["label"].language] = row["label"].value
            policy.number = row["number"].value if row["number"] else None
            policy.year = int(row["year"].value) if row["year"] else None
            policy.start = date.fromisoformat(row["start"].value) if row["start"] else None
            policy.dated = date.fromisoformat(row["dated"].value) if row["dated"] else None
        self.clauses: dict[str, ClauseText] = {}
        for row in store.query(CLAUSES):
            heading = row["heading"].value if row["heading"] else ""
            iri = row["clause"].value
            self.clauses[iri] = ClauseText(iri, row["parent"].value, row["number"].value, heading, slug(row["kind"].value), row["text"].value, int(row["position"].value))
        self.facts: dict[str, Fact] = {}
        for row in store.query(FACTS):
            if not hasattr(row["fact"], "value"):
                continue
            iri = row["fact"].value
            fact = self.facts.setdefault(iri, Fact(iri, row["document"].value))
            fact.label[row["label"].language] = row["label"].value
            cited = Citation(row["clause"].value, row["quote"].value)
            if cited not in fact.citations:
                fact.citations.append(cited)
                fact.clause_number = fact.clause_number or self.clauses[cited.clause].number
        for row in store.query(WITHOUT_YEARS):
            if row["fact"].value in self.facts:
                self.facts[row["fact"].value].without_years = True
        for row in store.query(TREES):
            if row["group"].value in self.facts and row["member"].value in self.facts:
                self.facts[row["group"].value].members.append(self.facts[row["member"].value])
        for fact in self.facts.values():
            fact.reference = bool(fact.members) and not any(self._inside(m, fact) for m in fact.members)
        for row in store.query(KINDS):
            if row["fact"].value in self.facts:
                self.facts[row["fact"].value].kind = slug(row["kind"].value)
                self.facts[row["fact"].value].route_kind = slug(row["route"].value) if row["route"] else ""
        for fact in self.facts.values():
            if fact.kind in ("AnyOf", "AtLeast"):
                for member in fact.members:
                    member.choice = member.choice or fact
        for row in store.query(ROUTES):
            fact = self.facts.get(row["fact"].value)
            if fact is not None:
                for known, said in ((fact.route_kinds, row["kind"].value), (fact.titles, row["title"].value)):
                    if said not in known:
                        known.append(said)
        for row in store.query(INNER):
            if row["fact"].value in self.facts:
                self.facts[row["fact"].value].inner = True
        for row in store.query(ASPECTS):
            if row["fact"].value in self.facts:
                self.facts[row["fact"].value].aspects.setdefault(slug(row["aspect"].value), {})[row["label"].language] = row["label"].value
        self.issues: dict[str, Issue] = {}
        for row in store.query(ISSUES):
            issue = self.issues.setdefault(row["issue"].value, Issue(row["issue"].value, row["identifier"].value))
            issue.label[row["label"].language], issue.reading[row["label"].language] = row["label"].value, row["reading"].value
            issue.subjects.add(row["subject"].value)
        self.silences: dict[str, Silence] = {}
        for row in store.query(SILENCES):
            silence = self.silences.setdefault(row["silence"].value, Silence(row["silence"].value, row["document"].value))
            silence.label[row["label"].language] = row["label"].value
            if row["nearest"] and row["nearest"].value not in silence.nearest:
                silence.nearest.append(row["nearest"].value)
        self.regions: dict[str, list[Policy]] = defaultdict(list)
        for policy in self.policies.values():
            self.regions[policy.region].append(policy)

    def _inside(self, member: Fact, group: Fact) -> bool:
        """Whether a member stands in a clause of the group's, or in one within it."""
        whole = {c.clause for c in group.citations}
        for citation in member.citations:
            clause = citation.clause
            while clause in self.clauses:
                if clause in whole:
                    return True
                clause = self.clauses[clause].parent
        return False

    def policy_of(self, iri: str) -> Policy:
        """The policy that a clause or fact belongs to."""
        return self.policies[POLICY + iri[len(POLICY) :].split("/")[0]]

    def url(self, clause: str) -> str:
        """The page address of a clause, as a path."""
        policy, local = clause[len(POLICY) :].split("/", 1)
        return f"/policies/{percent(policy)}#{percent(local)}"
