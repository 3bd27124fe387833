"""Everything that answers questions, put together once from the files of the graph."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from zhicheng.answering.answers import Answer, Answers
from zhicheng.answering.comparison import Comparison
from zhicheng.answering.faq import Faq
from zhicheng.answering.understanding import Understanding
from zhicheng.errors import FaultyGraph
from zhicheng.knowledge import loading, prepared, wordings
from zhicheng.knowledge.catalogue import Catalogue
from zhicheng.knowledge.policies import Library
from zhicheng.knowledge.rubrics import Rubrics
from zhicheng.knowledge.stores import EmbeddedStore
from zhicheng.knowledge.vocabulary import Vocabulary

if TYPE_CHECKING:
    from zhicheng.answering.eligibility.engine import Eligibility


@dataclass
class Service:
    """The parts that every page, call and command uses."""

    graph: loading.Graph
    store: EmbeddedStore
    vocabulary: Vocabulary
    library: Library
    catalogue: Catalogue
    understanding: Understanding
    answers: Answers
    faq: Faq
    rubrics: Rubrics
    comparison: Comparison

    @cached_property
    def eligibility(self) -> "Eligibility":
        """What judges profiles; made when it is first asked for, so that no start waits for it."""
        from zhicheng.answering.eligibility.engine import Eligibility

        return Eligibility(self.store, self.vocabulary, self.library)

    def ask(self, text: str, language: str | None = None, regions: tuple[str, ...] = (), day: date | None = None) -> Answer:
        """The answer to a question as a person asks it; raises as `Understanding.read` does."""
        return self.answers.answer(self.understanding.read(text, language, regions, day))


def prove(graph: loading.Graph, home: Path, cache: Path) -> None:
    """Check a graph unless these very files have passed before; raises FaultyGraph where they do not pass.

    That they have is recorded in the cache folder under the digest of the files; a folder that cannot be written
    costs only the time of the next check.
    """
    record = cache / f"checked-{graph.digest}"
    if record.exists():
        return
    from zhicheng.knowledge import checking

    faults = checking.check(graph, home)
    if faults:
        raise FaultyGraph(faults)
    try:
        cache.mkdir(parents=True, exist_ok=True)
        record.touch()
    except OSError:
        return


def open_service(home: Path, cache: Path) -> Service:
    """Everything that answers questions from a folder's files, as it was kept from an earlier start or put together now and kept for the next.

    Raises FaultyGraph where the files do not make a sound graph.
    """
    digest = loading.digest(home)
    key = prepared.key(home, digest)
    service = prepared.read(cache, key)
    if service is None:
        graph = loading.load(home)
        prove(graph, home, cache)
        service = _put_together(graph, home)
        if graph.digest == digest:  # no file was changed meanwhile
            prepared.write(cache, key, service)
    return service


def _put_together(graph: loading.Graph, home: Path) -> Service:
    store = EmbeddedStore(graph)
    vocabulary = Vocabulary(store)
    library = Library(store)
    catalogue = Catalogue(home, vocabulary)
    understanding = Understanding(store, vocabulary, catalogue, library, wordings.read(home, graph.policies, [*library.facts, *library.silences]))
    answers = Answers(store, vocabulary, library, catalogue)
    return Service(graph, store, vocabulary, library, catalogue, understanding, answers, Faq(store, library, answers), Rubrics(store, library), Comparison(store, vocabulary, library))
