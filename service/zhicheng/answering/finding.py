"""Which facts a question asks for, region by region: by the words of the facts and by the wordings in which people ask for them."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from zhicheng.answering.affirming import Affirming
from zhicheng.answering.linking import Entity
from zhicheng.answering.matching import grams
from zhicheng.answering.meaning import Attuned, Meaning
from zhicheng.answering.reading import Reader, Reading
from zhicheng.answering.retrieval import OTHER_TITLE, Retriever
from zhicheng.answering.wordings import Near, Wordings
from zhicheng.knowledge.policies import Library
from zhicheng.knowledge.stores import GraphStore
from zhicheng.knowledge.wordings import Wording

# The share of a fact's own words in its score, beside that of its nearest wording.
OWN_WORDS = 0.3
# What the nearness of a silence counts for, which has no words of its own.
SILENT = 0.85
# How near the wording of a silence has to be.
SURELY_SILENT = 0.45
# How much nearer than a fact it names a silence may be for that fact to be told beside it.
CLOSE = 0.19
# The share of the best score at which a region, and another fact of it, is told as well; and the most facts of a region.
REGION_SPEAKS, ALSO_MEANT, MOST_FACTS = 0.55, 0.5, 6
# Where a question may turn to another matter, the fewest words of a part, and the score at which a part's fact is told beside others.
PARTS = re.compile(r"[，,；;？?。]|(?<=\s)(?:and|or)(?=\s(?:how|what|who|which|when|where|does|is|can|must|are|do)\b)")
LEAST_PART, PART_FOUND = 3, 0.38
# How near the wording of a silence has to be to such a part.
PART_SILENT = 0.65
# How near a wording has to be for its reply to be that of the question.
SAME_QUESTION = 0.85
# How many of the facts told first may say yes.
NEAREST = 3


@dataclass(frozen=True)
class Found:
    """The facts that a question asks for (IRIs), the best first, with their scores; the silences met instead or beside, how near the nearest is, and the word an answer begins with. `parts` are those facts that its parts ask for."""

    facts: dict[str, float]
    silences: tuple[str, ...] = ()
    score: float = 0.0
    reply: str = ""
    parts: dict[str, float] = field(default_factory=dict)


class Finder:
    """Finds facts; built once from the library and the wordings."""

    def __init__(self, store: GraphStore, library: Library, reader: Reader, wordings: Sequence[Wording], encoder: Attuned, affirming: Affirming):
        self._affirming, self._encoder = affirming, encoder
        self._library, self._reader = library, reader
        self._regions = {subject: library.policies[known.document].region for subject, known in (library.facts | library.silences).items()}
        self._retriever = Retriever(store, library, reader.linker)
        self._wordings = Wordings(wordings, reader.entities, encoder)
        self.meanings = self._wordings.meanings

    def find(self, reading: Reading, within: set[str], meaning: Meaning | None = None, besides: Mapping[str, str] = MappingProxyType({})) -> Found:
        """The facts nearest to a question, in every region of `within` or in all where it is empty, and how near the nearest is; `meaning` is that of the question without its regions.

        Of the regions `besides` nothing is told but, where they are asked about, the silence that is met there (region to silence).
        """
        concepts = {iri for e in reading.entities if e.iri and e.type not in ("region", "question-form") for iri in (self._reader.wider(e.iri) if e.type == "aspect" else [e.iri])}
        titles = set(reading.titles)
        near = self._wordings.rank(reading.folded, list(reading.entities), meaning)
        ranked = {region: found for region, found in self._by_region(reading.plain, concepts, titles, reading.language, within, near).items() if region not in besides}
        if not ranked:
            return Found({})
        top = max(found[0][1] for found in ranked.values())
        chosen: dict[str, float] = {}
        met = [silence for region, silence in besides.items() if region in within]
        for found in ranked.values():
            if not within and found[0][1] < REGION_SPEAKS * top:
                continue
            stated = self._silence(found, near)
            met += [stated] if stated else []
            if found[0][0] == stated and not (within and self._may_mean_fact(stated, found, near)):
                continue
            told = [(fact, score) for fact, score in found if fact in self._library.facts][:MOST_FACTS]
            chosen |= {fact: score for fact, score in told if score >= ALSO_MEANT * told[0][1]}
        regions = within - besides.keys() or {self._regions[fact] for fact in chosen}
        parts, unsaid = self._in_parts(reading, regions)
        for fact, score in parts.items():
            chosen.setdefault(fact, score)
        ordered = dict(sorted(chosen.items(), key=lambda pair: -pair[1]))
        return Found(ordered, tuple(dict.fromkeys([*met, *unsaid])), top, self._reply(reading, ordered, near), parts)

    def _silence(self, ranked: list[tuple[str, float]], near: dict[str, Near]) -> str | None:
        """The silence of a region whose wording is as near as that of any of its facts, if there is one."""
        subjects = [subject for subject, _ in ranked if subject in near]
        nearest = max((near[subject].score for subject in subjects), default=0.0)
        silent = [subject for subject in subjects if subject in self._library.silences and near[subject].score >= max(SURELY_SILENT, nearest)]
        return max(silent, key=lambda subject: near[subject].score, default=None)

    def _may_mean_fact(self, silence: str, ranked: list[tuple[str, float]], near: dict[str, Near]) -> bool:
        """Whether what the texts do say about a silence's matter is nearest after it, and not much less near."""
        nearest = max((subject for subject, _ in ranked if subject in near and subject in self._library.facts), key=lambda subject: near[subject].score, default=None)
        return nearest in self._library.silences[silence].nearest and near[silence].score - near[nearest].score < CLOSE

    def _in_parts(self, reading: Reading, within: set[str]) -> tuple[dict[str, float], list[str]]:
        """The fact or silence nearest to each part of a question that asks more than one thing, in each region: the facts with their scores, and the silences."""
        chosen: dict[str, float] = {}
        met: list[str] = []
        titles = set(reading.titles)
        for part in _split(reading.plain):
            near = self._wordings.rank(part, _inside(part, reading.entities), self._encoder.meaning(part))
            for found in self._by_region(part, titles, titles, reading.language, within, near).values():
                subject, score = found[0]
                if subject in self._library.silences and near[subject].score >= PART_SILENT:
                    met.append(subject)
                elif score >= PART_FOUND and subject in self._library.facts:
                    chosen[subject] = score
        return chosen, met

    def _reply(self, reading: Reading, facts: dict[str, float], near: dict[str, Near]) -> str:
        """The word that answers a yes-or-no question where one region speaks: the reply of the nearest wording that asks the same of the fact told first; else yes, if one of the facts told first asks for just what is asked about."""
        if not facts or not self._reader.yes_or_no(reading) or len({self._regions[f] for f in facts}) > 1:
            return ""
        best = near.get(next(iter(facts)))
        if best and best.alike >= SAME_QUESTION:
            return best.reply
        return next((reply for fact in [*facts][:NEAREST] if (reply := self._affirming.reply(reading, self._library.facts[fact]))), "")

    def _by_region(self, text: str, concepts: set[str], titles: set[str], language: str, within: set[str], near: dict[str, Near]) -> dict[str, list[tuple[str, float]]]:
        scores = {hit.fact: OWN_WORDS * hit.score for hit in self._retriever.rank(text, concepts, titles, language, MOST_FACTS, near)}
        for subject, nearest in near.items():
            if subject in self._library.silences and nearest.score < SURELY_SILENT:
                continue
            fit = OTHER_TITLE if titles and self._retriever.other_title(subject, titles) else 1.0
            scores[subject] = scores.get(subject, 0.0) + ((1 - OWN_WORDS) if subject in self._library.facts else SILENT) * fit * nearest.score
        ranked: dict[str, list[tuple[str, float]]] = defaultdict(list)
        for score, subject in sorted((-score, subject) for subject, score in scores.items()):
            region = self._regions[subject]
            if not within or region in within:
                ranked[region].append((subject, -score))
        return ranked


def _split(text: str) -> list[str]:
    """The parts of a question that ask more than one thing; none where it asks one."""
    parts = [part for part in PARTS.split(text) if sum(not f.startswith(("·", "~")) for f in grams(part)) >= LEAST_PART]
    return parts if len(parts) > 1 else []


def _inside(part: str, entities: Sequence[Entity]) -> list[Entity]:
    """The entities that a part of a question names, where they stand in it."""
    found = []
    for entity in entities:
        start = part.find(entity.text)
        if start >= 0 and entity.type != "region":
            found.append(Entity(entity.text, entity.iri, entity.type, entity.id, start, start + len(entity.text)))
    return found
