"""The SPARQL 1.1 Protocol for queries, at /sparql."""

from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl

from flask import Blueprint, Flask, Response, current_app, g, redirect, request, url_for
from pyoxigraph import BlankNode, NamedNode, RdfFormat, Triple
from werkzeug.exceptions import MethodNotAllowed, NotAcceptable, RequestEntityTooLarge, RequestURITooLarge, UnsupportedMediaType
from werkzeug.http import generate_etag, quote_etag

from zhicheng.answering.service import Service
from zhicheng.errors import Invalid
from zhicheng.knowledge import limits as costs
from zhicheng.knowledge.datasets import WHOLE
from zhicheng.knowledge.fork_server import Job
from zhicheng.knowledge.limits import Limits, QueryRefused
from zhicheng.knowledge.results import GRAPHS, SOLUTIONS
from zhicheng.knowledge.sandbox import Reply, Sandbox
from zhicheng.knowledge.serialising import GRAPH_FORMATS, written
from zhicheng.knowledge.sparql_text import repeats
from zhicheng.terms import PREFIXES, RDF
from zhicheng.web import direct, turns
from zhicheng.web.problems import problem

sparql = Blueprint("sparql", __name__)

FORM, DIRECT, UPDATE = "application/x-www-form-urlencoded", "application/sparql-query", "application/sparql-update"
# The status and title of each refusal: a deadline is 504, which says that asking again is no use; a full house is 503, with Retry-After.
REFUSALS: Mapping[type[QueryRefused], tuple[int, str]] = {
    costs.Forbidden: (403, "Not allowed here"),
    costs.Inexpressible: (406, "Not acceptable"),
    costs.TooCostly: (422, "The query asks for too much"),
    costs.TimedOut: (504, "The query takes too long"),
    costs.Busy: (503, "Too many queries"),
}
METHODS = "GET, HEAD, POST, OPTIONS"
# What lets a page of any origin read a result.
OPEN = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "Content-Encoding, Retry-After"}


def register(app: Flask, service: Service, limits: Limits) -> None:
    """Serve queries over the graph of a service, within limits."""
    app.extensions["sandbox"] = Sandbox(service.graph.n_quads, limits)
    app.register_blueprint(sparql)


def sandbox() -> Sandbox:
    """The sandbox of this application."""
    return current_app.extensions["sandbox"]


