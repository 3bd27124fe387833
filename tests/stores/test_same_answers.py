"""What holds of the service over the graph in memory holds over every store: the same tests, and the same rows."""

import random

import pytest
from pyoxigraph import BlankNode, NamedNode
from test_ask import entries, test_an_official_question_is_answered_from_the_graph, test_every_citation_is_verbatim_and_complete  # noqa: F401
from test_ask import test_a_named_region_limits_the_answer, test_silence_is_said, test_the_query_shown_gives_the_results_shown  # noqa: F401
from test_catalogue import NAMES, test_several_values_bind_every_combination, test_the_worked_example_gives_rows_in_total_order  # noqa: F401
from test_eligibility_cases import CASES, asked
from test_linked_data import test_a_clause_shows_what_cites_it, test_a_fact_is_described_with_its_citation  # noqa: F401
from test_query_api import test_the_sparql_that_is_shown_gives_what_is_shown  # noqa: F401
from zhicheng.web.app import create_app

BINDINGS = 4


def rows(store, text: str) -> list[tuple]:
    result = store.query(text)
    names = [v.value for v in result.variables]
    return [tuple("_:" if isinstance(row[n], BlankNode) else str(row[n]) for n in names) for row in result]


def bindings(service, query) -> list[str]:
    """The query with parameters drawn from the graph, the same on every run."""
    drawn, texts = random.Random(query.name), []
    for _ in range(BINDINGS if query.parameters else 1):
        values = {}
        for parameter in query.parameters:
            concepts = list(service.vocabulary.by_scheme.get(parameter.type, {}).values())
            if concepts and (not parameter.optional or drawn.random() < 0.5):
                values[parameter.name] = [NamedNode(drawn.choice(concepts).iri)]
            elif parameter.example is not None:
                values[parameter.name] = [parameter.example]
        texts.append(query.bind(values))
    return texts


@pytest.mark.parametrize("name", NAMES)
def test_every_query_gives_the_rows_that_it_gives_in_memory(service, memory, name):
    for text in bindings(memory, memory.catalogue.find(name)):
        assert rows(service.store, text) == rows(memory.store, text)


def test_comparisons_are_the_same(client):
    for title in ("engineer", "senior-engineer"):
        reply = client.get(f"/api/compare?title={title}")
        assert reply.status_code == 200 and len(reply.json["rows"]) > 10


def test_every_thing_is_described_alike(service, memory):
    for iri in random.Random(1).sample(sorted(memory.descriptions.known), 40):
        here, there = service.descriptions.describe(iri), memory.descriptions.describe(iri)
        assert (here.types, here.citing, here.citations, here.incoming) == (there.types, there.citing, there.citations, there.incoming), iri
        assert {p: sorted(map(str, v)) for p, v in here.outgoing.items()} == {p: sorted(map(str, v)) for p, v in there.outgoing.items()}, iri


def test_the_ladder_of_titles_and_readiness(client, memory):
    assert client.get("/titles", headers={"Accept": "application/json"}).status_code == 200
    assert client.get("/health/ready").json["triples"] == len(memory.store)


def test_profiles_are_judged_alike(client, memory):
    there = create_app(memory).test_client()
    for case in CASES[::12]:
        assert client.post("/api/eligibility", json=asked(case)).json == there.post("/api/eligibility", json=asked(case)).json, case["id"]


def test_every_graph_is_there_whole(service, memory):
    for name, graph in service.datasets.graphs.items():
        assert len(service.datasets.statements(name)) == graph.triples
    whole = service.datasets.statements(service.datasets.whole)
    assert len(whole) == memory.graph.size
    assert {q for q in whole if not isinstance(q.subject, BlankNode) and not isinstance(q.object, BlankNode)} == {
        q for q in memory.graph.quads if not isinstance(q.subject, BlankNode) and not isinstance(q.object, BlankNode)
    }
