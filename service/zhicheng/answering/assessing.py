"""What is said to a person who tells of themselves in a question: whether their schooling and years are enough, region by region, before what the rule is."""

from dataclasses import replace
from datetime import date

from zhicheng.answering import statements
from zhicheng.answering.answers import WORDS as ANSWER_WORDS
from zhicheng.answering.answers import Answer, Answers, Citation
from zhicheng.answering.eligibility.engine import Eligibility, Report
from zhicheng.answering.eligibility.evaluation import Finding
from zhicheng.answering.eligibility.kleene import MET, UNKNOWN, UNMET
from zhicheng.answering.eligibility.verdicts import Result, Way
from zhicheng.answering.language import written_day
from zhicheng.answering.persons import Person
from zhicheng.answering.questions import FACTS, Question
from zhicheng.knowledge.catalogue import Catalogue
from zhicheng.knowledge.policies import GATE, STANDARD, Fact, Library
from zhicheng.knowledge.vocabulary import Vocabulary
from zhicheng.terms import slug

# Of the facts found, how many of the nearest are looked at for what the question is after.
NEAREST = 3
# How deep the alternatives are told of which none is met.
DEPTH = 1

WORDS = {
    "zh": {
        "met": "{title}的学历和年限要求已经符合（够）：{rule}。",
        "met-since": "{title}的学历和年限要求自{day}起已经符合（够）：{rule}。",
        "later": "{title}的年限还不够，最早{day}符合：{rule}。",
        "between": "{title}的年限要看具体日期，最早{first}、最迟{day}符合：{rule}。",
        "so-far": "{title}：按所述的学历、职称、工作，年限还不够，最早{day}符合其中一项：{rule}。没有提到的其他可选条件另看。",
        "on": "{day}",
        "within": "{first}至{day}之间",
        "since": "{day}",
        "since-within": "{first}至{day}之间某日",
        "unmet": "按所述情况，不符合{title}的学历和年限要求：{rule}。",
        "way": "但另有途径（{kind}）已符合：{rule}。",
        "assumed": "（{day}推算；{assumed}其他条件另看。）",
        "today": "按今天{day}",
        "as-of": "按{day}",
        "untold": "没有提到的技能等级、职业资格、荣誉、工程类专业学位以没有计；",
        "related": "以专业相同或相近计；",
        "appointed": "以取得后即聘任计；",
        "worked": "以取得职称后一直从事本专业工作计；",
        "excluded": "按所述情况属于不得申报的人员：{rule}。",
    },
    "en": {
        "met": "yes, the education and years asked for {title} are met: {rule}.",
        "met-since": "yes, the education and years asked for {title} have been met since {day}: {rule}.",
        "later": "not yet: the years asked for {title} are complete {day} at the earliest: {rule}.",
        "between": "it depends on the exact dates: the years asked for {title} are complete between {first} and {day}: {rule}.",
        "so-far": "not yet: on what is told, one of the alternatives for {title} is met {day} at the earliest: {rule}. Alternatives that rest on what is not told stand apart.",
        "on": "on {day}",
        "within": "between {first} and {day}",
        "since": "{day}",
        "since-within": "a day between {first} and {day}",
        "unmet": "no, as told the education and years asked for {title} are not met: {rule}.",
        "way": " But another way ({kind}) is met: {rule}.",
        "assumed": "(Reckoned {day}; {assumed}the other conditions stand apart.)",
        "today": "as of today, {day}",
        "as-of": "as of {day}",
        "untold": "skill grades, qualifications, honours and professional degrees of engineering that are not mentioned are taken not to be there; ",
        "related": "taking the specialty as the same or a related one; ",
        "appointed": "taking the appointment to have followed the title at once; ",
        "worked": "taking the work in the field to have gone on since the title; ",
        "excluded": "as told, barred from applying: {rule}.",
    },
}


