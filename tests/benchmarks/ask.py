"""How fast questions are answered, all of it side by side in one run.

    python tests/benchmarks/ask.py [--rounds N] [--without-rdflib]

Time per stage, in this process; requests a second of /api/ask on 300 different questions, asked of a fresh server for the first
time and again, as shares of those of a route that only says hello, of the same application on the same server; the same
questions with every query put to the store, and to rdflib's own engine instead of it; and the time from the start of
`zhicheng serve` to its first answer. Shares and medians of rounds: what else the machine does weighs on all alike.
"""

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from statistics import median

import rdflib
from pyoxigraph import QueryResultsFormat, QuerySolutions, parse_query_results

from client import exchange, request
from zhicheng.answering import answers, finding, meaning, reading, understanding
from zhicheng.answering.service import Service, open_service
from zhicheng.knowledge import tables
from zhicheng.knowledge.catalogue import Query
from zhicheng.settings import Settings
from zhicheng.web import rendering

HERE = Path(__file__).resolve().parent
QUESTIONS, WARM = 300, 100
HELLO = "from zhicheng.settings import Settings; from zhicheng.web.server import serve; from hello import opened; serve(Settings.read(), opened)"
# What is timed as a stage; what a stage calls of another counts for that alone.
STAGES = {
    "normalise": [(reading, "normalise"), (reading, "detect")],
    "link": [(reading.Reader, "entities")],
    "match": [(understanding.Matcher, "rank")],
    "encode": [(meaning.Encoder, "meaning")],
    "compare": [(meaning.Meanings, "near")],
    "retrieve": [(finding.Finder, "find")],
    "bind": [(Query, "bind")],
    "query": [(answers.Answers, "_found")],
    "compose": [(answers.Answers, "_compose")],
    "JSON": [(rendering, "answer_bytes")],
}


def questions() -> tuple[list[str], list[str]]:
    """Different questions, as many from each set of tests/answers/, and others to warm up with."""
    sets = [[json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] for path in sorted((HERE.parent / "answers").glob("*.jsonl"))]
    texts = list(dict.fromkeys(item["q"] for row in zip(*sets) for item in row if not item.get("params")))
    return texts[:QUESTIONS], texts[QUESTIONS : QUESTIONS + WARM]


