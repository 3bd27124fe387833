"""The issuer's own questions and answers, as printed, with the clauses that each sums up."""

from dataclasses import dataclass
from datetime import date

from zhicheng.answering.answers import Answers, Citation
from zhicheng.knowledge.policies import Library
from zhicheng.knowledge.stores import GraphStore

ENTRIES = """
PREFIX zc: <https://w3id.org/zhicheng/ontology#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?entry ?question ?answer ?clause ?english ?chinese WHERE {
  ?entry a zc:FaqEntry ; zc:questionText ?question ; zc:answerText ?answer ; zc:summarises ?clause ; rdfs:label ?english , ?chinese ; zc:position ?place .
  FILTER(LANG(?english) = "en" && LANG(?chinese) = "zh") ?clause zc:position ?order
} ORDER BY ?place ?entry ?order
"""


@dataclass
class Entry:
    """One question and answer as printed, the question in English and without its number, the page address, and the clauses summed up."""

    iri: str
    region: str
    question: str
    english: str
    chinese: str
    answer: str
    url: str
    citations: list[Citation]


class Faq:
    """All official questions and answers of the graph."""

    def __init__(self, store: GraphStore, library: Library, answers: Answers):
        self._library, self._answers = library, answers
        self._rows = [{n: row[n].value for n in ("entry", "question", "answer", "clause", "english", "chinese")} for row in store.query(ENTRIES)]

    def entries(self, day: date, language: str = "zh", regions: tuple[str, ...] = ()) -> list[Entry]:
        """The entries of some regions (IRIs; all when none), in the order of print."""
        found: dict[str, Entry] = {}
        for row in self._rows:
            policy = self._library.policy_of(row["entry"])
            if regions and policy.region not in regions:
                continue
            text = row["answer"].removeprefix("答：").strip()
            url = "/faq#" + row["entry"].rsplit("/", 1)[-1]
            entry = found.setdefault(row["entry"], Entry(row["entry"], policy.region, row["question"], row["english"], row["chinese"], text, url, []))
            entry.citations.append(self._answers.cite(row["clause"], day, language))
        return list(found.values())
