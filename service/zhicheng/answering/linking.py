"""Which concepts a question names, and where: the only place that knows spaCy."""

from collections import defaultdict
from dataclasses import dataclass

import spacy
from spacy.matcher import PhraseMatcher
from spacy.util import filter_spans

from zhicheng.answering.language import HAN, normalise
from zhicheng.knowledge.vocabulary import Vocabulary


@dataclass(frozen=True)
class Entity:
    """A concept named in a text: its IRI, scheme and slug, and the characters that name it (from 0, end exclusive)."""

    text: str
    iri: str
    type: str
    id: str
    start: int
    end: int


class Linker:
    """Finds the names of concepts in a text, the longest first.

    Characters are tokens. A name in Latin letters does not match inside a longer word, and a name of one Chinese
    character (津) only where it stands alone.
    """

    def __init__(self, vocabulary: Vocabulary, schemes: set[str]):
        self._language = spacy.blank("zh")
        self._matcher = PhraseMatcher(self._language.vocab, attr="ORTH")
        self._named: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
        for concept in vocabulary.concepts.values():
            if concept.scheme in schemes:
                for names in concept.names.values():
                    for name in names:
                        entry = (concept.scheme, concept.id, concept.iri)
                        if entry not in self._named[normalise(name)]:
                            self._named[normalise(name)].append(entry)
        for name in self._named:
            self._matcher.add(name, [self._language.make_doc(name)])

    def link(self, text: str) -> list[Entity]:
        """The concepts that a normalised text names, without overlaps; a name of several concepts gives each of them."""
        document = self._language.make_doc(text)
        spans = [s for s in self._matcher(document, as_spans=True) if _stands_alone(text, s.start_char, s.end_char)]
        found = []
        for span in filter_spans(spans):
            for scheme, id_, iri in self._named[span.label_]:
                found.append(Entity(span.text, iri, scheme, id_, span.start_char, span.end_char))
        return found


def _stands_alone(text: str, start: int, end: int) -> bool:
    before, after = text[start - 1 : start], text[end : end + 1]
    first, last = text[start], text[end - 1]
    if first.isascii() and first.isalnum() and before.isascii() and before.isalnum():
        return False
    if last.isascii() and last.isalnum() and after.isascii() and after.isalnum() and not text[end:].startswith(("s ", "s,", "s?", "s.", "s'")):
        return False
    if end - start == 1 and HAN.match(first):
        return not (HAN.match(before) or HAN.match(after))
    return True
