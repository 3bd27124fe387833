"""From a Question to its Answer: the query's rows, put into sentences region by region, each with its citations."""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import zip_longest

from pyoxigraph import NamedNode, QueryResultsFormat

from zhicheng.answering import statements
from zhicheng.answering.language import detect
from zhicheng.answering.questions import FACTS, Question
from zhicheng.knowledge.caches import BoundedCache
from zhicheng.knowledge.catalogue import SLOT, Catalogue, Query, Term
from zhicheng.knowledge.policies import GATE, Fact, Library, Policy
from zhicheng.knowledge.stores import GraphStore
from zhicheng.knowledge.tables import Row, Table
from zhicheng.knowledge.tables import rows as rows_of
from zhicheng.knowledge.vocabulary import Vocabulary
from zhicheng.terms import POLICY, slug

# The most characters of an answer, and how deep trees are shown: the first that fits is taken, the last shortened until it does. Where there is
# a gate, the rest may be only named to leave room for it.
LONGEST = {"zh": 2800, "en": 7600}
DETAILS = tuple(statements.Detail(*depths) for depths in ((4, 4), (4, 2), (4, 1), (4, 0), (2, 0), (1, 0), (4, -1), (1, -1), (0, -1), (0, 0)))
# An answer to a question after one fact is shorter: less detail first, then fewer facts of each region.
SHORT = {"zh": 560, "en": 1400}
SHORTER = tuple((statements.Detail(*depths), most) for depths, most in (((4, 4), 6), ((2, 2), 6), ((1, 1), 4), ((1, 1), 2), ((0, 0), 4), ((0, 0), 2), ((0, 0), 1)))
# The most results of other queries that are kept, and their bytes.
KEPT = 2000, 20_000_000
VALIDITY_ORDER = ("in-force", "future", "past", "draft")

WORDS = {
    "zh": {
        "silent": "{regions}的文件未作规定。",
        "not-found": "在{regions}的文件中没有找到相应规定。",
        "silence": "所收录的{regions}文件没有说明{asked}。",
        "instead": "文件只写明：{said}。",
        "reply": "{reply}。",
        "no-years": "（没有年限要求）",
        "no-policy": "没有收录{regions}的政策文件，无法回答。",
        "unclear": "没有读懂这个问题，或者它有几种读法。请写明职称、地区和想问的事项。",
        "out-of-scope": "这不是工程系列职称政策的问题，所收录的文件不涉及。",
        "list": "、",
        "true": "是",
        "false": "否",
        "more": "（其余见条款原文）",
    },
    "en": {
        "silent": "The document(s) of {regions} do not say.",
        "not-found": "No such provision was found in the document(s) of {regions}.",
        "silence": "The texts held of {regions} do not state this ({asked}).",
        "instead": " They only say: {said}.",
        "reply": "{reply}. ",
        "no-years": " (no years are required)",
        "no-policy": "No policy of {regions} is held, so this cannot be answered.",
        "unclear": "This question could not be read, or can be read in several ways. Name the title, the region and what you want to know.",
        "out-of-scope": "This is not a matter of engineering-title policies; the texts held do not deal with it.",
        "list": ", ",
        "true": "yes",
        "false": "no",
        "more": "(see the clauses for the rest)",
    },
}


@dataclass(frozen=True)
class Citation:
    """A clause and the words quoted from it, as an answer cites them."""

    policy: str
    policy_title: str
    document_number: str | None
    region: str
    clause: str
    quote: str
    validity: str
    url: str
    iri: str


@dataclass
class Answer:
    """What is said to a question, and everything that shows how it was found."""

    question: Question
    status: str
    text: str
    citations: list[Citation] = field(default_factory=list)
    reason: str | None = None
    sparql: str | None = None
    results: str | None = None
    suggestions: list[str] = field(default_factory=list)


