"""The graph around a thing: a picture that grows where it is opened, and a list of the same."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from flask import Response, current_app, json, redirect, render_template, request, url_for
from pyoxigraph import NamedNode

from zhicheng.answering.naming import Names
from zhicheng.answering.network import MORE, MOST, Network, Node, name_in_address
from zhicheng.errors import Invalid
from zhicheng.terms import BASE, ID, compact
from zhicheng.web.api import language_argument, service
from zhicheng.web.graph_picture import HEIGHT, SIGN, STRIP, WIDTH, drawn
from zhicheng.web.linked_data import descriptions
from zhicheng.web.pages.blueprint import pages
from zhicheng.web.rendering import page_language, text_argument, wants_page

# The most things that are open at once, or requests for more; and matches of a name that are listed.
MOST_OPEN, MATCHES = 10, 30


@dataclass(frozen=True)
class Walk:
    """What an address shows: the thing in the middle, those opened beside it, and the branches of which more is shown, each as often as asked."""

    thing: str
    opened: tuple[str, ...]
    more: tuple[str, ...]

    def url(self, **changes: str | tuple[str, ...]) -> str:
        """The address of this walk with changes, in the language of the page."""
        held = {"thing": name_in_address(self.thing), "open": tuple(map(name_in_address, self.opened)), "more": self.more} | changes
        return url_for("pages.graph", **{k: list(v) if isinstance(v, tuple) else v for k, v in held.items() if v}, lang="en" if page_language() == "en" else None)

    def to(self, iri: str) -> str:
        """The address of the graph around another thing."""
        return url_for("pages.graph", thing=name_in_address(iri), lang="en" if page_language() == "en" else None)

    def toggled(self, iri: str) -> str | None:
        """The address with a thing opened, or closed where it is open; None where as many are open as may be."""
        if iri not in self.opened and len(self.opened) >= MOST_OPEN:
            return None
        others = tuple(i for i in self.opened if i != iri)
        return self.url(open=tuple(map(name_in_address, others if iri in self.opened else (*others, iri))))

    def further(self, key: str) -> str | None:
        """The address with more of a branch; None where more has been asked for as often as may be."""
        return self.url(more=(*self.more, key)) if len(self.more) < MOST_OPEN else None


@pages.get("/graph")
def graph() -> str | dict | Response:
    name, language = (text_argument("q") or "").strip()[:100], page_language()
    matches = _names().find(name, language, MATCHES) if name else []
    meant = Names.only(matches)
    if meant and wants_page():
        return redirect(url_for("pages.graph", thing=name_in_address(meant), lang="en" if language == "en" else None))
    walk = _walk()
    root = _network().grown(walk.thing, walk.opened, Counter(walk.more))
    if not wants_page():
        return {"matches": [_named(m.iri) for m in matches]} if name else _json(root)
    held = {_network().region(n.iri) for n in root.all()}
    regions = [(n, r) for n, r in enumerate(sorted(service().library.regions)) if r in held]  # numbered alike on all pages
    schemes = sorted((ID + s for s in service().vocabulary.by_scheme if descriptions().has_label(ID + s, language)), key=lambda s: descriptions().label(s, language))
    return render_template(
        "graph.html", language=language, walk=walk, root=root, picture=drawn(root, _label(language)), q=name, matches=matches, regions=regions, place={r: n for n, r in regions}, schemes=schemes,
        named=descriptions().has_label, kind=_network().kind, region=_network().region, local=name_in_address, count_all=len(root.all()), most=MOST, step=MORE, box={"width": WIDTH, "height": HEIGHT, "strip": STRIP, "sign": SIGN},
    )  # fmt: skip


@pages.get("/api/things")
def things() -> Response:
    """The things whose names hold what has been typed, as suggestions."""
    text = (text_argument("q") or "")[:100]
    language = language_argument()
    found = [{"text": m.name, "kind": "thing"} | _named(m.iri) for m in _names().find(text, language)]
    return Response(json.dumps({"q": text, "suggestions": found}, ensure_ascii=False), mimetype="application/json")


def _walk() -> Walk:
    thing = request.args.get("thing", "").strip()
    opened, more = (tuple(dict.fromkeys(request.args.getlist("open"))), tuple(request.args.getlist("more")))
    for name, given in (("open", opened), ("more", more)):
        if len(given) > MOST_OPEN:
            raise Invalid(name, f"is given {len(given)} times", f"Give it at most {MOST_OPEN} times; put one of the things in the middle with thing=… to see more around it")
    for key in more:
        if key.count("~") < 2:
            raise Invalid("more", f'is "{key[:80]}"', "Follow the links of the page, or write a thing, in or out, and a property, such as title/engineer~in~zc:appliesTo")
        descriptions().describe(_iri(key.split("~")[0]))
    iris = tuple(map(_iri, opened))
    for iri in iris:
        descriptions().describe(iri)
    return Walk(_iri(thing) if thing else _start(), iris, more)


def _iri(name: str) -> str:
    """The thing that an address names: `title/engineer`, `ontology#Route`, or a whole IRI."""
    return name if name.startswith(BASE) else (BASE if (BASE + name) in descriptions().known else ID) + name


def _start() -> str:
    """Where a walk starts that names no thing: at what the catalogue's queries take for their example most often."""
    examples = [t.value for q in service().catalogue.queries.values() for terms in q.example.values() for t in terms if isinstance(t, NamedNode)]
    return Counter(sorted(examples)).most_common(1)[0][0]


def _network() -> Network:
    """The network of this application's graph, made when it is first asked for."""
    parts, held = service(), current_app.extensions.get("network")
    if held is None:
        held = current_app.extensions["network"] = Network(parts.store, descriptions(), parts.library)
    return held


def _names() -> Names:
    """The names of this application's things, made when they are first asked for."""
    held = current_app.extensions.get("names")
    if held is None:
        held = current_app.extensions["names"] = Names(descriptions(), service().vocabulary)
    return held


def _label(language: str) -> Callable[[str], str]:
    return lambda iri: descriptions().label(iri, language)


def _named(iri: str) -> dict:
    label = {language: descriptions().label(iri, language) for language in ("zh", "en")}
    kind, region = _network().kind(iri), _network().region(iri)
    return {"id": name_in_address(iri), "iri": iri, "label": label, "type": compact(kind) if kind else None, "region": name_in_address(region).rpartition("/")[2] if region else None}


def _json(node: Node) -> dict:
    """A network as JSON: each node with its branches."""
    body = _named(node.iri)
    if node.opened:
        body["branches"] = [
            {
                "property": compact(b.property), "label": {language: descriptions().label(b.property, language) for language in ("zh", "en")}, "direction": "in" if b.incoming else "out",
                "things": [_json(n) for n in b.nodes], "again": [name_in_address(i) for i in b.again], "more": b.left,
            }
            for b in node.branches
        ]  # fmt: skip
    return body
