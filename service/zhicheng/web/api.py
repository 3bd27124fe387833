"""The JSON API of ../../contract: ask and FAQ, and the health of the service."""

from datetime import date

from flask import Blueprint, Response, current_app, json, request

from zhicheng import __version__
from zhicheng.answering.service import Service
from zhicheng.errors import Invalid
from zhicheng.web.rendering import answer_json, faq_json, text_argument

api = Blueprint("api", __name__)


def service() -> Service:
    """The service that this application was made for."""
    return current_app.extensions["zhicheng"]


def day_argument() -> date | None:
    """The date that `as_of` names; raises Invalid where it is none."""
    text = request.args.get("as_of")
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid("as_of", f'is "{text[:40]}"', "Give a date such as 2024-10-01") from None


def region_arguments() -> tuple[str, ...]:
    """The regions named by `region`, repeated or once; blank ones do not count."""
    return tuple(r for r in request.args.getlist("region") if r.strip())


def asked():
    """The answer to the question in `q`; raises Invalid where it is missing, blank, too long or not UTF-8."""
    text = text_argument("q")
    if text is None:
        raise Invalid("q", "is missing", "Ask a question of 1 to 500 characters: /api/ask?q=…")
    return service().ask(text, request.args.get("lang") or None, region_arguments(), day_argument())


@api.get("/api/ask")
def ask() -> dict:
    return answer_json(asked())


@api.get("/api/faq")
def faq() -> Response:
    parts = service()
    regions = tuple(iri for r in region_arguments() for iri in parts.vocabulary.within(parts.vocabulary.find("region", r).iri))
    entries = parts.faq.entries(day_argument() or date.today(), regions=regions)
    return Response(json.dumps(faq_json(entries, request.url_root.rstrip("/")), ensure_ascii=False), mimetype="application/ld+json")


@api.get("/health/live")
def live() -> dict:
    return {"status": "live"}


@api.get("/health/ready")
def ready() -> dict:
    parts = service()
    return {"status": "ready", "version": __version__, "data": parts.graph.digest, "triples": len(parts.store)}