@sparql.route("/sparql", methods=["GET", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"], strict_slashes=False, provide_automatic_options=False)
def endpoint() -> Response:
    """The result of the query that a request carries; for a GET without one a description of the service, or the way to the page for those who read pages."""
    if request.method == "OPTIONS":
        return Response(status=204, headers={"Allow": METHODS})
    if request.method not in ("GET", "HEAD", "POST"):
        raise MethodNotAllowed(METHODS.split(", "), "Send a query by GET or POST; this endpoint is read only.")
    parameters = _parameters()
    if any(name == "update" for name, _ in parameters):
        raise costs.Forbidden("This endpoint is read only and takes no update. Send a query, as the parameter query")
    queries = [text for name, text in parameters if name == "query"]
    if not queries and request.method != "POST":
        return redirect(url_for("pages.sparql_page"), 303) if _wants_page() else _description()
    if len(queries) != 1:
        raise Invalid("query", "is given more than once" if queries else "is missing", "Give one query, in the address, in the form, or as the body")
    check_length(queries[0])
    preferred_graph = _preferred(GRAPHS)
    with turns.elsewhere():
        reply = sandbox().run(_job(queries[0], parameters, _preferred(SOLUTIONS), preferred_graph, _accepts_gzip()))
    response = Response(reply.body, headers=_headers(reply))
    g.repeatable = repeats(queries[0])
    return response


def plain(sandbox: Sandbox, asked: direct.Asked) -> direct.Reply | None:
    """The same for a plain request that carries one query."""
    queries = [text for name, text in asked.arguments if name == "query"]
    if asked.name != "sparql" or len(queries) != 1 or len(queries[0]) > sandbox.limits.characters or any(name == "update" for name, _ in asked.arguments):
        return None
    solutions, graph = (asked.media if asked.media in offered else next(iter(offered)) for offered in (SOLUTIONS, GRAPHS))
    reply = sandbox.run(_job(queries[0], asked.arguments, solutions, graph, asked.gzip))
    validators = [("ETag", quote_etag(generate_etag(reply.body))), ("Cache-Control", "no-cache")]
    return direct.Reply("/sparql", [*_headers(reply), *OPEN.items(), *validators], reply.body, repeats(queries[0]))


def _job(query: str, parameters: Iterable[tuple[str, str]], solutions: str | None, graph: str | None, gzip: bool) -> Job:
    return Job(query, _given(parameters, "default-graph-uri"), _given(parameters, "named-graph-uri"), solutions, graph, gzip)


def _headers(reply: Reply) -> list[tuple[str, str]]:
    """The headers that say what a result is."""
    packed = [("Content-Encoding", "gzip")] if reply.gzip else []
    return [("Content-Type", _content_type(reply.media)), *packed, ("Vary", "Accept, Accept-Encoding")]


def _parameters() -> list[tuple[str, str]]:
    """The parameters of the address and of a form, and the body as `query` where it is one, in order."""
    pairs = _pairs(request.query_string, "The address")
    if request.method != "POST":
        return pairs
    media, charset = request.mimetype, request.mimetype_params.get("charset", "utf-8")
    if media == UPDATE:
        raise costs.Forbidden("This endpoint is read only and takes no update. Send a query, as application/sparql-query")
    if media not in (FORM, DIRECT) or charset.lower().replace("-", "") != "utf8":
        said = f'is "{request.content_type[:80]}"' if request.content_type else "is not given"
        raise UnsupportedMediaType(f"The Content-Type of the body {said}. Send {DIRECT} or {FORM}, in UTF-8.")
    body = request.get_data(cache=False)
    if media == FORM:
        return [*pairs, *_pairs(body, "The form")]
    try:
        return [*pairs, ("query", body.decode("utf-8"))]
    except UnicodeDecodeError:
        raise Invalid("query", "is not UTF-8", "Send the query as UTF-8") from None


def _pairs(text: bytes, place: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(text.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=direct.ARGUMENTS)
    except UnicodeDecodeError:
        raise Invalid(place, "is not UTF-8", "Percent-encode it as UTF-8") from None
    except ValueError:
        raise Invalid(place, f"has more than {direct.ARGUMENTS} parameters", "Name fewer graphs") from None


def _given(parameters: Iterable[tuple[str, str]], name: str) -> list[str] | None:
    return [value for key, value in parameters if key == name] or None


def check_length(query: str) -> None:
    """Raises RequestURITooLarge, or RequestEntityTooLarge for a POST, where a query has more characters than the limits allow."""
    most = sandbox().limits.characters
    if len(query) > most:
        said = f"The query has {len(query)} characters, more than {most}. Shorten it"
        raise RequestURITooLarge(said + ".") if request.method != "POST" else RequestEntityTooLarge(said + ", or send it in parts.")


def _preferred(offered: Iterable[str]) -> str | None:
    """The media type offered that the client likes best, the first of equals; None where it accepts none (RFC 9110, §12.5.1)."""
    ranges = [(media.partition(";")[0].strip().lower(), quality) for media, quality in request.accept_mimetypes] or [("*/*", 1)]
    best, choice = 0.0, None
    for media in offered:
        for pattern in (media, media.partition("/")[0] + "/*", "*/*"):
            qualities = [quality for name, quality in ranges if name == pattern]
            if qualities:
                if max(qualities) > best:
                    best, choice = max(qualities), media
                break
    return choice


def _accepts_gzip() -> bool:
    return "Accept-Encoding" in request.headers and request.accept_encodings["gzip"] > 0


def _content_type(media: str) -> str:
    return f"{media}; charset=utf-8" if media.startswith("text/") else media


def _wants_page() -> bool:
    """Whether the client asks for HTML by name, and likes no format of the description better."""
    accepted = request.accept_mimetypes
    asked = max((quality for media, quality in accepted if media.partition(";")[0].strip().lower() == "text/html"), default=0)
    return asked > 0 and all(quality <= asked for media, quality in accepted if "*" not in media)


def _description() -> Response:
    """What this endpoint is and offers (SPARQL 1.1 Service Description)."""
    formats = {format.media_type: format for format in GRAPH_FORMATS.values()}
    media = _preferred(formats)
    if media is None:
        raise NotAcceptable(f"The description of this endpoint is to be had as {', '.join(formats)}; for a query, add the parameter query.")
    this, sd = BlankNode(), PREFIXES["sd"]
    statements = [
        (RDF + "type", sd + "Service"),
        (sd + "endpoint", request.url_root + "sparql"),
        (sd + "supportedLanguage", sd + "SPARQL11Query"),
        (sd + "feature", sd + "UnionDefaultGraph"),
        (sd + "feature", sd + "EmptyGraphs"),
        (sd + "defaultDataset", WHOLE),
        *((sd + "resultFormat", format.iri) for format in dict.fromkeys([*SOLUTIONS.values(), *GRAPHS.values()])),
    ]
    triples = [Triple(this, NamedNode(p), NamedNode(o)) for p, o in statements]
    response = Response(written(triples, formats[media]), content_type=_content_type(media))
    response.headers["Vary"] = "Accept"
    return response


@sparql.errorhandler(QueryRefused)
def refused(error: QueryRefused) -> Response:
    status, title = REFUSALS[type(error)]
    response = problem(status, title, f"{error}.")
    if isinstance(error, costs.Busy):
        response.headers["Retry-After"] = str(sandbox().limits.seconds)
    return response


@sparql.after_request
def open_to_all(response: Response) -> Response:
    """Pages of any origin may query (WHATWG Fetch, CORS)."""
    response.headers.update(OPEN)
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = METHODS
        response.headers["Access-Control-Allow-Headers"] = request.headers.get("Access-Control-Request-Headers", "Accept, Content-Type")
        response.headers["Access-Control-Max-Age"] = "86400"
    return response
