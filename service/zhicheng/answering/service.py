"""Everything that answers questions, put together once from the files of the graph."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from zhicheng.answering.answers import Answer, Answers
from zhicheng.answering.faq import Faq
from zhicheng.answering.understanding import Understanding
from zhicheng.errors import FaultyGraph
from zhicheng.knowledge import checking, loading
from zhicheng.knowledge.catalogue import Catalogue
from zhicheng.knowledge.policies import Library
from zhicheng.knowledge.stores import EmbeddedStore
from zhicheng.knowledge.vocabulary import Vocabulary


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
    faults = checking.check(graph, home)
    if faults:
        raise FaultyGraph(faults)
    try:
        cache.mkdir(parents=True, exist_ok=True)
        record.touch()
    except OSError:
        return


def open_service(home: Path, cache: Path) -> Service:
    """Load, check and put everything together; raises FaultyGraph where the files do not make a sound graph."""
    graph = loading.load(home)
    prove(graph, home, cache)
    store = EmbeddedStore(graph)
    vocabulary = Vocabulary(store)
    library = Library(store)
    catalogue = Catalogue(home, vocabulary)
    understanding = Understanding(store, vocabulary, catalogue, library)
    answers = Answers(store, vocabulary, library, catalogue)
    return Service(graph, store, vocabulary, library, catalogue, understanding, answers, Faq(store, library, answers))
