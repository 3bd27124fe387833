"""Replies sent below the application, counted and logged as it counts and logs its own."""

from collections.abc import Callable
from time import perf_counter

from flask import Flask

from zhicheng.web import logs, metrics

Send = Callable[[Callable, float, list[tuple[str, str]], bytes, str, metrics.Answered | None], list[bytes]]


def sender(app: Flask) -> Send:
    """What sends a reply with status 200 to a GET of an application: given WSGI's `start_response`, when the request came (`perf_counter`), headers, body, route and what is counted of an answer."""
    draining, count = app.extensions["draining"], metrics.counts(app)

    def send(start_response: Callable, started: float, headers: list[tuple[str, str]], body: bytes, route: str, answer: metrics.Answered | None) -> list[bytes]:
        number = logs.new_id()
        start_response("200 OK", [*headers, (logs.ID, number), *([("Connection", "close")] if draining.is_set() else [])])
        seconds = perf_counter() - started
        count(route, "GET", 200, seconds, answer)
        logs.say("GET", route, 200, seconds, len(body), number)
        return [body]

    return send
