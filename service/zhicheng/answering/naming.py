"""Things of the graph found by their names."""

from dataclasses import dataclass

from zhicheng.answering.language import normalise
from zhicheng.knowledge.descriptions import Descriptions
from zhicheng.knowledge.vocabulary import Vocabulary
from zhicheng.terms import ID


@dataclass(frozen=True)
class Found:
    """A thing, its name in the language asked for, whether what was typed is one of its names, whole, and whether it is a concept."""

    iri: str
    name: str
    exact: bool
    is_concept: bool


class Names:
    """The names of all things that the graph speaks of, everyday names of concepts among them."""

    def __init__(self, descriptions: Descriptions, vocabulary: Vocabulary):
        self._descriptions = descriptions
        self._names: list[tuple[str, str, bool]] = []
        for iri in sorted(descriptions.known):
            concept = vocabulary.concepts.get(iri)
            names = {descriptions.label(iri, language) for language in ("zh", "en")} | {iri.removeprefix(ID)}
            if concept:
                names |= {name for given in concept.names.values() for name in given}
            self._names += [(normalise(name), iri, concept is not None) for name in sorted(names)]

    def find(self, text: str, language: str, most: int = 8) -> list[Found]:
        """The things whose names hold what was typed: closest first, then concepts, then the shortest names; none for nothing."""
        typed = normalise(text).strip()
        ranked: dict[str, tuple[int, bool, int]] = {}
        for folded, iri, is_concept in self._names if typed else ():
            place = folded.find(typed)
            if place < 0:
                continue
            rank = (0 if folded == typed else 1 if place == 0 else 2, not is_concept, len(folded))
            ranked[iri] = min(rank, ranked.get(iri, rank))
        best = sorted(ranked, key=lambda iri: (ranked[iri], iri))[:most]
        return [Found(iri, self._descriptions.label(iri, language), ranked[iri][0] == 0, not ranked[iri][1]) for iri in best]

    @staticmethod
    def only(found: list[Found]) -> str | None:
        """The thing that is meant where one alone, or one concept alone, has exactly the name typed."""
        exact = [f for f in found if f.exact]
        meant = [f for f in exact if f.is_concept] or exact
        return meant[0].iri if len(meant) == 1 else None
