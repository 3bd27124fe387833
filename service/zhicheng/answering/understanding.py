"""From a question's text to a Question: entities are linked and masked, and the nearest query or facts are chosen, or none."""

import re
from collections import defaultdict
from dataclasses import replace
from datetime import date

from pyoxigraph import Literal, NamedNode

from zhicheng.answering import values
from zhicheng.answering.language import detect, normalise
from zhicheng.answering.linking import Entity, Linker
from zhicheng.answering.matching import Matcher, grams
from zhicheng.answering.questions import Question
from zhicheng.answering.retrieval import Hit, Retriever
from zhicheng.errors import Invalid
from zhicheng.knowledge.catalogue import SLOT, VALUES, Catalogue, Parameter, Query, Term
from zhicheng.knowledge.policies import Library
from zhicheng.knowledge.stores import GraphStore
from zhicheng.knowledge.vocabulary import Vocabulary
from zhicheng.terms import XSD, scheme_of

LONGEST = 500
# The nearness at which a query counts as meant, surely or if no fact is near; and a fact as found. Set on questions that the
# patterns were not written from, with a wrong answer costing more than a silent one.
SURELY_MEANT, CLEARLY_MEANT = 0.72, 0.5
SURELY_FOUND, FOUND_AT_HOME, FOUND_ALL_THE_SAME = 0.4, 0.28, 0.45
# What a concept named in the question adds to a query that is about it; two at most.
SAME_CONCEPT = 0.1
# The share of the best score at which a region, and another fact of it, is told as well; and the most facts of a region.
REGION_SPEAKS, ALSO_MEANT, MOST_FACTS = 0.6, 0.55, 6
# The schemes of what is no matter of these policies, and of series of titles that are one only beside a title of ours.
OTHER_MATTER, OTHER_SERIES = "other-matter", "other-series"
# The schemes whose concepts a text names where it says anything on them.
NAMED_OR_SILENT = ("honour", "applicant-status")
# The fewest words beside its aspect that make a question.
LEAST_WORDS = 2
# What is taken off for each type of entity that a question names and a query cannot use.
UNUSED = 0.2
# A level and its title stand for each other in questions.
SAME_MASK = {"level": "title"}
# Where a question may turn to another matter, the fewest words of a part, and the score at which a
# part's fact is told beside other facts, and beside a query.
PARTS = re.compile(r"[，,；;？?。]|(?<=\s)(?:and|or)(?=\s(?:how|what|who|which|when|where|does|is|can|must|are|do)\b)")
LEAST_PART, PART_FOUND, ALSO_ASKED = 3, 0.38, 0.5
# What names a document rather than asks about it: a title in brackets, a number, a year of notice.
NAMED_DOCUMENT = re.compile(r"《[^》]*》|[\w]{2,8}[〔\[(（]?\d{4}[〕\])）]?\d+号|\d{4}年度?")
BRACKETS = re.compile(r"[〔〕\[\]()（）【】\s]")
CONCEPT = re.compile(r"(?<![\w-])[a-z-]+:[a-z][\w-]*")
UNNAMED = """
PREFIX zc: <https://w3id.org/zhicheng/ontology#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?scheme WHERE { ?scheme a skos:ConceptScheme . FILTER NOT EXISTS { ?scheme zc:namedInQuestions false } } ORDER BY ?scheme
"""
SPOKEN = """
PREFIX zc: <https://w3id.org/zhicheng/ontology#>
PREFIX eli: <http://data.europa.eu/eli/ontology#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT DISTINCT ?concept ?region WHERE { ?fact zc:inDocument ?document ; ?property ?concept . ?document eli:jurisdiction ?region . ?concept skos:inScheme ?scheme } ORDER BY ?concept ?region
"""
ENTRIES = """
PREFIX zc: <https://w3id.org/zhicheng/ontology#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?query ?label WHERE { ?entry a zc:FaqEntry ; zc:answeredBy ?query ; rdfs:label ?label } ORDER BY ?query ?label
"""


