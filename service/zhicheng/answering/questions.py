"""A question as it was understood: what travels from every page, call and command to the answers."""

from dataclasses import dataclass, field
from datetime import date

from zhicheng.answering.linking import Entity
from zhicheng.knowledge.catalogue import Term


@dataclass(frozen=True)
class Question:
    """Which query is meant with which terms, for which regions (IRIs; all when empty), in which language, on which day.

    `query` is None where the question was not understood; `reason` then says why: out-of-scope, not-in-sources or unclear.
    """

    text: str
    language: str
    day: date
    query: str | None = None
    terms: dict[str, list[Term]] = field(default_factory=dict)
    regions: tuple[str, ...] = ()
    entities: tuple[Entity, ...] = ()
    reason: str | None = None
    near: tuple[str, ...] = ()
