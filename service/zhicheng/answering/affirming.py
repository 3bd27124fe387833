"""When a question whether an honour counts is answered by yes: it names nothing that the requirement found does not name.

An achievement is never affirmed so: what a question says of it in words of its own (an in-house journal, a share of the work) may be what it fails by.
"""

import re
from collections import defaultdict

from zhicheng.answering.language import has_word
from zhicheng.answering.reading import A_NOT_A, Reading, names_of
from zhicheng.answering.wordings import negated
from zhicheng.knowledge.policies import Fact
from zhicheng.knowledge.stores import GraphStore
from zhicheng.knowledge.vocabulary import Vocabulary

# The concepts of question-cue with whose names people ask whether something counts, and whether something else is needed, excused or excluded; and the one named like the reply.
PERMISSION, NECESSITY, REPLY = "asks-permission", "asks-necessity", "affirmation"
# The types of what may be named beside the honour.
BESIDE, HONOUR = ("region", "title", "level", "aspect", "question-form", "route-kind"), "honour"
# A negation that closes a question and only asks: 能报不？够了没？
ASKING = re.compile(r"[不没][\s?？。]*$")
NAMED = """
PREFIX zc: <https://w3id.org/zhicheng/ontology#>
SELECT ?fact ?concept WHERE { ?fact a zc:HonourCondition ; zc:honour|zc:tier|zc:awardGrade ?concept } ORDER BY ?fact ?concept
"""


class Affirming:
    """Knows what each requirement of an honour names; built once."""

    def __init__(self, store: GraphStore, vocabulary: Vocabulary):
        self._names: dict[str, set[str]] = defaultdict(set)
        for row in store.query(NAMED):
            self._names[row["fact"].value].add(row["concept"].value)
        cues = vocabulary.by_scheme["question-cue"]
        self._permission, self._necessity = (names_of(cues[cue]) for cue in (PERMISSION, NECESSITY))
        self._reply = cues[REPLY].label

    def reply(self, reading: Reading, fact: Fact) -> str:
        """Yes in the question's language, where it asks by permission and affirmatively whether the honour it names counts for the title it names, and the fact asks for just that; else nothing."""
        asked = A_NOT_A.sub(r"\1", ASKING.sub("", reading.written))
        if not has_word(asked, self._permission) or has_word(asked, self._necessity) or negated(asked):
            return ""
        spans: dict[tuple[int, int], set[str]] = defaultdict(set)
        for entity in reading.entities:
            if entity.type not in BESIDE:
                spans[entity.start, entity.end].add(entity.iri)
        named = self._names.get(fact.iri, set())
        honoured = any(e.type == HONOUR and e.iri in named for e in reading.entities)
        fits = honoured and all(iris & named for iris in spans.values()) and (not reading.titles or set(reading.titles) & set(fact.titles))
        return self._reply[reading.language] if fits else ""
