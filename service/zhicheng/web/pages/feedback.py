"""Feedback on answers: a verdict and how the question was read, nothing of who gave it."""

from datetime import date
from urllib.parse import urlsplit

from flask import Response, current_app, json, redirect, request
from werkzeug.exceptions import Forbidden, NotFound

from zhicheng.errors import Invalid
from zhicheng.web.api import service
from zhicheng.web.ledger import Opinion
from zhicheng.web.pages.blueprint import address, pages
from zhicheng.web.rendering import wants_page

VERDICTS = ("helpful", "wrong", "incomplete", "unclear")


@pages.post("/feedback")
def give_feedback() -> Response:
    """Keep what a reader thinks of the answer to a question; a form sent from another site is refused."""
    _refuse_strangers()
    ledger = current_app.extensions["ledger"]
    if ledger is None:
        raise NotFound("Feedback is not kept here.")
    verdict = request.form.get("verdict", "")
    if verdict not in VERDICTS:
        raise Invalid("verdict", f'is "{verdict[:40]}"', f"Give one of {', '.join(VERDICTS)}")
    text, language = request.form.get("q", ""), request.form.get("lang") or "zh"
    if language not in ("zh", "en"):
        raise Invalid("lang", f'is "{language[:40]}"', "Use zh or en")
    parts = service()
    question = parts.understanding.read(text, language)
    entities = " ".join(f"{e.type}:{e.id}" for e in question.entities)
    ledger.add(Opinion(verdict, language, question.query, entities, text if request.form.get("keep") else None, parts.graph.digest), date.today())
    if wants_page():
        return redirect(address("pages.ask", q=text, lang=language if language == "en" else None, feedback="thanks", _anchor="feedback"), 303)
    return Response(json.dumps({"kept": True}), 201, mimetype="application/json")


def _refuse_strangers() -> None:
    """Raise Forbidden where a browser says that the form was on a page of another site (Fetch Metadata, Origin), or does not say where."""
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin") or request.headers.get("Referer") or ""
    if site not in ("same-origin", None) or urlsplit(origin).netloc != request.host:
        raise Forbidden("Feedback is taken from this service's own pages only.")