class Answers:
    """Answers questions from the store; what does not change between questions is held ready."""

    def __init__(self, store: GraphStore, vocabulary: Vocabulary, library: Library, catalogue: Catalogue):
        self.store, self._vocabulary, self._library, self._catalogue = store, vocabulary, library, catalogue
        self._facts = Table(store, catalogue.find(FACTS), map(NamedNode, library.facts))
        statements.settle(library.facts.values())
        self._suggested = {query.name: self._in_each_language(query) for query in catalogue.queries.values()}
        self._kept: BoundedCache[tuple[list[Row], str]] = BoundedCache(*KEPT)

    def answer(self, question: Question) -> Answer:
        """The answer to a question, in its language and as of its day."""
        words = WORDS[question.language]
        held = self._held(question)
        if not held:
            return self._unanswered(question, "not-in-sources", words["no-policy"].format(regions=self._names(question.regions, question.language)))
        if question.query is None:
            reason = question.reason or "unclear"
            if question.silences:
                return self._silent(question)
            text = self._silence(question, held) if reason == "not-in-sources" else words[reason]
            return self._unanswered(question, reason, text)
        query = self._catalogue.find(question.query)
        question = _with_facts_of_parts(question)
        terms = dict(question.terms)
        if question.regions and any(p.name == "region" for p in query.parameters):
            terms["region"] = [NamedNode(region) for region in held]
        sparql = query.bind(terms)
        rows, results = self._found(query, terms, sparql)
        if not rows and question.otherwise:
            return self.answer(question.otherwise)
        if not rows:
            answer = self._unanswered(question, "not-in-sources", self._silence(question, held))
            answer.sparql = sparql
            return answer
        text, citations = self._compose(question, query, rows, held)
        for other in question.also:
            more = self.answer(other)
            if more.status == "answered" and not {c.quote for c in more.citations} <= {c.quote for c in citations} or other.silences:
                text += "\n" + more.text
                citations += [c for c in more.citations if c not in citations]
        return Answer(question, "answered", text, citations, None, sparql, results, self._suggestions(question))

    def _found(self, query: Query, terms: dict[str, list[Term]], sparql: str) -> tuple[list[Row], str]:
        """The rows of a query, and the same as SPARQL JSON results; fetched anew only where they are not at hand."""
        if query.name == FACTS:
            return self._facts.find(terms["fact"])
        found = self._kept.get(sparql)
        if found is None:
            results = self.results(sparql)
            found = rows_of(results), results
            self._kept.put(sparql, found, len(results))
        return found

    def results(self, sparql: str) -> str:
        """The results of a SELECT query in the SPARQL JSON format."""
        solutions = self.store.query(sparql)
        return solutions.serialize(format=QueryResultsFormat.JSON).decode()

    def _held(self, question: Question) -> list[str]:
        """The regions that are asked about and have a policy: those named and those within them, or all."""
        if not question.regions:
            return sorted(self._library.regions)
        wanted: list[str] = []
        for region in question.regions:
            wanted += [r for r in self._vocabulary.within(region) if r in self._library.regions and r not in wanted]
        return wanted

    def _names(self, regions, language: str) -> str:
        return WORDS[language]["list"].join(self._vocabulary.label(r, language) for r in regions)

    def _silence(self, question: Question, held: list[str]) -> str:
        """That the texts do not say what was asked, and what they say of matters they leave open or who is in charge."""
        language, words = question.language, WORDS[question.language]
        if question.silent:
            asked = self._vocabulary.label(question.silent, language)
        else:
            asked = self._catalogue.find(question.query).summary[language] if question.query else ""
        text = words["silence"].format(regions=self._names(held, language), asked=asked[:1].lower() + asked[1:])
        if len(held) == 1:
            for topic in ("residual-rule", "responsible-authority"):
                fact = next((f for f in self._library.facts.values() if topic in f.aspects and self._library.policies[f.document].region == held[0]), None)
                if fact:
                    return text + words["instead"].format(said=statements.statement(fact, language))
        return text

    def _silent(self, question: Question) -> Answer:
        """That documents do not say what was asked, each in its own line, with what they do say about the matter."""
        nearest = [self._library.facts[fact] for silence in question.silences for fact in self._library.silences[silence].nearest]
        answer = self._unanswered(question, "not-in-sources", "\n".join(self._stated_silence(silence, question) for silence in question.silences))
        answer.citations = list(dict.fromkeys(c for fact in nearest for c in self.citations(fact, question.day, question.language)))
        return answer

    def _stated_silence(self, iri: str, question: Question, nearest: bool = True) -> str:
        """One silence as a line: its document, what it does not state, and, if that is asked for, what it states nearest to it."""
        silence, language = self._library.silences[iri], question.language
        policy = self._library.policies[silence.document]
        line = statements.heading(policy, self._vocabulary.label(policy.region, language), question.day, language) + statements.sentences([silence.label[language].strip(statements.CLOSING)], language)
        said = [statements.statement(self._library.facts[fact], language) for fact in silence.nearest] if nearest else []
        return line + WORDS[language]["instead"].format(said=statements.sentences(said, language).strip(statements.CLOSING)) if said else line

    def _unanswered(self, question: Question, reason: str, text: str) -> Answer:
        return Answer(question, "unanswered", text, reason=reason, suggestions=self._suggestions(question))

    def _suggestions(self, question: Question, most: int = 3) -> list[str]:
        """Questions near this one that can be answered, in its language, with their worked example filled in."""
        found = []
        for name in question.near or sorted(self._catalogue.queries):
            query = self._catalogue.queries[name]
            if name == question.query or not query.ask:
                continue
            if question.language in self._suggested[name]:
                found.append(self._suggested[name][question.language])
            if len(found) == most:
                break
        return found

    def _in_each_language(self, query: Query) -> dict[str, str]:
        """The first pattern of each language as a question."""
        asked: dict[str, str] = {}
        for pattern in query.ask:
            language = detect(SLOT.sub("", pattern))
            if language not in asked:
                asked[language] = query.filled(pattern, language, self._vocabulary)
        return asked

    def _compose(self, question: Question, query: Query, rows: list[dict], held: list[str]) -> tuple[str, list[Citation]]:
        language = question.language
        list_asked = question.asks_for("list")
        short = query.name == FACTS and not list_asked
        longest = SHORT[language] if short else LONGEST[language]
        gated = any(row.get("fact") is not None and row["fact"].value in self._library.facts and GATE in self._library.facts[row["fact"].value].aspects for row in rows)
        details = SHORTER if short else [(detail, None) for detail in DETAILS if gated or detail.others >= 0]
        number_asked = question.asks_for("number")
        if not short and not list_asked and number_asked:
            longest = SHORT[language] * len({row["region"] for row in rows if row.get("region") is not None} or {""})
            details = [(detail, None) for detail in DETAILS if detail.others >= 0]
        for detail, most in details:
            chosen = self._nearest(question, rows, most) if most else rows
            text, facts = self._text(question, query, chosen, held, detail)
            if len(text) <= longest:
                break
        if len(text) > longest and not list_asked and (number_asked or question.closed) and (chosen := _of_facts(question.otherwise, rows)):
            text, facts = self._text(question, query, chosen, held, detail)
        citations = [c for fact in facts for c in self.citations(fact, question.day, language)]
        if query.form == "issues":
            citations = [self.cite(row["clause"].value, question.day, language) for row in rows]
        return text, list(dict.fromkeys(citations))

    def _nearest(self, question: Question, rows: list[dict], most: int) -> list[dict]:
        """The rows of the facts nearest to the question, so many of each region, the nearest first."""
        order = {term.value: n for n, term in enumerate(question.terms["fact"])}
        kept: dict[str, list[str]] = defaultdict(list)
        for fact, region in sorted({(r["fact"].value, r["region"].value) for r in rows}, key=lambda pair: order[pair[0]]):
            if len(kept[region]) < most:
                kept[region].append(fact)
        return sorted((row for row in rows if row["fact"].value in kept[row["region"].value]), key=lambda row: order[row["fact"].value])

    def _text(self, question: Question, query: Query, rows: list[dict], held: list[str], detail: statements.Detail) -> tuple[str, list[Fact]]:
        language, words = question.language, WORDS[question.language]
        spoken: dict[str, dict[tuple[str, str], list[Fact]]] = defaultdict(dict)
        for row in rows:
            region = row["region"].value if row.get("region") is not None else ""
            fact = self._library.facts.get(row["fact"].value) if row.get("fact") is not None else None
            depth = detail.of(fact) if fact else 0
            said = self._said(query, question, row, fact, depth)
            if fact and query.name == FACTS:
                subject = statements.about(fact, lambda iri: self._vocabulary.label(iri, language), language)
            else:
                subject = self._filled(query.lead.get(language, ""), query, question, row, "")
            spoken[region].setdefault((subject, said), list(statements.shown(fact, language, depth)) if fact else [])
        paragraphs, facts = [], []
        for region in sorted(spoken, key=lambda r: self._order(r, question.day)):
            policy = self._policy(rows, region)
            parts = list(spoken[region])
            limit = LONGEST[language] // max(1, len(spoken))
            parts = [part for part in parts if not any(part[1] in said and part[1] != said for _, said in parts)]  # what another says too is said
            kept = [part for n, part in enumerate(parts) if detail != DETAILS[-1] or sum(len(said) for _, said in parts[: n + 1]) <= limit] or parts[:1]
            facts += [fact for part in kept for fact in spoken[region][part]]
            if query.form == "tree":
                body = "".join(f"\n- {said}" for _, said in kept)
            else:
                body = statements.gathered(kept, language)
            if len(kept) < len(parts):
                body += words["more"]
            name = self._vocabulary.label(region, language)
            paragraphs.append(statements.heading(policy, name, question.day, language) + body if policy else body)
        stated = {self._library.policies[self._library.silences[s].document].region: s for s in question.silences}
        silent = [r for r in held if r not in spoken] if spoken.keys() != {""} else []
        asked = set(held) if question.regions else set()  # where no region is named, those that are silent are told in one line
        paragraphs += [self._stated_silence(silence, question, r in silent) for r, silence in stated.items() if r in asked or r in spoken]
        silent = [r for r in silent if r not in stated or r not in asked]
        if silent:
            paragraphs.append(words["not-found" if query.name == FACTS else "silent"].format(regions=self._names(silent, language)))
        unheld = [r for r in question.regions if not set(self._vocabulary.within(r)) & self._library.regions.keys()]
        if unheld:
            paragraphs.append(words["no-policy"].format(regions=self._names(unheld, language)))
        reply = words["reply"].format(reply=question.reply) if question.reply else ""
        return reply + "\n".join(paragraphs), facts

    def _said(self, query: Query, question: Question, row: dict, fact: Fact | None, depth: int) -> str:
        """The sentence of one row."""
        language = question.language
        if query.form == "issues":
            issue = self._library.issues[row["issue"].value]
            return f"{issue.label[language].strip(statements.CLOSING)}（{issue.reading[language]}）" if language == "zh" else f"{issue.label[language].strip(statements.CLOSING)} ({issue.reading[language]})"
        told = statements.told(fact, language, depth) if fact else ""
        template = query.say.get(language)
        if template:
            told = self._filled(template, query, question, row, told).strip(statements.CLOSING)
        return told + WORDS[language]["no-years"] if fact and fact.without_years else told

    def _filled(self, template: str, query: Query, question: Question, row: dict, told: str) -> str:
        """A template with the values of a row, or else of the question, in its slots, and what is told of the fact in that of the fact."""
        if not template:
            return ""
        values = {name: self._value(term, question.language, query) for name, term in row.items() if term is not None}
        values |= {name: self._value(terms[0], question.language, query) for name, terms in question.terms.items() if terms and name not in values}
        return SLOT.sub(lambda m: told if m[1] == "fact" else values.get(m[1], ""), template)

    def _value(self, term, language: str, query: Query) -> str:
        if isinstance(term, NamedNode):
            if term.value in self._library.clauses:
                return self._library.clauses[term.value].number
            if term.value in self._library.facts:
                return statements.statement(self._library.facts[term.value], language)
            return self._vocabulary.label(term.value, language)
        if term.value in query.words:
            return query.words[term.value][language]
        return WORDS[language].get(term.value, term.value)

    def _policy(self, rows: list[dict], region: str) -> Policy | None:
        """The policy of a region that the rows speak from."""
        for row in rows:
            if row.get("region") is not None and row["region"].value == region:
                for name in ("clause", "fact"):
                    if row.get(name) is not None and row[name].value.startswith(POLICY):
                        return self._library.policy_of(row[name].value)
        return None

    def _order(self, region: str, day: date) -> tuple:
        policies = self._library.regions.get(region, [])
        return (min((VALIDITY_ORDER.index(p.validity(day)) for p in policies), default=9), region)

    def citations(self, fact: Fact, day: date, language: str) -> list[Citation]:
        """A fact's citations as of a day."""
        return [self._citation(c.clause, c.quote, day, language) for c in fact.citations]

    def cite(self, clause: str, day: date, language: str) -> Citation:
        """A whole clause as a citation."""
        return self._citation(clause, self._library.clauses[clause].text, day, language)

    def _citation(self, clause: str, quote: str, day: date, language: str) -> Citation:
        policy = self._library.policy_of(clause)
        return Citation(policy.slug, policy.title[language], policy.number, slug(policy.region), self._library.clauses[clause].number, quote, policy.validity(day), self._library.url(clause), clause)


def _of_facts(question: Question | None, rows: list[dict]) -> list[dict]:
    """The rows of the facts that a question is after."""
    wanted = {term.value for term in question.terms["fact"]} if question else set()
    return [row for row in rows if row.get("fact") is not None and row["fact"].value in wanted]


def _with_facts_of_parts(question: Question) -> Question:
    """A question after facts together with those of its parts that are after facts of the same regions, the nearest of each first, so that none is told twice."""
    parts = [part for part in question.also if part.query == question.query == FACTS and part.regions == question.regions and not part.silences]
    if not parts:
        return question
    rounds = zip_longest(question.terms["fact"], *(part.terms["fact"] for part in parts))
    facts = dict.fromkeys(fact for told in rounds for fact in told if fact is not None)
    return replace(question, terms=question.terms | {"fact": list(facts)}, also=tuple(part for part in question.also if part not in parts))