class Understanding:
    """Reads questions; built once from the catalogue's patterns, the FAQ's printed questions, the concepts' names and the facts."""

    def __init__(self, store: GraphStore, vocabulary: Vocabulary, catalogue: Catalogue, library: Library):
        self._vocabulary, self._catalogue, self._library = vocabulary, catalogue, library
        named = {row["scheme"].value.rsplit("/", 1)[-1] for row in store.query(UNNAMED)}
        self._linker = Linker(vocabulary, named)
        self._masked_types = {_named(p) for q in catalogue.queries.values() for p in q.parameters} - {"region"}
        patterns = [(q.name, ask) for q in catalogue.queries.values() for ask in q.ask]
        patterns += [(row["query"].value, row["label"].value) for row in store.query(ENTRIES)]
        types = {q.name: {p.name: _named(p) for p in q.parameters} for q in catalogue.queries.values()}
        background = [normalise(fact.label[language]) for fact in library.facts.values() for language in ("zh", "en")]
        self._matcher = Matcher([(query, self._pattern(text, types[query])) for query, text in patterns], background)
        self._concepts = {name: set(CONCEPT.findall(VALUES.sub("", query.text, count=1))) for name, query in catalogue.queries.items()}
        self._retriever = Retriever(store, library, self._linker)
        self._spoken: dict[str, set[str]] = defaultdict(set)
        for row in store.query(SPOKEN):
            self._spoken[row["concept"].value].add(row["region"].value)

    def _pattern(self, text: str, types: dict[str, str]) -> str:
        marked = normalise(SLOT.sub(lambda m: f"<{types[m[1]]}>", text))
        return self._mask(marked, self._entities(marked), self._masked_types)

    def _entities(self, text: str) -> list[Entity]:
        found = values.read(text)
        return found + [e for e in self._linker.link(text) if not any(v.start < e.end and e.start < v.end for v in found)]

    def _documents(self, folded: str) -> list[str]:
        """The regions of the policies that a text names by their number, whatever its brackets."""
        plain = BRACKETS.sub("", folded)
        return [p.region for p in self._library.policies.values() if p.number and BRACKETS.sub("", normalise(p.number)) in plain]

    @staticmethod
    def _mask(text: str, entities: list[Entity], types: set[str]) -> str:
        """The text with what is of some types replaced by its type, and regions taken out."""
        for entity in sorted({(e.start, e.end): e for e in entities}.values(), key=lambda e: -e.start):
            if entity.type == "region":
                text = text[: entity.start] + " " + text[entity.end :]
            elif entity.type in types:
                text = text[: entity.start] + f"<{SAME_MASK.get(entity.type, entity.type)}>" + text[entity.end :]
        return text

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
        folded = normalise(text.strip())
        entities = self._entities(folded)
        said = tuple(dict.fromkeys([e.iri for e in entities if e.type == "region"] + self._documents(folded)))
        given = tuple(self._vocabulary.find("region", r).iri for r in regions)
        question = Question(text.strip(), language or detect(text), day or date.today(), regions=given or said, entities=tuple(entities))
        ours = any(e.type == "title" for e in entities)
        if any(e.type == OTHER_MATTER or e.type == OTHER_SERIES and not ours for e in entities):
            return replace(question, reason="out-of-scope")
        within = {r for region in question.regions for r in self._vocabulary.within(region)}
        if within and not within & self._library.regions.keys():
            return replace(question, reason="not-in-sources")
        typed, typed_score = self.typed(question, folded)
        facts, fact_score = self.facts(question, folded, detect(text))
        silent = self._silent(entities, within)
        if silent and fact_score < FOUND_ALL_THE_SAME and typed_score < SURELY_MEANT:
            return replace(question, reason="not-in-sources", silent=silent, near=typed.near)
        at_home = ours or within and any(e.type not in ("region", "question-form") for e in entities)
        least = FOUND_AT_HOME if at_home else SURELY_FOUND if entities else FOUND_ALL_THE_SAME
        found = facts if facts.query and fact_score >= least else None
        if typed.query and typed_score >= SURELY_MEANT:
            return replace(typed, otherwise=found if fact_score >= FOUND_ALL_THE_SAME else None, also=self._also(question, folded, detect(text), within))
        if self._says_too_little(folded, entities):
            return replace(question, reason="unclear" if entities else "out-of-scope", near=typed.near)
        if found:
            return found
        if typed.query and typed_score >= CLEARLY_MEANT:
            return typed
        return replace(question, reason="unclear" if entities else "out-of-scope", near=typed.near)

    def _silent(self, entities: list[Entity], within: set[str]) -> str | None:
        """The honour, standing or aspect asked about that no text of these regions names, where they speak on no other aspect asked about either."""
        unnamed = next((e.iri for e in entities if e.type in NAMED_OR_SILENT and within and not self._spoken.get(e.iri, set()) & within), None)
        asked = [iri for e in entities if e.type == "aspect" for iri in self._wider(e.iri)]
        if unnamed or not asked or any(self._spoken[iri] & (within or self._spoken[iri]) for iri in asked):
            return unnamed
        return asked[0]

    def _wider(self, aspect: str) -> list[str]:
        """An aspect and those it is a part of: what is asked about education may stand under education and seniority."""
        return [aspect, *self._vocabulary.upper.get(aspect, ())]

    @staticmethod
    def _says_too_little(folded: str, entities: list[Entity]) -> bool:
        """Whether a question names neither a region nor a concept, and little beside its aspect: 要几年？"""
        if any(e.type != "aspect" for e in entities):
            return False
        left = folded
        for entity in sorted(entities, key=lambda e: -e.start):
            left = left[: entity.start] + " " + left[entity.end :]
        return sum(not f.startswith(("·", "~")) for f in grams(left)) < LEAST_WORDS

    def typed(self, question: Question, folded: str) -> tuple[Question, float]:
        """The catalogue's query that is nearest to a question, with its terms, and how near it is."""
        entities = list(question.entities)
        ranked = self._matcher.rank(self._mask(NAMED_DOCUMENT.sub(lambda m: " " * len(m[0]), folded), entities, self._masked_types))
        named = {f"{e.type}:{e.id}" for e in entities}
        best, best_score = replace(question, near=tuple(m.query for m in ranked)), 0.0
        for match in ranked:
            query = self._catalogue.find(match.query)
            terms = self._bind(query, entities)
            if terms is None:
                continue
            used = {_named(p) for p in query.parameters if p.name in terms}
            unused = {SAME_MASK.get(e.type, e.type) for e in entities if e.type in self._masked_types} - {SAME_MASK.get(u, u) for u in used}
            score = match.score - UNUSED * len(unused) + SAME_CONCEPT * min(2, len(named & self._concepts[match.query]))
            if score > best_score:
                best, best_score = replace(best, query=match.query, terms=terms), score
        return best, best_score

    def facts(self, question: Question, folded: str, language: str) -> tuple[Question, float]:
        """The facts that are nearest to a question, in every region that it asks about, and how near the nearest is."""
        concepts = {iri for e in question.entities if e.iri and e.type not in ("region", "question-form") for iri in (self._wider(e.iri) if e.type == "aspect" else [e.iri])}
        titles = set(self._targets(list(question.entities)))
        within = {r for region in question.regions for r in self._vocabulary.within(region)}
        masked = self._mask(folded, list(question.entities), set())
        hits = self._by_region(masked, concepts, titles, language, within)
        if not hits:
            return question, 0.0
        top = max(found[0].score for found in hits.values())
        chosen = {hit.fact: hit.score for found in hits.values() if within or found[0].score >= REGION_SPEAKS * top for hit in found[:MOST_FACTS] if hit.score >= ALSO_MEANT * found[0].score}
        for fact, score in self._parts(question, masked, titles, language, within or {self._region(fact) for fact in chosen}).items():
            chosen.setdefault(fact, score)
        ordered = sorted(chosen, key=lambda fact: -chosen[fact])
        return replace(question, query="facts", terms={"fact": [NamedNode(fact) for fact in ordered]}), top

    def _also(self, question: Question, folded: str, language: str, within: set[str]) -> Question | None:
        """What the parts of a question about named regions ask beside the query that is meant."""
        if not within:
            return None
        entities = list(question.entities)
        parts = self._parts(question, self._mask(folded, entities, set()), set(self._targets(entities)), language, within)
        facts = [NamedNode(fact) for fact, score in parts.items() if score >= ALSO_ASKED]
        return replace(question, query="facts", terms={"fact": facts}) if facts else None

    def _parts(self, question: Question, masked: str, titles: set[str], language: str, within: set[str]) -> dict[str, float]:
        """The fact nearest to each part of a question that asks more than one thing, in each region; a part names a concept."""
        chosen = {}
        names = [e.text for e in question.entities if e.type != "region"]
        for part in _parts(masked):
            if not any(name in part for name in names):
                continue
            for found in self._by_region(part, titles, titles, language, within).values():
                if found[0].score >= PART_FOUND:
                    chosen[found[0].fact] = found[0].score
        return chosen

    def _region(self, fact: str) -> str:
        return self._library.policies[self._library.facts[fact].document].region

    def _by_region(self, text: str, concepts: set[str], titles: set[str], language: str, within: set[str]) -> dict[str, list[Hit]]:
        hits: dict[str, list[Hit]] = defaultdict(list)
        for hit in self._retriever.rank(text, concepts, titles, language):
            region = self._region(hit.fact)
            if not within or region in within:
                hits[region].append(hit)
        return hits

    def _bind(self, query: Query, entities: list[Entity]) -> dict | None:
        """The terms of a query's parameters among the entities; None where one that is required is not named."""
        terms: dict = {}
        for parameter in query.parameters:
            if parameter.name == "region":
                continue
            found = [_term(e, parameter) for e in entities if e.type == _named(parameter)]
            if parameter.type == "title":
                found = [NamedNode(iri) for iri in self._targets(entities)]
            if found:
                terms[parameter.name] = list(dict.fromkeys(found))
            elif not parameter.optional:
                return None
        return terms

    def _targets(self, entities: list[Entity]) -> list[str]:
        """The titles asked about: of several named, or of the levels named, the highest; the lower ones are those already held."""
        titles = [t for e in entities if e.type in ("title", "level") for t in self._vocabulary.within(e.iri) if scheme_of(t) == "title"]
        ranks = {t: max((self._vocabulary.concepts[u].rank or 0 for u in self._vocabulary.upper.get(t, ()) if u in self._vocabulary.concepts), default=0) for t in titles}
        highest = max(ranks.values(), default=0)
        return [t for t in ranks if ranks[t] == highest]


def _parts(text: str) -> list[str]:
    """The parts of a question that ask more than one thing; none where it asks one."""
    parts = [part for part in PARTS.split(text) if sum(not f.startswith(("·", "~")) for f in grams(part)) >= LEAST_PART]
    return parts if len(parts) > 1 else []


def _named(parameter: Parameter) -> str:
    """The type of entity that a parameter takes: a concept's scheme, `date`, or for numbers the parameter's own name."""
    return parameter.name if parameter.type in ("integer", "decimal", "string") else parameter.type


def _term(entity: Entity, parameter: Parameter) -> Term:
    return NamedNode(entity.iri) if entity.iri else Literal(entity.id, datatype=NamedNode(XSD + parameter.type))