class Stopwatch:
    """Adds up the time of stages; within a stage another stops it."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = defaultdict(float)
        self._running: list[str] = []
        self._since = time.perf_counter()

    def turn(self) -> None:
        """Put the time since the last turn down to the stage that runs."""
        now = time.perf_counter()
        if self._running:
            self.spent[self._running[-1]] += now - self._since
        self._since = now

    def watched(self, stage: str, function: Callable) -> Callable:
        """The function, timed as part of a stage."""
        def timed(*arguments, **named):
            self.turn()
            self._running.append(stage)
            try:
                return function(*arguments, **named)
            finally:
                self.turn()
                self._running.pop()

        return timed


def stages(service: Service, asked: list[str], warm: list[str]) -> dict[str, float]:
    """Microseconds that a question takes in each stage, on average over those that are asked for the first time."""
    watch, whole = Stopwatch(), "rest"
    originals = [(owner, name, getattr(owner, name)) for places in STAGES.values() for owner, name in places]
    for text in warm:
        rendering.answer_bytes(service.ask(text))
    for stage, places in STAGES.items():
        for owner, name in places:
            setattr(owner, name, watch.watched(stage, getattr(owner, name)))
    try:
        ask = watch.watched(whole, lambda text: rendering.answer_bytes(service.ask(text)))
        for text in asked:
            ask(text)
    finally:
        for owner, name, function in originals:
            setattr(owner, name, function)
    return {stage: watch.spent[stage] / len(asked) * 1e6 for stage in [*STAGES, whole]}


class AskedEachTime(answers.Answers):
    """Answers that put every query to the store, and keep no rows."""

    def _found(self, query: Query, terms: dict, sparql: str) -> tuple[list, str]:
        results = self.results(sparql)
        return tables.rows(results), results


class RdflibStore:
    """The graph in rdflib's memory, asked by rdflib's own SPARQL engine."""

    def __init__(self, n_quads: bytes):
        self._graph = rdflib.Dataset(default_union=True)
        self._graph.parse(data=n_quads.decode(), format="nquads")

    def query(self, text: str) -> QuerySolutions:
        """The solutions of a SELECT query."""
        return parse_query_results(self._graph.query(text).serialize(format="json"), QueryResultsFormat.JSON)


def pipeline(service: Service, asked: list[str], answering: answers.Answers) -> float:
    """Milliseconds to answer a question, on average."""
    today = date.today()
    started = time.perf_counter()
    for text in asked:
        rendering.answer_bytes(answering.answer(service.understanding.read(text, day=today)))
    return (time.perf_counter() - started) / len(asked) * 1e3


def free_port() -> int:
    """A port that no one listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def server(command: list[str], cache: Path) -> Iterator[int]:
    """A server, from its start to its end; gives its port at once, before it answers."""
    port = free_port()
    process = subprocess.Popen(command, env=os.environ | {"PORT": str(port), "HOST": "127.0.0.1", "ZHICHENG_CACHE": str(cache), "PYTHONPATH": os.pathsep.join(filter(None, [str(HERE), os.environ.get("PYTHONPATH")]))}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def first_reply(port: int, what: bytes, patience: float = 60) -> float:
    """Seconds until a server that is just starting replies."""
    started = time.perf_counter()
    while True:
        try:
            exchange(port, [what], 1)
            return time.perf_counter() - started
        except (ConnectionError, RuntimeError):
            if time.perf_counter() - started > patience:
                raise
            time.sleep(0.005)


def shares(asked: list[str], warm: list[str], cache: Path, rounds: int) -> dict[str, tuple[float, float]]:
    """Requests a second and the share of hello's, for questions asked for the first time and again."""
    hello = [request("/hello")] * len(asked)
    asks = [request("/api/ask", q=text) for text in asked]
    rates: dict[str, list[float]] = defaultdict(list)
    parts: dict[str, list[float]] = defaultdict(list)
    for _ in range(rounds):
        with server([sys.executable, "-c", HELLO], cache) as port:
            first_reply(port, request("/hello"))
            exchange(port, hello * 3 + [request("/api/ask", q=text) for text in warm])
            seconds = {"hello": exchange(port, hello * 3)[0] / 3}
            seconds["asked for the first time"], before = exchange(port, asks)
            again, after = exchange(port, asks * 3)
            seconds["asked again"] = again / 3
            seconds["hello"] = (seconds["hello"] + exchange(port, hello * 3)[0] / 3) / 2
            if before * 3 != after:
                raise RuntimeError("A question that was asked again had another answer")
        for name, spent in seconds.items():
            rates[name].append(len(asked) / spent)
            parts[name].append(seconds["hello"] / spent)
    return {name: (median(rates[name]), median(parts[name])) for name in rates}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="how often servers are started and measured")
    parser.add_argument("--without-rdflib", action="store_true", help="leave rdflib's engine out, which takes minutes")
    options = parser.parse_args()
    settings = Settings.read()
    asked, warm = questions()
    with tempfile.TemporaryDirectory() as folder:
        cache = Path(folder)
        serve, what = [sys.executable, "-m", "zhicheng", "serve"], request("/api/ask", q=asked[0])
        starts = []
        for _ in range(options.rounds + 1):
            with server(serve, cache) as port:
                starts.append(first_reply(port, what))
        print(f"first answer after the start: {median(starts[1:]):.2f} s (the first start ever, which checks the graph: {starts[0]:.1f} s)\n")
        for name, (rate, share) in shares(asked, warm, cache, options.rounds).items():
            print(f"{name:32}{rate:8.0f} requests/s {share:6.0%} of hello")
        service = open_service(settings.home, cache)
    print("\nstage            µs a question asked for the first time")
    spent = stages(service, asked, warm)
    for stage, microseconds in spent.items():
        print(f"{stage:12}{microseconds:8.0f}")
    print(f"{'all':12}{sum(spent.values()):8.0f}\n")
    parts = service.store, service.vocabulary, service.library, service.catalogue
    print(f"{'every query put to the store':40}{pipeline(service, asked, AskedEachTime(*parts)):9.2f} ms a question")
    if not options.without_rdflib:
        answering = AskedEachTime(*parts)
        answering.store = RdflibStore(service.graph.n_quads)
        print(f"{'every query put to rdflib':40}{pipeline(service, asked, answering):9.2f} ms a question")
    return 0


if __name__ == "__main__":
    sys.exit(main())
