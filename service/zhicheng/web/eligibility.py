"""Eligibility over HTTP: a profile in, what each policy says to it out."""

from datetime import date

from flask import Blueprint, request
from werkzeug.exceptions import UnsupportedMediaType

from zhicheng.answering.eligibility.engine import Report
from zhicheng.answering.eligibility.evaluation import Finding
from zhicheng.answering.eligibility.kleene import NAMES, UNKNOWN
from zhicheng.answering.eligibility.verdicts import Part, Result, Way
from zhicheng.answering.eligibility.wording import reason, summary
from zhicheng.answering.entries import read_json
from zhicheng.answering.service import Service
from zhicheng.knowledge.vocabulary import Vocabulary
from zhicheng.terms import slug
from zhicheng.web.api import language_argument, service
from zhicheng.web.rendering import citation_json

eligibility = Blueprint("eligibility", __name__)
EXAMPLE = '{"profile": {}}'


@eligibility.post("/api/eligibility")
def judged() -> dict:
    """What the policies say to the profile in the body."""
    if not request.is_json:
        raise UnsupportedMediaType(f"Send a JSON object such as {EXAMPLE} with Content-Type: application/json.")
    report = service().eligibility.answer(read_json(request.get_data(), EXAMPLE), language_argument())
    return report_json(service(), report)


@eligibility.get("/api/eligibility/schema")
def schema() -> dict:
    """The JSON Schema of the body."""
    return service().eligibility.schema


def report_json(parts: Service, report: Report) -> dict:
    """A report in the contract's shape."""
    cited: dict[str, list[dict]] = {}
    body = {
        "as_of": report.day.isoformat(),
        "results": [_Writer(parts, result, report.language, cited).result() for result in report.results],
        "silent": [{"region": region, "title": title} for region, title in report.silent],
    }
    if report.calendar:
        body["calendar"] = [
            {"region": slug(result.case.rules.policy.region), "policy": result.case.rules.policy.slug, "title": result.case.title, "route": way.route.id, "kind": way.kind, "status": NAMES[way.finding.status], "earliest": _day(way.earliest)}
            for result in report.results for way in result.ways
        ]  # fmt: skip
    return body


def kind_name(vocabulary: Vocabulary, kind: str, language: str) -> str:
    """What a part of a result is called: a kind of route, or an aspect."""
    scheme = "aspect" if kind in vocabulary.by_scheme["aspect"] and kind not in vocabulary.by_scheme["route-kind"] else "route-kind"
    return vocabulary.label(vocabulary.iri(scheme, kind), language)


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


class _Writer:
    """Writes one result, in one language; citations that several results share are written once, into `cited`."""

    def __init__(self, parts: Service, result: Result, language: str, cited: dict[str, list[dict]]):
        self.parts, self.report, self.language, self.cited = parts, result, language, cited
        self.day = result.case.day

    def result(self) -> dict:
        result, policy = self.report, self.report.case.rules.policy
        return {
            "region": slug(policy.region),
            "title": result.case.title,
            "policy": policy.slug,
            "policy_title": policy.title[self.language],
            "validity": policy.validity(self.day),
            "verdict": result.verdict,
            "exclusion": self._part(result.exclusion),
            "seniority": self._part(result.seniority, {"earliest": _day(result.earliest)}),
            "exceptional": self._part(result.exceptional),
            "other": [{"kind": part.kind, "label": kind_name(self.parts.vocabulary, part.kind, self.language)} | self._part(part) for part in result.other],
            "routes": [self._way(way) for way in result.ways],
            "missing": result.missing,
            "summary": summary(result, self.language, self.parts.vocabulary),
            "summaries": {language: summary(result, language, self.parts.vocabulary) for language in ("zh", "en")},
        }

    def _part(self, part: Part, more: dict | None = None) -> dict:
        return {"status": NAMES[part.status], **(more or {}), "criteria": [self._node(found) for found in part.findings]}

    def _way(self, way: Way) -> dict:
        label = way.route.fact.label[self.language] if way.route.fact else way.route.id
        return {"id": way.route.id, "kind": way.kind, "label": label, "status": NAMES[way.finding.status], "earliest": _day(way.earliest)}

    def _node(self, found: Finding) -> dict:
        node, vocabulary = found.node, self.parts.vocabulary
        said = {language: reason(found, self.day, language, vocabulary) for language in ("zh", "en")}
        body = {"id": node.id, "label": node.fact.label[self.language] if node.fact else node.id}
        if found.children:
            body["operator"] = node.operator or "all"
            if node.operator == "at-least":
                body["count"] = node.number("minimumSatisfied")
        body |= {"status": NAMES[found.status], "reason": said[self.language], "reasons": said}
        if found.status == UNKNOWN and found.judged_by:
            body["judged_by"] = found.judged_by
        if found.missing:
            body["missing"] = sorted(found.missing)
        if node.fact:
            if node.id not in self.cited:
                self.cited[node.id] = [citation_json(c) for c in self.parts.answers.citations(node.fact, self.day, self.language)]
            body["citation"] = self.cited[node.id][0]
            if len(self.cited[node.id]) > 1 and not node.operator:
                body["citations"] = self.cited[node.id]
        return body | {"children": [self._node(child) for child in found.children]}
