"""The concepts that a profile and the conditions share: how they are ordered, and what counts as what."""

from collections import defaultdict
from dataclasses import dataclass

from zhicheng.answering.eligibility.profile import Titles
from zhicheng.knowledge.stores import GraphStore
from zhicheng.knowledge.vocabulary import Vocabulary
from zhicheng.terms import ID, scheme_of, slug

LINKS = """
PREFIX zc: <https://w3id.org/zhicheng/ontology#>
SELECT ?concept ?property ?value WHERE {
  VALUES ?property { zc:countsAs zc:titleLevel zc:legacyOf zc:profileMember zc:impliedByEmployer zc:windowTitle zc:windowYears }
  ?concept ?property ?value
} ORDER BY ?concept ?property ?value
"""
PRIZES = "PREFIX zc: <https://w3id.org/zhicheng/ontology#> SELECT ?concept WHERE { ?concept a zc:Prize } ORDER BY ?concept"


@dataclass(frozen=True)
class Standing:
    """How a profile states a standing of the applicant: a member of the profile, or a kind of employer."""

    member: str | None
    employer: str | None


class Concepts:
    """Orders and inclusions of concepts, by scheme and slug."""

    def __init__(self, store: GraphStore, vocabulary: Vocabulary):
        self.vocabulary = vocabulary
        links: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for row in store.query(LINKS):
            links[slug(row["property"].value)][row["concept"].value].append(row["value"].value)
        self._counts_as = {iri: values for iri, values in links["countsAs"].items()}
        levels = {slug(iri): slug(values[0]) for iri, values in links["titleLevel"].items()}
        former = {slug(iri): slug(values[0]) for iri, values in links["legacyOf"].items()}
        prizes = frozenset(slug(row["concept"].value) for row in store.query(PRIZES))
        self.titles = Titles(former, levels, prizes)
        self._members = {slug(iri): values[0] for iri, values in links["profileMember"].items()}
        self._window_titles = {slug(iri): values[0] for iri, values in links["windowTitle"].items()}
        self._recent = {slug(iri): int(values[0]) for iri, values in links["windowYears"].items()}
        self._employers = {slug(iri): slug(values[0]) for iri, values in links["impliedByEmployer"].items()}

    def rank(self, scheme: str, name: str | None) -> int | None:
        """The place of a concept in its ordered scheme, or of the one that it counts as; None where it has none."""
        concept = self.vocabulary.by_scheme[scheme].get(name or "")
        if concept is None:
            return None
        if concept.rank is None:
            return max((r for r in (self.rank(scheme, other) for other in self.counts_as(scheme, concept.id)[1:]) if r is not None), default=None)
        return concept.rank

    def counts_as(self, scheme: str, name: str) -> list[str]:
        """The concept and all that it counts as: who led a project took part in it."""
        found, todo = [], [Vocabulary.iri(scheme, name)]
        while todo:
            here = todo.pop(0)
            if here not in found:
                found.append(here)
                todo += self._counts_as.get(here, [])
        return [slug(iri) for iri in found]

    def levels(self, name: str) -> list[str]:
        """The levels that a level or a band of levels stands for."""
        iri = Vocabulary.iri("level", name)
        within = [slug(i) for i in self.vocabulary.within(iri) if scheme_of(i) == "level"]
        return within if len(within) == 1 else within[1:]

    def employs(self, kinds: tuple[str, ...], employer: str) -> bool:
        """Whether an employer is of one of the kinds, or of one within them."""
        return any(Vocabulary.iri("employer", employer) in self.vocabulary.within(Vocabulary.iri("employer", kind)) for kind in kinds)

    def employers(self) -> list[str]:
        """Every kind of employer that has no kinds within it."""
        return [name for name in self.vocabulary.by_scheme["employer"] if not self.vocabulary.lower.get(ID + "employer/" + name)]

    def standing(self, status: str) -> Standing:
        """How a profile states a standing."""
        return Standing(self._members.get(status), self._employers.get(status))

    def window_title(self, window: str) -> tuple[str, str] | None:
        """The title or level since which a window counts, as scheme and slug; None for the title just below the target."""
        iri = self._window_titles.get(window)
        return (scheme_of(iri) or "", slug(iri)) if iri else None

    def recent(self, window: str) -> int | None:
        """How many latest years a window counts beside the time since a title; None where it does not."""
        return self._recent.get(window)

    def label(self, scheme: str, name: str, language: str) -> str:
        """The name of a concept."""
        return self.vocabulary.label(Vocabulary.iri(scheme, name), language)
