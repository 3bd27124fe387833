"""Replies that were sent before are sent again, without the application being asked.

What a GET returns depends only on its address, what it accepts, the data, the program and the day (caching.py), so a reply that
anybody may store (RFC 9111, `public`) is the same for the next who asks the same. An endpoint whose replies are to be asked for anew
each time may say that one depends on the data alone (`repeatable`). Conditional requests, bodies and other methods are the application's.
"""

from collections.abc import Iterable
from datetime import date
from time import localtime, perf_counter
from typing import NamedTuple

from flask import Flask, Response, g, request

from zhicheng.knowledge.caches import BoundedCache
from zhicheng.web import logs, metrics
from zhicheng.web.rates import Rates

# The most replies that are kept, their bytes, and the bytes of one.
KEPT, LARGEST = (5000, 50_000_000), 500_000
KEY = "zhicheng.replaying"
ASKED = ("HTTP_HOST", "SERVER_NAME", "SERVER_PORT", "wsgi.url_scheme", "SCRIPT_NAME", "PATH_INFO", "QUERY_STRING", "HTTP_ACCEPT", "HTTP_ACCEPT_ENCODING")
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
    below, draining, count = app.wsgi_app, app.extensions["draining"], metrics.counts(app)

    @app.after_request
    def keep(response: Response) -> Response:
        key = request.environ.get(KEY)
        for_all = response.cache_control.public or g.get("repeatable")
        if key is None or response.status_code != 200 or not for_all or not VARIES.issuperset(response.vary) or draining.is_set():
            return response
        if response.is_streamed or response.direct_passthrough:
            return response
        body = response.get_data()
        if len(body) <= LARGEST:
            headers = [(name, value) for name, value in response.get_wsgi_headers(request.environ) if name != logs.ID]
            kept.put(key, Kept(headers, body, metrics.route(), metrics.answered()), len(body) + sum(map(len, key)))
        return response

    def reply(environ: dict, start_response) -> Iterable[bytes]:
        started = perf_counter()
        key = environ[KEY] = _key(environ)
        found = kept.get(key) if key else None
        if found is None or limit and limit.wait(environ.get("REMOTE_ADDR", "")):
            return below(environ, start_response)
        number = logs.new_id()
        start_response("200 OK", [*found.headers, (logs.ID, number), *([("Connection", "close")] if draining.is_set() else [])])
        seconds = perf_counter() - started
        count(found.route, "GET", 200, seconds, found.answer)
        logs.say("GET", found.route, 200, seconds, len(found.body), number)
        return [found.body]

    app.wsgi_app = reply  # type: ignore[method-assign]


def _key(environ: dict) -> tuple[str, ...] | None:
    """What a request asks for, today; None where its reply is not to be kept, as in the last minute of a day, when copies last less long."""
    if environ["REQUEST_METHOD"] != "GET" or any(name in environ for name in MORE) or environ.get("CONTENT_LENGTH") not in (None, "", "0"):
        return None
    now = localtime()
    if (now.tm_hour, now.tm_min) == (23, 59):
        return None
    return (date.today().isoformat(), *(environ.get(name, "") for name in ASKED))
