"""The OpenAPI document: valid, complete both ways, filled from the graph, and kept to by every response."""

import re

import pytest
import schemathesis
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import one_of, sampled_from
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import content_type_conformance, response_headers_conformance, response_schema_conformance, status_code_conformance

from zhicheng.web.app import create_app
from zhicheng.web.openapi import SOURCE

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance, response_schema_conformance]
EXAMPLES = 12
METHODS = ("get", "post")
OPERATIONS = [(path, method) for path, item in yaml.safe_load(SOURCE.read_text(encoding="utf-8"))["paths"].items() for method in METHODS if method in item]


@pytest.fixture(scope="module")
def app(service):
    return create_app(service)


@pytest.fixture(scope="module")
def document(app) -> dict:
    return app.test_client().get("/openapi.json").get_json()


@pytest.fixture(scope="module")
def api(app):
    config = SchemathesisConfig.from_dict({"phases": {"coverage": {"enabled": False}}, "generation": {"allow-x00": True}})
    return schemathesis.openapi.from_wsgi("/openapi.json", app, config=config)


def templated(rule: str) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule)


def test_every_route_is_described_and_every_description_is_a_route(app, document):
    served = {(templated(rule.rule), method.lower()) for rule in app.url_map.iter_rules() if rule.endpoint != "static" for method in rule.methods & {"GET", "POST"}}
    described = {(path, method) for path, item in document["paths"].items() for method in METHODS if method in item}
    queries = {(f"/api/queries/{name}", "get") for name in app.extensions["zhicheng"].catalogue.queries}
    assert served - described == set(), "routes that openapi.yaml does not describe"
    assert described - served - queries == set(), "descriptions of what is not served"
    assert queries <= described


def test_the_document_is_openapi(document):
    assert document["openapi"].startswith("3.1") and schemathesis.openapi.from_dict(document).validate() is None


def test_every_operation_has_its_own_name_and_summary(document):
    operations = [o for item in document["paths"].values() for m, o in item.items() if m in METHODS]
    names = [o["operationId"] for o in operations]
    assert len(names) == len(set(names)) and all(o["summary"] and o["tags"] for o in operations)


def test_the_values_come_from_the_graph(document, service):
    schemas = document["components"]["schemas"]
    assert schemas["region"]["enum"] == sorted(service.vocabulary.by_scheme["region"])
    assert schemas["policy"]["enum"] == sorted(p.slug for p in service.library.policies.values())
    assert "x-values" not in str(document) and "x-schema" not in str(document)
    body = document["paths"]["/api/eligibility"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert body["properties"]["profile"]["properties"]["education"]
    level = next(p for p in document["paths"]["/api/queries/post-grades-of-level"]["get"]["parameters"] if p["name"] == "level")
    assert level["schema"]["items"] == {"$ref": "#/components/schemas/level"} and not level["required"]


def responses_fit(operation, examples: int = EXAMPLES) -> None:
    """Call an operation with examples that its description allows, and with some that it does not, in each of its media types; every response has to fit it."""
    cases = one_of(operation.as_strategy(generation_mode=mode) for mode in GenerationMode)
    media = [None, *(m for r in operation.definition.raw["responses"].values() if "content" in r for m in r["content"])]

    @settings(max_examples=examples, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(case=cases, accept=sampled_from(media))
    def run(case, accept):
        case.call_and_validate(checks=CHECKS, headers={"Accept": accept} if accept else {})

    run()


@pytest.mark.parametrize(("path", "method"), OPERATIONS, ids=lambda v: v)
def test_no_response_breaks_the_description(api, path, method):
    responses_fit(api[path][method])


def test_no_result_of_the_catalogue_breaks_the_description(api, service):
    for name in service.catalogue.queries:
        responses_fit(api[f"/api/queries/{name}"]["get"], 2)


@pytest.mark.parametrize(
    ("path", "given"),
    [
        ("/api/ask", {"query": {"q": "高级工程师对应几级岗位？"}}),
        ("/api/ask", {"query": {"q": "How long must an engineer with a bachelor's degree have worked in Tianjin?", "as_of": "2024-10-01"}}),
        ("/api/faq", {"query": {"region": ["tianjin"]}}),
        ("/sparql", {"query": {"query": "SELECT ?s WHERE { ?s a ?type } LIMIT 3"}, "headers": {"Accept": "application/sparql-results+json"}}),
        ("/id/{scheme}/{concept}", {"path_parameters": {"scheme": "title", "concept": "senior-engineer"}, "headers": {"Accept": "application/ld+json"}}),
        ("/id/policy/{policy}/{local}", {"path_parameters": {"policy": "tianjin-2019-39", "local": "c-s2-1-5"}, "headers": {"Accept": "application/ld+json"}}),
        ("/api/queries/{name}", {"path_parameters": {"name": "post-grades-of-level"}, "query": {"title": "senior-engineer"}}),
        ("/policies/{slug}", {"path_parameters": {"slug": "tianjin-2019-39"}, "headers": {"Accept": "application/json"}}),
    ],
)
def test_a_typical_answer_fits_the_description(api, path, given):
    response = api[path]["get"].Case(**given).call_and_validate(checks=CHECKS)
    assert response.status_code == 200
