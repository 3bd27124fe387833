"""What the service has done, in the Prometheus text format: counts and times by route, nothing about who asked or what.

A server with several worker processes adds up what all of them counted, those that have ended too; which of them a scrape reaches makes no difference.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

from flask import Blueprint, Flask, Response, current_app, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, values
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from zhicheng import __version__
from zhicheng.answering.service import Service

metrics = Blueprint("metrics", __name__)
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
METHODS = {"GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "PATCH"}
# Memory that looks like files, on Linux.
MEMORY = Path("/dev/shm")
PREFIX = "zhicheng-metrics-"
VARIABLE = "PROMETHEUS_MULTIPROC_DIR"  # the library's own


def share() -> Path | None:
    """Keep the counts of this process and those forked from it in one folder, to be removed at the end; None where no folder can be made.

    To be called before an application is made.
    """
    base = MEMORY if os.access(MEMORY, os.W_OK) else None
    try:
        for left in Path(base or tempfile.gettempdir()).glob(PREFIX + "*"):  # by one that was killed
            if left.stat().st_uid == os.getuid() and not Path("/proc", left.name.removeprefix(PREFIX).partition("-")[0]).exists():
                shutil.rmtree(left, ignore_errors=True)
        folder = tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=base)
    except OSError:
        return None
    os.environ[VARIABLE] = folder
    values.ValueClass = values.MultiProcessValue()
    return Path(folder)


def unshare(folder: Path | None) -> None:
    """Remove the folder of `share`, and count in this process alone again."""
    if folder is not None:
        shutil.rmtree(folder, ignore_errors=True)
        os.environ.pop(VARIABLE, None)
        values.ValueClass = values.MutexValue


def method() -> str:
    """The method of this request, `other` where it is none of HTTP's own."""
    return request.method if request.method in METHODS else "other"


def route() -> str:
    """The template of the route that this request takes, without what stands in its place."""
    return request.url_rule.rule if request.url_rule else "unmatched"


class Answered(NamedTuple):
    """What is counted of an answer."""

    status: str
    reason: str


def answered() -> Answered | None:
    """What is counted of the answer that this request was given; None where it asked no question."""
    return Answered(g.answer.status, g.answer.reason or "") if "answer" in g else None


Count = Callable[[str, str, int, float | None, Answered | None], None]


def counts(app: Flask) -> Count:
    """What counts a request of an application: its route, method, status, seconds if they are known, and answer."""
    return app.extensions["counts"]


def register(app: Flask, service: Service) -> None:
    """Count and time every request of an application from now on."""
    registry = app.extensions["metrics"] = CollectorRegistry()
    requests = Counter("zhicheng_requests", "Requests answered", ["route", "method", "status"], registry=registry)
    seconds = Histogram("zhicheng_request_seconds", "Time to answer a request", ["route"], buckets=SECONDS, registry=registry)
    answers = Counter("zhicheng_answers", "Questions answered or not, and why not", ["status", "reason"], registry=registry)
    app.extensions["reloads"] = Counter("zhicheng_reloads", "Reloads of the data asked for, and whether the new data came in force", ["outcome"], registry=registry)
    app.extensions["state"] = State(service)

    @app.before_request
    def start() -> None:
        g.started = perf_counter()

    def add(route: str, method: str, status: int, taken: float | None, answer: Answered | None) -> None:
        requests.labels(route, method, status).inc()
        if taken is not None:
            seconds.labels(route).observe(taken)
        if answer:
            answers.labels(*answer).inc()

    app.extensions["counts"] = add

    @app.after_request
    def count(response: Response) -> Response:
        add(route(), method(), response.status_code, perf_counter() - g.started if "started" in g else None, answered())
        return response

    app.register_blueprint(metrics)


class State(Collector):
    """What holds of the service now."""

    def __init__(self, service: Service):
        self._service = service

    def collect(self) -> Iterator[Metric]:
        yield GaugeMetricFamily("zhicheng_triples", "Triples held", len(self._service.store))
        yield InfoMetricFamily("zhicheng_data", "Versions of the program and its data", {"version": __version__, "digest": self._service.graph.digest})


@metrics.get("/metrics")
def metrics_text() -> Response:
    """The counts of all processes of this server."""
    if VARIABLE in os.environ:
        counted = CollectorRegistry()
        MultiProcessCollector(counted, os.environ[VARIABLE])
    else:
        counted = current_app.extensions["metrics"]
    state = CollectorRegistry()
    state.register(current_app.extensions["state"])
    return Response(generate_latest(counted) + generate_latest(state), content_type=CONTENT_TYPE_LATEST)