class Assessing:
    """Joins what a question tells of a person to the check of eligibility; made when the first such question comes."""

    def __init__(self, eligibility: Eligibility, answers: Answers, vocabulary: Vocabulary, library: Library, catalogue: Catalogue):
        self._eligibility, self._answers, self._vocabulary, self._library = eligibility, answers, vocabulary, library
        self._catalogue = catalogue

    def answer(self, question: Question, person: Person) -> Answer:
        """The answer to a question with, in front, the verdict on the person where schooling and years are what is asked about.

        Dates told by the year or as so many years ago are taken at both ends; where these differ, the days between which it is decided are told.
        """
        target = self._target(question, person)
        if target is None or not self._about_years(question, person):
            return self._answers.answer(question)
        day = person.as_of or question.day
        lines, citations = [], []
        for least, most in zip(*(self._judged(question, person, target, day, latest).results for latest in (True, False)), strict=True):
            said = self._line(least, most, question.language, person.asks_when)
            if said:
                policy = least.case.rules.policy
                lines.append(statements.heading(policy, self._vocabulary.label(policy.region, question.language), question.day, question.language) + said[0])
                citations += [c for fact in said[1] for c in self._answers.citations(fact, question.day, question.language)]
        if not lines:
            return self._answers.answer(question)
        return self._joined(question, person, day, lines, citations, self._answers.answer(self._narrowed(question)))

    def _narrowed(self, question: Question) -> Question:
        """The question with those of the facts found that speak on an aspect it names, if there are some."""
        named = {slug(wider) for e in question.entities if e.type == "aspect" for wider in (e.iri, *self._vocabulary.upper.get(e.iri, ()))}
        facts = [fact for fact in question.terms.get("fact", ()) if named & self._library.facts[fact.value].aspects.keys()] if question.query == FACTS else []
        return replace(question, terms=question.terms | {"fact": facts}) if facts else question

    def _target(self, question: Question, person: Person) -> str | None:
        """The title that the person is after: the one sought; the next above the highest held where none is, or only a band of levels such as 高级."""
        concepts = self._eligibility.concepts
        sought = {slug(title) for title in question.titles}
        if any(e.type == "title" and e.id in sought for e in question.entities) and len(sought) == 1:
            return sought.pop()
        bands = [e.iri for e in question.entities if e.type == "level"]
        named = {slug(title) for band in bands for title in self._vocabulary.within(band)} if sought else set(concepts.titles.level)
        rank = lambda title: concepts.rank("level", concepts.titles.level[title]) or 0  # noqa: E731
        held = [t["title"] for t in person.titles if t["title"] in concepts.titles.level]
        above = [t for t in concepts.titles.level if t in named and held and rank(t) == max(map(rank, held)) + 1]
        if len(above) == 1:
            return above[0]
        return sought.pop() if len(sought) == 1 else None

    def _about_years(self, question: Question, person: Person) -> bool:
        """Whether schooling and years are what is asked about, once all is told: by name; or, where no aspect is named, as a plain yes or no, as the question was understood, or as it was not."""
        named = [e.iri for e in question.entities if e.type == "aspect" and e.start >= person.told_until]
        if named:
            return any(GATE in map(slug, (iri, *self._vocabulary.upper.get(iri, ()))) for iri in named)
        if (question.closed or person.asks_when) and any(e.type in ("title", "level") and e.start >= person.told_until for e in question.entities):
            return True
        if question.query is None:
            return question.reason == "unclear" and not question.silences
        if question.query == FACTS:
            return any(GATE in self._library.facts[fact.value].aspects for fact in question.terms["fact"][:NEAREST])
        return self._catalogue.find(question.query).person

    def _judged(self, question: Question, person: Person, target: str, day: date, latest: bool) -> Report:
        body: dict = {"as_of": day.isoformat(), "profile": person.profile(latest), "titles": [target]}
        if question.regions:
            body["regions"] = [slug(region) for region in question.regions]
        return self._eligibility.answer(body, question.language)

    def _line(self, least: Result, most: Result, language: str, asks_when: bool) -> tuple[str, list[Fact]] | None:
        """What is said of one region, with the facts it rests on; none where what is told does not decide it."""
        words = WORDS[language]
        title = self._vocabulary.label(self._vocabulary.iri("title", least.case.title), language)
        if least.exclusion.status == MET:
            finding = next(f for f in least.exclusion.findings if f.status == MET)
            return (words["excluded"].format(rule=statements.statement(finding.node.fact, language)), [finding.node.fact]) if finding.node.fact else None
        if least.seniority.status == MET:
            fact = _deciding(least, None)
            first, last = (result.met_since for result in (most, least))
            if asks_when and first and last:
                return words["met-since"].format(title=title, day=_when(first, last, language, "since", "since-within"), rule=statements.statement(fact, language)), [fact]
            return words["met"].format(title=title, rule=statements.statement(fact, language)), [fact]
        if most.seniority.status == MET and least.earliest:
            fact = _deciding(least, least.earliest)
            return words["between"].format(title=title, first=written_day(most.case.day, language), day=written_day(least.earliest, language), rule=statements.statement(fact, language)), [fact]
        if least.seniority.status == most.seniority.status == UNMET:
            way = next((w for w in least.ways if w.kind != STANDARD and w.finding.status == MET and w.route.fact), None)
            beside, facts = ("", []) if way is None else self._beside(way, language)
            if least.earliest and most.earliest:
                fact = _deciding(least, least.earliest)
                return words["later"].format(title=title, day=_when(most.earliest, least.earliest, language), rule=statements.statement(fact, language)) + beside, [fact, *facts]
            if not self._schooled(least):
                return None
            gates = [f.node.fact for f in least.seniority.findings if f.node.fact]
            rule = statements.sentences([statements.told(gate, language, DEPTH) for gate in gates], language).strip(statements.CLOSING)
            shown = [fact for gate in gates for fact in statements.shown(gate, language, DEPTH)]
            return words["unmet"].format(title=title, rule=rule) + beside, shown + facts
        return self._so_far(least, most, title, language)

    @staticmethod
    def _so_far(least: Result, most: Result, title: str, language: str) -> tuple[str, list[Fact]] | None:
        """What is said where some alternatives of the gate rest on what is not told at all: when time alone meets one of the others."""
        pairs = list(zip(_alternatives(least.seniority.findings), _alternatives(most.seniority.findings), strict=True))
        profile = least.case.profile
        told = {name for name in ("education", "titles", "skills", "employment") if getattr(profile, name)}
        if any(member.partition("[")[0] in told for pair in pairs for found in pair if found.status == UNKNOWN for member in found.missing):
            return None
        waiting = [(b.line.first_met(most.case.day), a.line.first_met(least.case.day), a.node.fact) for a, b in pairs if a.status == b.status == UNMET and a.node.fact]
        days = [(first, day, fact) for first, day, fact in waiting if first and day]
        if not days:
            return None
        first, day, fact = min(days, key=lambda found: found[:2])
        return WORDS[language]["so-far"].format(title=title, day=_when(first, day, language), rule=statements.statement(fact, language)), [fact]

    @staticmethod
    def _schooled(result: Result) -> bool:
        """Whether schooling is told: without it, that no alternative is met says little."""
        return bool(result.case.profile.education)

    def _beside(self, way: Way, language: str) -> tuple[str, list[Fact]]:
        kind = self._vocabulary.label(self._vocabulary.iri("route-kind", way.kind), language)
        return WORDS[language]["way"].format(kind=kind, rule=statements.statement(way.route.fact, language)), [way.route.fact]

    def _joined(self, question: Question, person: Person, day: date, lines: list[str], citations: list[Citation], answer: Answer) -> Answer:
        words = WORDS[question.language]
        assumed = words["untold"] + (words["related"] if person.education else "") + (words["appointed"] if person.appointment_assumed else "") + (words["worked"] if person.work_assumed else "")
        reckoned = words["as-of" if person.as_of else "today"].format(day=written_day(day, question.language))
        lines.append(words["assumed"].format(day=reckoned, assumed=assumed))
        if answer.status == "answered" and not set(answer.citations) <= set(citations):
            lines.append(answer.text.removeprefix(ANSWER_WORDS[question.language]["reply"].format(reply=question.reply)) if question.reply else answer.text)
            citations += answer.citations
        answer.status, answer.reason = "answered", None
        answer.text, answer.citations = "\n".join(lines), list(dict.fromkeys(citations))
        return answer


def _when(first: date, last: date, language: str, known: str = "on", between: str = "within") -> str:
    """A day known to lie between two dates, in words."""
    return WORDS[language][known if first == last else between].format(first=written_day(first, language), day=written_day(last, language))


def _alternatives(findings: list[Finding]) -> list[Finding]:
    """The alternatives of a gate, those within alternatives too."""
    return [leaf for f in findings for leaf in (_alternatives(f.children) if f.node.operator == "any" and f.children else [f])]


def _deciding(result: Result, day: date | None) -> Fact:
    """The alternative of the gate that is met, today or first on a day: the deepest whose own statement tells it."""
    found = min(result.seniority.findings, key=lambda f: f.status)
    holds = lambda f: f.status == MET if day is None else f.line.first_met(result.case.day) == day  # noqa: E731
    return _descended(found, holds).node.fact


def _descended(found: Finding, holds) -> Finding:
    while found.node.operator == "any":
        inner = next((child for child in found.children if holds(child) and child.node.fact), None)
        if inner is None:
            break
        found = inner
    return found
