"""Queries that try to take more than their share, each with the statuses that may answer it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Hostile:
    """A query; the statuses that end it rightly; whether it would run for long if it were let."""

    text: str
    statuses: tuple[int, ...]
    runs: bool = False


_KNOWS = "(!<urn:none>|^!<urn:none>)"

QUERIES = {
    "cross product": Hostile("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }", (504,), True),
    "cross product with a filter that nothing passes": Hostile("SELECT * { ?a ?b ?c . ?d ?e ?f FILTER(STR(?c) = CONCAT(STR(?f), 'x')) }", (504,), True),
    "sorted cross product": Hostile("SELECT DISTINCT * { ?a ?b ?c . ?d ?e ?f } ORDER BY RAND()", (422, 504), True),
    "unbounded path": Hostile(f"SELECT (COUNT(*) AS ?n) {{ ?a {_KNOWS}* ?b . ?b {_KNOWS}+ ?c }}", (422, 504), True),
    "catastrophic regular expression": Hostile(f'SELECT (COUNT(*) AS ?n) {{ ?a ?b ?c . ?d ?e ?f FILTER(REGEX(CONCAT(STR(?c), STR(?f), "{"x" * 200}"), "(x+x+)+y$")) }}', (504,), True),
    "quadratic aggregate": Hostile("SELECT ?a (GROUP_CONCAT(STR(?f)) AS ?all) { ?a ?b ?c . ?d ?e ?f } GROUP BY ?a", (422, 504), True),
    "anti-join": Hostile("SELECT * { ?a ?b ?c MINUS { ?d ?e ?f . ?g ?h ?c FILTER(?d != ?g) } }", (422, 504), True),
    "doubling strings": Hostile(
        "SELECT (STRLEN(?z) AS ?n) { BIND('0123456789abcdef' AS ?s0) " + " ".join(f"BIND(CONCAT(?s{i}, ?s{i}) AS ?s{i + 1})" for i in range(40)) + " BIND(?s40 AS ?z) }", (422, 504)
    ),
    "nested subqueries that multiply": Hostile("SELECT (COUNT(*) AS ?n) { " + " ".join(f"{{ SELECT ?x{i} {{ ?x{i} ?p{i} ?o{i} }} }}" for i in range(30)) + " }", (422, 504), True),
    "nested OPTIONALs": Hostile("SELECT (COUNT(*) AS ?n) { ?a0 ?p ?o " + "".join(f"OPTIONAL {{ ?a{i} ?p{i} ?o{i} " for i in range(20)) + "}" * 20 + " }", (422, 504), True),
    "more rows than allowed": Hostile("SELECT * { ?a ?b ?c . ?d ?e ?f }", (422,)),
    "more triples than allowed": Hostile("CONSTRUCT { ?a ?b ?f } WHERE { ?a ?b ?c . ?d ?e ?f }", (422, 504)),
    "more bytes than allowed": Hostile("SELECT ?a (CONCAT(" + ", ".join(["STR(?c)"] * 400) + ") AS ?long) { ?a ?b ?c }", (422,)),
    "huge VALUES": Hostile("SELECT (COUNT(*) AS ?n) { VALUES ?x { " + "1 " * 45_000 + "} VALUES ?y { 1 } ?a ?b ?x . ?d ?e ?f }", (200, 422, 504)),
    "deep groups": Hostile("SELECT * { " + "{" * 49_000 + "}" * 49_000 + " }", (422,)),
    "deep expression": Hostile("SELECT (" + "(" * 49_000 + "1" + ")" * 49_000 + " AS ?x) {}", (400, 422)),
    "deep negation": Hostile("SELECT (" + "!" * 90_000 + "true AS ?x) {}", (400, 422)),
    "deep path": Hostile("SELECT * { ?a " + "(" * 30_000 + "<urn:p>" + ")*" * 30_000 + " ?b }", (400, 422)),
    "long chain of UNIONs": Hostile("SELECT * { " + "{} UNION " * 10_000 + "{} }", (200, 422, 504)),
    "one megabyte of text": Hostile("SELECT * { ?s ?p ?o } #" + "x" * 1_000_000, (413,)),
}
