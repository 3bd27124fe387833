"""Where queries of strangers run: in processes that can be ended, never in this one."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import weakref
from dataclasses import asdict, dataclass
from select import POLLIN, poll

from zhicheng.errors import StoreFailure
from zhicheng.knowledge import fork_server
from zhicheng.knowledge.fork_server import Job
from zhicheng.knowledge.limits import Busy, Limits, TimedOut

# Seconds past a query's own deadline after which its process is taken to hang, and the fork server with it.
GRACE = 3.0
CHUNK = 1 << 18


@dataclass(frozen=True)
class Reply:
    """A result: its media type, whether it is packed with gzip, and its bytes."""

    media: str
    gzip: bool
    body: bytes


class _Gone(Exception):
    """The fork server behind a control socket, or a child of it that had answered before, ended while a query was with it."""

    def __init__(self, control: socket.socket):
        self.control = control


@dataclass
class _Child:
    """A process that answers one query after another, and whether it has answered one."""

    connection: socket.socket
    process: int
    used: bool = False


class Sandbox:
    """Runs queries over a graph in children of one fork server, which is started when first needed and again when it has ended.

    As many run at once as the limits say, each in a process that has no other meanwhile; one that is short leaves its process to the next.
    It may be used from several threads. What it holds ends with this process, however that ends.
    """

    def __init__(self, quads: bytes, limits: Limits):
        """Take the graph as N-Quads."""
        self.limits = limits
        self._quads = quads
        self._places = threading.BoundedSemaphore(limits.running + limits.waiting)
        self._running = threading.BoundedSemaphore(limits.running)
        self._lock = threading.Lock()
        self._server: subprocess.Popen | None = None
        self._control: socket.socket | None = None
        self._idle: list[_Child] = []
        self._finalizer: weakref.finalize | None = None
        self._owner = 0

    def run(self, job: Job) -> Reply:
        """The result of a query.

        Raises Invalid where it is not SPARQL or names a graph by what is no IRI; Forbidden, Inexpressible, TooCostly, TimedOut or Busy
        as limits.py says; StoreFailure where no process can be had to run it.
        """
        if not self._places.acquire(blocking=False):
            raise self._busy()
        try:
            if not self._running.acquire(timeout=self.limits.patience):
                raise self._busy()
            try:
                for _ in range(3):
                    try:
                        return self._run(job)
                    except _Gone as gone:
                        self._lives(gone.control)  # one that is just ending has ended then
                raise StoreFailure("The process that runs queries ended three times on this one. Try again later")
            finally:
                self._running.release()
        finally:
            self._places.release()

    def start(self) -> None:
        """Start the fork server, without waiting until it is ready; nothing where it runs."""
        with self._lock:
            self._started()

    def close(self) -> None:
        """End the fork server and its children."""
        with self._lock:
            self._end()

    @property
    def process(self) -> int | None:
        """The process id of the fork server, or None where none runs."""
        return self._server.pid if self._server is not None and self._server.poll() is None else None

    def _busy(self) -> Busy:
        return Busy(f"{self.limits.running} queries are running, as many as may at once, and none ended in time. Try again in a few seconds")

    def _run(self, job: Job) -> Reply:
        with self._lock:
            control = self._started()
            child = self._idle.pop() if self._idle else None
        child = child or self._born(control)
        began = time.monotonic()
        said, body = None, b""
        try:
            said, body = _exchange(child, fork_server.encoded(job), began + self.limits.seconds + GRACE)
        except TimeoutError:
            self.close()
        except EOFError:
            pass
        finally:
            if said is None or said["ends"]:
                child.connection.close()
        if said is None:
            if time.monotonic() - began >= self.limits.seconds:
                raise TimedOut(f"The query was ended after {self.limits.seconds} seconds. Make it more selective, or add a LIMIT")
            if child.used or not self._lives(control):
                self._forget(control)
                raise _Gone(control)
            raise fork_server.out_of_memory(self.limits)
        if not said["ends"]:
            self._keep(child, control)
        if "error" in said:
            raise fork_server.raised(said)
        return Reply(said["media"], said["gzip"], body)

    def _born(self, control: socket.socket) -> _Child:
        """A new child of the fork server behind a control socket, once it has its graph loaded."""
        self._await(control)
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                socket.send_fds(control, [b"q"], [theirs.fileno()])
            except OSError as error:
                ours.close()
                raise _Gone(control) from error
        try:
            ours.settimeout(self.limits.seconds + GRACE)
            return _Child(ours, fork_server.NUMBER.unpack(_whole(ours, bytearray(), fork_server.NUMBER.size))[0])
        except EOFError as error:
            ours.close()
            raise _Gone(control) from error
        except TimeoutError as error:
            ours.close()
            self.close()
            raise StoreFailure("The process that runs queries hung, and was ended. Try again later") from error

    def _keep(self, child: _Child, control: socket.socket) -> None:
        """Have a child that may answer more wait for the next query; one of a fork server that is no longer in use ends."""
        child.used = True
        with self._lock:
            if control is self._control:
                self._idle.append(child)
                return
        child.connection.close()

    def _forget(self, control: socket.socket) -> None:
        """End the children that wait."""
        with self._lock:
            if control is self._control:
                self._dismiss()

    def _dismiss(self) -> None:
        for child in self._idle:
            child.connection.close()
        self._idle.clear()

    def _await(self, control: socket.socket) -> None:
        """Wait until a fork server has its graph loaded."""
        loaded = poll()
        try:
            loaded.register(control, POLLIN)
            if not loaded.poll(self.limits.seconds * 1000):
                raise Busy("The graph is still being loaded. Try again in a few seconds")
            # The byte that says so stays where it is, for every thread to see.
            said = control.recv(1, socket.MSG_PEEK)
        except (OSError, ValueError) as error:  # another thread has closed it meanwhile
            raise _Gone(control) from error
        if said != fork_server.READY:
            raise StoreFailure("The process that runs queries ended before it was ready. Try again later")

    def _started(self) -> socket.socket:
        if self._control is not None and self._owner == os.getpid():
            if self._server.poll() is None:
                return self._control
            self._end()
        ours, theirs = socket.socketpair()
        with tempfile.TemporaryFile() as quads, theirs:
            quads.write(self._quads)
            quads.seek(0)
            command = [sys.executable, "-m", fork_server.__name__, str(theirs.fileno()), str(quads.fileno()), json.dumps(asdict(self.limits))]
            # Of the memory that a second arena of the allocator would set aside, a child could take more than it may.
            environment = os.environ | {"MALLOC_ARENA_MAX": "1"}
            self._server = subprocess.Popen(command, stdin=subprocess.DEVNULL, pass_fds=(theirs.fileno(), quads.fileno()), env=environment)
        self._control, self._owner = ours, os.getpid()
        self._finalizer = weakref.finalize(self, _end, self._server, ours)
        return ours

    def _end(self) -> None:
        self._dismiss()
        if self._control is not None:
            self._finalizer()
            self._server = self._control = None

    def _lives(self, control: socket.socket) -> bool:
        """Whether the fork server behind a control socket still runs; one that is just ending does not."""
        server = self._server
        if server is None or control is not self._control:
            return False
        try:
            server.wait(0.05)
        except subprocess.TimeoutExpired:
            return True
        return False


def _end(server: subprocess.Popen, control: socket.socket) -> None:
    control.close()
    server.kill()
    server.wait()


def _exchange(child: _Child, message: bytes, deadline: float) -> tuple[dict, bytes]:
    """What a child says to a message, and the bytes after it; one that was demoted ends, however short it found the query itself.

    Raises EOFError where it ends first, TimeoutError at the deadline.
    """
    connection, received, demoted = child.connection, bytearray(), False
    try:
        connection.settimeout(max(deadline - time.monotonic(), 0.001))
        connection.sendall(message)
    except (BrokenPipeError, ConnectionResetError) as error:
        raise EOFError from error
    try:
        connection.settimeout(fork_server.LONG)
        received += _part(connection)
    except TimeoutError:
        fork_server.demote(child.process)
        demoted = True
    while (end := received.find(b"\n")) < 0:
        connection.settimeout(max(deadline - time.monotonic(), 0.001))
        received += _part(connection)
    said = json.loads(received[:end])
    said["ends"] |= demoted
    del received[: end + 1]
    connection.settimeout(max(deadline - time.monotonic(), 0.001))
    return said, _whole(connection, received, said["length"])


def _whole(connection: socket.socket, received: bytearray, size: int) -> bytes:
    """So many bytes, of which some were received before."""
    while len(received) < size:
        received += _part(connection)
    return bytes(received)


def _part(connection: socket.socket) -> bytes:
    try:
        part = connection.recv(CHUNK)
    except ConnectionResetError:
        part = b""
    if not part:
        raise EOFError
    return part
