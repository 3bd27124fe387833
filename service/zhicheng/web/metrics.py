"""What the service has done, in the Prometheus text format: counts and times by route, nothing about who asked or what.

Each worker process counts its own requests; a scrape reaches one of them. Run one worker, or scrape often, to add them up.
"""

from time import perf_counter

from flask import Blueprint, Flask, Response, current_app, g, request
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from zhicheng import __version__
from zhicheng.answering.service import Service

metrics = Blueprint("metrics", __name__)
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
METHODS = {"GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "PATCH"}


def register(app: Flask, service: Service) -> None:
    """Count and time every request of an application from now on."""
    registry = app.extensions["metrics"] = CollectorRegistry()
    requests = Counter("zhicheng_requests", "Requests answered", ["route", "method", "status"], registry=registry)
    seconds = Histogram("zhicheng_request_seconds", "Time to answer a request", ["route"], buckets=SECONDS, registry=registry)
    answers = Counter("zhicheng_answers", "Questions answered or not, and why not", ["status", "reason"], registry=registry)
    Gauge("zhicheng_triples", "Triples held", registry=registry).set(len(service.store))
    Info("zhicheng_data", "Versions of the program and its data", registry=registry).info({"version": __version__, "digest": service.graph.digest})

    @app.before_request
    def start() -> None:
        g.started = perf_counter()

    @app.after_request
    def count(response: Response) -> Response:
        route = request.url_rule.rule if request.url_rule else "unmatched"
        requests.labels(route, request.method if request.method in METHODS else "other", response.status_code).inc()
        if "started" in g:
            seconds.labels(route).observe(perf_counter() - g.started)
        if "answer" in g:
            answers.labels(g.answer.status, g.answer.reason or "").inc()
        return response

    app.register_blueprint(metrics)


@metrics.get("/metrics")
def metrics_text() -> Response:
    """The counts of this process."""
    return Response(generate_latest(current_app.extensions["metrics"]), content_type=CONTENT_TYPE_LATEST)
