"""The production server.

Where the system forks processes, the graph is loaded once and all workers share it; elsewhere each loads its own.
"""

import gc
import multiprocessing
import sys
from importlib import import_module

from flask import Flask
from granian.constants import Interfaces
from granian.log import LogLevels, logger
from granian.server import Server

from zhicheng import __version__
from zhicheng.settings import Settings

# Threads of a worker that answer at once, beside those that wait for a query of a stranger, and requests that may wait for one.
THREADS, BACKLOG = 2, 512
APPLICATION = "zhicheng.web.wsgi"


def serve(settings: Settings, application: str = APPLICATION) -> None:
    """Serve the application until a signal ends it; raises FaultyGraph where the files do not make a sound graph.

    `application` is the module whose `app` is served.
    """
    # granian finds these threads many for the processors; most only wait, for a process of the sandbox.
    logger.addFilter(lambda record: "Python threads" not in record.getMessage())
    policies = import_module(application).app.extensions["zhicheng"].library.policies
    print(f"zhicheng {__version__}: {len(policies)} policies, serving on http://{settings.host}:{settings.port}", flush=True)
    if sys.platform == "linux":
        multiprocessing.set_start_method("fork", force=True)
        gc.freeze()  # what is shared stays shared: no worker's collector writes to it
    server = Server(
        application,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.workers,
        blocking_threads=THREADS + settings.sparql_running + settings.sparql_waiting,
        backpressure=BACKLOG,
        websockets=False,
        log_access=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
    )
    server.serve(target_loader=_ready)


def _ready(application: str) -> Flask:
    """The application in a worker, whose queries of strangers have a process to run in before the first comes."""
    app = import_module(application).app
    app.extensions["sandbox"].start()
    return app
