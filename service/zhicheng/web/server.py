"""The production server: worker processes on one address, ended and renewed without a failed request.

Where the system forks processes, the graph is loaded once and all workers share it, and the kernel shares out connections to them, each to the
listening socket of one, which outlives it; elsewhere each loads its own graph, and all listen on one socket. SIGTERM and SIGINT end the
server once the requests under way are answered; SIGHUP loads the data anew, and workers with the new data take the place of the old ones.
"""

import ctypes
import gc
import logging
import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial

from flask import Flask
from granian._granian import SocketHolder
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import Server
from granian.server.common import AbstractWorker

from zhicheng import __version__
from zhicheng.errors import Invalid, ZhichengError
from zhicheng.knowledge.fork_server import PR_SET_PDEATHSIG
from zhicheng.settings import Settings
from zhicheng.web import bodies, idle, logs, metrics, turns
from zhicheng.web.opening import open_app

logger = logging.getLogger(__name__)
FORKS = sys.platform == "linux"
# Threads of a worker beside those that wait for a stranger's query or body; connections to a worker; those not yet taken up.
THREADS, CONNECTIONS, BACKLOG = turns.WAITING, 512, 1024
# Seconds for which a worker about to end tells its clients to connect anew, those it then has for what is under way, and those a client has to send the head of a request.
DRAIN, GRACE, HEAD = 0.5, 30, 10
# Seconds of silence after which a connection is ended, beyond those that a query may take.
SILENCE = 20
# The signal that ends a wait, and no more.
WAKE = signal.SIGUSR2

Opener = Callable[[Settings], Flask]


def serve(settings: Settings, opened: Opener = open_app) -> None:
    """Serve the application that the settings open until a signal ends it.

    Raises FaultyGraph where the files do not make a sound graph, Invalid where the address cannot be had.
    """
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # nothing to renew yet
    signal.signal(signal.SIGUSR1, signal.SIG_IGN)  # for workers
    listeners = _listeners(settings.host, settings.port, settings.workers if FORKS else 1)
    folder = metrics.share()
    try:
        app = opened(settings)
        policies = app.extensions["zhicheng"].library.policies
        print(f"zhicheng {__version__}: {len(policies)} policies, serving on http://{settings.host}:{settings.port}", flush=True)
        if FORKS:
            multiprocessing.set_start_method("fork", force=True)
            gc.freeze()  # what is shared stays shared: no worker's collector writes to it
        server = Renewable(listeners, settings, opened, app)
        logs.configure(settings.log_level)
        server.serve(target_loader=server.inherited if FORKS else partial(opened, settings), wrap_loader=False)
    finally:
        metrics.unshare(folder)


