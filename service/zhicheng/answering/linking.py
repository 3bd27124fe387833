"""Which concepts a question names, and where: the only place that knows spaCy."""

import re
from collections import defaultdict
from dataclasses import dataclass

import spacy
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc

from zhicheng.answering.language import HAN, normalise, remember, sounds
from zhicheng.knowledge.vocabulary import Vocabulary

# The least characters of a name that is also known by its sound, tones included (工成师 for 工程师, 忻洲 for 忻州).
SOUNDED = {"region": 2, "title": 3, "education": 3, "skill-grade": 3, "honour": 4, "role": 4}

# What may follow the last of several names of one character.
COUNTED = re.compile(r"[两二三四五]\s*[地市]")


@dataclass(frozen=True)
class Entity:
    """A concept or value named in a text: its IRI (empty for a value), type and slug, and the characters that name it (from 0, end exclusive)."""

    text: str
    iri: str
    type: str
    id: str
    start: int
    end: int


class Linker:
    """Finds the names of concepts in a text, the longest first; what is misspelt by a character that sounds alike is read as meant.

    Characters are tokens. A name in Latin letters does not match inside a longer word, and a name of one Chinese
    character (津) only where it stands alone, or among others of its kind (京津温三地).
    """

    def __init__(self, vocabulary: Vocabulary, schemes: set[str]):
        self._named: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
        self._heard: list[str] = []
        for concept in vocabulary.concepts.values():
            if concept.scheme in schemes:
                for names in concept.names.values():
                    for name in map(normalise, names):
                        entry = (concept.scheme, concept.id, concept.iri)
                        if entry not in self._named[name]:
                            self._named[name].append(entry)
                        if len(name) >= SOUNDED.get(concept.scheme, 99) and all(map(HAN.match, name)):
                            self._heard.append(name)
        self._compile()

    def _compile(self) -> None:
        self._language = spacy.blank("zh")
        self._written = PhraseMatcher(self._language.vocab, attr="ORTH")
        self._sounded = PhraseMatcher(self._language.vocab, attr="ORTH")
        for name in self._heard:
            self._sounded.add(name, [self._sounds(name)])
        for name in self._named:
            self._written.add(name, [self._language.make_doc(name)])

    def __getstate__(self) -> dict:
        """The names and sounds alone: spaCy's matchers are compiled anew, which is quicker than to read them."""
        return {"named": self._named, "heard": self._heard, "sounds": sounds()}

    def __setstate__(self, state: dict) -> None:
        self._named, self._heard = state["named"], state["heard"]
        remember(state["sounds"])
        self._compile()

    def _sounds(self, text: str) -> Doc:
        """A document with a token for each character: its sound with tone, or the character where it has none."""
        known = sounds()
        return Doc(self._language.vocab, words=[known.get(char, char) for char in text], spaces=[False] * len(text))

    def link(self, text: str) -> list[Entity]:
        """The concepts that a normalised text names, without overlaps; a name of several concepts gives each of them."""
        document = self._language.make_doc(text)
        written = {(s.start_char, s.end_char): s.label_ for s in self._written(document, as_spans=True) if self._stands_alone(text, s.start_char, s.end_char)}
        heard = {(s.start, s.end): s.label_ for s in self._sounded(self._sounds(text), as_spans=True)} if HAN.search(text) else {}
        found = heard | written
        chosen: list[tuple[int, int, str]] = []
        for (start, end), name in sorted(found.items(), key=lambda item: (item[0][0] - item[0][1], item[0] not in written, item[0])):
            if not any(a < end and start < b for a, b, _ in chosen):
                chosen.append((start, end, name))
        chosen = self._shared_out(chosen, found)
        entities = []
        for start, end, name in sorted(chosen):
            for scheme, id_, iri in self._named[name]:
                entities.append(Entity(text[start:end], iri, scheme, id_, start, end))
        return entities

    def _shared_out(self, chosen: list[tuple[int, int, str]], found: dict[tuple[int, int], str]) -> list[tuple[int, int, str]]:
        """The chosen names, one of which gives way to a shorter name of the same concept where its end begins the next: 温州|市级 for 温州市|级."""
        shared = list(chosen)
        for start, end, name in chosen:
            for (a, b), following in sorted(found.items()):
                shorter = found.get((start, a))
                if start < a < end < b and shorter and self._named[shorter] == self._named[name] and not any(c < b and end <= c for c, _, _ in shared):
                    shared.remove((start, end, name))
                    shared += [(start, a, shorter), (a, b, following)]
                    break
        return shared

    def _stands_alone(self, text: str, start: int, end: int) -> bool:
        before, after = text[start - 1 : start], text[end : end + 1]
        first, last = text[start], text[end - 1]
        if first.isascii() and first.isalnum() and before.isascii() and before.isalnum():
            return False
        if last.isascii() and last.isalnum() and after.isascii() and after.isalnum() and not text[end:].startswith(("s ", "s,", "s?", "s.", "s'")):
            return False
        if end - start == 1 and HAN.match(first):
            return not (HAN.match(before) and not self._akin(before, first) or HAN.match(after) and not self._akin(after, first) and not COUNTED.match(text, end))
        return True

    def _akin(self, name: str, other: str) -> bool:
        """Whether two names are of concepts of one scheme."""
        return not {entry[0] for entry in self._named.get(name, ())}.isdisjoint(entry[0] for entry in self._named[other])
