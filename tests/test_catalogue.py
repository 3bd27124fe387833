"""Every query runs on its worked example, is bound safely, and is what its own questions mean."""

from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, QuerySolutions

from zhicheng.answering.language import detect
from zhicheng.errors import FaultyGraph, Invalid, Unknown
from zhicheng.knowledge.catalogue import SLOT, Catalogue
from zhicheng.terms import ID

NAMES = sorted(p.stem for p in (Path(__file__).resolve().parents[1] / "queries").glob("*.rq"))
# The queries that answer the 26 official questions and the 30 competency questions of the ontology's design.
COMPETENCY = {
    1: "title-of-post-grade", 2: "documents-with-post-grades", 3: "seniority-by-education", 4: "without-years", 5: "seniority-of-title", 6: "routes-of-title",
    7: "titles-of-skill-grade", 8: "rank-ranges-of-role", 9: "role-undefined", 10: "inclusive-wording", 11: "reckoning", 12: "effects-of-honour",
    13: "clauses-naming-honour", 14: "waivers", 15: "referees", 16: "achievements-by-type", 17: "papers", 18: "paper-substitutes", 19: "school-classes",
    20: "qualification-levels", 21: "mutual-recognition", 22: "transfers", 23: "exclusion-differences", 24: "assessments", 25: "materials", 26: "submission-windows",
    27: "sanctions", 28: "points-of-rank", 29: "textual-issues", 30: "routes-with-conditions",
}  # fmt: skip


def test_all_competency_questions_have_their_query():
    assert set(COMPETENCY.values()) <= set(NAMES) and len(COMPETENCY) == 30
    assert {"fees", "exclusions", "window-on-day", "faq-differences"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_the_worked_example_gives_rows_in_total_order(service, name):
    query = service.catalogue.find(name)
    solutions = service.store.query(query.text)
    assert isinstance(solutions, QuerySolutions)
    rows = [str(row) for row in solutions]
    assert rows, "the example finds nothing"
    assert rows == [str(row) for row in service.store.query(query.text)]
    assert "ORDER BY" in query.text
    bound = service.store.query(query.bind(query.example))
    assert [str(row) for row in bound] == rows


@pytest.mark.parametrize("name", NAMES)
def test_each_query_is_asked_in_both_languages(service, name):
    if name == "facts":  # what is asked by its words alone, for want of a nearer query
        assert service.catalogue.find(name).ask == ()
        return
    assert {detect(SLOT.sub("", ask)) for ask in service.catalogue.find(name).ask} == {"zh", "en"}


@pytest.mark.parametrize("name", NAMES)
def test_its_own_questions_mean_it(service, name):
    query = service.catalogue.find(name)
    for pattern in query.ask:
        text = query.filled(pattern, detect(SLOT.sub("", pattern)), service.vocabulary)
        assert service.understanding.read(text).query == name, text


def test_a_value_cannot_reach_the_query_text(service):
    query = service.catalogue.find("window-on-day")
    hostile = '2024-10-10" ) } ?s ?p ?o } #'
    with pytest.raises(Invalid):
        query.parameter("day").read(hostile, service.vocabulary)
    bound = query.bind({"day": [Literal(hostile)]})
    assert str(Literal(hostile)) in bound and "?s ?p ?o" not in bound.replace(str(Literal(hostile)), "")
    assert all(row["inside"] is None for row in service.store.query(bound))
    with pytest.raises(ValueError):
        NamedNode(ID + "title/x> } DELETE")


def test_several_values_bind_every_combination(service):
    query = service.catalogue.find("seniority-of-title")
    titles = [NamedNode(ID + "title/engineer"), NamedNode(ID + "title/senior-engineer")]
    regions = [NamedNode(ID + "region/tianjin"), NamedNode(ID + "region/beijing")]
    rows = list(service.store.query(query.bind({"title": titles, "region": regions})))
    assert {(r["region"].value.rsplit("/", 1)[1]) for r in rows} == {"tianjin", "beijing"}


def test_unknown_and_missing_terms_say_what_would_work(service):
    query = service.catalogue.find("seniority-of-title")
    with pytest.raises(Unknown, match="Did you mean engineer"):
        query.parameter("title").read("enginer", service.vocabulary)
    with pytest.raises(Unknown, match="region"):
        query.bind({"city": []})
    with pytest.raises(Invalid, match="title=senior-engineer"):
        query.bind({})
    with pytest.raises(Unknown, match="Did you mean fees"):
        service.catalogue.find("feees")


HEADERS = {
    "an unknown key": ("#+ summary: {zh: 甲, en: a}\n#+ colour: red\nSELECT ?s WHERE { ?s ?p ?o }", ":2: the key colour is unknown"),
    "a missing language": ("#+ summary: {zh: 甲}\nSELECT ?s WHERE { ?s ?p ?o }", ":1: summary is not given in both languages"),
    "a value said in one language": ("#+ summary: {zh: 甲, en: a}\n#+ words: {yes: {zh: 是}}\nSELECT ?s WHERE { ?s ?p ?o }", ":2: a value is not said in both languages"),
    "a lead in one language": ("#+ summary: {zh: 甲, en: a}\n#+ lead: {en: a}\nSELECT ?s WHERE { ?s ?p ?o }", ":2: lead is not given in both languages"),
    "an unknown slot": ("#+ summary: {zh: 甲, en: a}\n#+ ask: ['{title}']\nSELECT ?s WHERE { ?s ?p ?o }", ":2: the slot {title} is no parameter"),
    "no header": ("SELECT ?s WHERE { ?s ?p ?o }", ":1: there is no header"),
    "broken YAML": ("#+ summary: {zh: 甲\nSELECT ?s WHERE { ?s ?p ?o }", "the header is not YAML"),
    "broken SPARQL": ("#+ summary: {zh: 甲, en: a}\nSELECT ?s WHERE { ?s ?p }", "this is not SPARQL"),
    "a parameter without type": ("#+ summary: {zh: 甲, en: a}\nSELECT ?s WHERE { VALUES (?whatever) { (UNDEF) } ?s ?p ?whatever }", "has no known type"),
}


@pytest.mark.parametrize("name", HEADERS)
def test_a_faulty_file_is_named_with_its_line(service, copy, name):
    text, said = HEADERS[name]
    (copy / "queries" / "planted.rq").write_text(text, encoding="utf-8")
    with pytest.raises(FaultyGraph) as error:
        Catalogue(copy, service.vocabulary)
    assert "queries/planted.rq" in str(error.value) and said in str(error.value)
