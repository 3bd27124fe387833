"""The application: what is served is passed in."""

from flask import Flask

from zhicheng.answering.service import Service
from zhicheng.knowledge.caches import BoundedCache
from zhicheng.knowledge.limits import Limits
from zhicheng.web import caching, linked_data, metrics, openapi, problems, sparql
from zhicheng.web.api import api
from zhicheng.web.eligibility import eligibility
from zhicheng.web.compare import compare
from zhicheng.web.ledger import Ledger
from zhicheng.web.pages import pages
from zhicheng.web.queries import queries
from zhicheng.web.rubrics import rubrics

LARGEST_BODY = 1_000_000
# The most answers that are kept as they were sent, and their bytes.
ANSWERS = 5000, 50_000_000


def create_app(service: Service, limits: Limits | None = None, ledger: Ledger | None = None) -> Flask:
    """The web application that answers from a service.

    `limits` bounds the queries of strangers, as the settings do by default when left out; without a `ledger` no feedback is kept.
    """
    app = Flask(__name__)
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.extensions["zhicheng"] = service
    app.extensions["ledger"] = ledger
    app.extensions["answers"] = BoundedCache(*ANSWERS)
    metrics.register(app, service)
    caching.register(app, service.graph.digest)
    app.register_blueprint(api)
    app.register_blueprint(pages)
    linked_data.register(app, service)
    sparql.register(app, service, limits or Limits.of())
    app.register_blueprint(queries)
    app.register_blueprint(rubrics)
    app.register_blueprint(eligibility)
    app.register_blueprint(compare)
    openapi.register(app, service)
    problems.register(app)

    @app.after_request
    def secure(response):
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        response.headers.setdefault("Content-Security-Policy", "default-src 'self'; frame-ancestors 'self'; base-uri 'none'; form-action 'self'")
        return response

    return app
