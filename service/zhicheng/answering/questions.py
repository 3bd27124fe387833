"""A question as it was understood: what travels from every page, call and command to the answers."""

from dataclasses import dataclass, field
from datetime import date

from zhicheng.answering.linking import Entity
from zhicheng.answering.persons import Person
from zhicheng.knowledge.catalogue import Term

# The query of the catalogue that is asked by no pattern: facts by name.
FACTS = "facts"


@dataclass(frozen=True)
class Question:
    """Which query is meant with which terms, for which regions (IRIs; all when empty), in which language, on which day.

    `query` is None where the question was not understood; `reason` then says why: out-of-scope, not-in-sources or unclear;
    `silent` is the aspect (IRI), `silences` are the stated silences (IRIs), on which the texts say nothing. `reply` is the word that an answer
    of yes or no begins with, `closed` that it asks for one; `titles` are those sought (IRIs), `person` is who tells of themselves in it, if their case can be judged. `otherwise` is the next reading, for when the query finds nothing;
    `also` what its other parts ask.
    """

    text: str
    language: str
    day: date
    query: str | None = None
    terms: dict[str, list[Term]] = field(default_factory=dict)
    regions: tuple[str, ...] = ()
    entities: tuple[Entity, ...] = ()
    reason: str | None = None
    silent: str | None = None
    silences: tuple[str, ...] = ()
    reply: str = ""
    closed: bool = False
    titles: tuple[str, ...] = ()
    person: Person | None = None
    near: tuple[str, ...] = ()
    otherwise: "Question | None" = None
    also: "tuple[Question, ...]" = ()

    def asks_for(self, form: str) -> bool:
        """Whether the question asks for a form of answer (list, number, yes-no), by the words that the scheme question-form gives."""
        return any(e.type == "question-form" and e.id == form for e in self.entities)
