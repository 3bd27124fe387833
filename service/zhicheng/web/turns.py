"""How many requests are answered at once in a process: few, as one processor answers them, and each takes memory while it does.

Those that wait for something else (the rest of their body, a process of the sandbox) are not among them.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from threading import BoundedSemaphore

from flask import Flask, current_app, g, request

from zhicheng.web.caching import LIVE

# Over a store in this process one runs and one follows; over a store elsewhere most wait for it.
RUNNING, WAITING = 2, 8


def register(app: Flask, at_once: int) -> None:
    """Let so many requests be answered at once, but for those on the state of the process; to be called once all that reads or refuses requests is registered."""
    turns = app.extensions["turns"] = BoundedSemaphore(at_once)

    @app.before_request
    def take() -> None:
        if request.endpoint not in LIVE:
            turns.acquire()
            g.turn = True

    @app.teardown_request
    def give(_: BaseException | None) -> None:
        if g.pop("turn", False):
            turns.release()


def of(app: Flask) -> AbstractContextManager:
    """A turn for what is answered outside a request of an application."""
    return app.extensions.get("turns") or nullcontext()


@contextmanager
def elsewhere() -> Iterator[None]:
    """While this request waits for another process, it is another's turn."""
    turns = current_app.extensions.get("turns")
    if turns is None or not g.get("turn"):
        yield
        return
    g.turn = False
    turns.release()
    try:
        yield
    finally:
        turns.acquire()
        g.turn = True
