"""Real servers, for tests: started, asked, put under load, and looked into."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import quote


# As /proc/net/tcp has it (linux/net/tcp_states.h).
ESTABLISHED = "01"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def ready(app):
    """A client of an application, once its processes for queries of strangers have loaded the graph."""
    client, end = app.test_client(), time.monotonic() + 120
    while client.get("/sparql?query=ASK%7B%7D").status_code == 503:
        assert time.monotonic() < end, "the graph was not loaded in time"
        time.sleep(0.2)
    return client


class Serving:
    """A `zhicheng serve` of its own: with its log in a file, and whatever settings are named."""

    def __init__(self, folder: Path, home: Path, ready: bool = True, **settings: str):
        self.port = int(settings.get("PORT") or free_port())
        self.log_file = folder / "log"
        places = {"ZHICHENG_HOME": str(home), "ZHICHENG_CACHE": str(folder / "cache"), "ZHICHENG_LEDGER": str(folder / "data" / "ledger.sqlite")}
        self.environment = {"PATH": os.defpath, "PORT": str(self.port)} | places | settings
        self.start(ready)

    def start(self, ready: bool = True) -> None:
        with self.log_file.open("ab") as log:
            self.process = subprocess.Popen([sys.executable, "-m", "zhicheng", "serve"], env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log)
        if ready:
            self.wait_until(lambda: self.status("/health/ready") == 200)

    def wait_until(self, holds, seconds: float = 240) -> None:
        end = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < end and self.process.poll() is None, self.log_file.read_text()[-3000:]
            time.sleep(0.05)

    def exchange(self, method: str, path: str, body=None, headers: dict | None = None) -> tuple[int, http.client.HTTPMessage, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, headers or {})
            reply = connection.getresponse()
            return reply.status, reply.headers, reply.read()
        finally:
            connection.close()

    def status(self, path: str) -> int | None:
        """The status of a GET; None where nobody answers."""
        try:
            return self.exchange("GET", path)[0]
        except (OSError, http.client.HTTPException):
            return None

    def json(self, path: str):
        return json.loads(self.exchange("GET", path)[2])

    def ask(self, question: str) -> bytes:
        return self.exchange("GET", f"/api/ask?q={quote(question)}")[2]

    def log(self, message: str | None = None) -> list[dict]:
        """The lines logged, those with a message where one is given; every line must be JSON."""
        written = self.log_file.read_text(encoding="utf-8")
        lines = [json.loads(line) for line in written[: written.rfind("\n") + 1].splitlines()]  # the last may be under way
        return [line for line in lines if message is None or message in line["message"]]

    def workers(self) -> list[int]:
        """The process ids of the workers."""
        return [pid for pid in children(self.process.pid) if b"fork_server" not in command(pid)]

    def connections(self) -> list[int]:
        """How many open connections each worker has."""
        rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        ours = {f"socket:[{row[9]}]" for row in rows if int(row[1].rpartition(":")[2], 16) == self.port and row[3] == ESTABLISHED}
        return [len(ours & {os.readlink(fd) for fd in Path(f"/proc/{pid}/fd").iterdir()}) for pid in self.workers()]

    def everything(self) -> list[int]:
        """The process ids of the server and all below it."""
        found = [self.process.pid]
        for pid in found:
            found += children(pid)
        return found

    def end(self, number: int = signal.SIGTERM) -> int:
        """Send the server a signal that ends it; its exit status."""
        self.process.send_signal(number)
        return self.process.wait(60)


def children(process: int) -> list[int]:
    try:
        return [int(pid) for task in Path(f"/proc/{process}/task").iterdir() for pid in (task / "children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def command(process: int) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


class Load:
    """Clients that ask again and again, half of them over connections that stay open, until told to stop; what failed is in `failures`."""

    def __init__(self, server: Serving, paths: list[str], clients: int = 4, refused_is_failure: bool = True):
        self.server, self.paths, self.refused_is_failure = server, paths, refused_is_failure
        self.statuses: dict[int, int] = {}
        self.failures: list[str] = []
        self.bodies: dict[str, set[bytes]] = {path: set() for path in paths}
        self._stopped = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(number,)) for number in range(clients)]

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    @property
    def answered(self) -> int:
        return sum(self.statuses.values())

    def _run(self, number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        turn = number
        while not self._stopped.is_set():
            path = self.paths[turn % len(self.paths)]
            turn += 1
            try:
                connection.request("GET", path)
                reply = connection.getresponse()
                body = reply.read()
            except ConnectionRefusedError as error:
                if self.refused_is_failure:
                    self.failures.append(repr(error))
                time.sleep(0.02)
                connection.close()
                continue
            except (OSError, http.client.HTTPException) as error:
                self.failures.append(f"{path} ({'kept open' if number % 2 else 'new connection'}): {error!r}")
                connection.close()
                continue
            self.statuses[reply.status] = self.statuses.get(reply.status, 0) + 1
            self.bodies[path].add(body)
            if reply.status >= 500:
                self.failures.append(f"{path}: {reply.status} {body[:200]!r}")
            if number % 2 == 0:
                connection.close()
            time.sleep(0.005)  # a load, not a race for the processor with what is tested
        connection.close()
