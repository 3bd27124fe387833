"""The application: what is served is passed in."""

from collections.abc import Callable
from threading import Event

from flask import Flask

from zhicheng.answering.service import Service
from zhicheng.knowledge.limits import Limits
from zhicheng.web import bodies, caching, compressing, direct, linked_data, logs, metrics, openapi, problems, queries, rates, replaying, security, sparql, turns
from zhicheng.web.api import api
from zhicheng.web.eligibility import eligibility
from zhicheng.web.compare import compare
from zhicheng.web.ledger import Ledger
from zhicheng.web.pages import pages
from zhicheng.web.rates import Rates
from zhicheng.web.rubrics import rubrics


class Application(Flask):
    """Flask without coroutines: nothing here is one, and it would look into every function at each request."""

    def ensure_sync(self, func: Callable) -> Callable:
        """The function as it is."""
        return func


def create_app(service: Service, limits: Limits | None = None, ledger: Ledger | None = None, limit: Rates | None = None) -> Flask:
    """The web application that answers from a service.

    `limits` bounds the queries of strangers, as the settings do by default when left out; without a `ledger` no feedback is kept,
    and without a `limit` an address may make any number of requests.
    """
    app = Application(__name__)
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.extensions["zhicheng"] = service
    app.extensions["ledger"] = ledger
    app.extensions["draining"] = Event()

    def run(asked: direct.Asked) -> direct.Reply | None:
        with turns.of(app):
            return queries.plain(service, asked)

    metrics.register(app, service)
    direct.register(app, {"/api/queries": run, "": lambda asked: sparql.plain(app.extensions["sandbox"], asked)}, limit)
    replaying.register(app, limit)
    logs.register(app)
    if limit:
        rates.register(app, limit)
    bodies.register(app)
    caching.register(app, service.graph.digest)
    app.register_blueprint(api)
    app.register_blueprint(pages)
    linked_data.register(app, service)
    sparql.register(app, service, limits or Limits.of())
    app.register_blueprint(queries.queries)
    app.register_blueprint(rubrics)
    app.register_blueprint(eligibility)
    app.register_blueprint(compare)
    openapi.register(app, service)
    problems.register(app)
    compressing.register(app)
    security.register(app)
    app.before_request(direct.tell)

    @app.after_request
    def drain(response):
        if app.extensions["draining"].is_set():
            response.headers["Connection"] = "close"  # this process ends soon; the next request finds another
        return response

    return app
