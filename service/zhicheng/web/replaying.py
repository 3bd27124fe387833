"""Replies that were sent before are sent again, without the application being asked.

What a GET returns depends only on what it asks for, the data and the program (caching.py), so a reply that
anybody may store (RFC 9111, `public`) is the same for the next who asks the same. An endpoint whose replies are to be asked for anew
each time may say that one depends on the data alone (`repeatable`). Conditional requests, bodies and other methods are the application's.
"""

from collections.abc import Iterable
from time import localtime, perf_counter
from typing import NamedTuple

from flask import Flask, Response, g, request

from zhicheng.knowledge.caches import BoundedCache
from zhicheng.web import logs, metrics
from zhicheng.web.caching import asked
from zhicheng.web.rates import Rates
from zhicheng.web.sending import sender

# The most replies that are kept, their bytes, and the bytes of one.
KEPT, LARGEST = (5000, 50_000_000), 500_000
# Where the application says of a reply that it may be kept, and what is counted of it.
COUNTED = "zhicheng.counted"
VARIES = {"Accept", "Accept-Encoding"}
# Requests with one of these are not only after the bytes of a reply.
MORE = ("HTTP_IF_NONE_MATCH", "HTTP_IF_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_UNMODIFIED_SINCE", "HTTP_RANGE", "HTTP_TRANSFER_ENCODING")


class Kept(NamedTuple):
    """A reply as it was sent, with what is counted of it."""

    headers: list[tuple[str, str]]
    body: bytes
    route: str
    answer: metrics.Answered | None


def register(app: Flask, limit: Rates | None) -> None:
    """Keep the replies of an application and send them again; to be called before all else that changes a reply, within the limit of its rate."""
    kept = app.extensions["replies"] = BoundedCache(*KEPT)
    below, draining, send = app.wsgi_app, app.extensions["draining"], sender(app)

    @app.after_request
    def judge(response: Response) -> Response:
        for_all = response.cache_control.public or g.get("repeatable")
        if response.status_code == 200 and for_all and VARIES.issuperset(response.vary) and not (draining.is_set() or response.is_streamed or response.direct_passthrough):
            request.environ[COUNTED] = metrics.route(), metrics.answered()
        return response

    def ask(key: tuple[str, ...], environ: dict, start_response) -> Iterable[bytes]:
        """What the application replies, which is kept where it may be."""
        said: list[tuple[str, str]] = []

        def start(status: str, headers: list[tuple[str, str]], *error):
            said[:] = headers
            return start_response(status, headers, *error)

        reply = below(environ, start)
        if COUNTED not in environ:
            return reply
        try:
            body = b"".join(reply)
        finally:
            getattr(reply, "close", lambda: None)()
        if len(body) <= LARGEST:
            kept.put(key, Kept([header for header in said if header[0] != logs.ID], body, *environ[COUNTED]), len(body) + sum(map(len, key)))
        return [body]

    def reply(environ: dict, start_response) -> Iterable[bytes]:
        started = perf_counter()
        key = _key(environ)
        found = kept.get(key) if key else None
        if found is None or limit and limit.refuses(environ):
            return ask(key, environ, start_response) if key else below(environ, start_response)
        return send(start_response, started, found.headers, found.body, found.route, found.answer)

    app.wsgi_app = reply  # type: ignore[method-assign]


def bare(environ: dict) -> bool:
    """Whether a request is a GET after no more than the bytes of a reply: without a body and without conditions."""
    return environ["REQUEST_METHOD"] == "GET" and not any(name in environ for name in MORE) and environ.get("CONTENT_LENGTH") in (None, "", "0")


def _key(environ: dict) -> tuple[str, ...] | None:
    """What a request asks for, today; None where its reply is not to be kept, as in the last minute of a day, when copies last less long."""
    if not bare(environ):
        return None
    now = localtime()
    if (now.tm_hour, now.tm_min) == (23, 59):
        return None
    return asked(environ)
