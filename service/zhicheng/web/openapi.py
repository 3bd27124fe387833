"""The description of the whole interface as OpenAPI 3.1: openapi.yaml, completed with what the graph allows."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from flask import Blueprint, Flask, Response, current_app, json, request

from zhicheng import __version__
from zhicheng.answering.service import Service
from zhicheng.knowledge.arguments import choices, shown
from zhicheng.knowledge.catalogue import Parameter, Query
from zhicheng.knowledge.datasets import Datasets
from zhicheng.knowledge.serialising import DATASET_FORMATS, GRAPH_FORMATS
from zhicheng.web.linked_data import datasets
from zhicheng.web.queries import RESERVED

openapi = Blueprint("openapi", __name__)
SOURCE = Path(__file__).with_name("openapi.yaml")
# The JSON Schema of parameters that are no concepts.
LITERALS = {"date": {"type": "string", "format": "date"}, "integer": {"type": "integer"}, "decimal": {"type": "number"}, "string": {"type": "string"}}


def register(app: Flask, service: Service) -> None:
    """Serve the description of an application's interface; to be called when its routes are all there."""
    app.register_blueprint(openapi)
    app.extensions["openapi"] = cache(lambda: described(service, datasets()))  # once, when first asked for: no start waits for it


@openapi.get("/openapi.json")
def document() -> Response:
    """The description of the interface, at this service's own address."""
    body = current_app.extensions["openapi"]() | {"servers": [{"url": request.url_root.rstrip("/")}]}
    return Response(json.dumps(body, ensure_ascii=False), mimetype="application/json")


def described(service: Service, held: Datasets) -> dict[str, Any]:
    """openapi.yaml with the values that the graph allows and one operation for each query; raises KeyError for an `x-values` or `x-schema` that is none."""
    body = yaml.load(SOURCE.read_text(encoding="utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    body["info"]["version"] = __version__
    values = {scheme: sorted(concepts) for scheme, concepts in service.vocabulary.by_scheme.items()} | {
        "policy": sorted(p.slug for p in service.library.policies.values()), "rubric": sorted(service.rubrics.by_policy), "query": sorted(service.catalogue.queries),
        "scheme": sorted(service.vocabulary.by_scheme), "graph": [held.whole, *sorted(held.graphs)], "extension": sorted(GRAPH_FORMATS.keys() | DATASET_FORMATS.keys()),
    }  # fmt: skip
    filled = _filled(body, values, {"eligibility": service.eligibility.schema})
    schemas = filled["components"]["schemas"]
    template = filled["paths"]["/api/queries/{name}"]["get"]
    for query in service.catalogue.queries.values():
        for parameter in query.parameters:
            if parameter.type in values:
                schemas.setdefault(parameter.type, {"enum": values[parameter.type]})
        filled["paths"][f"/api/queries/{query.name}"] = {"get": _operation(query, template, service)}
    return filled


def _filled(node: Any, values: dict[str, list[str]], schemas: dict[str, dict]) -> Any:
    """A part of the document with each `x-values` and `x-schema` turned into what it stands for."""
    if isinstance(node, list):
        return [_filled(item, values, schemas) for item in node]
    if not isinstance(node, dict):
        return node
    if "x-schema" in node:
        return schemas[node["x-schema"]]
    kept = {key: _filled(value, values, schemas) for key, value in node.items() if key != "x-values"}
    return kept | {"type": "string", "enum": values[node["x-values"]]} if "x-values" in node else kept


def _operation(query: Query, template: dict, service: Service) -> dict:
    """The operation that runs one query of the catalogue."""
    common = [p for p in template["parameters"] if p.get("name") not in ("name", "terms")]
    return template | {
        "operationId": f"query-{query.name}", "summary": query.summary["en"], "description": query.summary["zh"],
        "parameters": [_parameter(p, service) for p in query.parameters] + common,
    }  # fmt: skip


def _parameter(parameter: Parameter, service: Service) -> dict:
    assert parameter.name not in RESERVED, f"{parameter.name} is kept for how to answer"
    closed = parameter.type in service.vocabulary.by_scheme or parameter.type == "policy"
    item = {"$ref": f"#/components/schemas/{parameter.type}"} if closed else LITERALS.get(parameter.type) or {"type": "string", "examples": [c.id for c in choices(parameter, service.vocabulary, service.library)[:1]]}
    found = {"name": parameter.name, "in": "query", "required": not parameter.optional, "schema": {"type": "array", "items": item, "minItems": 0 if parameter.optional else 1, "maxItems": 3}}
    return found if parameter.example is None else found | {"example": [shown(parameter.example)]}
