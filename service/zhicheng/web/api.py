"""The JSON API of ../../contract: ask and FAQ, and the health of the service."""

from datetime import date

from flask import Blueprint, Response, current_app, g, json, request

from zhicheng import __version__
from zhicheng.answering.answers import Answer
from zhicheng.answering.service import Service
from zhicheng.errors import Invalid
from zhicheng.web.rendering import answer_bytes, faq_json, text_argument

api = Blueprint("api", __name__)


def service() -> Service:
    """The service that this application was made for."""
    return current_app.extensions["zhicheng"]


def day_argument() -> date | None:
    """The date that `as_of` names; raises Invalid where it is none."""
    return day(request.args.get("as_of"))


def day(text: str | None) -> date | None:
    """The date that a text is; None where it is blank, raises Invalid where it is no date."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid("as_of", f'is "{text[:40]}"', "Give a date such as 2024-10-01") from None


def language_argument() -> str:
    """The language that `lang` names, Chinese when left out; raises Invalid where it is neither `zh` nor `en`."""
    language = request.args.get("lang") or "zh"
    if language not in ("zh", "en"):
        raise Invalid("lang", f'is "{language[:40]}"', "Use zh or en")
    return language


def region_arguments() -> tuple[str, ...]:
    """The regions named by `region`, repeated or once; blank ones do not count."""
    return tuple(r for r in request.args.getlist("region") if r.strip())


def question_arguments() -> tuple[str, str | None, tuple[str, ...], date]:
    """What is asked: the question in `q`, the language, the regions and the day; raises Invalid where `q` is missing or not UTF-8."""
    text = text_argument("q")
    if text is None:
        raise Invalid("q", "is missing", "Ask a question of 1 to 500 characters: /api/ask?q=…")
    return text, request.args.get("lang") or None, region_arguments(), day_argument() or date.today()


def asked() -> Answer:
    """The answer to what is asked; raises as `Service.ask` does."""
    g.answer = service().ask(*question_arguments())
    return g.answer


@api.get("/api/ask")
def ask() -> Response:
    return Response(answer_bytes(asked()), mimetype="application/json")


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
    parts.store.check()
    return {"status": "ready", "version": __version__, "data": parts.graph.digest, "triples": len(parts.store)}
