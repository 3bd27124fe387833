"""Every setting of the service in one table: its environment variable, default and meaning."""

import os
from dataclasses import dataclass, field, fields
from pathlib import Path

from zhicheng.errors import Invalid

PACKAGE = Path(__file__).resolve().parent
LOG_LEVELS = ("debug", "info", "warning", "error")
# Requests a minute that a stranger may make where no proxy stands between.
RATE = 1200
# The most server processes unless more are asked for.
WORKERS = 8


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
    "models": Setting("ZHICHENG_MODELS", "", "folder of the language models that `zhicheng models` fetches; zhicheng/models in the user's cache folder when empty"),
    "ledger": Setting("ZHICHENG_LEDGER", "", "file of the small database with readers' feedback; ledger.sqlite in the user's data folder when empty"),
    "store": Setting("ZHICHENG_STORE", "memory", "where the graph is queried: memory, a folder to keep it on disk, or the address of a SPARQL 1.1 endpoint"),
    "store_seconds": Setting("ZHICHENG_STORE_SECONDS", "5", "seconds after which an endpoint counts as not answering"),
    "store_user": Setting("ZHICHENG_STORE_USER", "", "user name at the endpoint; may stand in its address instead"),
    "store_password": Setting("ZHICHENG_STORE_PASSWORD", "", "the user's password at the endpoint"),
    "host": Setting("HOST", "127.0.0.1", "address to serve on"),
    "port": Setting("PORT", "8000", "port to serve on"),
    "workers": Setting("ZHICHENG_WORKERS", "", f"number of server processes, which share what they hold in memory; one for each processor, at most {WORKERS}, when empty"),
    "log_level": Setting("ZHICHENG_LOG_LEVEL", "info", "least level that is logged: debug, info (a line for each request), warning or error"),
    "proxies": Setting("ZHICHENG_PROXIES", "0", "proxies before the service whose X-Forwarded-For, -Proto and -Host are believed"),
    "rate": Setting("ZHICHENG_RATE", "", f"requests a minute that one address may make, 0 for any number; when empty {RATE} where strangers connect directly, else any"),
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
    models: Path
    ledger: Path
    store: str = field(repr=False)
    store_seconds: int
    store_user: str = field(repr=False)
    store_password: str = field(repr=False)
    host: str
    port: int
    workers: int
    log_level: str
    proxies: int
    rate: int
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
        base = Path(env.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        cache = Path(raw["cache"]).expanduser() if raw["cache"] else base / "zhicheng"
        kept = Path(env.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "zhicheng" / "ledger.sqlite"
        ledger = Path(raw["ledger"]).expanduser() if raw["ledger"] else kept
        bounds = {name: _number(name, raw[name], 1, 10**9) for name in raw if name.startswith("sparql_")}
        proxies = _number("proxies", raw["proxies"], 0, 16)
        settings = cls(
            home=home,
            cache=cache,
            models=Path(raw["models"]).expanduser() if raw["models"] else base / "zhicheng" / "models",
            ledger=ledger,
            store=raw["store"],
            store_seconds=_number("store_seconds", raw["store_seconds"], 1, 3600),
            store_user=raw["store_user"],
            store_password=raw["store_password"],
            host=raw["host"],
            port=_number("port", raw["port"], 1, 65535),
            workers=_number("workers", raw["workers"], 1, 64) if raw["workers"] else min(_processors(), WORKERS),
            log_level=_one_of("log_level", raw["log_level"], LOG_LEVELS),
            proxies=proxies,
            rate=_number("rate", raw["rate"], 0, 10**9) if raw["rate"] else 0 if proxies or _own(raw["host"]) else RATE,
            **bounds,
        )
        settings.check()
        return settings

    def check(self) -> None:
        """Raise Invalid where the home folder lacks one of its three parts."""
        for part in ("ontology", "data", "queries"):
            if not (self.home / part).is_dir():
                raise Invalid(TABLE["home"].variable, f"is {self.home}, which has no folder {part}/", "Name a folder with ontology/, data/ and queries/")


def _processors() -> int:
    """The processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _own(host: str) -> bool:
    """Whether an address to serve on is reached from this machine only."""
    return host in ("localhost", "::1") or host.startswith("127.")


def _one_of(name: str, text: str, choices: tuple[str, ...]) -> str:
    if text not in choices:
        raise Invalid(TABLE[name].variable, f'is "{text}"', f"Give one of {', '.join(choices)}")
    return text


def _number(name: str, text: str, low: int, high: int) -> int:
    if not text.isdecimal() or not low <= int(text) <= high:
        raise Invalid(TABLE[name].variable, f'is "{text}"', f"Give a whole number from {low} to {high}")
    return int(text)
