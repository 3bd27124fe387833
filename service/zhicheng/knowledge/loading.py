"""From the files under ontology/ and data/ to named graphs, with what follows from them derived."""

import hashlib
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from pyoxigraph import Dataset, Literal, NamedNode, Quad, RdfFormat, parse, serialize

from zhicheng import terms
from zhicheng.errors import Fault, FaultyGraph
from zhicheng.knowledge import outline
from zhicheng.terms import DCTERMS, ELI, ID, ONTOLOGY, POLICY, PROV, RDF, RDFS, ZC

TYPE = NamedNode(RDF + "type")
SUBCLASS = NamedNode(RDFS + "subClassOf")
CONCEPTS = NamedNode(ID.rstrip("/"))
EXTERNAL = NamedNode(POLICY + "external")
CROSS_DOCUMENT = NamedNode(POLICY + "cross-document")


def zc(name: str) -> NamedNode:
    """The term of the ontology with that name."""
    return NamedNode(ZC + name)


@dataclass
class Graph:
    """The whole graph: its quads, the official texts and clauses of each policy, and a digest of the files it came from."""

    quads: Dataset
    texts: dict[str, str] = field(default_factory=dict)
    clauses: dict[str, list[outline.Clause]] = field(default_factory=dict)
    digest: str = ""

    @property
    def policies(self) -> list[str]:
        """The slugs of the policies whose text is held."""
        return list(self.texts)

    @property
    def n_quads(self) -> bytes:
        """The quads as N-Quads."""
        return self.__dict__.get("_n_quads") or serialize(self.quads, format=RdfFormat.N_QUADS)

    @property
    def size(self) -> int:
        """The number of quads."""
        kept = self.__dict__.get("_n_quads")
        return len(self.quads) if kept is None else kept.count(b"\n")

    def __getstate__(self) -> dict:
        return {**self.__dict__, "_n_quads": self.n_quads, "quads": None}

    def __setstate__(self, state: dict) -> None:
        self.__dict__.update(state)
        del self.quads

    def __getattr__(self, name: str) -> Dataset:
        """The quads of a graph that was kept as text, read when they are first asked for."""
        if name != "quads" or "_n_quads" not in self.__dict__:
            raise AttributeError(name)
        self.quads = Dataset(parse(self.n_quads, RdfFormat.N_QUADS))
        return self.quads


def files(home: Path) -> list[Path]:
    """The files that the graph and its queries are made of, in a fixed order."""
    found = [*(home / "ontology").rglob("*.ttl"), *(path for kind in ("ttl", "tsv", "npz") for path in (home / "data").rglob(f"*.{kind}"))]
    return sorted([*found, *(home / "data").rglob("*.txt"), *(home / "queries").rglob("*.rq")])


