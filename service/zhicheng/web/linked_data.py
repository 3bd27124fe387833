"""Linked data: every minted IRI at its path, the ontology, the description of the data set, and its graphs for download."""

from collections import defaultdict
from datetime import date

from flask import Blueprint, Flask, Response, current_app, redirect, render_template, request, url_for
from pyoxigraph import NamedNode, Triple

from zhicheng.answering.service import Service
from zhicheng.knowledge.datasets import WHOLE, Datasets
from zhicheng.knowledge.descriptions import Description, Descriptions, describe_from
from zhicheng.knowledge.serialising import GRAPH_FORMATS, written
from zhicheng.terms import BASE, DCTERMS, ONTOLOGY, POLICY, PREFIXES, RDFS, ZC, compact, policy_of, slug
from zhicheng.web.api import service
from zhicheng.web.negotiation import HTML, chosen, located, with_format
from zhicheng.web.negotiation import RDF as RDF_TYPES
from zhicheng.web.neighbourhood import drawn
from zhicheng.web.rendering import page_language

linked_data = Blueprint("linked_data", __name__)
OFFERED = RDF_TYPES | HTML
# What lets a page of any origin read a reply.
OPEN = ("Access-Control-Allow-Origin", "*")
OWL = PREFIXES["owl"]


def register(app: Flask, service: Service) -> None:
    """Serve the linked data of a service."""
    descriptions = app.extensions["descriptions"] = service.descriptions
    datasets = app.extensions["datasets"] = service.datasets
    app.register_blueprint(linked_data)
    titles = datasets.titles
    for graph in datasets.graphs.values():
        descriptions.name(graph.dataset, titles.get(graph.dataset, {}))
        descriptions.name(graph.iri, titles.get(graph.dataset, {}))


def descriptions() -> Descriptions:
    """The descriptions of this application's graph."""
    return current_app.extensions["descriptions"]


def datasets() -> Datasets:
    """The data sets of this application."""
    return current_app.extensions["datasets"]


@linked_data.app_template_global()
def path_of(iri: str) -> str:
    """The address of a thing: the path of this service for an IRI minted under its base, else the IRI itself."""
    if not iri.startswith(BASE):
        return iri
    path, sign, fragment = iri.removeprefix(BASE).partition("#")
    arguments = "?lang=en" if page_language() == "en" else ""
    return f"{request.root_path}/{path}{arguments}{sign}{fragment}"


@linked_data.app_template_global()
def name_of(iri: str) -> str:
    """The name of a thing in the language of the page."""
    return descriptions().label(iri, page_language())


linked_data.app_template_global("compact")(compact)


@linked_data.get("/id")
@linked_data.get("/id/<scheme>")
@linked_data.get("/id/<scheme>/<concept>")
@linked_data.get("/id/policy/<policy>")
@linked_data.get("/id/policy/<policy>/<local>")
def resource(**_: str) -> Response:
    """What the graph says of an IRI."""
    name = chosen(OFFERED)
    described = descriptions().describe(BASE + request.path.lstrip("/"))
    graph = datasets().of_graph(described.iri)
    if graph:
        dataset = NamedNode(graph.dataset)
        about = [t for t in datasets().description(request.url_root) if dataset in (t.subject, t.object)]
        described = describe_from(described.iri, [*described.statements, *about])
    if name == "html":
        return _page(described, graph)
    return located(Response(written(described.statements, GRAPH_FORMATS[name]), mimetype=RDF_TYPES[name]), name, OFFERED)


def _page(described: Description, graph) -> Response:
    parts, language, iri = service(), page_language(), described.iri
    links = {p: [v.value for v in values if isinstance(v, NamedNode)] for p, values in described.outgoing.items()}
    picture = drawn(iri, {p: v for p, v in links.items() if v}, described.incoming, lambda i: descriptions().label(i, language))
    text_url = None
    if policy_of(iri) and POLICY + str(policy_of(iri)) in parts.library.policies:
        text_url = url_for("pages.policy", slug=policy_of(iri), lang="en" if language == "en" else None, _anchor=slug(iri) if iri in parts.library.clauses else None)
    page = render_template(
        "resource.html", language=language, described=described, picture=picture, graph=graph, names={}, text_url=text_url,
        citations=parts.answers.citations(described, date.today(), language), formats=RDF_TYPES, with_format=with_format, extensions=datasets().formats(graph.name) if graph else {},
    )  # fmt: skip
    return located(Response(page, mimetype="text/html"), "html", OFFERED)


@linked_data.get("/ontology")
def ontology() -> Response:
    """The ontology: its classes and properties, each at its own anchor."""
    name = chosen(OFFERED)
    statements = datasets().statements("ontology")
    if name != "html":
        return located(Response(written(statements, GRAPH_FORMATS[name]), mimetype=RDF_TYPES[name]), name, OFFERED)
    about: dict[str, list[Triple]] = defaultdict(list)
    for triple in statements:
        about[triple.subject.value].append(triple)
    terms = {iri: describe_from(iri, triples) for iri, triples in sorted(about.items())}
    classes = [d for d in terms.values() if OWL + "Class" in d.types and d.iri.startswith(ZC)]
    properties = [d for d in terms.values() if d.iri.startswith(ZC) and {OWL + "ObjectProperty", OWL + "DatatypeProperty"} & set(d.types)]
    page = render_template(
        "ontology.html", language=page_language(), about=terms[ONTOLOGY], classes=classes, properties=properties, kinds=_pointing(classes, RDFS + "subClassOf"),
        of_class=_pointing(properties, RDFS + "domain"), to_class=_pointing(properties, RDFS + "range"), formats=RDF_TYPES, with_format=with_format, rdfs=RDFS, dcterms=DCTERMS,
    )  # fmt: skip
    return located(Response(page, mimetype="text/html"), "html", OFFERED)


def _pointing(terms: list[Description], property_: str) -> dict[str, list[str]]:
    """Which terms point to a thing by a property, by thing."""
    found: dict[str, list[str]] = defaultdict(list)
    for term in terms:
        for value in term.outgoing.get(property_, ()):
            found[value.value].append(term.iri)
    return found


@linked_data.get("/void")
def void() -> Response:
    """What the data set holds."""
    name = chosen(OFFERED)
    statements = datasets().description(request.url_root)
    if name != "html":
        return located(Response(written(statements, GRAPH_FORMATS[name]), mimetype=RDF_TYPES[name]), name, OFFERED)
    whole = describe_from(WHOLE, [t for t in statements if t.subject == NamedNode(WHOLE)])
    page = render_template(
        "void.html", language=page_language(), whole=whole, graphs=datasets().graphs.values(), datasets=datasets(), formats=RDF_TYPES, with_format=with_format,
        base=BASE, dcterms=DCTERMS, void=PREFIXES["void"], dcat=PREFIXES["dcat"],
    )  # fmt: skip
    return located(Response(page, mimetype="text/html"), "html", OFFERED)


@linked_data.get("/.well-known/void")
def well_known_void() -> Response:
    """Where VoID says that a description is looked for."""
    return redirect(url_for("linked_data.void"), 302)


@linked_data.after_request
def open_to_all(response: Response) -> Response:
    """Pages of any origin may read the data (WHATWG Fetch, CORS)."""
    response.headers.set(*OPEN)
    return response


@linked_data.get("/data/<name>.<extension>")
def download(name: str, extension: str) -> Response:
    """A graph, or the whole data set, as a file."""
    body = datasets().download(name, extension)
    response = Response(body, mimetype=datasets().formats(name)[extension].media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{extension}"'
    return response
