"""Bodies of requests: read whole before anything else is done, within bounds of size and time, whatever the client says of their length.

A client that sends slowly holds one of a few places for reading, never one of the places for answering.
"""

import io
import threading
from time import monotonic

from flask import Flask, request
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge, RequestTimeout, ServiceUnavailable

LARGEST = 1_000_000
SECONDS = 10
# Bodies that are read at once in each worker process.
PLACES = 16
# A body is read in so many pieces, of so many bytes at least: the time is looked at between them.
PIECES, PIECE = 256, 64


def register(app: Flask) -> None:
    """Read the body of every request to an application before it is answered."""
    app.config["MAX_CONTENT_LENGTH"] = LARGEST
    places = threading.BoundedSemaphore(PLACES)

    @app.before_request
    def read() -> None:
        length = request.content_length
        if length is not None and length > LARGEST:
            raise RequestEntityTooLarge()
        if not length and "HTTP_TRANSFER_ENCODING" not in request.environ:
            return
        if not places.acquire(blocking=False):
            raise ServiceUnavailable("Too many bodies are being sent at once. Try again in a few seconds.", retry_after=SECONDS)
        try:
            body = _read(request.environ["wsgi.input"], LARGEST + 1 if length is None else length)
        finally:
            places.release()
        if len(body) > LARGEST:
            raise RequestEntityTooLarge()
        if length is not None and len(body) < length:
            raise BadRequest(f"The body ended after {len(body)} of {length} bytes.")
        request.environ |= {"wsgi.input": io.BytesIO(body), "wsgi.input_terminated": True, "CONTENT_LENGTH": str(len(body))}
        request.environ.pop("HTTP_TRANSFER_ENCODING", None)


def _read(source: io.BufferedIOBase, size: int) -> bytes:
    """So many bytes, or fewer where there are no more; raises RequestTimeout where they do not come in time."""
    until = monotonic() + SECONDS
    piece = max(PIECE, size // PIECES)
    body = bytearray()
    while len(body) < size:
        if monotonic() > until:
            raise RequestTimeout(f"The body did not come within {SECONDS} seconds. Send it faster.")
        found = source.read(min(piece, size - len(body)))
        if not found:
            break
        body += found
    return bytes(body)
