"""Proof that the graph is sound: every fault with its place, and how much of each text is modelled."""

import re
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, serialize

from zhicheng.errors import Fault
from zhicheng.knowledge.loading import Graph, zc
from zhicheng.knowledge.numerals import numbers
from zhicheng.knowledge.outline import squeeze
from zhicheng.knowledge.stores import EmbeddedStore
from zhicheng.terms import BASE, POLICY, RDFS, XSD, ZC

NUMERIC = {XSD + t for t in ("integer", "decimal", "date")}
# Numbers that place or derive rather than quote: the order of siblings, and a first rank, which 前5 leaves unsaid.
PLACING = {ZC + p for p in ("position", "firstLine", "lastLine", "firstCharacter", "endCharacter", "rankOrder", "levelOffset")}
FIRST_RANK = {ZC + "rankFrom", ZC + "minRank"}
LABEL_NUMBER = re.compile(r"\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?")


def local(iri: str) -> str:
    """An IRI as faults name it: without the base."""
    return iri.removeprefix(POLICY).removeprefix(BASE)


def check(graph: Graph, home: Path) -> list[Fault]:
    """Every fault of a graph that loaded: shapes, quotes, numbers, structure; an empty list proves it sound."""
    faults = [*_quotes(graph), *_numbers(graph), *_answered_by(graph, home), *_queries(graph, home)]
    return sorted({*faults, *_shapes(graph, home)})


def _quotes(graph: Graph) -> list[Fault]:
    """Every quote stands in its clause, and in no narrower one."""
    quads = graph.quads
    text = {q.subject: squeeze(q.object.value) for q in quads.quads_for_predicate(zc("officialText"))}
    children: dict[NamedNode, list[NamedNode]] = defaultdict(list)
    for q in quads.quads_for_predicate(NamedNode("http://data.europa.eu/eli/ontology#is_part_of")):
        children[q.object].append(q.subject)
    owner = {q.object: q.subject for q in quads.quads_for_predicate(zc("citation"))}
    clause_of = {q.subject: q.object for q in quads.quads_for_predicate(zc("citedClause"))}
    faults = []
    for q in quads.quads_for_predicate(zc("quote")):
        clause, quote = clause_of.get(q.subject), squeeze(q.object.value)
        where = local(owner[q.subject].value) if q.subject in owner and isinstance(owner[q.subject], NamedNode) else "a citation without owner"
        if clause not in text:
            name = "none" if clause is None else local(clause.value)
            faults.append(Fault(where, f"the cited clause {name} is in no outline", "Cite a clause of outline.tsv"))
        elif quote not in text[clause]:
            faults.append(Fault(where, f"the quote 「{q.object.value[:60]}」 is not in {local(clause.value)}", f"Quote its words verbatim: 「{text[clause][:80]}…」"))
        else:
            inner = [c for c in children[clause] if quote in text.get(c, "")]
            if inner:
                faults.append(Fault(where, f"the quote 「{q.object.value[:30]}」 stands in the narrower clause {local(inner[0].value)}", "Cite the innermost clause that holds it"))
    return faults


def _numbers(graph: Graph) -> list[Fault]:
    """The numbers in a fact's values and labels stand in its quotes."""
    quads = graph.quads
    quote = {q.subject: q.object.value for q in quads.quads_for_predicate(zc("quote"))}
    quoted: dict[NamedNode, set[Decimal]] = defaultdict(set)
    for q in quads.quads_for_predicate(zc("citation")):
        quoted[q.subject] |= numbers(quote.get(q.object, ""))
    faults = []
    for subject, known in quoted.items():
        where = local(subject.value) if isinstance(subject, NamedNode) else "an unnamed node"
        for q in quads.quads_for_subject(subject):
            if not isinstance(q.object, Literal):
                continue
            predicate, value = q.predicate.value, q.object
            if predicate == RDFS + "label":
                wanted = {Decimal(n.replace(",", "")) for n in LABEL_NUMBER.findall(value.value)} - {Decimal(1)}
            elif value.datatype.value in NUMERIC and predicate not in PLACING:
                parts = LABEL_NUMBER.findall(value.value)
                wanted = {abs(Decimal(n)) for n in parts}
                if value.datatype.value == XSD + "date":
                    wanted = _date_parts(parts)
                if predicate in FIRST_RANK:
                    wanted -= {Decimal(1)}
            else:
                continue
            missing = wanted - known
            if missing:
                name = "label" if predicate == RDFS + "label" else local(predicate)
                faults.append(Fault(where, f"{name} {value.value[:50]!r} has {', '.join(map(str, sorted(missing)))}, which stands in none of its quotes", "Quote the words that hold the number, or take it out"))
    return faults


