"""The production server."""

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from zhicheng.settings import Settings

# Threads of a worker that answer at once, and requests that may wait for one.
THREADS, BACKLOG = 2, 512


def serve(settings: Settings) -> None:
    """Serve the application until a signal ends it; the graph has to be sound already."""
    server = Server(
        "zhicheng.web.wsgi:app",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.workers,
        blocking_threads=THREADS,
        backpressure=BACKLOG,
        websockets=False,
        log_access=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
    )
    server.serve()
