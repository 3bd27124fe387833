"""Where the graph is kept: one small interface, and the stores behind it."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

from pyoxigraph import QueryBoolean, QuerySolutions, QueryTriples, RdfFormat, Store, Triple

from zhicheng.errors import Invalid, StoreFailure
from zhicheng.knowledge.loading import Graph
from zhicheng.settings import Settings

Result = QuerySolutions | QueryBoolean | QueryTriples | Iterable[Triple]
MEMORY = "memory"
PREFIX, FILLING = "graph-", ".filling-"
# Seconds after which what was not finished never will be.
ABANDONED = 3600
# How many versions are kept on disk, of the last made: a server that is being renewed still reads the one before.
KEPT = 2


class GraphStore(Protocol):
    """A store that answers SPARQL queries over the union of all named graphs."""

    def __len__(self) -> int:
        """The number of its triples, each counted in each graph that holds it."""

    def query(self, text: str) -> Result:
        """The solutions, truth value or triples that a SPARQL query gives.

        Raises Invalid when the text is no SPARQL query, StoreFailure when the store does not answer.
        """

    def check(self) -> None:
        """Raise StoreFailure unless queries can be answered now."""


@dataclass(frozen=True)
class Place:
    """Where a store is: `memory`, a folder, or the address of an endpoint with who asks it and how long it may take."""

    where: str = MEMORY
    seconds: float = 5
    user: str = ""
    password: str = ""

    @classmethod
    def of(cls, settings: Settings) -> "Place":
        """The place that the settings name."""
        return cls(settings.store, settings.store_seconds, settings.store_user, settings.store_password)

    @property
    def remote(self) -> bool:
        """Whether the store is another program, reached by its address."""
        return "://" in self.where


def open_store(place: Place, graph: Graph, version: str) -> GraphStore:
    """The store at a place, holding a graph; `version` names the graph's content on disk.

    Raises Invalid where the place is none, StoreFailure where a folder cannot be used. An endpoint is not asked before the first query.
    """
    if place.where == MEMORY:
        return EmbeddedStore(graph)
    if place.remote:
        from zhicheng.knowledge.endpoints import Address
        from zhicheng.knowledge.remote import RemoteStore

        return RemoteStore(Address.of(place.where, place.user, place.password), place.seconds, graph)
    return DiskStore(Path(place.where).expanduser(), graph, version)


def _answered(store: Store, text: str) -> Result:
    try:
        return store.query(text, use_default_graph_as_union=True)
    except SyntaxError as error:
        raise Invalid("The query", f"is not SPARQL: {error.msg}", "Send a SELECT, ASK, CONSTRUCT or DESCRIBE query") from error


class EmbeddedStore:
    """The graph in memory, in this process; a copy that was kept for another process is filled when it is first asked."""

    def __init__(self, graph: Graph):
        self._graph = graph
        self._store = Store()
        self._store.extend(graph.quads)
        self._store.optimize()

    def __getstate__(self) -> Graph:
        return self._graph

    def __setstate__(self, graph: Graph) -> None:
        self._graph = graph

    @cached_property
    def _store(self) -> Store:
        store = Store()
        store.load(self._graph.n_quads, RdfFormat.N_QUADS)
        store.optimize()
        return store

    def __len__(self) -> int:
        return len(self._store)

    def query(self, text: str) -> Result:
        return _answered(self._store, text)

    def check(self) -> None:
        """It always can."""


class DiskStore:
    """The graph in a folder, one subfolder for each version, which any number of processes may read.

    It is made from the graph where it is not there yet, under another name until it is whole.
    """

    def __init__(self, folder: Path, graph: Graph, version: str):
        self._path = folder / (PREFIX + version)
        self._stores: dict[int, Store] = {}
        try:
            if not self._path.is_dir():
                self._fill(graph)
            self._size = len(Store.read_only(str(self._path)))
        except (OSError, RuntimeError) as error:  # the engine raises the latter for corruption
            raise self._failure(error) from error
        if self._size != graph.size:
            raise self._failure("it does not hold what was put there")

    def _fill(self, graph: Graph) -> None:
        folder = self._path.parent
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = [path for path in folder.glob(FILLING + "*") if time.time() - path.stat().st_mtime > ABANDONED]
        for old in unfinished + sorted(folder.glob(PREFIX + "*"), key=lambda path: path.stat().st_mtime)[: 1 - KEPT]:
            shutil.rmtree(old, ignore_errors=True)
        made = Path(tempfile.mkdtemp(dir=folder, prefix=FILLING))
        try:
            store = Store(str(made))
            store.bulk_load(graph.n_quads, RdfFormat.N_QUADS)
            store.optimize()
            store.flush()
            del store
            try:
                made.rename(self._path)
            except OSError:
                if not self._path.is_dir():  # another process was first
                    raise
        finally:
            shutil.rmtree(made, ignore_errors=True)

    def _failure(self, problem: object) -> StoreFailure:
        return StoreFailure(f"The store in {self._path} cannot be used: {problem}. Name a folder that can be written in ZHICHENG_STORE, with room for it; what is in it may be deleted, it is made anew from the data")

    def __len__(self) -> int:
        return self._size

    def query(self, text: str) -> Result:
        try:
            store = self._stores.get(os.getpid())  # threads of the engine do not survive a fork
            if store is None:
                store = self._stores[os.getpid()] = Store.read_only(str(self._path))
            return _answered(store, text)
        except (OSError, RuntimeError) as error:  # the engine raises the latter for corruption
            raise self._failure(error) from error

    def check(self) -> None:
        self.query("ASK {}")
