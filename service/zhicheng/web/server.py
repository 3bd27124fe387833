"""The production server."""

from granian.constants import Interfaces
from granian.server import Server

from zhicheng.settings import Settings


def serve(settings: Settings) -> None:
    """Serve the application until a signal ends it; the graph has to be sound already."""
    server = Server(
        "zhicheng.web.wsgi:app",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.workers,
        log_access=False,
        respawn_failed_workers=True,
    )
    server.serve()
