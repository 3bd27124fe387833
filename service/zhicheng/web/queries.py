"""The catalogue of queries as an API and as pages: what can be asked, with which parameters, and what it gives."""

from collections import defaultdict
from datetime import date
from urllib.parse import quote

import orjson
from flask import Blueprint, Response, render_template, request, url_for
from pyoxigraph import QueryResultsFormat

from zhicheng.answering.answers import Answer
from zhicheng.answering.questions import Question
from zhicheng.answering.service import Service
from zhicheng.knowledge.arguments import Choice, choices, read, shown
from zhicheng.knowledge.catalogue import Parameter, Query, Term
from zhicheng.terms import ID
from zhicheng.web import caching
from zhicheng.web.api import day, day_argument, service
from zhicheng.web.direct import Asked, Reply
from zhicheng.web.linked_data import OPEN, descriptions, open_to_all
from zhicheng.web.negotiation import CSV, HTML, JSON, address, chosen, located, locations, with_format
from zhicheng.web.rendering import citation_json, language_of, page_language

queries = Blueprint("queries", __name__)
queries.after_request(open_to_all)
# Arguments that say how to answer, not what is asked.
RESERVED = {"format", "lang", "as_of"}


@queries.get("/api/queries")
@queries.get("/queries")
def listed() -> Response:
    """Every query of the catalogue."""
    held = service().catalogue.queries.values()
    name = chosen(_offered(JSON))
    if name == "html":
        page = render_template("queries.html", language=page_language(), queries=[(q, url_for("queries.run_page", name=q.name, **_example(q))) for q in held])
        return located(Response(page, mimetype="text/html"), name, _offered(JSON))
    types = {p.type: _listed(p) for q in held for p in q.parameters}
    body = {"queries": [query_json(q) for q in held], "values": {t: [{"id": c.id, "label": c.label} for c in listed] for t, listed in types.items() if listed}}
    return located(Response(orjson.dumps(body, option=orjson.OPT_APPEND_NEWLINE), mimetype="application/json"), name, _offered(JSON))


@queries.get("/queries/<name>")
def run_page(name: str) -> Response:
    """A query's page: its parameters as drop-downs and, where it can be run, what it gives."""
    return _run(service().catalogue.find(name))


@queries.get("/api/queries/<name>")
def run(name: str) -> Response:
    """What a query gives for the parameters in the address."""
    return _run(service().catalogue.find(name))


def _offered(formats: dict[str, str]) -> dict[str, str]:
    """The formats of the API, and of a page: the page's first where the address is a page's."""
    return formats | HTML if request.path.startswith("/api/") else HTML | formats


def _run(query: Query) -> Response:
    parts, language = service(), page_language()
    name = chosen(_offered(JSON | CSV))
    given = {k: v for k, v in request.args.to_dict(flat=False).items() if k not in RESERVED}
    terms = read(query, given, parts.vocabulary, parts.library)
    missing = [p for p in query.parameters if not p.optional and p.name not in terms]
    if name == "html" and missing and not any(v for values in given.values() for v in values):
        return _page(query, {}, None, "")
    as_of, sparql = day_argument(), query.bind(terms)
    if name == "csv":
        return located(Response(parts.store.query(sparql).serialize(format=QueryResultsFormat.CSV), mimetype="text/csv"), name, _offered(JSON | CSV))
    answer = _answer(parts, query, terms, language, as_of)
    if name == "html":
        return _page(query, terms, answer, sparql)
    return located(Response(_result(parts, query, terms, answer), mimetype="application/json"), name, _offered(JSON | CSV))


def plain(parts: Service, asked: Asked) -> Reply | None:
    """What `run` replies to a plain request for JSON."""
    query = parts.catalogue.queries.get(asked.name)
    given: dict[str, list[str]] = defaultdict(list)
    for name, value in asked.arguments:
        given[name].append(value)
    if query is None or "format" in given:
        return None
    language, as_of = language_of(given.get("lang", [""])[0]), day(given.get("as_of", [""])[0])
    terms = read(query, {k: v for k, v in given.items() if k not in RESERVED}, parts.vocabulary, parts.library)
    body = _result(parts, query, terms, _answer(parts, query, terms, language, as_of))
    here = address(quote(asked.path), ((k, v) for k, values in given.items() for v in values))
    validators = caching.validators(caching.entity_tag(parts.graph.digest, asked.environ))
    return Reply("/api/queries/<name>", [("Content-Type", "application/json"), *locations(here, "json", JSON | CSV | HTML), OPEN, *validators], body, True)


def _answer(parts: Service, query: Query, terms: dict[str, list[Term]], language: str, as_of: date | None) -> Answer:
    regions = tuple(term.value for term in terms.get("region", ()))
    return parts.answers.answer(Question(query.summary[language], language, as_of or date.today(), query.name, terms, regions))


def _result(parts: Service, query: Query, terms: dict[str, list[Term]], answer: Answer) -> bytes:
    """What a query gives, as JSON text."""
    sparql = query.bind(terms)
    body = {
        "name": query.name, "summary": query.summary, "parameters": {k: [shown(t) for t in v] for k, v in terms.items()}, "sparql": sparql,
        "results": orjson.Fragment(answer.results if answer.results and answer.sparql == sparql else parts.answers.results(sparql)), "status": answer.status, "answer": answer.text, "citations": [citation_json(c) for c in answer.citations],
    }  # fmt: skip
    return orjson.dumps(body, option=orjson.OPT_APPEND_NEWLINE)


def _page(query: Query, terms: dict, answer: Answer | None, sparql: str) -> Response:
    parts = service()
    solutions = parts.store.query(sparql) if sparql else None
    rows = [[row[v] for v in solutions.variables] for row in solutions] if solutions else []
    page = render_template(
        "query.html", language=page_language(), query=query, given={k: {shown(t) for t in v} for k, v in terms.items()}, names={}, answer=answer, sparql=sparql, rows=rows,
        variables=[v.value for v in solutions.variables] if solutions else [], choices={p.name: _listed(p) for p in query.parameters},
        examples={p.name: shown(p.example) for p in query.parameters if p.example is not None}, parameter_name=parameter_name, with_format=with_format,
    )  # fmt: skip
    return located(Response(page, mimetype="text/html"), "html", _offered(JSON | CSV))


def _listed(parameter: Parameter) -> list[Choice]:
    """The choices of a parameter that a drop-down lists; provisions are too many for one."""
    parts = service()
    return [] if parameter.type == "provision" else choices(parameter, parts.vocabulary, parts.library)


def parameter_name(parameter: Parameter, language: str) -> str:
    """What a parameter is called: the name of its concept scheme, or else its own."""
    scheme = ID + parameter.type
    return descriptions().label(scheme, language) if descriptions().has_label(scheme, language) else parameter.name


def _example(query: Query) -> dict[str, str]:
    return {name: shown(terms[0]) for name, terms in query.example.items()}


def query_json(query: Query) -> dict:
    """A query of the catalogue, with its parameters, what they may be, and an example."""
    return {
        "name": query.name, "summary": query.summary, "questions": list(query.ask), "url": url_for("queries.run", name=query.name),
        "example": url_for("queries.run", name=query.name, **_example(query)), "parameters": [_parameter_json(p) for p in query.parameters],
    }  # fmt: skip


def _parameter_json(parameter: Parameter) -> dict:
    return {
        "name": parameter.name, "type": parameter.type, "required": not parameter.optional, "example": shown(parameter.example) if parameter.example is not None else None,
        "values": [c.id for c in _listed(parameter)],
    }  # fmt: skip
