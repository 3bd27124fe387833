"""From a question's text to a Question: the nearest query or facts are chosen, or an honest none."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from pyoxigraph import Literal, NamedNode

from zhicheng.answering.affirming import Affirming
from zhicheng.answering.finding import Finder, Found
from zhicheng.answering.language import detect, normalise
from zhicheng.answering.linking import Entity
from zhicheng.answering.matching import Matcher, grams
from zhicheng.answering.meaning import Attuned, Meaning
from zhicheng.answering.persons import Persons
from zhicheng.answering.questions import FACTS, Question
from zhicheng.answering.reading import SAME_MASK, Reader, Reading, mask
from zhicheng.answering.scope import Scope
from zhicheng.errors import Invalid
from zhicheng.knowledge.catalogue import SLOT, VALUES, Catalogue, Parameter, Query, Term
from zhicheng.knowledge.policies import Library
from zhicheng.knowledge.stores import GraphStore
from zhicheng.knowledge.vocabulary import Vocabulary
from zhicheng.knowledge.wordings import Wording
from zhicheng.terms import XSD, slug

LONGEST = 500
# The nearness at which a query counts as meant, surely or if no fact is near; and a fact as found. Set on questions that the
# patterns were not written from, with a wrong answer costing more than a silent one.
SURELY_MEANT, CLEARLY_MEANT = 0.75, 0.5
SURELY_FOUND, FOUND_AT_HOME, FOUND_ALL_THE_SAME = 0.4, 0.28, 0.45
# The nearness of a fact at which a question says enough, however few its words.
PLAINLY_FOUND = 0.7
# What a concept named in the question adds to a query that is about it; two at most.
SAME_CONCEPT = 0.1
# The schemes of what is no matter of these policies, and of series of titles that are one only beside a title of ours.
OTHER_MATTER, OTHER_SERIES = "other-matter", "other-series"
# What makes a question about another series one about a move from it.
TRANSFER = ("route-kind", "transfer")
# The schemes whose concepts a text names where it says anything on them.
NAMED_OR_SILENT = ("honour", "applicant-status")
# The fewest words beside what it names that make a question, and one that begins as if it went on from another.
LEAST_WORDS, LEAST_WORDS_ON = 2, 3
# The score at which a query is meant that is about an aspect named in the question which is told as a whole, as long as no fact is nearer than the second.
WHOLE_MEANT, WHOLE_UNLESS = 0.35, 0.65
# What is taken off for each type of entity that a question names and a query cannot use.
UNUSED = 0.2
# The score at which a query is meant that cannot do without a number, a day or a second title, and was given one.
NUMBERED_MEANT = 0.4
# How much nearer a fact has to be than a query that takes a second title, to be told in its stead.
NEARLY = 0.02
# The score at which the fact of a question's part is told beside a query.
ALSO_ASKED = 0.5
MASKED = re.compile(r"<[\w-]+>")
CONCEPT = re.compile(r"(?<![\w-])[a-z-]+:[a-z][\w-]*")
# The parameter that takes the titles named beside those that a question is after (knowledge/catalogue.py).
BELOW = ("below",)
MEASURED = ("integer", "decimal", "date")
SPOKEN = """
PREFIX zc: <https://w3id.org/zhicheng/ontology#>
PREFIX eli: <http://data.europa.eu/eli/ontology#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT DISTINCT ?concept ?region WHERE { ?fact zc:inDocument ?document ; ?property ?concept . ?document eli:jurisdiction ?region . ?concept skos:inScheme ?scheme } ORDER BY ?concept ?region
"""
SILENT_ON = """
PREFIX zc: <https://w3id.org/zhicheng/ontology#>
PREFIX eli: <http://data.europa.eu/eli/ontology#>
SELECT ?region ?silence ?title WHERE { ?silence zc:silentOnTitle ?title ; zc:inDocument ?document . ?document eli:jurisdiction ?region } ORDER BY ?region ?silence ?title
"""
WHOLE = """
PREFIX zc: <https://w3id.org/zhicheng/ontology#>
SELECT ?aspect WHERE { ?aspect zc:toldWhole true } ORDER BY ?aspect
"""
OF_OTHERS = """
PREFIX zc: <https://w3id.org/zhicheng/ontology#>
SELECT ?aspect WHERE { ?aspect zc:concernsOthers true } ORDER BY ?aspect
"""
ENTRIES = """
PREFIX zc: <https://w3id.org/zhicheng/ontology#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?query ?label WHERE { ?entry a zc:FaqEntry ; zc:answeredBy ?query ; rdfs:label ?label } ORDER BY ?query ?label
"""


class Understanding:
    """Reads questions; built once from the catalogue's patterns, the FAQ's printed questions, the concepts' names, the facts and their wordings."""

    def __init__(self, store: GraphStore, vocabulary: Vocabulary, catalogue: Catalogue, library: Library, encoder: Attuned, wordings: Sequence[Wording], outside: Sequence[str] = ()):
        self._vocabulary, self._catalogue, self._library, self._encoder = vocabulary, catalogue, library, encoder
        self._reader = Reader(store, vocabulary, library)
        self._persons = Persons(vocabulary)
        self._masked_types = {_named(p) for q in catalogue.queries.values() for p in q.parameters} - {"region"}
        patterns = [(q.name, ask, q.filled(ask, detect(SLOT.sub("", ask)), vocabulary)) for q in catalogue.queries.values() for ask in q.ask]
        patterns += [(row["query"].value, row["label"].value, row["label"].value) for row in store.query(ENTRIES)]
        types = {q.name: {p.name: _named(p) for p in q.parameters} for q in catalogue.queries.values()}
        background = [normalise(fact.label[language]) for fact in library.facts.values() for language in ("zh", "en")]
        self._finder = Finder(store, library, self._reader, wordings, encoder, Affirming(store, vocabulary))
        self._matcher = Matcher([(query, self._pattern(text, types[query]), self._reader.read(asked).plain) for query, text, asked in patterns], background, encoder)
        self._scope = Scope([self._reader.read(text).plain for text in outside], encoder, (self._finder.meanings, self._matcher.meanings))
        self._concepts = {name: set(CONCEPT.findall(VALUES.sub("", query.text, count=1))) for name, query in catalogue.queries.items()}
        self._whole = {f"aspect:{slug(row['aspect'].value)}" for row in store.query(WHOLE)}
        self._of_others = {row["aspect"].value for row in store.query(OF_OTHERS)}
        self._silent_on: dict[tuple[str, str], set[str]] = defaultdict(set)
        for row in store.query(SILENT_ON):
            self._silent_on[row["region"].value, row["silence"].value].add(row["title"].value)
        self._spoken: dict[str, set[str]] = defaultdict(set)
        for row in store.query(SPOKEN):
            self._spoken[row["concept"].value].add(row["region"].value)

    def _pattern(self, text: str, types: dict[str, str]) -> str:
        marked = normalise(SLOT.sub(lambda m: f"<{types[m[1]]}>", text))
        slots = [m.span() for m in MASKED.finditer(marked)]
        entities = [e for e in self._reader.entities(marked) if not any(start < e.end and e.start < end for start, end in slots)]
        return mask(marked, entities, self._masked_types)

    def read(self, text: str, language: str | None = None, regions: tuple[str, ...] = (), day: date | None = None) -> Question:
        """What a question means.

        `regions` are slugs to which the answer is limited, as if the question had named them. Raises Invalid for a blank
        question or one of more than 500 characters, Unknown for a region or language that does not exist.
        """
        if not text.strip():
            raise Invalid("q", "is blank", "Ask a question of 1 to 500 characters")
        if len(text) > LONGEST:
            raise Invalid("q", f"has {len(text)} characters", f"Ask a question of 1 to {LONGEST} characters")
        if language not in (None, "zh", "en"):
            raise Invalid("lang", f'is "{language}"', "Use zh or en")
        reading = self._reader.read(text)
        given = tuple(self._vocabulary.find("region", r).iri for r in regions)
        question = Question(text.strip(), language or reading.language, day or date.today(), regions=given or reading.said, entities=reading.entities, titles=reading.titles, closed=self._reader.yes_or_no(reading))
        person = self._persons.read(reading, question.day) if self._persons.tells(reading) else None
        if person and (person.dated or person.education and question.closed):
            question = replace(question, person=person)
        parts = self._reader.parts(reading)
        whole = self._meaning(reading)
        if len(parts) == 1 or len({part.said for part in parts}) == 1 and self.typed(question, reading, whole)[1] >= SURELY_MEANT:
            return self._choose(question, reading, whole)
        chosen = [part for part in self._of_parts(question, parts, given) if part.query or part.silences]
        if len(chosen) < 2 or not any(part.query for part in chosen):
            return self._choose(question, reading, whole)
        lead = next(part for part in chosen if part.query)
        rest = [part for part in chosen if part is not lead]
        return replace(lead, entities=reading.entities, also=(*lead.also, *rest))

    def _of_parts(self, question: Question, parts: Sequence[Reading], given: tuple[str, ...]) -> Iterator[Question]:
        """The readings of the questions that one asks; what names no region goes on about the one region of which the first speaks, if that is one."""
        spoken: tuple[str, ...] = ()
        for part in parts:
            read = self._choose(replace(question, entities=part.entities, regions=given or part.said or spoken), part, self._meaning(part))
            if not spoken and read.query == FACTS:
                regions = {self._library.policies[self._library.facts[fact.value].document].region for fact in read.terms["fact"]}
                spoken = tuple(regions) if len(regions) == 1 else ()
            yield read

    def _choose(self, question: Question, reading: Reading, meaning: Meaning | None) -> Question:
        """The reading of a question that is clearly meant: a query, facts, or none for a reason."""
        ours = reading.names("title")
        moves = any((e.type, e.id) == TRANSFER for e in reading.entities)
        if reading.names(OTHER_MATTER) or reading.names(OTHER_SERIES) and not (ours or moves) or self._scope.excludes(meaning) and not reading.cites:
            return replace(question, reason="out-of-scope")
        within = self._reader.within(question.regions)
        if within and not within & self._library.regions.keys():
            return replace(question, reason="not-in-sources")
        other_titles = self._other_titles(reading)
        if within and within & self._library.regions.keys() <= other_titles.keys():
            return replace(question, reason="not-in-sources", silences=tuple(other_titles[region] for region in sorted(within & other_titles.keys())))
        typed, typed_score = self.typed(question, reading, meaning)
        found = self._finder.find(reading, within or self._speaking(reading), meaning, other_titles)
        silent = self._silent(reading, within)
        if silent and found.score < FOUND_ALL_THE_SAME and typed_score < SURELY_MEANT:
            return replace(question, reason="not-in-sources", silent=silent, near=typed.near)
        at_home = ours or reading.cites or within and any(e.type not in ("region", "question-form") for e in reading.entities)
        least = FOUND_AT_HOME if at_home else SURELY_FOUND if reading.entities else FOUND_ALL_THE_SAME
        if found.silences and not found.facts and typed_score < SURELY_MEANT and found.score >= least:
            return replace(question, reason="not-in-sources", silences=found.silences, near=typed.near)
        facts = _facts(question, found) if found.facts and found.score >= least else None
        if typed.query and typed_score >= NUMBERED_MEANT and (self._takes(typed, MEASURED) or typed_score > found.score - NEARLY and self._takes(typed, BELOW)):
            return replace(typed, otherwise=facts)
        if typed.query and typed_score >= SURELY_MEANT:
            return replace(typed, silences=found.silences, otherwise=facts if found.score >= FOUND_ALL_THE_SAME else None, also=self._also(question, found, within))
        unread = replace(question, reason="unclear" if reading.entities or reading.cites else "out-of-scope", near=typed.near)
        if found.score < PLAINLY_FOUND and self._says_too_little(reading):
            return unread
        whole = {f"{e.type}:{e.id}" for e in reading.entities} & self._whole & self._concepts.get(typed.query or "", set())
        if whole and typed_score >= WHOLE_MEANT and found.score < WHOLE_UNLESS:
            return replace(typed, silences=found.silences)
        if facts:
            return facts
        return typed if typed.query and typed_score >= CLEARLY_MEANT else unread

    def _speaking(self, reading: Reading) -> set[str]:
        """The regions whose texts name the honours and standings that a question names; none where it names none, or no text does."""
        return {region for e in reading.entities if e.type in NAMED_OR_SILENT for region in self._spoken.get(e.iri, ())}

    def _other_titles(self, reading: Reading) -> dict[str, str]:
        """The regions whose texts say nothing on any of the titles that a question names, with the silence that says so; not those that speak on others who may hold them."""
        named, others = set(reading.unheld), [self._spoken[e.iri] for e in reading.entities if e.iri in self._of_others]
        return {region: silence for (region, silence), titles in self._silent_on.items() if named and named <= titles and not any(region in spoken for spoken in others)}

    def _silent(self, reading: Reading, within: set[str]) -> str | None:
        """The honour, standing or aspect asked about that no text of these regions names, where they speak on no other aspect asked about either."""
        unnamed = next((e.iri for e in reading.entities if e.type in NAMED_OR_SILENT and within and not self._spoken.get(e.iri, set()) & within), None)
        asked = [iri for e in reading.entities if e.type == "aspect" for iri in self._reader.wider(e.iri)]
        if unnamed or not asked or any(self._spoken[iri] for iri in asked):
            return unnamed
        return asked[0]

    def _takes(self, question: Question, kinds: tuple[str, ...]) -> bool:
        """Whether the query of a question cannot do without a parameter of such a type or name, which few questions have something for."""
        return any(not p.optional and (p.type in kinds or p.name in kinds) for p in self._catalogue.find(question.query or "").parameters)

    def _says_too_little(self, reading: Reading) -> bool:
        """Whether a question names neither a region nor a concept, and little beside its aspect: 要几年？; or goes on from an earlier one: 那硕士的呢？"""
        follows = reading.opening and not reading.said
        if not follows and (reading.said or any(e.type not in ("aspect", "question-form") for e in reading.entities)):
            return False
        left = reading.folded
        for entity in sorted(reading.entities, key=lambda e: -e.start):
            left = left[: entity.start] + " " + left[entity.end :]
        left = left.removeprefix(reading.opening) if follows else left
        return sum(not f.startswith(("·", "~")) for f in grams(left)) < (LEAST_WORDS_ON if follows else LEAST_WORDS)

    def _meaning(self, reading: Reading) -> Meaning | None:
        return self._encoder.meaning(reading.plain)

    def typed(self, question: Question, reading: Reading, meaning: Meaning | None = None) -> tuple[Question, float]:
        """The catalogue's query that is nearest to a question, with its terms, and how near it is."""
        entities = list(reading.entities)
        ranked = self._matcher.rank(mask(reading.folded, entities, self._masked_types), meaning)
        named = {f"{e.type}:{e.id}" for e in entities}
        best, best_score = replace(question, near=tuple(m.query for m in ranked)), 0.0
        for match in ranked:
            query = self._catalogue.find(match.query)
            terms = self._bind(query, reading)
            if terms is None:
                continue
            used = {_named(p) for p in query.parameters if p.name in terms}
            held = {"title"} if not reading.titles else set()
            unused = {SAME_MASK.get(e.type, e.type) for e in entities if e.type in self._masked_types} - {SAME_MASK.get(u, u) for u in used} - held
            score = match.score - UNUSED * len(unused) + SAME_CONCEPT * min(2, len(named & self._concepts[match.query]))
            if score > best_score:
                best, best_score = replace(best, query=match.query, terms=terms), score
        return best, best_score

    @staticmethod
    def _also(question: Question, found: Found, within: set[str]) -> tuple[Question, ...]:
        """What the parts of a question about named regions ask beside the query that is meant."""
        facts = {fact: score for fact, score in found.parts.items() if score >= ALSO_ASKED} if within else {}
        return (_facts(question, Found(facts)),) if facts else ()

    def _bind(self, query: Query, reading: Reading) -> dict | None:
        """The terms of a query's parameters among what is named; None where one that is required is not named."""
        terms: dict = {}
        for parameter in query.parameters:
            if parameter.name == "region":
                continue
            found = [_term(e, parameter) for e in reading.entities if e.type == _named(parameter)]
            if parameter.type == "title":
                named = reading.others if parameter.name in BELOW else reading.unheld if parameter.optional else reading.titles
                found = [NamedNode(iri) for iri in named]
            if found:
                terms[parameter.name] = list(dict.fromkeys(found))
            elif not parameter.optional:
                return None
        return terms


def _facts(question: Question, found: Found) -> Question:
    """The question as one after facts."""
    return replace(question, query=FACTS, terms={"fact": [NamedNode(fact) for fact in found.facts]}, silences=found.silences, reply=found.reply)


def _named(parameter: Parameter) -> str:
    """The type of entity that a parameter takes: a concept's scheme, `date`, or for numbers the parameter's own name."""
    return parameter.name if parameter.type in ("integer", "decimal", "string") else parameter.type


def _term(entity: Entity, parameter: Parameter) -> Term:
    return NamedNode(entity.iri) if entity.iri else Literal(entity.id, datatype=NamedNode(XSD + parameter.type))
