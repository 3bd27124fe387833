"""The application as the settings describe it."""

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from zhicheng.answering.service import open_service
from zhicheng.knowledge.limits import Limits
from zhicheng.knowledge.stores import Place
from zhicheng.settings import Settings
from zhicheng.web import turns
from zhicheng.web.app import create_app
from zhicheng.web.ledger import Ledger
from zhicheng.web.rates import Rates


def open_app(settings: Settings) -> Flask:
    """The application over the data that the settings name; raises as `open_service` does."""
    place = Place.of(settings)
    service = open_service(settings.home, settings.cache, place, settings.models)
    app = create_app(service, Limits.of(settings), Ledger(settings.ledger), Rates(settings.rate) if settings.rate else None)
    turns.register(app, turns.WAITING if place.remote else turns.RUNNING)
    if settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies, x_host=settings.proxies)
    return app
