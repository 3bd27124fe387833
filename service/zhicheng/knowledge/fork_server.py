"""A process that holds the graph and nothing else, and forks children for the queries of strangers.

It has one thread, so that a fork is safe, and reads one control socket: for each child a byte and the socket of a connection. The child
puts bounds on itself that only the kernel can lift, says its process id, and then answers one query after another over its connection. It ends with the
first query that took long, much memory or failed, after so many, and when the connection does. The server is run as
`python -m zhicheng.knowledge.fork_server CONTROL QUADS LIMITS`: two file descriptors, and the limits as JSON. It ends when the control socket does.
"""

import contextlib
import ctypes
import gc
import json
import math
import os
import resource
import signal
import socket
import struct
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import NamedNode, RdfFormat, Store

from zhicheng.errors import Invalid, StoreFailure, ZhichengError
from zhicheng.knowledge import results
from zhicheng.knowledge.limits import Forbidden, Limits, QueryRefused, TooCostly
from zhicheng.knowledge.sparql_text import asks_service, names_dataset
from zhicheng.terms import BASE

READY = b"r"
MEGABYTE = 1_000_000
PR_SET_PDEATHSIG = 1  # linux/prctl.h
PACKED_FROM = 1000  # bytes; less is not worth packing
# A query is sent as its length in bytes and a job; what says its process id, and a length, has this form too.
NUMBER = struct.Struct("!I")
# Seconds after which a query counts as long: it goes on at the lowest priority, and its process ends with it. And the most queries of one process.
LONG, MOST = 0.05, 1000


@dataclass(frozen=True)
class Job:
    """A query, the data set that the request names (None: it names none), the media types preferred, and whether gzip is accepted."""

    query: str
    default_graphs: list[str] | None
    named_graphs: list[str] | None
    solutions: str | None
    graph: str | None
    gzip: bool


def main(control_fd: int, quads_fd: int, limits: Limits) -> None:
    """Load the graph, say that it is ready, and fork until the control socket ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal's; the one who started this decides
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # children leave nothing to wait for
    store = Store()
    # In a thread that is gone before the first fork: the engine draws chance numbers thread by thread, and this one's must be
    # undrawn when a child is forked, or all children would continue the same series (RAND, UUID, STRUUID, BNODE).
    with ThreadPoolExecutor(1) as loader:
        loader.submit(_load, store, quads_fd, limits).result()
    gc.collect()
    gc.freeze()
    # Opened and read once here: a child may not.
    silence = os.open(os.devnull, os.O_WRONLY)
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None
    ceiling = _address_space() + limits.memory * MEGABYTE
    server = os.getpid()
    control = socket.socket(fileno=control_fd)
    with contextlib.suppress(BrokenPipeError):
        control.sendall(READY)
    while True:
        try:
            order, fds, _, _ = socket.recv_fds(control, 1, 1)
        except ConnectionResetError:  # ended before it read that this is ready
            return
        if not order:
            return
        for fd in fds:
            connection = socket.socket(fileno=fd)
            try:
                child = os.fork()
            except OSError as error:
                said = _refusal(StoreFailure(f"No process could be made for the query: {error}"))
                connection.sendall(NUMBER.pack(os.getpid()) + json.dumps(said | {"length": 0, "ends": True}).encode() + b"\n")
                child = 1
            if child == 0:
                control.close()
                try:
                    os.dup2(silence, 2)  # what a dying engine prints; the reply says it
                    _confine(limits, ceiling, server, libc)
                    _serve(store, limits, connection)
                finally:
                    os._exit(0)
            connection.close()


def _load(store: Store, quads_fd: int, limits: Limits) -> None:
    """Load the graph, and pass once through what a query passes through, so that nothing is left to load."""
    with os.fdopen(quads_fd, "rb") as quads:
        store.load(quads, RdfFormat.N_QUADS)
    store.optimize()
    for text in ("SELECT * { ?s ?p ?o } LIMIT 1", "ASK {}", "CONSTRUCT WHERE { ?s ?p ?o } LIMIT 1"):
        for solutions, graph in zip(results.SOLUTIONS, results.GRAPHS):
            results.compressed(_evaluated(store, Job(text, None, None, solutions, graph, True), limits)[1])


def _address_space() -> int:
    """The bytes of address space in use, or 0 where the system does not say."""
    statm = Path("/proc/self/statm")
    return int(statm.read_text().split()[0]) * resource.getpagesize() if statm.exists() else 0


def _confine(limits: Limits, ceiling: int, server: int, libc: ctypes.CDLL | None) -> None:
    """Bound this process for good: memory, time on the processor, no files, no sockets, no further processes."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    if libc is not None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != server:  # it ended before the line above
            os._exit(0)
    bounds = {resource.RLIMIT_CORE: 0, resource.RLIMIT_FSIZE: 0, resource.RLIMIT_NPROC: 0, resource.RLIMIT_CPU: math.ceil(limits.seconds + MOST * LONG) + 1, resource.RLIMIT_NOFILE: 0}
    if sys.platform == "linux":
        bounds[resource.RLIMIT_AS] = ceiling
    for name, bound in bounds.items():
        resource.setrlimit(name, (bound, bound))


