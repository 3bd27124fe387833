"""What a question names: concepts, values, documents and regions, and the titles it is after."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from zhicheng.answering.language import detect, normalise
from zhicheng.answering.linking import Entity, Linker
from zhicheng.answering.matching import grams
from zhicheng.answering.values import Values
from zhicheng.knowledge.policies import Library
from zhicheng.knowledge.stores import GraphStore
from zhicheng.knowledge.vocabulary import Concept, Vocabulary
from zhicheng.terms import scheme_of

# What names a document rather than asks about it: a number, a year of notice, or a title in brackets that has this share of its words from the title of one held.
NAMED_DOCUMENT, TITLE, SAME_TITLE = re.compile(r"[\w]{2,8}[〔\[(（]?\d{4}[〕\])）]?\d+号|\d{4}年度?"), re.compile(r"《([^》]*)》"), 0.7
# The concept of question-cue before whose English names, at most so many words on, a year does the same: the 2022 engineer review.
DOCUMENT_NOUN, YEAR_BEFORE = "document-noun", r"\b(?:19|20)\d{{2}}(?:['’]s)?(?=\s+(?:[a-z-]+\s+){{0,4}}(?:{})\b)"
# Where a text turns to another question, and the fewest words of one.
QUESTIONS = re.compile(r"[?？；;]|,?\s+and\s+(?=(?:how|what|who|which|when|where|does|do|is|are|can|may|must)\b)|[,，、](?=(?:还要|还|以及|又|另外|同时|并且|分别)?(?:从|由|向|在|到)?(?:几(?!级)|多少|谁|什么时候|怎么|哪(?!些)|要不要|能不能|需不需要|有没有|得了))")
LEAST_PART = 3
BRACKETS = re.compile(r"[〔〕\[\]()（）【】\s]")
# A level and its title stand for each other in questions.
SAME_MASK = {"level": "title"}
# The concepts of the scheme question-cue whose names, beside a title, show that it is held already.
HELD_BEFORE, HELD_AFTER = "held-before", "held-after"
# The events whose words, with a year within so many characters of a title, show the same.
TITLE_EVENTS, YEAR, NEAR = ("title-obtained", "title-appointed"), re.compile(r"(?:19|20)\d{2}"), 16
# The concept of that scheme with whose names a question begins that goes on from an earlier one.
FOLLOW_UP = "follow-up"
# The one with whose names a question opens that is answered by yes or no, and the forms (of question-form) that say that it is, or is not.
YES_NO, IS_YES_NO, IS_OPEN = "yes-no-opening", "yes-no", ("list", "number")
# Those with whose names, ahead of a number and a word of measure, people count what they have.
# Where a sentence or a clause of English begins.
OPENING = re.compile(r"(?:^|[.;:?!,，。]\s*)([a-z']+)")
# A verb asked for by itself and its negation: 算不算, 有没有.
A_NOT_A = re.compile(r"([㐀-鿿])[不没]\1")
NAMED = """
PREFIX zc: <https://w3id.org/zhicheng/ontology#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?scheme WHERE { ?scheme a skos:ConceptScheme . FILTER NOT EXISTS { ?scheme zc:namedInQuestions false } } ORDER BY ?scheme
"""


@dataclass(frozen=True)
class Reading:
    """A question's text in one form, the same as it is compared (documents' names blanked), its language, what it names, the regions (IRIs; the narrowest) named by name or by a document's number, the titles it is after (IRIs), all those named that are not said to be held, those named that it is not after,
    the words with which it goes on from an earlier question, if it does, and whether it names a document held by its number."""

    written: str
    folded: str
    language: str
    entities: tuple[Entity, ...]
    said: tuple[str, ...]
    titles: tuple[str, ...] = ()
    unheld: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    opening: str = ""
    cites: bool = False

    @property
    def plain(self) -> str:
        """The text without regions."""
        return mask(self.folded, self.entities, ())

    def names(self, *types: str) -> bool:
        """Whether the question names something of one of these types."""
        return any(e.type in types for e in self.entities)


class Reader:
    """Reads what texts name; built once from the concepts' names and the documents' numbers."""

    def __init__(self, store: GraphStore, vocabulary: Vocabulary, library: Library):
        self._vocabulary, self._library = vocabulary, library
        self.linker = Linker(vocabulary, {row["scheme"].value.rsplit("/", 1)[-1] for row in store.query(NAMED)})
        events, cues = vocabulary.by_scheme["event"], vocabulary.by_scheme["question-cue"]
        self._titles_held = [set(grams(normalise(p.title["zh"]))) for p in library.policies.values()]
        self._numbers = [(BRACKETS.sub("", normalise(p.number)), p.region) for p in library.policies.values() if p.number]
        self._events = tuple(normalise(name) for event in TITLE_EVENTS for names in events[event].names.values() for name in names)
        self._before, self._after, self._opening, auxiliaries = (names_of(cues[form]) for form in (HELD_BEFORE, HELD_AFTER, FOLLOW_UP, YES_NO))
        self._opening = sorted(self._opening, key=len, reverse=True)
        self._values = Values({cue: names_of(concept) for cue, concept in cues.items()})
        self._auxiliaries = frozenset(auxiliaries)
        nouns = map(normalise, cues[DOCUMENT_NOUN].names["en"])
        self._year_of_document = re.compile(YEAR_BEFORE.format("|".join(map(re.escape, nouns))))
        self._closing = tuple(normalise(name) for name in vocabulary.find("question-form", IS_YES_NO).names["zh"])

    def parts(self, reading: Reading) -> list[Reading]:
        """The questions that a text asks, each as a reading with the regions and titles of the whole where it names none; one where it asks one."""
        texts = [part.strip() for part in QUESTIONS.split(reading.written)]
        texts = [part for part in texts if sum(not f.startswith(("·", "~")) for f in grams(part)) >= LEAST_PART]
        if len(texts) < 2:
            return [reading]
        parts = [self.read(part) for part in texts]
        return [replace(p, said=p.said or reading.said, titles=p.titles or reading.titles, unheld=p.unheld or reading.unheld, others=p.others or reading.others, language=reading.language, opening="") for p in parts]

    def read(self, text: str) -> Reading:
        """What a text names."""
        written = normalise(text.strip())
        entities = self.entities(written)
        documents = self._documents(written)
        named = dict.fromkeys([e.iri for e in entities if e.type == "region"] + documents)
        said = [r for r in named if not any(other in self._vocabulary.within(r) for other in named if other != r)]
        unheld = self._unheld(entities, written)
        sought = tuple(t for t, rank in unheld.items() if rank == max(unheld.values()))
        others = tuple(t for t in self._titles(entities) if t not in sought)
        return Reading(written, self._without_titles(written), detect(text), tuple(entities), tuple(said), sought, tuple(unheld), others, next((word for word in self._opening if written.startswith(word)), ""), bool(documents))

    def entities(self, folded: str) -> list[Entity]:
        """The values and concepts that a normalised text names."""
        found = self._values.read(folded)
        return found + [e for e in self.linker.link(folded) if not any(v.start < e.end and e.start < v.end for v in found)]

    def _without_titles(self, written: str) -> str:
        """The text with the words that name a document, its title, number and year, blanked: they say which is asked about, not what."""
        untitled = TITLE.sub(lambda title: _blank(title) if self._names_held(title[1]) else title[0], written)
        return self._year_of_document.sub(_blank, NAMED_DOCUMENT.sub(_blank, untitled))

    def _names_held(self, title: str) -> bool:
        """Whether a title is that of a document held, or a part of one."""
        words = set(grams(title))
        return bool(words) and max((len(words & known) for known in self._titles_held), default=0) >= SAME_TITLE * len(words)

    def _documents(self, folded: str) -> list[str]:
        """The regions of the policies that a text names by their number, whatever its brackets."""
        plain = BRACKETS.sub("", folded)
        return [region for number, region in self._numbers if number in plain]

    def _unheld(self, entities: Sequence[Entity], folded: str) -> dict[str, int]:
        """The titles named, or of the levels named, that are not said to be held already, with their ranks; the highest are those asked about."""
        return {t: max((self._vocabulary.concepts[u].rank or 0 for u in self._vocabulary.upper.get(t, ()) if u in self._vocabulary.concepts), default=0)
                  for t in self._titles([e for e in entities if not self._held(e, folded)])}  # fmt: skip

    def _titles(self, entities: Iterable[Entity]) -> list[str]:
        """The titles named, or of the levels named."""
        return list(dict.fromkeys(t for e in entities if e.type in ("title", "level") for t in self._vocabulary.within(e.iri) if scheme_of(t) == "title"))

    def _held(self, entity: Entity, folded: str) -> bool:
        """Whether the words around a title say that it is held: 任工程师的时间."""
        before, after = folded[: entity.start].rstrip(), folded[entity.end :].lstrip()
        dated = before.endswith(self._events) and YEAR.search(before[-NEAR:]) or YEAR.search(after[:NEAR]) and any(word in after[:NEAR] for word in self._events)
        return bool(dated) or before.endswith(self._before) or after.startswith(self._after)

    def yes_or_no(self, reading: Reading) -> bool:
        """Whether a question is answered by yes or no."""
        forms = {e.id for e in reading.entities if e.type == "question-form"}
        openings = OPENING.findall(reading.written)
        closed = IS_YES_NO in forms or not self._auxiliaries.isdisjoint(openings) or any(word in reading.written for word in self._closing) or A_NOT_A.search(reading.written)
        return bool(closed) and not forms & set(IS_OPEN)

    def wider(self, aspect: str) -> list[str]:
        """An aspect and those it is a part of: what is asked about education may stand under education and seniority."""
        return [aspect, *self._vocabulary.upper.get(aspect, ())]

    def within(self, regions: Iterable[str]) -> set[str]:
        """The regions and all that lie in them (IRIs)."""
        return {r for region in regions for r in self._vocabulary.within(region)}


def names_of(concept: Concept) -> tuple[str, ...]:
    """All names of a concept, normalised."""
    return tuple(normalise(name) for names in concept.names.values() for name in names)


def mask(text: str, entities: Iterable[Entity], types: Iterable[str]) -> str:
    """The text with what is of some types replaced by its type, and regions taken out."""
    for entity in sorted({(e.start, e.end): e for e in entities}.values(), key=lambda e: -e.start):
        if entity.type == "region":
            text = text[: entity.start] + " " + text[entity.end :]
        elif entity.type in types:
            text = text[: entity.start] + f"<{SAME_MASK.get(entity.type, entity.type)}>" + text[entity.end :]
    return text


def _blank(match: re.Match) -> str:
    return " " * len(match[0])

