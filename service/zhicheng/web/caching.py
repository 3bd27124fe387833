"""HTTP caching (RFC 9111) and conditional requests (RFC 9110, 13), once for all resources.

What a GET returns depends only on its address, what it accepts, the data, the program and the day; these make its
strong ETag, so that a copy a client still holds is recognised before anything is computed. Where that is not so, the bytes
of the result make it. Views may set their own ETag or Cache-Control.
"""

import hashlib
from datetime import date
from time import localtime

from flask import Flask, Response, g, request
from werkzeug.http import quote_etag

from zhicheng import __version__

# The most seconds for which a copy counts as fresh.
FRESH = 60
# Endpoints that tell the state of the process, not of the data; and those whose result may differ each time (NOW(), RAND()).
LIVE = {"api.live", "api.ready", "metrics.metrics_text"}
COMPUTED = {"sparql.endpoint", "pages.sparql_page"}
ASKED = ("HTTP_HOST", "SERVER_NAME", "SERVER_PORT", "wsgi.url_scheme", "SCRIPT_NAME", "PATH_INFO", "QUERY_STRING", "HTTP_ACCEPT", "HTTP_ACCEPT_ENCODING")
# Where it is kept with the request.
ASKING = "zhicheng.asked"


def asked(environ: dict) -> tuple[str, ...]:
    """What a GET asks for, today: of one process, requests that ask for the same are given the same."""
    if ASKING not in environ:
        environ[ASKING] = date.today().isoformat(), *(environ.get(name, "") for name in ASKED)
    return environ[ASKING]


def register(app: Flask, digest: str) -> None:
    """Give every response of an application its validators and freshness; `digest` is the version of the data."""

    @app.before_request
    def recognise() -> Response | None:
        if request.method not in ("GET", "HEAD") or request.endpoint in LIVE | COMPUTED | {None, "static"}:
            return None
        g.entity_tag = entity_tag(digest, request.environ)
        if request.if_none_match.contains_weak(g.entity_tag) and not request.if_none_match.star_tag:
            return Response(status=304)
        return None

    @app.after_request
    def validate(response: Response) -> Response:
        tag = g.get("entity_tag")
        own = "Cache-Control" in response.headers or "ETag" in response.headers
        if request.endpoint == "static" or own:
            return response
        if request.endpoint in COMPUTED and request.method in ("GET", "HEAD") and response.status_code == 200:
            response.add_etag()
            response.headers["Cache-Control"] = "no-cache"
            response.vary.update(["Accept", "Accept-Encoding"])
            return response.make_conditional(request)
        if tag is None or response.status_code not in (200, 304):
            response.headers["Cache-Control"] = "no-store" if request.method not in ("GET", "HEAD") or request.endpoint in LIVE or response.status_code >= 500 else "no-cache"
            response.vary.update(["Accept", "Accept-Encoding"])
            return response
        response.set_etag(tag, weak="Content-Encoding" in response.headers)  # one tag for all encodings
        response.headers["Cache-Control"] = freshness()
        response.vary.update(["Accept", "Accept-Encoding"])
        if response.status_code == 200 and request.if_none_match.star_tag:
            return response.make_conditional(request)
        return response


def entity_tag(digest: str, environ: dict) -> str:
    """The entity tag of what a request asks for, today."""
    return hashlib.sha256("\0".join((digest, __version__, *asked(environ))).encode("utf-8", "surrogateescape")).hexdigest()[:32]


def validators(tag: str) -> list[tuple[str, str]]:
    """The headers of a reply in one representation by which a copy is recognised, kept and told from others."""
    return [("ETag", quote_etag(tag)), ("Cache-Control", freshness()), ("Vary", "Accept, Accept-Encoding")]


def freshness() -> str:
    """How long a copy counts as fresh: no longer than the day lasts, when answers as of today change."""
    now = localtime()
    left = 86400 - now.tm_hour * 3600 - now.tm_min * 60 - now.tm_sec
    return f"public, max-age={max(0, min(FRESH, left))}"