def _date_parts(parts: list[str]) -> set[Decimal]:
    """What of a date has to be printed: year, month and day, but only the year of a last day of the year (年底前)."""
    year, month, day = (Decimal(p) for p in parts)
    return {year} if (month, day) == (12, 31) else {year, month, day}


def _answered_by(graph: Graph, home: Path) -> list[Fault]:
    """Every question and answer names a query that exists."""
    known = {path.stem for path in (home / "queries").glob("*.rq")}
    named = [(q.subject.value, q.object.value) for q in graph.quads.quads_for_predicate(zc("answeredBy")) if isinstance(q.object, Literal)]
    return [Fault(local(entry), f"the query {name} does not exist", "Name a file of queries/ without its ending") for entry, name in named if name not in known]


def _queries(graph: Graph, home: Path) -> list[Fault]:
    """What the queries of queries/checks/ find."""
    store = EmbeddedStore(graph)
    faults = []
    for path in sorted((home / "queries" / "checks").glob("*.rq")):
        text = path.read_text(encoding="utf-8")
        header = dict(re.findall(r"^#\+ (problem|remedy): (.+)$", text, re.M))
        rows = store.query(text)
        detailed = "detail" in [v.value for v in rows.variables]
        for row in rows:
            where, detail = row["where"], row["detail"] if detailed else None
            shown = "" if detail is None else f" ({local(getattr(detail, 'value', str(detail)))})"
            name = "an unnamed node" if isinstance(where, BlankNode) else local(where.value)
            faults.append(Fault(name, header["problem"] + shown, header["remedy"]))
    return faults


def _shapes(graph: Graph, home: Path) -> list[Fault]:
    """What the SHACL shapes find, by pySHACL without inference."""
    import pyshacl
    import rdflib
    from rdflib.namespace import RDF, SH

    data, shapes = rdflib.Graph(), rdflib.Graph().parse(home / "ontology" / "shapes.ttl", format="turtle")
    triples = (Triple(q.subject, q.predicate, q.object) for q in graph.quads)
    data.parse(data=serialize(triples, format=RdfFormat.N_TRIPLES), format="nt")
    conforms, report, _ = pyshacl.validate(data, shacl_graph=shapes, inference="none", advanced=False, meta_shacl=False)
    if conforms:
        return []
    faults = []
    for result in report.subjects(RDF.type, SH.ValidationResult):
        focus = report.value(result, SH.focusNode)
        if isinstance(focus, rdflib.BNode):
            owner = next(data.subjects(None, focus), focus)
            focus = owner
        path, value = report.value(result, SH.resultPath), report.value(result, SH.value)
        remedy = next((str(m) for m in report.objects(result, SH.resultMessage) if m.language == "en"), "See ontology/shapes.ttl.")
        problem = f"it breaks a shape on {local(str(path))}" if isinstance(path, rdflib.URIRef) else "it breaks a shape"
        if value is not None and not isinstance(value, rdflib.BNode) and value != focus:
            problem += f" with {local(str(value))[:60]!r}"
        faults.append(Fault(local(str(focus)), problem, remedy))
    return faults


@dataclass(frozen=True)
class Coverage:
    """How much of one policy is modelled: clauses with facts, by themselves or their parts, and clauses kept as text only."""

    policy: str
    clauses: int
    modelled: int
    text_only: tuple[str, ...]
    provisions: int


def coverage(graph: Graph) -> list[Coverage]:
    """The coverage of each policy; a clause counts as modelled when a fact cites it, it is a question and answer, or a part of it is modelled."""
    quads = graph.quads
    cited = {q.object.value for q in quads.quads_for_predicate(zc("citedClause"))}
    entries = {q.subject.value for q in quads.quads_for_predicate(zc("summarises"))}
    provisions: dict[str, int] = defaultdict(int)
    for q in quads.quads_for_predicate(zc("inDocument")):
        provisions[q.object.value] += 1
    rows = []
    for policy, clauses in graph.clauses.items():
        prefix = f"{POLICY}{policy}/c-"
        modelled: set[str] = set()
        for clause in reversed(clauses):
            in_entry = clause.parent is not None and prefix + clause.parent.id in entries
            by_parts = any(c.id in modelled for c in clause.children)
            if prefix + clause.id in cited | entries or in_entry or by_parts:
                modelled.add(clause.id)
        text_only = tuple(c.id for c in clauses if c.id not in modelled)
        rows.append(Coverage(policy, len(clauses), len(modelled), text_only, provisions[POLICY + policy]))
    return rows
