"""The application: what is served is passed in."""

from flask import Flask

from zhicheng.answering.service import Service
from zhicheng.web import problems
from zhicheng.web.api import api
from zhicheng.web.pages import pages

LARGEST_BODY = 1_000_000


def create_app(service: Service) -> Flask:
    """The web application that answers from a service."""
    app = Flask(__name__)
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.extensions["zhicheng"] = service
    app.register_blueprint(api)
    app.register_blueprint(pages)
    problems.register(app)

    @app.after_request
    def secure(response):
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        response.headers.setdefault("Content-Security-Policy", "default-src 'self'; frame-ancestors 'self'; base-uri 'none'; form-action 'self'")
        return response

    return app
