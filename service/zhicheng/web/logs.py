"""The log: one JSON object a line, on standard error; nothing in it tells who asked, or what.

One line for each request: its method, the template of its route, status, milliseconds, bytes and id. Of an unexpected error the
place is logged, not the message, which may repeat what was asked. A reader that falls behind loses lines; the service does not wait for it.
"""

import logging
import os
import secrets
import select
import socket
import stat
import traceback
from datetime import UTC, datetime
from time import perf_counter

import orjson
from flask import Flask, Response, g, request

from zhicheng.web.metrics import method, route

ROOT, SERVER = "zhicheng", "_granian"
ID = "X-Request-ID"
requests = logging.getLogger(f"{ROOT}.request")
STANDARD_ERROR = 2


def line(record: logging.LogRecord) -> bytes:
    """A record as a line of JSON: time (UTC), level, message, and what it was given as `extra={"said": {…}}`."""
    body = {"time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"), "level": record.levelname.lower(), "message": record.getMessage()}
    body |= getattr(record, "said", {})
    if record.exc_info and record.exc_info[0]:
        body["error"] = record.exc_info[0].__name__
        body["at"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(record.exc_info[2])]
    return orjson.dumps(body, default=str, option=orjson.OPT_APPEND_NEWLINE)


class Output(logging.Handler):
    """Writes lines to a file descriptor; one that would have to wait is lost."""

    def __init__(self, descriptor: int = STANDARD_ERROR):
        super().__init__()
        self._descriptor, self._socket, self._room = descriptor, None, None
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISSOCK(mode):
            self._socket = socket.socket(fileno=os.dup(descriptor))
        elif stat.S_ISFIFO(mode) and os.path.exists("/proc/self/fd"):
            # An opening of its own: whether writing waits is the opening's, and others write through the first.
            try:
                self._descriptor = os.open(f"/proc/self/fd/{descriptor}", os.O_WRONLY | os.O_NONBLOCK)
            except PermissionError:  # the pipe is of the user who started this one as another, as in a container
                self._room = select.poll()
                self._room.register(descriptor, select.POLLOUT)

    def emit(self, record: logging.LogRecord) -> None:
        written = line(record)
        try:
            if self._socket:
                self._socket.send(written, socket.MSG_DONTWAIT)
            elif not self._room or len(written) <= select.PIPE_BUF and self._room.poll(0):  # a pipe with room takes so much at once
                os.write(self._descriptor, written)
        except OSError:
            return  # full, or closed: there is nowhere to say so


def configure(level: str) -> None:
    """Log to standard error from this level on; of the server below, warnings and errors."""
    output = Output()
    for name in (ROOT, SERVER):
        logger = logging.getLogger(name)
        logger.handlers[:], logger.propagate = [output], False
        logger.setLevel(level.upper())
    # granian finds its threads many for the processors; most only wait, for a process of the sandbox or for a body.
    logging.getLogger(SERVER).addFilter(lambda record: record.levelno >= logging.WARNING and "Python threads" not in record.getMessage())


def new_id() -> str:
    """An id for a request."""
    return secrets.token_hex(8)


def say(method: str, route: str, status: int, seconds: float, size: int | None, number: str) -> None:
    """Log a request that was answered."""
    if requests.isEnabledFor(logging.INFO):
        said = {"method": method, "route": route, "status": status, "ms": round(seconds * 1000, 2), "bytes": size, "id": number}
        requests.info("request", extra={"said": said})


def register(app: Flask) -> None:
    """Give every request an id, and log it once it is answered; `metrics` must time it."""

    @app.before_request
    def identify() -> None:
        g.request_id = new_id()

    @app.after_request
    def log(response: Response) -> Response:
        if "request_id" in g:
            response.headers[ID] = g.request_id
            size = 0 if request.method == "HEAD" else response.content_length or response.calculate_content_length()
            say(method(), route(), response.status_code, perf_counter() - g.started, size, g.request_id)
        return response
