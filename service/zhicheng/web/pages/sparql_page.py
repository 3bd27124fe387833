"""SPARQL at a desk: an editor, examples from the catalogue, and results as a table, a chart or a file."""

import re
from dataclasses import dataclass

from flask import Response, json, render_template, request, url_for
from werkzeug.exceptions import RequestURITooLarge

from zhicheng.errors import Invalid, StoreFailure, Unknown
from zhicheng.knowledge.fork_server import Job
from zhicheng.knowledge.limits import QueryRefused
from zhicheng.knowledge.sandbox import Reply
from zhicheng.terms import BASE, ID, PREFIXES, compact
from zhicheng.web import charts
from zhicheng.web.api import service
from zhicheng.web.linked_data import descriptions
from zhicheng.web.negotiation import CSV, HTML, JSON, chosen, located, with_format
from zhicheng.web.pages.blueprint import pages
from zhicheng.web.rendering import page_language, text_argument
from zhicheng.web.sparql import REFUSALS, check_length, refused, sandbox

OFFERED = HTML | JSON | CSV | {"tsv": "text/tab-separated-values", "ttl": "text/turtle"}
# The most rows that the page shows, and bytes of a result that it reads; longer results are for downloading.
ROWS, READ = 100, 2_000_000
PLACE = re.compile(r"\bat (\d+):(\d+)\b")
HEADER = re.compile(r"^#\+.*\n?", re.M)


@dataclass(frozen=True)
class Refusal:
    """What a query was answered with in place of a result: the status, its title, what is said, and the line of the query that it points to."""

    status: int
    title: str
    detail: str
    line: int | None = None
    text: str = ""


@dataclass(frozen=True)
class Result:
    """A result as the page shows it: of a SELECT its variables and rows, of an ASK the truth, of other queries Turtle; of one too long to show, its bytes."""

    variables: list[str]
    rows: list[dict]
    truth: bool | None = None
    turtle: str | None = None
    long: int | None = None


pages.register_error_handler(QueryRefused, refused)


@pages.get("/sparql-page")
def sparql_page() -> Response:
    query, example = text_argument("query"), request.args.get("example")
    name = chosen(OFFERED if query else HTML | JSON)
    if query and name != "html":
        return _file(query, name)
    if name == "json":
        body = {"endpoint": url_for("sparql.endpoint"), "examples": [{"name": q.name, "summary": q.summary, "query": example_text(q.name, page_language())} for q in service().catalogue.queries.values()]}
        return located(Response(json.dumps(body, ensure_ascii=False), mimetype="application/json"), name, HTML | JSON)
    result = refusal = chart = None
    numbers: list[str] = []
    if query:
        try:
            result = _result(_run(query, "application/sparql-results+json", "text/turtle"))
        except (QueryRefused, Invalid, StoreFailure, RequestURITooLarge) as error:
            refusal = _refusal(error, query)
        else:
            numbers = charts.numeric(result.variables, result.rows)
            chart = _chart(result, numbers)
    page = render_template(
        "sparql_page.html", language=page_language(), query=query or example_text(example or next(iter(service().catalogue.queries)), page_language()), example=example, asked=bool(query), result=result,
        refusal=refusal, most=ROWS, numbers=numbers, chart=chart, queries=service().catalogue.queries.values(), prefixes=prefixes(), with_format=with_format, known=descriptions().known, written=_written,
    )  # fmt: skip
    response = Response(page, refusal.status if refusal else 200, mimetype="text/html")
    return located(response, "html", OFFERED if query else HTML | JSON)


def example_text(name: str, language: str) -> str:
    """A query of the catalogue with its worked example and its summary in place of its header; raises Unknown where there is none."""
    query = service().catalogue.find(name)
    return f"# {query.summary[language]}\n" + HEADER.sub("", query.bind(query.example)).lstrip()


def prefixes() -> str:
    """The prefixes of the vocabularies and concept schemes that the graph uses, as the head of a query."""
    schemes = {scheme: f"{ID}{scheme}/" for scheme in sorted(service().vocabulary.by_scheme)}
    return "\n".join(f"PREFIX {prefix}: <{namespace}>" for prefix, namespace in (PREFIXES | schemes).items())


def _run(query: str, solutions: str | None, graph: str | None) -> Reply:
    """The result of a query in the sandbox, in the format given for its kind."""
    check_length(query)
    return sandbox().run(Job(query, None, None, solutions, graph, False))


def _file(query: str, name: str) -> Response:
    media = OFFERED[name]
    is_graph = name == "ttl"
    reply = _run(query, None if is_graph else media, media if name in ("ttl", "json") else None)
    response = Response(reply.body, content_type=f"{reply.media}; charset=utf-8" if reply.media.startswith("text/") else reply.media)
    if "format" in request.args:
        response.headers["Content-Disposition"] = f'attachment; filename="results.{name}"'
    return located(response, name, OFFERED)


def _result(reply: Reply) -> Result:
    if len(reply.body) > READ:
        return Result([], [], long=len(reply.body))
    if reply.media == "text/turtle":
        return Result([], [], turtle=reply.body.decode())
    found = json.loads(reply.body)
    if "boolean" in found:
        return Result([], [], truth=found["boolean"])
    return Result(found["head"].get("vars", []), found["results"]["bindings"])


def _chart(result: Result, numbers: list[str]) -> charts.Chart | None:
    asked = request.args.get("chart")
    if not asked:
        return None
    if asked not in numbers:
        raise Unknown("numeric column", asked, numbers)
    language = page_language()
    return charts.bars(asked, result.variables, result.rows, lambda term: descriptions().label(term["value"], language) if term["type"] == "uri" else term["value"])


def _refusal(error: Exception, query: str) -> Refusal:
    if isinstance(error, RequestURITooLarge):
        return Refusal(414, error.name, error.description or "")
    if isinstance(error, StoreFailure):
        return Refusal(503, "The store does not answer", str(error))
    if isinstance(error, QueryRefused):
        return Refusal(*REFUSALS[type(error)], f"{error}.")
    place = PLACE.search(str(error))
    line = int(place[1]) if place else None
    lines = query.splitlines()
    return Refusal(400, "Not a query", str(error), line, lines[line - 1] if line and line <= len(lines) else "")


def _written(iri: str) -> str:
    """An IRI as queries write it: with its prefix where it has one, `title:engineer`."""
    scheme, _, local = iri.removeprefix(ID).partition("/")
    return f"{scheme}:{local}" if iri.startswith(ID) and scheme in service().vocabulary.by_scheme and "/" not in local else compact(iri).removeprefix(BASE)
