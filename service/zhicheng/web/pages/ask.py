"""The question box, its suggestions, and answers."""

from datetime import date

from flask import Response, current_app, json, redirect, render_template, request

from zhicheng.answering.answers import Citation
from zhicheng.answering.suggesting import Suggestions
from zhicheng.web import highlighting
from zhicheng.web.api import asked, language_argument, service
from zhicheng.web.pages.blueprint import address, pages
from zhicheng.web.rendering import answer_json, page_language, text_argument, wants_page

# The most rows of a result, and citations, that an answer's page shows at once; the characters left around a quote in its clause.
ROWS, CITATIONS, AROUND = 50, 6, 90


@pages.get("/")
def home() -> str | dict:
    parts, language = service(), page_language()
    examples = [entry.english if language == "en" else entry.chinese for entry in parts.faq.entries(date.today())][:8]
    if not wants_page():
        return {"ask": address("api.ask", q="…"), "examples": examples, "openapi": address("openapi.document")}
    return render_template("home.html", language=language, examples=examples, policies=parts.library.policies.values(), today=date.today())


@pages.get("/ask")
def ask() -> Response | str | dict:
    if wants_page() and not request.args.get("q", "").strip():
        return redirect(address("pages.home"))
    answer = asked()
    if not wants_page():
        return answer_json(answer)
    results = json.loads(answer.results) if answer.results else None
    return render_template(
        "answer.html", language=page_language(), answer=answer, most=CITATIONS, results=results, rows=ROWS, sources=_sources(answer.citations),
        sparql_html=highlighting.sparql_html, feedback=bool(current_app.extensions["ledger"]), thanks=request.args.get("feedback") == "thanks",
    )  # fmt: skip


def _sources(citations: list[Citation]) -> list[dict]:
    """The citations as the page shows them: what is cited of one clause together, marked in its text."""
    clauses: dict[str, list[Citation]] = {}
    for citation in citations:
        clauses.setdefault(citation.iri, []).append(citation)
    return [_source(iri, cited) for iri, cited in clauses.items()]


def _source(iri: str, cited: list[Citation]) -> dict:
    text = service().library.clauses[iri].text
    spans = [s for c in cited if (s := highlighting.find(text, c.quote))]
    quotes = list(dict.fromkeys(c.quote for c in cited))
    return {
        "citation": cited[0],
        "marks": ".".join(f"{a}-{b}" for a, b in spans) or None,
        "excerpts": [highlighting.excerpt(text, quote, AROUND) for quote in quotes] if len(text) > AROUND * 4 or not spans else [highlighting.marked(text, spans)],
        "whole": highlighting.marked(text, spans) if len(text) > AROUND * 4 and spans else None,
    }


@pages.get("/api/suggest")
def suggest() -> dict:
    """What somebody who has typed `q` may mean."""
    text = (text_argument("q") or "")[:100]
    found = _suggestions().find(text, language_argument())
    return {"q": text, "suggestions": [{"text": s.text, "kind": s.kind} for s in found]}


def _suggestions() -> Suggestions:
    """The suggestions of this application, made when they are first asked for."""
    held = current_app.extensions.get("suggestions")
    if held is None:
        parts = service()
        held = current_app.extensions["suggestions"] = Suggestions(parts.vocabulary, parts.catalogue, parts.answers, parts.faq.entries(date.today()))
    return held
