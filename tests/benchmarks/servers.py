"""What worker processes bring and cost, side by side in one run.

    python tests/benchmarks/servers.py [--workers 1 2 4] [--requests 3000] [--gunicorn PATH]

For each number of workers, of one server that shares its memory with them: requests a second of a route that only says hello, with the log of
requests and without, and the memory of all processes together (PSS: what several share counts in parts), before and after questions; beside it
the memory of as many servers of one worker, which share nothing. With the path of a gunicorn, the same application on its threads.
"""

import argparse
import os
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from ask import HELLO, first_reply, questions, server
from client import exchange, request

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from serving import children  # noqa: E402


def proportional(processes: list[int]) -> dict[str, float]:
    """Megabytes of memory, shared ones in parts, of processes and all below them: of the service, and of the processes for queries of strangers."""
    found = {"service": 0.0, "queries": 0.0}
    waiting = list(processes)
    while waiting:
        pid = waiting.pop()
        waiting += children(pid)
        kind = "queries" if b"fork_server" in Path(f"/proc/{pid}/cmdline").read_bytes() else "service"
        found[kind] += next(int(line.split()[1]) for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines() if line.startswith("Pss:")) / 1000
    return found


def rate(port: int, count: int, rounds: int = 5) -> float:
    """Requests a second of /hello, the median of rounds."""
    exchange(port, [request("/hello")] * (count // 3), 16)
    return median(count / exchange(port, [request("/hello")] * count, 16)[0] for _ in range(rounds))


def measure(workers: int, count: int, cache: Path) -> None:
    asked = [request("/api/ask", q=text) for text in questions()[0]]
    os.environ |= {"ZHICHENG_WORKERS": str(workers), "ZHICHENG_LOG_LEVEL": "warning"}
    with server([sys.executable, "-c", HELLO], cache) as port:
        first_reply(port, request("/hello"))
        quiet = rate(port, count)
    os.environ["ZHICHENG_LOG_LEVEL"] = "info"
    with server([sys.executable, "-c", HELLO], cache) as port:
        first_reply(port, request("/hello"))
        time.sleep(3)  # until the processes for queries have the graph
        fresh = proportional(children(os.getpid()))
        logged = rate(port, count)
        exchange(port, asked, 16)
        used = proportional(children(os.getpid()))
    print(f"{workers:7} {quiet:12.0f} {logged:9.0f} {fresh['service']:11.0f} {used['service']:11.0f} {used['queries']:8.0f}", flush=True)


def apart(number: int, cache: Path) -> None:
    """The memory of so many servers of one worker."""
    os.environ["ZHICHENG_WORKERS"] = "1"
    with ExitStack() as stack:
        for port in [stack.enter_context(server([sys.executable, "-c", HELLO], cache)) for _ in range(number)]:
            first_reply(port, request("/hello"))
        time.sleep(3)
        found = proportional(children(os.getpid()))
    print(f"{number:7} servers of one worker each: {found['service']:.0f} MB", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--requests", type=int, default=3000)
    parser.add_argument("--gunicorn", help="path of a gunicorn that can import this package")
    options = parser.parse_args()
    sys.stderr.flush()
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # the log of the servers: written, and read by nobody
    with tempfile.TemporaryDirectory() as folder:
        cache = Path(folder)
        with server([sys.executable, "-c", HELLO], cache) as port:
            first_reply(port, request("/hello"))
        print("        hello/s                MB, shared in parts\nworkers  without log  with log      at start  after 300 q.  queries")
        for workers in options.workers:
            measure(workers, options.requests, cache)
        apart(2, cache)
        if options.gunicorn:
            for workers in options.workers:
                command = [options.gunicorn, "--preload", "--workers", str(workers), "--worker-class", "gthread", "--threads", "4", "--log-level", "error", "hello:opened_from_environment()"]
                with server(command, cache) as port:
                    first_reply(port, request("/hello"))
                    print(f"{workers:7} workers of gunicorn, gthread: {rate(port, options.requests):.0f} hello/s", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