def _listeners(host: str, port: int, number: int) -> list[socket.socket]:
    """So many sockets of one's own on an address, to which the kernel shares out connections; raises Invalid where another has it, or it is none of this machine's."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        # The first is bound as one that shares its address with none, so that an address that another server shares out is refused too.
        listeners = [socket.create_server(address[:2], family=family, backlog=BACKLOG)]
        if number > 1:
            listeners[0].setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            listeners += [socket.create_server(listeners[0].getsockname()[:2], family=family, backlog=BACKLOG, reuse_port=True) for _ in range(number - 1)]
    except OSError as error:
        raise Invalid("HOST and PORT", f"are {host} and {port}, where this cannot serve: {error.strerror}", "Name an address of this machine, and a port that no other program has") from error
    for listener in listeners:
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listeners


class Renewable(Server):
    """granian's server with listening sockets that outlive its workers, and renewal of what they serve."""

    def __init__(self, listeners: Sequence[socket.socket], settings: Settings, opened: Opener, app: Flask):
        super().__init__(
            "zhicheng",
            address=settings.host,
            port=settings.port,
            interface=Interfaces.WSGI,
            http=HTTPModes.http1,
            http1_settings=HTTP1Settings(header_read_timeout=HEAD * 1000),
            workers=settings.workers,
            blocking_threads=THREADS + settings.sparql_running + settings.sparql_waiting + bodies.PLACES,
            backpressure=CONNECTIONS,
            websockets=False,
            log_access=False,
            log_level=LogLevels.warning,
            respawn_failed_workers=True,
            workers_kill_timeout=GRACE,
        )
        self._listeners, self._settings, self._opened, self._app = listeners, settings, opened, app
        self._terminal = os.isatty(0)

    def inherited(self) -> Flask:
        """The application in a worker that was forked from this process, and ends with it."""
        _end_with(self.pid, signal.SIGTERM)
        _wake_for_signals()
        for listener in self._listeners:
            if listener is not self._sso:  # which ends with its own worker
                listener.close()
        signal.signal(signal.SIGUSR1, lambda *_: self._app.extensions["draining"].set())
        self._app.extensions["sandbox"].start()  # before the first query of a stranger comes
        idle.watch(self._settings.port, SILENCE + self._settings.sparql_seconds + self._settings.sparql_patience)
        return self._app

    def signal_handler_reload(self, *_) -> None:
        if self._terminal and not os.isatty(0):  # the terminal was closed, and sent this
            return self.signal_handler_interrupt()
        super().signal_handler_reload()

    def _init_shared_socket(self) -> None:
        self._ssp, self._sso, self._shd = None, None, None

    def _spawn_worker(self, idx: int, target, callback_loader) -> AbstractWorker:
        # granian would have each worker listen for itself: connections that wait for one that ends would be reset.
        self._sso = self._listeners[idx % len(self._listeners)]
        self._shd = SocketHolder(self._sso.fileno(), False, BACKLOG)
        return super()._spawn_worker(idx, target, callback_loader)

    def _drop_shared_socket(self) -> None:
        for listener in self._listeners:
            listener.close()

    def _reload(self, spawn_target, target_loader) -> None:
        self.reload_signal = False
        self.main_loop_interrupt.clear()
        outcome = self._app.extensions["reloads"]
        if not self._renewed():
            outcome.labels("refused").inc()
            return
        outcome.labels("done").inc()
        old, self.wrks = self.wrks, []
        self.respawned_wrks.clear()
        self._spawn_workers(spawn_target, target_loader)
        self._end(old)

    def _stop_workers(self) -> None:
        self._end(self.wrks)
        self.wrks.clear()
        logger.info("stopped")

    def _renewed(self) -> bool:
        """Whether the data were loaded anew; where they are not sound, or cannot be read, the old ones stay in force."""
        # In a process of its own: whatever new data do to one that loads them, this one goes on. What it put together is kept for this one.
        trial = multiprocessing.Process(target=_try, args=(self._settings, self._opened, os.getpid()))
        trial.start()
        while trial.is_alive():
            trial.join(0.1)
            if self.interrupt_signal:
                trial.kill()
        if trial.exitcode:
            logger.error("the data were not loaded anew; those held stay in force")
            return False
        gc.unfreeze()
        try:
            self._app = self._opened(self._settings)
        except (ZhichengError, OSError) as error:
            logger.error("the data were changed while they were loaded; those held stay in force: %s", error)
            return False
        finally:
            gc.collect()
            gc.freeze()
        logger.info("the data were loaded anew", extra={"said": {"data": self._app.extensions["zhicheng"].graph.digest}})
        return True

    @staticmethod
    def _end(workers: list[AbstractWorker]) -> None:
        """End workers: first their connections, each with its next answer, then themselves, with what is under way."""
        for worker in workers:
            worker.interrupt_by_parent = True
            if worker.is_alive():
                os.kill(worker._id(), signal.SIGUSR1)
        time.sleep(DRAIN)
        for worker in workers:
            worker.terminate()
        until = time.monotonic() + GRACE
        for worker in workers:
            while worker.is_alive() and time.monotonic() < until:
                time.sleep(0.01)
            if worker.is_alive():
                logger.warning("a worker did not end within %s s and was killed", GRACE)
                worker.kill()
                worker.join()


def _try(settings: Settings, opened: Opener, parent: int) -> None:
    """Open the application, and end with status 1 where that fails."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    _end_with(parent, signal.SIGKILL)
    try:
        settings.check()
        opened(settings)
    except (ZhichengError, OSError) as error:
        logger.error("%s", error)
        sys.exit(1)


def _end_with(parent: int, number: int) -> None:
    """Have the kernel send this process a signal when the one that forked it ends, or end now where it has."""
    if FORKS:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, number)
        if os.getppid() != parent:
            os._exit(1)


def _wake_for_signals() -> None:
    """Have the main thread act on every signal, whichever thread took it: Python runs its handlers there alone, and there waits for a lock that another thread's signal does not end."""
    heard, told = os.pipe()
    os.set_blocking(told, False)
    signal.signal(WAKE, lambda *_: None)
    signal.set_wakeup_fd(told, warn_on_full_buffer=False)
    threading.Thread(target=_wake, args=(heard, threading.main_thread().ident), daemon=True, name="wake").start()


def _wake(heard: int, main: int) -> None:
    while True:
        if any(number != WAKE for number in os.read(heard, 64)):
            signal.pthread_kill(main, WAKE)
