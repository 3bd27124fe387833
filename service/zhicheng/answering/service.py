"""Everything that answers questions, put together once from the files of the graph."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from zhicheng.answering.answers import Answer, Answers
from zhicheng.answering.comparison import Comparison
from zhicheng.answering.faq import Faq
from zhicheng.answering.meaning import ATTUNEMENT, Attuned, Encoder
from zhicheng.answering.quoting import joined
from zhicheng.answering.understanding import Understanding
from zhicheng.errors import FaultyGraph
from zhicheng.knowledge import loading, prepared, wordings
from zhicheng.knowledge.catalogue import Catalogue
from zhicheng.knowledge.datasets import Datasets
from zhicheng.knowledge.descriptions import Descriptions
from zhicheng.knowledge.policies import Library
from zhicheng.knowledge.rubrics import Rubrics
from zhicheng.knowledge.stores import EmbeddedStore, GraphStore, Place, open_store
from zhicheng.knowledge.vocabulary import Vocabulary
from zhicheng.settings import Settings

if TYPE_CHECKING:
    from zhicheng.answering.assessing import Assessing
    from zhicheng.answering.eligibility.engine import Eligibility


@dataclass
class Service:
    """The parts that every page, call and command uses."""

    graph: loading.Graph
    store: GraphStore
    vocabulary: Vocabulary
    library: Library
    catalogue: Catalogue
    understanding: Understanding
    answers: Answers
    faq: Faq
    rubrics: Rubrics
    comparison: Comparison
    descriptions: Descriptions
    datasets: Datasets

    @cached_property
    def eligibility(self) -> "Eligibility":
        """What judges profiles; made when it is first asked for, so that no start waits for it."""
        from zhicheng.answering.eligibility.engine import Eligibility

        return Eligibility(self.store, self.vocabulary, self.library)

    @cached_property
    def assessing(self) -> "Assessing":
        """What judges the persons that questions tell of; made when the first is."""
        from zhicheng.answering.assessing import Assessing

        return Assessing(self.eligibility, self.answers, self.vocabulary, self.library, self.catalogue)

    def read_from(self, store: GraphStore) -> None:
        """Put queries to a store from now on."""
        self.store = self.answers.store = self.descriptions.store = self.datasets.store = store

    def ask(self, text: str, language: str | None = None, regions: tuple[str, ...] = (), day: date | None = None) -> Answer:
        """The answer to a question as a person asks it; raises as `Understanding.read` does."""
        question = self.understanding.read(text, language, regions, day)
        answer = self.assessing.answer(question, question.person) if question.person else self.answers.answer(question)
        answer.citations = joined(answer.citations, lambda clause: self.library.clauses[clause].text)
        return answer


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


def open_service(home: Path, cache: Path, place: Place = Place(), models: Path | None = None) -> Service:
    """Everything that answers questions from a folder's files, as it was kept from an earlier start or put together now and kept for the next.

    `models` is the folder of the language models, the one of the settings when left out.
    What is held ready is always read from the files; what is asked for later is queried from the store at `place`.
    Raises FaultyGraph where the files do not make a sound graph, and as `open_store` does.
    """
    digest = loading.digest(home)
    encoder = Encoder(models or Settings.read().models)
    key = prepared.key(home, digest, encoder.identity)
    service = prepared.read(cache, key)
    if service is None:
        graph = loading.load(home)
        prove(graph, home, cache)
        service = put_together(graph, home, EmbeddedStore(graph), encoder)
        if graph.digest == digest:  # no file was changed meanwhile
            prepared.write(cache, key, service)
    if place != Place():
        service.read_from(open_store(place, service.graph, key))
    len(service.store)  # filled now, not by the first question
    return service


def put_together(graph: loading.Graph, home: Path, store: GraphStore, encoder: Encoder) -> Service:
    """Everything that answers questions, read from a store that holds the graph of a folder's files."""
    vocabulary = Vocabulary(store)
    library = Library(store)
    catalogue = Catalogue(home, vocabulary)
    attuned = Attuned(encoder, home / "data" / ATTUNEMENT)
    understanding = Understanding(store, vocabulary, catalogue, library, attuned, wordings.read(home, graph.policies, [*library.facts, *library.silences]), wordings.out_of_scope(home))
    answers = Answers(store, vocabulary, library, catalogue)
    return Service(graph, store, vocabulary, library, catalogue, understanding, answers, Faq(store, library, answers), Rubrics(store, library), Comparison(store, vocabulary, library), Descriptions(store), Datasets(store, graph.digest))
