"""What a stranger's query may cost, and what it is told when it may not."""

from dataclasses import dataclass

from zhicheng.errors import ZhichengError
from zhicheng.settings import TABLE, Settings


@dataclass(frozen=True)
class Limits:
    """The bounds of one query (seconds of wall-clock time, rows, bytes before compression, MB of memory, characters of its text) and of all together."""

    seconds: int
    rows: int
    bytes: int
    memory: int
    characters: int
    running: int
    waiting: int
    patience: int

    @classmethod
    def of(cls, settings: Settings | None = None) -> "Limits":
        """The limits that the settings name; the defaults of the table without them."""
        names = cls.__dataclass_fields__
        return cls(**{n: getattr(settings, f"sparql_{n}") if settings else int(TABLE[f"sparql_{n}"].default) for n in names})


class QueryRefused(ZhichengError):
    """A query that is well formed and is not answered."""


class Forbidden(QueryRefused):
    """A query or an operation that this read-only, self-contained endpoint does not take."""


class Inexpressible(QueryRefused):
    """A result that cannot be had in any format that the client accepts."""


class TooCostly(QueryRefused):
    """A query whose result or evaluation passes a limit on rows, bytes, memory or nesting."""


class TimedOut(QueryRefused):
    """A query that was ended at its deadline."""


class Busy(QueryRefused):
    """A query that found no place to run in."""
