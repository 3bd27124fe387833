"""Every setting of the service in one table: its environment variable, default and meaning."""

import os
from dataclasses import dataclass, fields
from pathlib import Path

from zhicheng.errors import Invalid

PACKAGE = Path(__file__).resolve().parent


def resources() -> Path:
    """The folder that holds ontology/, data/ and queries/: in the installed package, or the checkout's top."""
    installed = PACKAGE / "resources"
    return installed if installed.is_dir() else PACKAGE.parents[1]


@dataclass(frozen=True)
class Setting:
    """One row of the table."""

    variable: str
    default: str
    meaning: str


TABLE = {
    "home": Setting("ZHICHENG_HOME", "", "folder that holds ontology/, data/ and queries/; the package's own when empty"),
    "cache": Setting("ZHICHENG_CACHE", "", "folder for the record of checks passed; the user's cache folder when empty"),
    "ledger": Setting("ZHICHENG_LEDGER", "", "file of the small database with readers' feedback; ledger.sqlite in the user's data folder when empty"),
    "host": Setting("HOST", "127.0.0.1", "address to serve on"),
    "port": Setting("PORT", "8000", "port to serve on"),
    "workers": Setting("ZHICHENG_WORKERS", "1", "number of server processes"),
    "sparql_seconds": Setting("ZHICHENG_SPARQL_SECONDS", "5", "seconds after which a query sent to /sparql is ended"),
    "sparql_rows": Setting("ZHICHENG_SPARQL_ROWS", "100000", "most rows, or triples, of its result"),
    "sparql_bytes": Setting("ZHICHENG_SPARQL_BYTES", "30000000", "most bytes of its result, before compression"),
    "sparql_memory": Setting("ZHICHENG_SPARQL_MEMORY", "512", "most megabytes of memory that it takes"),
    "sparql_characters": Setting("ZHICHENG_SPARQL_CHARACTERS", "100000", "most characters of its text"),
    "sparql_running": Setting("ZHICHENG_SPARQL_RUNNING", "2", "such queries that run at once in each server process"),
    "sparql_waiting": Setting("ZHICHENG_SPARQL_WAITING", "8", "such queries that may wait for their turn"),
    "sparql_patience": Setting("ZHICHENG_SPARQL_PATIENCE", "2", "seconds that one waits before it is turned away"),
}


@dataclass(frozen=True)
class Settings:
    """The settings in force, read from the environment once at start."""

    home: Path
    cache: Path
    ledger: Path
    host: str
    port: int
    workers: int
    sparql_seconds: int
    sparql_rows: int
    sparql_bytes: int
    sparql_memory: int
    sparql_characters: int
    sparql_running: int
    sparql_waiting: int
    sparql_patience: int

    @classmethod
    def read(cls, environment: dict[str, str] | None = None) -> "Settings":
        """Read the settings; an empty variable counts as unset.

        Raises Invalid when a number is not one, a port is outside 1 to 65535, or the home folder lacks one of its three parts.
        """
        env = os.environ if environment is None else environment
        raw = {f.name: env.get(TABLE[f.name].variable) or TABLE[f.name].default for f in fields(cls)}
        home = Path(raw["home"]).expanduser() if raw["home"] else resources()
        for part in ("ontology", "data", "queries"):
            if not (home / part).is_dir():
                raise Invalid(TABLE["home"].variable, f"is {home}, which has no folder {part}/", "Name a folder with ontology/, data/ and queries/")
        base = Path(env.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        cache = Path(raw["cache"]).expanduser() if raw["cache"] else base / "zhicheng"
        kept = Path(env.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "zhicheng" / "ledger.sqlite"
        ledger = Path(raw["ledger"]).expanduser() if raw["ledger"] else kept
        bounds = {name: _number(name, raw[name], 1, 10**9) for name in raw if name.startswith("sparql_")}
        return cls(home, cache, ledger, raw["host"], _number("port", raw["port"], 1, 65535), _number("workers", raw["workers"], 1, 64), **bounds)


def _number(name: str, text: str, low: int, high: int) -> int:
    if not text.isdecimal() or not low <= int(text) <= high:
        raise Invalid(TABLE[name].variable, f'is "{text}"', f"Give a whole number from {low} to {high}")
    return int(text)
