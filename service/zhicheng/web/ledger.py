"""The one thing that the service writes: a small SQLite database with what readers think of answers.

Nothing in it tells who wrote: no address, no browser, no time beyond the day.
"""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from zhicheng.errors import StoreFailure

SCHEMA = """
CREATE TABLE IF NOT EXISTS feedback (day TEXT NOT NULL, verdict TEXT NOT NULL, language TEXT NOT NULL, query TEXT, entities TEXT NOT NULL, question TEXT, data TEXT NOT NULL);
"""
# The most opinions that are kept: the oldest give way.
MOST_FEEDBACK = 100_000
# Numbers long enough to be a telephone's or a person's, and mail addresses.
PERSONAL = re.compile(r"[^\s@，。]+@[^\s@，。]+|\d[\d\- ]{5,}[\dXx]")


@dataclass(frozen=True)
class Opinion:
    """What a reader thinks of an answer: the verdict, the query and entities that the question was read as, and the question where the reader lets it be kept."""

    verdict: str
    language: str
    query: str | None
    entities: str
    question: str | None
    data: str


class Ledger:
    """The database; made when it is first written to."""

    def __init__(self, path: Path):
        self._path = path

    def add(self, opinion: Opinion, today: date) -> None:
        """Keep an opinion; raises StoreFailure where the database cannot be written."""
        question = PERSONAL.sub("…", opinion.question) if opinion.question else None
        with self._open() as database:
            database.execute("INSERT INTO feedback VALUES (?, ?, ?, ?, ?, ?, ?)", (today.isoformat(), opinion.verdict, opinion.language, opinion.query, opinion.entities, question, opinion.data))
            database.execute("DELETE FROM feedback WHERE rowid <= (SELECT MAX(rowid) FROM feedback) - ?", (MOST_FEEDBACK,))

    def opinions(self) -> list[tuple]:
        """All opinions, the oldest first: day, verdict, language, query, entities, question, data."""
        with self._open() as database:
            return database.execute("SELECT * FROM feedback ORDER BY rowid").fetchall()

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """A connection whose work is kept where nothing fails."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self._path, timeout=5)) as database, database:
                database.executescript(SCHEMA)
                yield database
        except (sqlite3.Error, OSError) as error:
            raise StoreFailure(f"The database {self._path.name} cannot be used: {error}. Name a file that can be written in ZHICHENG_LEDGER") from error
