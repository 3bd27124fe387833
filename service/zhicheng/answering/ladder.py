"""The ladder of titles: what each region's policies tie to each level."""

from collections import defaultdict
from dataclasses import dataclass, field

from zhicheng.knowledge.policies import Library
from zhicheng.knowledge.stores import GraphStore
from zhicheng.knowledge.vocabulary import Concept, Vocabulary

PREFIXES = """
PREFIX zc: <https://w3id.org/zhicheng/ontology#>
PREFIX eli: <http://data.europa.eu/eli/ontology#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX aspect: <https://w3id.org/zhicheng/id/aspect/>
PREFIX scheme: <https://w3id.org/zhicheng/id/>
PREFIX route-kind: <https://w3id.org/zhicheng/id/route-kind/>
"""
# A grade or qualification that a condition of a route asks for: told with the rest of its alternative, or as the route where that is all it asks.
HELD = """SELECT DISTINCT ?region ?level ?fact ?concept ?higher WHERE {
  ?concept skos:inScheme scheme:%s . ?leaf zc:heldConcept ?concept ; a zc:CredentialCondition ; zc:requirementOf ?route ; zc:inDocument/eli:jurisdiction ?region .
  ?route zc:targetTitle/zc:titleLevel ?level . OPTIONAL { ?leaf zc:orHigher ?higher }
  OPTIONAL { ?group zc:hasMember ?leaf ; a zc:AllOf ; zc:requirementOf ?route . OPTIONAL { ?whole zc:hasRequirement ?group FILTER(?whole = ?route) } }
  BIND(COALESCE(?whole, ?group, ?leaf) AS ?fact) }"""
# What is tied to levels, in the order of the columns, each a concept scheme. A query gives ?region, ?level (none where the text names no level), ?fact, and
# ?concept, with ?higher where the text says "or higher", or ?from and ?to. What an earlier query of a column gives stands first.
TIES = {
    "title": (
        """SELECT ?region ?level ?fact ?concept WHERE { ?fact zc:aspect aspect:title-name ; zc:mentions ?concept ; zc:inDocument/eli:jurisdiction ?region . ?concept zc:titleLevel ?level }""",
        """SELECT ?region ?level ?fact ?concept WHERE { ?concept zc:titleLevel ?level . ?fact zc:targetTitle ?concept ; zc:routeKind route-kind:standard ; zc:inDocument/eli:jurisdiction ?region }""",
        """SELECT DISTINCT ?region ?level ?fact ?concept WHERE { ?concept zc:legacyOf/zc:titleLevel ?level . ?fact zc:mentions ?concept ; zc:inDocument/eli:jurisdiction ?region }""",
    ),
    "post-grade": (
        """SELECT ?region ?level ?fact ?from ?to WHERE { ?fact a zc:PostGradeMapping ; zc:mapsLevel ?level ; zc:fromPostGrade ?from ; zc:toPostGrade ?to ; zc:inDocument/eli:jurisdiction ?region }""",
    ),
    "skill-grade": (HELD % "skill-grade",),
    "qualification-tier": (
        """SELECT ?region ?level ?fact ?concept WHERE {
  ?concept skos:inScheme scheme:qualification-tier . ?fact a zc:Correspondence ; zc:sourceConcept ?concept ; zc:inDocument/eli:jurisdiction ?region
  OPTIONAL { ?fact zc:mapsLevel|(zc:targetConcept/zc:titleLevel) ?level } }""",
        HELD % "qualification-tier",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Tie:
    """What provisions tie to a level: a concept, or a range of post grades, the highest first; whether one above it will do, and whether the text names the level."""

    facts: tuple[str, ...]
    concept: str | None = None
    grades: tuple[int, int] | None = None
    or_higher: bool = False
    level_named: bool = True


@dataclass
class Ladder:
    """The levels from the highest, the band and title of each, and by region and column what is tied to each level.

    All IRIs. A region has no column, or a level no tie in it, where its policies say nothing.
    """

    levels: list[str]
    bands: dict[str, str]
    titles: dict[str, str]
    ties: dict[str, dict[str, dict[str, list[Tie]]]] = field(default_factory=dict)

    def of(self, region: str, column: str, level: str) -> list[Tie]:
        """What a region's policies tie to a level; empty where they are silent."""
        return self.ties[region][column].get(level, [])

    def spoken(self, region: str) -> int:
        """How many cells of a region are filled."""
        return sum(bool(ties) for levels in self.ties[region].values() for ties in levels.values())


def ladder(store: GraphStore, vocabulary: Vocabulary, library: Library) -> Ladder:
    """The ladder of all regions whose policies are held."""
    levels = sorted((c for c in vocabulary.by_scheme["level"].values() if c.rank is not None and not _is_band(c, vocabulary)), key=lambda c: -(c.rank or 0))
    bands = {c.iri: vocabulary.upper[c.iri][0] for c in levels if vocabulary.upper[c.iri]}
    titles = {level.iri: t for level in levels for t in vocabulary.lower[level.iri] if vocabulary.concepts[t].scheme == "title"}
    found = Ladder([c.iri for c in levels], bands, titles, {region: {column: defaultdict(list) for column in TIES} for region in sorted(library.regions)})
    for column, texts in TIES.items():
        for text in texts:
            for row in sorted(store.query(PREFIXES + text), key=str):
                terms = {v: row[v] for v in ("level", "concept", "from", "to", "higher") if v in text and row[v] is not None}
                tie = Tie(
                    (row["fact"].value,), terms["concept"].value if "concept" in terms else None, (int(terms["from"].value), int(terms["to"].value)) if "from" in terms else None,
                    "higher" in terms and terms["higher"].value == "true", "level" in terms,
                )  # fmt: skip
                for level in _levels(terms["level"].value, found, vocabulary) if "level" in terms else found.levels:
                    _add(found.ties[row["region"].value][column][level], tie)
    return found


def _add(held: list[Tie], tie: Tie) -> None:
    """Add a tie to those of a cell: to the one that ties the same, where there is one."""
    for n, other in enumerate(held):
        if (other.concept, other.grades, other.or_higher) == (tie.concept, tie.grades, tie.or_higher):
            held[n] = Tie((*other.facts, *(f for f in tie.facts if f not in other.facts)), tie.concept, tie.grades, tie.or_higher, other.level_named)
            return
    held.append(tie)


def _is_band(concept: Concept, vocabulary: Vocabulary) -> bool:
    return any(vocabulary.concepts[lower].scheme == "level" for lower in vocabulary.lower[concept.iri])


def _levels(iri: str, found: Ladder, vocabulary: Vocabulary) -> list[str]:
    """A level itself, or the levels of a band."""
    return [level for level in found.levels if level in vocabulary.within(iri)]
