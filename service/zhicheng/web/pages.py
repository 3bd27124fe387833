"""The pages: the question box and its answers, the FAQ, and the policies clause by clause."""

from datetime import date

from flask import Blueprint, Response, json, redirect, render_template, request, url_for

from zhicheng.answering.service import Service
from zhicheng.errors import Unknown
from zhicheng.knowledge.policies import ClauseText, Policy
from zhicheng.terms import slug as local_name
from zhicheng.web.api import asked, day_argument, service
from zhicheng.web.rendering import answer_json, faq_json, page_language, wants_page

pages = Blueprint("pages", __name__)


@pages.app_template_global()
def address(endpoint: str, **values) -> str:
    """The address of a page in the language of this one."""
    if page_language() == "en" and endpoint != "static":
        values.setdefault("lang", "en")
    return url_for(endpoint, **values)


@pages.app_template_global()
def other_language() -> str:
    """The address of this page in the other language."""
    arguments = {k: v for k, v in request.args.to_dict(flat=False).items() if k != "lang"}
    if page_language() == "zh":
        arguments["lang"] = ["en"]
    return url_for(request.endpoint or "pages.home", **(request.view_args or {}), **arguments)


def _names(parts: Service) -> dict[str, str]:
    return {iri: parts.vocabulary.label(iri, page_language()) for iri in parts.library.regions}


@pages.get("/")
def home() -> str:
    parts = service()
    examples = [entry.english if page_language() == "en" else entry.chinese for entry in parts.faq.entries(date.today())]
    return render_template("home.html", language=page_language(), examples=examples[:8], policies=parts.library.policies.values(), names=_names(parts), today=date.today())


@pages.get("/ask")
def ask() -> Response | str | dict:
    if wants_page() and not request.args.get("q", "").strip():
        return redirect(address("pages.home"))
    answer = asked()
    if not wants_page():
        return answer_json(answer)
    return render_template("answer.html", language=page_language(), answer=answer, names=_names(service()))


@pages.get("/faq")
def faq() -> Response | str:
    parts = service()
    entries = parts.faq.entries(day_argument() or date.today(), page_language())
    data = json.dumps(faq_json(entries, request.url_root.rstrip("/")), ensure_ascii=False)
    if not wants_page():
        return Response(data, mimetype="application/ld+json")
    return render_template("faq.html", language=page_language(), entries=entries, names=_names(parts), local=local_name, data=data.replace("</", "<\\/"))


@pages.get("/policies")
def policies() -> str | dict:
    held = service().library.policies.values()
    if not wants_page():
        return {"policies": [policy_json(p) for p in held]}
    return render_template("policies.html", language=page_language(), policies=held, names=_names(service()), today=date.today())


@pages.get("/policies/<slug>")
def policy(slug: str) -> str | dict:
    library = service().library
    found = next((p for p in library.policies.values() if p.slug == slug), None)
    if found is None:
        raise Unknown("policy", slug, [p.slug for p in library.policies.values()])
    clauses = sorted((c for c in library.clauses.values() if c.iri.startswith(found.iri + "/")), key=lambda c: c.position)
    if not wants_page():
        return policy_json(found) | {"clauses": [clause_json(c) for c in clauses]}
    parents = {c.iri: c.parent for c in clauses}
    inner = set(parents.values())
    return render_template("policy.html", language=page_language(), policy=found, clauses=[(c, _depth(c, parents), c.iri in inner) for c in clauses], local=local_name, names=_names(service()), today=date.today())


def _depth(clause: ClauseText, parents: dict[str, str]) -> int:
    depth, here = 0, clause.parent
    while here in parents:
        depth, here = depth + 1, parents[here]
    return depth


def policy_json(policy: Policy) -> dict:
    """A policy as JSON."""
    return {
        "policy": policy.slug, "region": local_name(policy.region), "title": policy.title, "document_number": policy.number,
        "validity": policy.validity(date.today()), "url": url_for("pages.policy", slug=policy.slug),
    }  # fmt: skip


def clause_json(clause: ClauseText) -> dict:
    """A clause as JSON."""
    return {"id": local_name(clause.iri), "number": clause.number, "heading": clause.heading, "kind": clause.kind, "parent": local_name(clause.parent), "text": clause.text}
