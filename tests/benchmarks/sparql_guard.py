"""Whether hostile queries to /sparql slow the questions of others: latency of /api/ask with none and with eight of them, side by side.

    .venv/bin/python tests/benchmarks/sparql_guard.py [--requests 1500] [--rounds 3] [--running N …]

Starts a real `zhicheng serve` for each number of queries that may run at once (the default setting, and eight). One client asks the questions of
the FAQ one after the other over one connection; eight more, in a process of their own, send a hostile query each and send it again once it is
answered. Rounds without and with them alternate. The answer cache, where there is one, is passed by: every question asked is a new one.
"""

import argparse
import http.client
import itertools
import multiprocessing
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import quote

import yaml

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))
from hostile import QUERIES  # noqa: E402

HOSTILE = list(itertools.islice(itertools.cycle([q for q in QUERIES.values() if q.runs]), 8))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def questions() -> list[str]:
    entries = yaml.safe_load((ROOT / "tests" / "answers" / "faq.yaml").read_text(encoding="utf-8"))
    found = [text for text in _texts(entries) if "?" in text or "？" in text]
    return found or ["高级工程师对应几级岗位？"]


def _texts(value) -> list[str]:
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for part in inner for text in _texts(part)]


def latencies(port: int, asked: list[str], count: int, begin: int) -> list[float]:
    """Milliseconds of each of `count` questions, no two of them the same."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    times = []
    for number in range(begin, begin + count):
        path = f"/api/ask?q={quote(asked[number % len(asked)])}&as_of={2000 + number // 400 % 100}-{number // 28 % 12 + 1:02}-{number % 28 + 1:02}"
        start = time.perf_counter()
        connection.request("GET", path)
        reply = connection.getresponse()
        reply.read()
        times.append((time.perf_counter() - start) * 1000)
        if reply.status != 200:
            raise SystemExit(f"{path}: {reply.status}")
    return times


def attack(port: int, stop, statuses) -> None:
    """Send eight hostile queries, each again and again, until told to stop."""

    def one(query: str) -> None:
        while not stop.is_set():
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            connection.request("POST", "/sparql", query.encode(), {"Content-Type": "application/sparql-query"})
            reply = connection.getresponse()
            reply.read()
            statuses.put(reply.status)

    threads = [threading.Thread(target=one, args=(h.text,)) for h in HOSTILE]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def ready(port: int) -> None:
    last = None
    for _ in range(600):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            connection.request("GET", "/health/ready")
            last = connection.getresponse().status
            if last == 200:
                return
        except OSError as error:
            last = error
        time.sleep(0.1)
    raise SystemExit(f"the server did not get ready: {last}")


def measure(running: int | None, requests: int, rounds: int, cache: str) -> None:
    port = free_port()
    environment = os.environ | {"PORT": str(port), "ZHICHENG_CACHE": cache} | ({"ZHICHENG_SPARQL_RUNNING": str(running)} if running else {})
    server = subprocess.Popen([sys.executable, "-m", "zhicheng", "serve"], env=environment, stdout=subprocess.DEVNULL)
    asked, seen = questions(), itertools.count(0, requests)
    context = multiprocessing.get_context("spawn")
    quiet, attacked, statuses = [], [], context.Queue()
    try:
        ready(port)
        latencies(port, asked, 200, 0)
        for _ in range(rounds):
            quiet += latencies(port, asked, requests, next(seen))
            stop = context.Event()
            attacker = context.Process(target=attack, args=(port, stop, statuses))
            attacker.start()
            time.sleep(1.5)
            attacked += latencies(port, asked, requests, next(seen))
            stop.set()
            attacker.join()
    finally:
        server.terminate()
        server.wait()
    counts: dict[int, int] = {}
    while not statuses.empty():
        status = statuses.get()
        counts[status] = counts.get(status, 0) + 1
    label = f"{running} at once" if running else "default"
    for name, times in (("none", quiet), ("eight", attacked)):
        cuts = statistics.quantiles(times, n=1000)
        print(f"{label:12} {name:8} {statistics.median(times):8.2f} {cuts[949]:8.2f} {cuts[989]:8.2f} {max(times):8.2f}")
    ratio = statistics.quantiles(attacked, n=100)[98] / statistics.quantiles(quiet, n=100)[98]
    print(f"{'':12} 99th percentile × {ratio:.2f}; hostile queries got {', '.join(f'{n} × {s}' for s, n in sorted(counts.items()))}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=1500, help="questions in each round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--running", type=int, nargs="*", default=[0, 8], help="queries that may run at once; 0: the default setting")
    options = parser.parse_args()
    print(f"/api/ask, ms, {options.requests * options.rounds} questions each, {os.cpu_count()} cores\n{'queries run':12} {'hostile':8} {'median':>8} {'95 %':>8} {'99 %':>8} {'max':>8}")
    with tempfile.TemporaryDirectory() as folder:
        for number in options.running:
            measure(number or None, options.requests, options.rounds, folder)