def demote(process: int) -> None:
    """Give a child the last call on the processor, until it ends; nothing where it has."""
    with contextlib.suppress(ProcessLookupError):
        os.setpriority(os.PRIO_PROCESS, process, 19)
        if hasattr(os, "SCHED_IDLE"):
            with contextlib.suppress(PermissionError):  # some containers forbid it; the niceness stands
                os.sched_setscheduler(process, os.SCHED_IDLE, os.sched_param(0))


def _serve(store: Store, limits: Limits, connection: socket.socket) -> None:
    """Answer queries as long as they come and this process is as good as new; each has its time from when it came."""
    connection.sendall(NUMBER.pack(os.getpid()))
    for left in reversed(range(MOST)):
        head = _read(connection, NUMBER.size)
        signal.setitimer(signal.ITIMER_REAL, limits.seconds)
        began = time.monotonic()
        said, body = _reply(store, limits, _read(connection, NUMBER.unpack(head)[0]))
        ends = not left or "error" in said and said["error"] != Invalid.__name__ or time.monotonic() - began > LONG
        connection.sendall(json.dumps(said | {"length": len(body), "ends": ends}).encode() + b"\n" + body)
        if ends:
            return
        signal.setitimer(signal.ITIMER_REAL, 0)


def _read(connection: socket.socket, size: int) -> bytes:
    """So many bytes; the process ends where they do not come."""
    found = bytearray()
    while len(found) < size:
        part = connection.recv(size - len(found))
        if not part:
            os._exit(0)
        found += part
    return bytes(found)


def _reply(store: Store, limits: Limits, message: bytes) -> tuple[dict, bytes]:
    """What is said to a job, and the result."""
    try:
        job = Job(**json.loads(message))
        if asks_service(job.query):
            raise Forbidden("The query has a SERVICE clause, and this endpoint reaches no other. Take the clause out, or run the query from a client that federates")
        media, parts = _evaluated(store, job, limits)
        gzip = job.gzip and sum(map(len, parts)) >= PACKED_FROM
        body = results.compressed(parts) if gzip else b"".join(parts)
    except ZhichengError as error:
        return _refusal(error), b""
    except MemoryError:
        return _refusal(out_of_memory(limits)), b""
    except SyntaxError as error:
        return _refusal(Invalid("query", f"is not SPARQL: {error.msg}", "Send a SELECT, ASK, CONSTRUCT or DESCRIBE query; this endpoint is read only")), b""
    except Exception as error:
        return _refusal(Invalid("query", f"cannot be evaluated: {error}", "Mend what the engine names")), b""
    except BaseException as error:  # a panic of the engine is no Exception
        return _refusal(StoreFailure(f"The engine failed on this query: {error}")), b""
    return {"media": media, "gzip": gzip}, body


def _evaluated(store: Store, job: Job, limits: Limits) -> tuple[str, list[bytes]]:
    """The result over the data set that the request names, else the query, else the union of all graphs (SPARQL 1.1 Protocol, §2.1.4)."""
    if job.default_graphs is None and job.named_graphs is None:
        dataset = {"use_default_graph_as_union": not names_dataset(job.query)}
    else:
        dataset = {"default_graph": _graphs("default-graph-uri", job.default_graphs), "named_graphs": _graphs("named-graph-uri", job.named_graphs)}
    return results.written(store.query(job.query, base_iri=BASE, **dataset), job.solutions, job.graph, limits)


def _graphs(parameter: str, iris: list[str] | None) -> list[NamedNode]:
    named = []
    for iri in iris or ():
        try:
            named.append(NamedNode(iri))
        except ValueError as error:
            raise Invalid(parameter, f'is "{iri[:100]}", which is not an IRI: {error}', "Give the absolute IRI of a graph; GET /sparql lists them") from error
    return named


def out_of_memory(limits: Limits) -> TooCostly:
    """The refusal of a query that took all the memory or stack that it may have."""
    return TooCostly(f"The query needs more than {limits.memory} MB of memory, or nests more deeply than can be read. Make it more selective or simpler")


def _refusal(error: ZhichengError) -> dict:
    """An error such that `Sandbox` raises the same one."""
    return {"error": type(error).__name__, "arguments": [error.name, error.problem, error.remedy] if isinstance(error, Invalid) else [str(error)]}


def encoded(job: Job) -> bytes:
    """A job as it is sent."""
    message = json.dumps(vars(job)).encode()
    return NUMBER.pack(len(message)) + message


def raised(reply: dict) -> ZhichengError:
    """The error that a reply carries."""
    kinds = {kind.__name__: kind for kind in (Invalid, StoreFailure, *QueryRefused.__subclasses__())}
    return kinds[reply["error"]](*reply["arguments"])


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Limits(**json.loads(sys.argv[3])))