def digest(home: Path) -> str:
    """The SHA-256 of all files of the graph: the version of the data."""
    total = hashlib.sha256()
    for path in files(home):
        total.update(path.relative_to(home).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()


def load(home: Path) -> Graph:
    """Load every file under ontology/ and data/ into named graphs and derive what follows.

    One policy is one graph, named by the policy's IRI. Raises FaultyGraph naming file and line when a file is not
    Turtle, is not UTF-8, or an outline does not fit its text.
    """
    graph = Graph(Dataset(), digest=digest(home))
    faults: list[Fault] = []

    def read(path: Path, name: NamedNode) -> None:
        try:
            for triple in parse(path.read_text(encoding="utf-8"), RdfFormat.TURTLE, base_iri=terms.BASE):
                graph.quads.add(Quad(triple.subject, triple.predicate, triple.object, name))
        except UnicodeDecodeError as error:
            faults.append(Fault(str(path.relative_to(home)), f"this is not UTF-8: {error.reason} at byte {error.start}", "Save the file as UTF-8"))
        except (SyntaxError, ValueError) as error:
            place = f"{path.relative_to(home)}:{getattr(error, 'lineno', None) or '?'}"
            faults.append(Fault(place, f"this is not Turtle: {getattr(error, 'msg', error)}", "Mend the syntax at this place"))

    for path in sorted((home / "ontology").glob("*.ttl")):
        if path.name not in ("shapes.ttl", "alignments.ttl"):
            read(path, NamedNode(ONTOLOGY))
    for path in sorted((home / "ontology" / "schemes").glob("*.ttl")):
        read(path, CONCEPTS)
    for path in sorted((home / "data").glob("*.ttl")):
        read(path, EXTERNAL if path.name == "external.ttl" else CROSS_DOCUMENT)
    for folder in sorted(p for p in (home / "data").iterdir() if (p / "text.txt").is_file()):
        try:
            text, clauses = outline.read(folder)
        except FaultyGraph as error:
            faults += error.faults
            continue
        except UnicodeDecodeError as error:
            faults.append(Fault(f"data/{folder.name}", f"a file is not UTF-8: {error}", "Save it as UTF-8"))
            continue
        except FileNotFoundError as error:
            faults.append(Fault(f"data/{folder.name}", f"{Path(error.filename).name} is missing", "Add it; data/README.md says what it holds"))
            continue
        name = NamedNode(POLICY + folder.name)
        for path in sorted(folder.glob("*.ttl")):
            read(path, name)
        _add_clauses(graph, name, text, clauses)
        graph.texts[folder.name], graph.clauses[folder.name] = text, clauses
    if not graph.texts and not faults:
        faults.append(Fault("data/", "there is no policy", "Add a folder with text.txt, outline.tsv and facts.ttl"))
    if faults:
        raise FaultyGraph(faults)
    _derive(graph)
    return graph


def _add_clauses(graph: Graph, document: NamedNode, text: str, clauses: list[outline.Clause]) -> None:
    """State each clause of a document: its text, place, number, heading and kind."""
    add = graph.quads.add
    prefix = document.value + "/c-"
    add(Quad(document, zc("sourceDigest"), Literal(hashlib.sha256(text.encode()).hexdigest()), document))
    for position, clause in enumerate(clauses, 1):
        node = NamedNode(prefix + clause.id)
        parent = NamedNode(prefix + clause.parent.id) if clause.parent else document
        entry = clause.kind == "faq-entry"
        official = outline.clean(text[clause.start : clause.end])
        values = [
            (TYPE, zc("FaqEntry" if entry else "Clause")),
            (TYPE, zc("Clause")),
            (NamedNode(ELI + "is_part_of"), parent),
            (NamedNode(ELI + "id_local"), Literal(clause.id)),
            (NamedNode(ELI + "type_subdivision"), NamedNode(f"{ID}subdivision-type/{clause.kind}")),
            (zc("officialText"), Literal(official)),
            (zc("printedNumber"), Literal(clause.printed_number)),
            (zc("position"), Literal(position)),
            *((zc(n), Literal(v)) for n, v in (("firstLine", clause.first), ("lastLine", clause.last), ("firstCharacter", clause.start), ("endCharacter", clause.end))),
        ]
        if clause.heading:
            values.append((NamedNode(DCTERMS + "title"), Literal(clause.heading, language="zh")))
        for part in clause.children if entry else ():
            said = outline.clean(text[part.start : part.end])
            if part.kind in ("question", "answer"):
                values.append((zc("questionText" if part.kind == "question" else "answerText"), Literal(said)))
        for predicate, value in values:
            add(Quad(node, predicate, value, document))


def _derive(graph: Graph) -> None:
    """Add what follows: superclass types, documents of provisions, routes and aspects of requirements, titles concerned."""
    quads = graph.quads
    parents: dict[NamedNode, list[NamedNode]] = defaultdict(list)
    for quad in quads.quads_for_predicate(SUBCLASS):
        if quad.subject.value.startswith(ZC) and isinstance(quad.object, NamedNode) and quad.object.value.startswith(ZC):
            parents[quad.subject].append(quad.object)
    derived: set[Quad] = set()
    for quad in list(quads.quads_for_predicate(TYPE)):
        todo = list(parents.get(quad.object, ()))
        while todo:
            upper = todo.pop()
            derived.add(Quad(quad.subject, TYPE, upper, quad.graph_name))
            todo += parents.get(upper, ())

    cited: dict[NamedNode, list[tuple[NamedNode, NamedNode]]] = defaultdict(list)
    clause_of = {q.subject: q.object for q in quads.quads_for_predicate(zc("citedClause"))}
    for quad in quads.quads_for_predicate(zc("citation")):
        if quad.object in clause_of:
            derived.add(Quad(quad.subject, NamedNode(PROV + "wasDerivedFrom"), clause_of[quad.object], quad.graph_name))
        cited[quad.subject].append((quad.graph_name, quad.object))
        derived.add(Quad(quad.subject, zc("inDocument"), quad.graph_name, quad.graph_name))
    for kind in ("TextualIssue", "Silence"):
        for quad in quads.quads_for_object(zc(kind)):
            if quad.graph_name != CROSS_DOCUMENT:
                derived.add(Quad(quad.subject, zc("inDocument"), quad.graph_name, quad.graph_name))

    text = {q.subject: outline.squeeze(q.object.value) for q in quads.quads_for_predicate(zc("officialText"))}
    for quad in quads.quads_for_predicate(zc("quote")):
        place = text.get(clause_of.get(quad.subject), "").find(outline.squeeze(quad.object.value))
        derived.add(Quad(quad.subject, zc("quoteOffset"), Literal(max(place, 0)), quad.graph_name))

    members: dict[NamedNode, list[NamedNode]] = defaultdict(list)
    for quad in quads.quads_for_predicate(zc("hasMember")):
        members[quad.subject].append(quad.object)
    aspects: dict[NamedNode, set[NamedNode]] = defaultdict(set)
    for quad in quads.quads_for_predicate(zc("aspect")):
        aspects[quad.subject].add(quad.object)
    titles_of: dict[NamedNode, list[NamedNode]] = defaultdict(list)
    for quad in quads.quads_for_predicate(zc("targetTitle")):
        titles_of[quad.subject].append(quad.object)
    level_titles: dict[NamedNode, set[NamedNode]] = defaultdict(set)
    for quad in quads.quads_for_predicate(zc("titleLevel")):
        level_titles[quad.object].add(quad.subject)
    for quad in quads.quads_for_predicate(NamedNode(terms.SKOS + "narrower")):
        level_titles[quad.subject] |= level_titles.get(quad.object, set())

    inherited: dict[NamedNode, set[NamedNode]] = defaultdict(set)

    def descend(node: NamedNode, document: NamedNode, route: NamedNode, above: set[NamedNode], seen: frozenset) -> None:
        if node in seen:
            return  # a cycle; the checks name it
        derived.add(Quad(node, zc("requirementOf"), route, document))
        for title in titles_of[route]:
            derived.add(Quad(node, zc("concernsTitle"), title, document))
        own = aspects.get(node) or above
        if not aspects.get(node):
            inherited[node] |= above
            for aspect in above:
                derived.add(Quad(node, zc("aspect"), aspect, document))
        for member in members.get(node, ()):
            descend(member, document, route, own, seen | {node})

    for quad in quads.quads_for_predicate(zc("hasRequirement")):
        descend(quad.object, quad.graph_name, quad.subject, set(), frozenset())
    for route, titles in titles_of.items():
        for name, _ in cited.get(route, ())[:1]:
            derived |= {Quad(route, zc("concernsTitle"), title, name) for title in titles}
    for quad in quads.quads_for_predicate(zc("appliesTo")):
        scheme = terms.scheme_of(quad.object.value)
        found = {quad.object} if scheme == "title" else level_titles.get(quad.object, set()) if scheme == "level" else set(titles_of.get(quad.object, ()))
        derived |= {Quad(quad.subject, zc("concernsTitle"), title, quad.graph_name) for title in found}
    for quad in derived:
        quads.add(quad)
