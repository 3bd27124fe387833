"""The scoring standards as trees of indicators, and what they give for entries."""

from datetime import date
from fractions import Fraction

from flask import Blueprint, request, url_for

from zhicheng.answering import rubric as scoring
from zhicheng.answering.entries import number, read_entries, read_json
from zhicheng.knowledge.rubrics import Indicator, Rubric
from zhicheng.terms import slug
from zhicheng.web.api import day_argument, language_argument, service
from zhicheng.web.rendering import citation_json

rubrics = Blueprint("rubrics", __name__)


@rubrics.get("/api/rubrics")
def listed() -> dict:
    """The policies that have a scoring standard."""
    day = day_argument() or date.today()
    return {"rubrics": [_policy_json(r, day) | _own_json(r.root) | {"url": url_for("rubrics.tree", policy=name)} for name, r in service().rubrics.by_policy.items()]}


@rubrics.get("/api/rubrics/<policy>")
def tree(policy: str) -> dict:
    """The scoring standard of a policy."""
    rubric, day = service().rubrics.find(policy), day_argument() or date.today()
    return tree_json(rubric, day, language_argument())


@rubrics.post("/api/rubrics/<policy>/score")
def score(policy: str) -> dict:
    """What a scoring standard gives for the entries in the body."""
    parts = service()
    rubric, language = parts.rubrics.find(policy), language_argument()
    entries = read_entries(rubric, read_json(request.get_data()))
    body = score_json(scoring.score(parts.library, rubric, entries, language), day_argument() or date.today(), language)
    return body | {"range": range_json(scoring.spread(parts.library, rubric, entries))}


def score_json(result: scoring.Score, day: date, language: str) -> dict:
    """A score in the contract's shape, with the policy's standing on a day."""
    root = result.rubric.root
    return _policy_json(result.rubric, day) | {
        "total": number(result.result.score),
        "maximum": _points(root.maximum),
        "indicators": [
            {"id": r.indicator.id, "label": r.indicator.fact.label["zh"], "label_en": r.indicator.fact.label["en"], "raw": number(r.raw), "score": number(r.score), "maximum": _points(r.indicator.maximum), "capped": r.capped, "reasons": [reason.text for reason in r.reasons]}
            for r in result.result.all() if r.indicator is not root
        ],
        "notes": result.notes,
        "rules": [{"indicator": indicator.id, "text": rule.label[language], "quote": rule.citations[0].quote} for indicator, rule in result.rules],
    }  # fmt: skip


def tree_json(rubric: Rubric, day: date, language: str) -> dict:
    """A scoring standard in the contract's shape, with the policy's standing on a day."""
    return _policy_json(rubric, day) | _indicator_json(rubric, rubric.root, day, language)


def range_json(spread: tuple[Fraction, Fraction]) -> dict:
    """The least and the most that a total can come to."""
    return {"minimum": number(spread[0]), "maximum": number(spread[1])}


def _policy_json(rubric: Rubric, day: date) -> dict:
    policy = rubric.policy
    return {
        "policy": policy.slug, "policy_title": policy.title["zh"], "document_number": policy.number,
        "region": slug(policy.region), "validity": policy.validity(day),
    }  # fmt: skip


def _own_json(node: Indicator) -> dict:
    return {
        "id": node.id, "label": node.fact.label["zh"], "label_en": node.fact.label["en"],
        "maximum": _points(node.maximum), "formula": node.formula, "note": node.note,
    }  # fmt: skip


def _indicator_json(rubric: Rubric, node: Indicator, day: date, language: str) -> dict:
    body = _own_json(node) | {
        "aggregation": "best" if node.best_only else "sum",
        "limits": [{"number": limit.number, "indicators": sorted({n.id for n in node.tree() for b in n.bands if b.iri in limit.bands})} for limit in node.limits],
        "citations": [citation_json(c) for c in service().answers.citations(node.fact, day, language)],
    }
    if node.bands:
        body["inputs"] = rubric.inputs(node)
        body["bands"] = [
            {"formula": b.formula, "points": [_points(b.highest), _points(b.lowest)], "ranks": list(b.ranks) if b.ranks else None, "step": _points(b.step) if b.step else None, "judged_by_experts": b.judged}
            for b in node.bands
        ]
        if (judged := rubric.range(node)) is not None:
            body["points"] = {"minimum": number(judged[0]), "maximum": number(judged[1])}
    return body | {"children": [_indicator_json(rubric, child, day, language) for child in node.children]}


def _points(value: Fraction | None) -> int | float | None:
    return None if value is None else number(value)
