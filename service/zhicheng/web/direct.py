"""Plain requests of programs, answered below the application's own path and just as it would.

A GET of one of a few addresses, which asks for nothing but what the address gives by default, needs none of what a page needs: it is read, answered
and given its headers here. All else is the application's, and so is telling of what went wrong.
"""

from collections.abc import Callable, Iterable, Mapping
from time import perf_counter
from typing import NamedTuple
from urllib.parse import parse_qsl

from flask import Flask, request

from zhicheng.web import replaying, security
from zhicheng.web.rates import Rates
from zhicheng.web.sending import sender

# The media types that a plain request accepts, and the most arguments that it gives.
ACCEPTED, ARGUMENTS = {"", "*/*", "application/json"}, 1000
# Where the application finds what went wrong with a request before it came there.
FAILED = "zhicheng.failed"


class Asked(NamedTuple):
    """A plain request: its path and the last part of that, its arguments in order, the media type and the packing that it takes, and the WSGI environment that it came in."""

    path: str
    name: str
    arguments: list[tuple[str, str]]
    media: str
    gzip: bool
    environ: dict


class Reply(NamedTuple):
    """What is replied: the route, headers beside those that every reply has, the body, and whether it may be sent again to the next who asks the same."""

    route: str
    headers: list[tuple[str, str]]
    body: bytes
    repeatable: bool


Way = Callable[[Asked], Reply | None]


def register(app: Flask, ways: Mapping[str, Way], limit: Rates | None) -> None:
    """Answer plain requests for addresses below each of these paths in its way, where that gives a reply; to be called before `replaying` keeps replies."""
    below, draining, send = app.wsgi_app, app.extensions["draining"], sender(app)

    def reply(environ: dict, start_response) -> Iterable[bytes]:
        started = perf_counter()
        folder, _, name = environ.get("PATH_INFO", "").rpartition("/")
        way = ways.get(folder)
        asked = _asked(name, environ) if way and not draining.is_set() else None
        if way is None or asked is None or limit and limit.refuses(environ):
            return below(environ, start_response)
        try:
            found = way(asked)
        except Exception as error:
            environ[FAILED] = error
            return below(environ, start_response)
        if found is None:
            return below(environ, start_response)
        if found.repeatable:
            environ[replaying.COUNTED] = found.route, None
        return send(start_response, started, [*found.headers, ("Content-Length", str(len(found.body))), *security.PLAIN], found.body, found.route, None)

    app.wsgi_app = reply  # type: ignore[method-assign]


def tell() -> None:
    """Raise what went wrong with this request before it came to the application; to be called once all is done that is done before a request is answered."""
    if FAILED in request.environ:
        raise request.environ[FAILED]


def _asked(name: str, environ: dict) -> Asked | None:
    """A request as a plain one; None where it is none."""
    address, packing = environ.get("QUERY_STRING", ""), environ.get("HTTP_ACCEPT_ENCODING", "")
    if not replaying.bare(environ) or environ.get("HTTP_ACCEPT", "") not in ACCEPTED or environ.get("SCRIPT_NAME") or not address.isascii() or ";" in packing:
        return None
    try:
        arguments = parse_qsl(address, keep_blank_values=True, errors="strict", max_num_fields=ARGUMENTS)
    except ValueError:
        return None
    return Asked(environ["PATH_INFO"], name, arguments, environ.get("HTTP_ACCEPT", ""), "gzip" in packing.replace(" ", "").split(","), environ)
