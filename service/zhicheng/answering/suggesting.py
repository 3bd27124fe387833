"""What somebody who types may mean: questions that can be answered, and the names that complete the words begun."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from zhicheng.answering.answers import Answers
from zhicheng.answering.faq import Entry
from zhicheng.answering.language import HAN, detect, normalise
from zhicheng.answering.matching import grams
from zhicheng.knowledge.catalogue import SLOT, Catalogue
from zhicheng.knowledge.vocabulary import Concept, Vocabulary

# The most names that are suggested beside questions, and the share of what is typed that a question has to hold.
MOST_NAMES, ENOUGH = 3, 0.6
# How many wordings of a query are suggested.
WORDINGS = 4


@dataclass(frozen=True)
class Suggestion:
    """A text to ask, and whether it is a whole `question` or the text typed with a `name` completed."""

    text: str
    kind: str


class Suggestions:
    """The questions and names of the graph, held ready for whoever types."""

    def __init__(self, vocabulary: Vocabulary, catalogue: Catalogue, answers: Answers, entries: Iterable[Entry]):
        queries = list(catalogue.queries.values())
        asked = {p.type for q in queries for p in q.parameters}
        self._concepts = [c for c in vocabulary.concepts.values() if c.scheme in asked]
        questions: dict[str, dict[str, None]] = {"zh": {}, "en": {}}
        for entry in entries:
            questions["zh"][entry.chinese] = questions["en"][entry.english] = None
        self._patterns: dict[str, dict[str, list[str]]] = {"zh": {}, "en": {}}
        for query in queries:
            types = {p.name: p.type for p in query.parameters}
            for language in ("zh", "en"):
                own = [p for p in query.ask if detect(SLOT.sub("", p)) == language and (language == "zh" or p.endswith("?"))]
                for pattern in own[:WORDINGS]:
                    questions[language][query.filled(pattern, language, vocabulary)] = None
                    slots = [m[0] for m in SLOT.finditer(pattern)]
                    if len(slots) == 1:
                        self._patterns[language].setdefault(types.get(slots[0][1:-1], ""), []).append(pattern.replace(slots[0], "{}"))
        self._questions = {language: [(normalise(q), q) for q in held] for language, held in questions.items()}

    def find(self, text: str, language: str, most: int = 8) -> list[Suggestion]:
        """The suggestions for what has been typed, the best first; none for nothing."""
        typed = normalise(text).strip()
        if not typed:
            return []
        names = list(dict.fromkeys(self._completed(text, typed, language)))[:MOST_NAMES]
        ranked = sorted((found, n, q) for n, (folded, q) in enumerate(self._about(typed, language)) if (found := _distance(typed, folded)) is not None and folded != typed)
        found = [Suggestion(q, "question") for q in dict.fromkeys(q for _, _, q in ranked)]
        return ([Suggestion(n, "name") for n in names] + found)[:most]

    def _about(self, typed: str, language: str) -> Iterator[tuple[str, str]]:
        """The known questions, those about the names in what is typed first."""
        for concept in sorted(self._concepts, key=lambda c: -len(c.label[language])):
            if normalise(concept.label[language]) in typed:
                for pattern in self._patterns[language].get(concept.scheme, ()):
                    question = pattern.format(concept.label[language])
                    yield normalise(question), question
        yield from self._questions[language]

    def _completed(self, text: str, typed: str, language: str) -> Iterator[str]:
        """The text with its last words completed to a name, longest first."""
        text = text.strip()
        for length in range(min(len(typed), 24), 0, -1):
            begun = typed[-length:]
            word = not HAN.match(begun)
            if word and (length < 2 or typed[-length - 1 : -length].isalnum()) or not word and length < 2 < len(typed):
                continue
            for concept in self._concepts:
                name = self._name(concept, language)
                if len(name) > length and normalise(name).startswith(begun):
                    yield text[: len(text) - length] + name

    @staticmethod
    def _name(concept: Concept, language: str) -> str:
        return concept.label[language]


@lru_cache(10_000)
def _grams(text: str) -> frozenset[str]:
    return frozenset(grams(text))


def _distance(typed: str, question: str) -> tuple[int, float] | None:
    """How far a question is from what is typed: it begins so, holds it, or holds most of it; None where it does not."""
    if question.startswith(typed):
        return 0, 0
    if typed in question:
        return 1, 0
    own, theirs = _grams(typed), _grams(question)
    share = len(own & theirs) / len(own) if own else 0
    return (2, 1 - share) if share >= ENOUGH and len(typed) > 2 else None
