"""Policies clause by clause: what is modelled of each, its issues, and what it cites without its text being held."""

import re
from html import unescape

import pytest

from zhicheng.knowledge import checking

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture(scope="module")
def listed(client) -> dict:
    return client.get("/policies").get_json()


def whole(client, policy: str) -> dict:
    return client.get(f"/policies/{policy}").get_json()


def test_the_list_counts_what_the_check_counts(listed, graph):
    for row in checking.coverage(graph):
        policy = next(p for p in listed["policies"] if p["policy"] == row.policy)
        assert policy["clauses_count"] == row.clauses and policy["clauses_as_text"] == len(row.text_only)
        assert policy["clauses_with_facts"] + policy["clauses_that_sum_up"] == row.modelled


def test_every_clause_says_how_it_is_held(client):
    clauses = {c["id"]: c for c in whole(client, "wenzhou-engineer-draft")["clauses"]}
    assert [c for c in clauses if clauses[c]["state"] == "text"] == ["c-rb-h"]
    tianjin = {c["id"]: c for c in whole(client, "tianjin-2019-39")["clauses"]}
    assert tianjin["c-s2-1-5"]["state"] == "facts" and "m-post-technician" in tianjin["c-s2-1-5"]["facts"]
    assert tianjin["c-s2"]["state"] == "facts", "by the clauses inside it"
    assert tianjin["c-q7"]["state"] == tianjin["c-q7-a"]["state"] == "sums-up" and tianjin["c-q7"]["sums_up"] == ["c-s2-1-5"]
    assert "ISS-TJ-01" in tianjin["c-s2-1-2"]["issues"]


def test_the_page_has_every_clause_with_its_words(client, service):
    page = client.get("/policies/xinzhou-2024-18", headers=HTML).text
    ids = re.findall(r'<section id="(c-[^"]+)"', page)
    clauses = [c for c in service.library.clauses.values() if "/xinzhou-2024-18/" in c.iri]
    assert sorted(ids) == sorted(c.iri.rsplit("/", 1)[1] for c in clauses) and len(ids) == len(set(ids))
    text = "".join(unescape(re.sub(r"<[^>]+>", "", page)).split())
    places = [text.find("".join(c.text.split())) for c in sorted(clauses, key=lambda c: c.position) if not any(other.parent == c.iri for other in clauses)]
    assert -1 not in places


def test_the_map_links_every_clause_that_has_words(client):
    page = client.get("/policies/tianjin-2019-39?lang=en", headers=HTML).text
    squares = re.findall(r'<li><a class="n(\d)" href="#(c-[^"]+)"[^>]*aria-label="([^"]+)">([^<]*)</a>', page)
    assert len(squares) > 150 and all(f'id="{clause}"' in page for _, clause, _, _ in squares)
    square = {clause: (n, label, text) for n, clause, label, text in squares}
    assert square["c-s2-1-5"][0] == "4" and re.fullmatch(r"二（一）5: (\d+) facts", square["c-s2-1-5"][1])
    assert square["c-q7-a"][2] == "Q" and "sums up other clauses" in square["c-q7-a"][1]
    assert "207 clauses: 139 with facts" in page


def test_an_entry_of_the_faq_leads_to_the_clauses_it_sums_up(client):
    page = client.get("/policies/tianjin-2019-39", headers=HTML).text
    entry = page[page.index('<section id="c-q7"') : page.index('<section id="c-q8"')]
    assert '概括：<a href="#c-s2-1-5"' in entry and entry.count("概括：") == 1


def test_what_is_cited_but_not_held_is_listed_with_who_cites_it(client, listed):
    cited = {c["id"].rsplit("/", 1)[1]: c["cited_by"] for c in listed["cited_not_held"]}
    assert cited["mohrss-miit-2019-16"] == ["beijing-2020-17", "tianjin-2019-39"] and cited["tianjin-2019-39-annex-1"] == ["tianjin-2019-39"]
    for policy in listed["policies"]:
        documents = [d for found in whole(client, policy["policy"])["documents"].values() for d in found]
        assert {d["id"] for d in documents if not d["held"]} == {c["id"] for c in listed["cited_not_held"] if policy["policy"] in c["cited_by"]}
    page = client.get("/policies?lang=en", headers=HTML).text
    assert "Cited, but not held" in page and "Wenzhou" in page and "draft" in page


def test_a_policy_shows_its_standing_basis_and_issues(client):
    page = client.get("/policies/changzhi-2022-139?lang=en", headers=HTML).text
    assert "past notice" in page and "text not held" in page
    for issue in whole(client, "changzhi-2022-139")["issues"]:
        assert f'<dt id="{issue["id"]}">' in page and f'href="#{issue["id"]}"' in page
