"""Answers, FAQ entries and clauses as JSON, and what a request asks for."""

from urllib.parse import unquote_to_bytes

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
    return "en" if request.args.get("lang") == "en" else "zh"


def text_argument(name: str) -> str | None:
    """A query parameter as text; raises Invalid where the query string is not UTF-8."""
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


def answer_json(answer: Answer) -> dict:
    """An answer in the contract's shape."""
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
        body["query"] = {"name": question.query, "sparql": answer.sparql, "results": json.loads(answer.results) if answer.results else None}
    if answer.reason:
        body["reason"] = answer.reason
    return body


def faq_json(entries: list, base: str) -> dict:
    """FAQ entries as a schema.org FAQPage."""
    return {
        "@context": "https://schema.org",
        "@type": "FAQPage",
        "mainEntity": [
            {
                "@type": "Question",
                "@id": base + entry.url,
                "name": entry.question,
                "acceptedAnswer": {
                    "@type": "Answer",
                    "text": entry.answer,
                    "citation": [{"@type": "Legislation", "name": c.policy_title, "legislationIdentifier": c.document_number, "identifier": c.clause, "text": c.quote, "url": base + c.url} for c in entry.citations],
                },
            }
            for entry in entries
        ],
    }
