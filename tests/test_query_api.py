"""The catalogue of queries as an API: every query listed, run with its example, and as a page with drop-downs."""

import csv
import io
import re

import pytest

HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def catalogue(client) -> dict:
    return client.get("/api/queries").get_json()


def test_every_query_is_listed_with_what_its_parameters_may_be(catalogue, service):
    assert [q["name"] for q in catalogue["queries"]] == list(service.catalogue.queries)
    for listed in catalogue["queries"]:
        query = service.catalogue.find(listed["name"])
        assert listed["summary"] == query.summary and [p["name"] for p in listed["parameters"]] == [p.name for p in query.parameters]
        for parameter in listed["parameters"]:
            assert parameter["required"] == (parameter["example"] is not None)
            if parameter["type"] in service.vocabulary.by_scheme:
                assert set(parameter["values"]) == set(service.vocabulary.by_scheme[parameter["type"]]) == {v["id"] for v in catalogue["values"][parameter["type"]]}


def test_every_query_runs_with_its_example_in_every_format(client, catalogue):
    for listed in catalogue["queries"]:
        reply = client.get(listed["example"])
        assert reply.status_code == 200, listed["example"]
        body = reply.get_json()
        rows = body["results"]["results"]["bindings"]
        assert body["name"] == listed["name"] and rows and body["status"] == "answered" and body["answer"] and body["citations"]
        table = list(csv.DictReader(io.StringIO(client.get(listed["example"], headers={"Accept": "text/csv"}).text)))
        assert len(table) == len(rows) and list(table[0]) == body["results"]["head"]["vars"]
        assert client.get(listed["example"], headers=HTML).mimetype == "text/html"
        page = client.get(listed["example"].removeprefix("/api"), headers=HTML).text
        assert len(re.findall("<tr>", page)) == len(rows) + 1
        for parameter in listed["parameters"]:
            assert f'name="{parameter["name"]}"' in page


def test_the_sparql_that_is_shown_gives_what_is_shown(client, service):
    body = client.get("/api/queries/post-grades-of-level?title=senior-engineer&region=tianjin").get_json()
    row = body["results"]["results"]["bindings"][0]
    assert (row["from"]["value"], row["to"]["value"]) == ("5", "7") and "天津" in body["answer"]
    again = client.get("/sparql", query_string={"query": body["sparql"]}, headers={"Accept": "application/sparql-results+json"})
    assert again.get_json(force=True)["results"] == body["results"]["results"]


def test_values_are_slugs_or_names_may_be_repeated_and_left_blank(client):
    def regions(address: str) -> set[str]:
        return {r["region"]["value"].rsplit("/", 1)[-1] for r in client.get(address).get_json()["results"]["results"]["bindings"]}

    everywhere = regions("/api/queries/procedure")
    assert everywhere >= {"beijing", "changzhi", "xinzhou"}
    assert regions("/api/queries/procedure?region=beijing&region=%E9%95%BF%E6%B2%BB") == {"beijing", "changzhi"}
    assert regions("/api/queries/procedure?region=shanxi") == {"changzhi", "xinzhou"}
    assert regions("/api/queries/procedure?region=&title=") == everywhere


def test_the_answer_is_in_the_language_and_as_of_the_day_asked_for(client):
    zh = client.get("/api/queries/post-grades-of-level?region=tianjin").get_json()
    en = client.get("/api/queries/post-grades-of-level?region=tianjin&lang=en&as_of=2019-06-01").get_json()
    assert "副高级对应专业技术岗位五至七级" in zh["answer"] and "The associate senior level maps to" in en["answer"]
    assert zh["citations"][0]["validity"] == "in-force" and en["citations"][0]["validity"] == "future"


@pytest.mark.parametrize(
    ("address", "status", "said"),
    [
        ("/api/queries/post-grades", 404, "Did you mean post-grades-of-level?"),
        ("/api/queries/exclusions?region=bejing", 400, "Did you mean beijing?"),
        ("/api/queries/exclusions?regin=beijing", 400, "Did you mean region?"),
        ("/api/queries/facts?fact=tianjin-2019-39/m-post", 400, "Unknown provision"),
        ("/api/queries/facts?fact=%3E%20}%20", 400, "a policy and a provision of it"),
        ("/api/queries/window-on-day", 400, "Give day=2024-10-10"),
        ("/api/queries/window-on-day?day=yesterday", 400, "a date such as"),
        ("/api/queries/exclusions?as_of=never", 400, "a date such as"),
        ("/api/queries/exclusions?format=xls", 400, "json, csv, html"),
    ],
)
def test_what_cannot_be_run_says_why_and_what_can(client, address, status, said):
    reply = client.get(address)
    assert reply.status_code == status and said in reply.get_json()["detail"]


def test_a_flood_of_combinations_is_refused(client, catalogue):
    both = [f"{name}={value['id']}" for name, kind in (("region", "region"), ("title", "title")) for value in catalogue["values"][kind]]
    reply = client.get("/api/queries/routes-of-title?" + "&".join(both))
    assert reply.status_code == 400 and "combinations" in reply.get_json()["detail"]


def test_drop_downs_are_filled_from_the_graph(client, service):
    page = client.get("/queries/post-grades-of-level?lang=en", headers=HTML).text
    options = re.findall(r'<option value="([^"]+)"', re.search(r'<select id="p-level".*?</select>', page, re.S)[0])
    assert set(options) == set(service.vocabulary.by_scheme["level"])
    asked = client.get("/queries/window-on-day", headers=HTML).text
    assert 'type="date" required value="2024-10-10"' in asked and "<table" not in asked


def test_the_catalogue_is_a_page_too(client, catalogue):
    page = client.get("/queries", headers=HTML).text
    for listed in catalogue["queries"]:
        assert f'href="/queries/{listed["name"]}"' in page and listed["summary"]["zh"] in page
