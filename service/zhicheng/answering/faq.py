"""The issuer's own questions and answers, as printed, with the clauses that each sums up and how it differs from them."""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from zhicheng.answering.answers import Answers, Citation
from zhicheng.knowledge.numerals import numbers
from zhicheng.knowledge.policies import ClauseText, Issue, Library
from zhicheng.knowledge.stores import GraphStore

ENTRIES = """
PREFIX zc: <https://w3id.org/zhicheng/ontology#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX dcterms: <http://purl.org/dc/terms/>
SELECT ?entry ?question ?answer ?clause ?english ?chinese ?modified WHERE {
  ?entry a zc:FaqEntry ; zc:questionText ?question ; zc:answerText ?answer ; zc:summarises ?clause ; rdfs:label ?english , ?chinese ; zc:position ?place .
  FILTER(LANG(?english) = "en" && LANG(?chinese) = "zh") ?clause zc:position ?order OPTIONAL { ?entry dcterms:modified ?modified }
} ORDER BY ?place ?entry ?order
"""
# Letters in a row that an answer and a clause have in common where the one repeats the other.
COMMON = 4
# The numbers of items, which are no figures: 3．, 二、, （一）, ①; and the words of lists, 一是, 二是.
NUMBERING = re.compile(r"(?:^|(?<=[。；：\n]))\s*(?:[（(]?[一二三四五六七八九十\d]{1,3}[)）]|[一二三四五六七八九十\d]{1,3}[、．.]|[①-⑳])|[一二三四五六七八九十]是", re.MULTILINE)

Pieces = list[tuple[str, bool]]


@dataclass
class Entry:
    """One question and answer as printed, the question in English and without its number, the page address, the clauses summed up, and the days of its document and since when it reads so."""

    iri: str
    region: str
    question: str
    english: str
    chinese: str
    answer: str
    url: str
    published: date
    modified: date
    citations: list[Citation] = field(default_factory=list)


@dataclass(frozen=True)
class Group:
    """The entries about one part of a document: the part's clause, its number and heading."""

    clause: str
    title: str
    entries: list[Entry]


@dataclass(frozen=True)
class Difference:
    """How an answer and the clauses it sums up differ.

    Both in pieces, each with whether the other side lacks these words; the figures that only one of them has; and the recorded issues that touch the entry.
    """

    answer: Pieces
    clauses: list[tuple[Citation, Pieces]]
    answer_figures: list[Decimal]
    clause_figures: list[Decimal]
    issues: list[Issue]

    @property
    def added(self) -> list[str]:
        """The words that only the answer has."""
        return [text for text, own in self.answer if own]

    @property
    def omitted(self) -> list[str]:
        """The words that only the clauses have."""
        return [text for _, pieces in self.clauses for text, own in pieces if own]


class Faq:
    """All official questions and answers of the graph."""

    def __init__(self, store: GraphStore, library: Library, answers: Answers):
        self._library, self._answers = library, answers
        names = ("entry", "question", "answer", "clause", "english", "chinese", "modified")
        self._rows = [{n: row[n].value if row[n] else None for n in names} for row in store.query(ENTRIES)]

    def entries(self, day: date, language: str = "zh", regions: tuple[str, ...] = ()) -> list[Entry]:
        """The entries of some regions (IRIs; all when none), in the order of print."""
        found: dict[str, Entry] = {}
        for row in self._rows:
            policy = self._library.policy_of(row["entry"])
            if regions and policy.region not in regions:
                continue
            if row["entry"] not in found:
                text = row["answer"].removeprefix("答：").strip()
                modified = date.fromisoformat(row["modified"]) if row["modified"] else None
                published = policy.dated or policy.start or modified
                assert published, f"{row['entry']} has no day, which queries/checks/undated-faq.rq finds"
                url = "/faq#" + row["entry"].rsplit("/", 1)[-1]
                found[row["entry"]] = Entry(row["entry"], policy.region, row["question"], row["english"], row["chinese"], text, url, published, modified or published)
            found[row["entry"]].citations.append(self._answers.cite(row["clause"], day, language))
        return list(found.values())

    def grouped(self, entries: list[Entry]) -> dict[str, list[Group]]:
        """Entries by region and by the part of the document that they are about, in the order of print."""
        found: dict[str, dict[str, Group]] = defaultdict(dict)
        for entry in entries:
            part = self._part(entry.citations[0].iri)
            title = f"{part.number} {part.heading}".strip() if part.heading != part.number else part.number
            found[entry.region].setdefault(part.iri, Group(part.iri, title, [])).entries.append(entry)
        return {region: list(groups.values()) for region, groups in found.items()}

    def _part(self, clause: str) -> ClauseText:
        """The second clause from the top around a clause."""
        lineage: list[ClauseText] = []
        while clause in self._library.clauses:
            lineage.insert(0, self._library.clauses[clause])
            clause = lineage[0].parent
        return lineage[min(1, len(lineage) - 1)]

    def difference(self, entry: Entry) -> Difference:
        """How an entry's answer and the clauses it sums up differ."""
        texts = [c.quote for c in entry.citations]
        told, held = _figures(entry.answer), set().union(*(_figures(t) for t in texts))
        issues = [i for i in self._library.issues.values() if any(s == entry.iri or s.startswith(entry.iri + "-") for s in i.subjects)]
        return Difference(
            _own_words(entry.answer, texts), [(c, _own_words(c.quote, [entry.answer])) for c in entry.citations],
            sorted(told - held), sorted(held - told), sorted(issues, key=lambda i: i.identifier),
        )  # fmt: skip


def _figures(text: str) -> set[Decimal]:
    return numbers(NUMBERING.sub(" ", text))


def _own_words(text: str, others: list[str]) -> Pieces:
    """A text in pieces, each with whether none of the others has these words."""
    held = "\n".join("".join(other.split()) for other in others)
    places = [n for n, letter in enumerate(text) if not letter.isspace()]
    letters = "".join(text.split())
    most = min(COMMON, len(letters))
    covered = [False] * len(text)
    for n in range(len(letters) - most + 1):
        if letters[n : n + most] in held:
            for place in places[n : n + most]:
                covered[place] = True
    pieces: Pieces = []
    for letter, within in zip(text, covered, strict=True):
        own = not within and (letter.isalnum() or bool(pieces and pieces[-1][1] and not letter.isspace()))
        if pieces and pieces[-1][1] == own:
            pieces[-1] = pieces[-1][0] + letter, own
        else:
            pieces.append((letter, own))
    return pieces
