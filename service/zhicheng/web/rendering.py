"""Answers, FAQ entries and clauses as JSON, and what a request asks for."""

from collections.abc import Callable
from urllib.parse import unquote_to_bytes

import orjson
from flask import json, request

from zhicheng.answering.answers import Answer, Citation
from zhicheng.errors import Invalid


def wants_page() -> bool:
    """Whether the client prefers HTML to JSON."""
    accept = request.accept_mimetypes
    best = accept.best_match(["application/json", "application/problem+json", "application/ld+json", "text/html"], default="application/json")
    return best == "text/html" and bool(accept) and not request.path.startswith("/api/")


def page_language() -> str:
    """The language of a page: English with `lang=en`, Chinese otherwise."""
    return language_of(request.args.get("lang"))


def language_of(named: str | None) -> str:
    """The language of a page or a query's result whose address names that."""
    return "en" if named == "en" else "zh"


def text_argument(name: str) -> str | None:
    """A query parameter as text; raises Invalid where the query string is not UTF-8."""
    if request.query_string.isascii():
        text = request.args.get(name)
        if text is None or "%" not in text:  # which stays where a byte cannot be decoded
            return text
    try:
        unquote_to_bytes(request.query_string).decode("utf-8")
    except UnicodeDecodeError:
        raise Invalid(name, "is not UTF-8", "Percent-encode the text as UTF-8") from None
    return request.args.get(name)


def citation_json(citation: Citation) -> dict:
    """A citation in the contract's shape."""
    return {
        "policy": citation.policy,
        "policy_title": citation.policy_title,
        "document_number": citation.document_number,
        "region": citation.region,
        "clause": citation.clause,
        "quote": citation.quote,
        "validity": citation.validity,
        "url": citation.url,
    }


def answer_bytes(answer: Answer) -> bytes:
    """An answer in the contract's shape as JSON text, which holds the results of its query as the store wrote them."""
    return orjson.dumps(answer_json(answer, orjson.Fragment), option=orjson.OPT_APPEND_NEWLINE)


def answer_json(answer: Answer, read: Callable[[str], object] = json.loads) -> dict:
    """An answer in the contract's shape; `read` turns the text of its results into what stands for them."""
    question = answer.question
    body = {
        "question": question.text,
        "status": answer.status,
        "language": question.language,
        "intent": question.query,
        "entities": [{"text": question.text[e.start : e.end], "id": e.id, "type": e.type, "start": e.start, "end": e.end} for e in question.entities],
        "answer": answer.text,
        "citations": [citation_json(c) for c in answer.citations],
        "query": None,
        "suggestions": answer.suggestions,
    }
    if answer.sparql is not None:
        body["query"] = {"name": question.query, "sparql": answer.sparql, "results": read(answer.results) if answer.results else None}
    if answer.reason:
        body["reason"] = answer.reason
    return body


def faq_json(entries: list, base: str | None) -> dict:
    """FAQ entries as a schema.org FAQPage, with addresses under a base; with the entries' and clauses' permanent identifiers where there is none."""
    return {
        "@context": "https://schema.org",
        "@type": "FAQPage",
        "mainEntity": [
            {
                "@type": "Question",
                "@id": entry.iri if base is None else base + entry.url,
                "name": entry.question,
                "acceptedAnswer": {
                    "@type": "Answer",
                    "text": entry.answer,
                    "citation": [{"@type": "Legislation", "name": c.policy_title, "legislationIdentifier": c.document_number, "identifier": c.clause, "text": c.quote, "url": c.iri if base is None else base + c.url} for c in entry.citations],
                },
            }
            for entry in entries
        ],
    }
