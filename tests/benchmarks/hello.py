"""The application with one more route, /hello: the least that a request to it can cost."""

from flask import Flask

from zhicheng.settings import Settings
from zhicheng.web.opening import open_app


def hello() -> tuple[dict, dict]:
    """A reply that is made anew each time."""
    return {"hello": "world"}, {"Cache-Control": "no-store"}


def opened(settings: Settings) -> Flask:
    """The application that the settings open, with that route."""
    app = open_app(settings)
    app.add_url_rule("/hello", view_func=hello)
    return app


def opened_from_environment() -> Flask:
    """The same, for servers that know no settings of this service."""
    return opened(Settings.read())
