"""ETags, conditional requests and freshness of every resource, and what the metrics count."""

from datetime import date, timedelta

import pytest

from zhicheng.web import caching
from zhicheng.web.app import create_app

PATHS = [
    "/", "/faq", "/policies", "/policies/tianjin-2019-39", "/ask?q=高级工程师对应几级岗位？", "/api/ask?q=高级工程师对应几级岗位？", "/api/faq", "/api/queries",
    "/api/queries/exclusions", "/queries", "/queries/exclusions", "/id", "/id/title/senior-engineer", "/id/policy/tianjin-2019-39/c-s2-1-5", "/ontology", "/void",
    "/data/concepts.ttl", "/data/zhicheng.nq", "/openapi.json", "/api/rubrics", "/sparql?query=ASK{?s ?p ?o}",
]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_a_copy_still_good_is_not_sent_again(client, path):
    first = client.get(path)
    assert first.status_code == 200
    tag, weak = first.get_etag()
    assert tag and not weak and {"Accept", "Accept-Encoding"} <= set(first.vary)
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304 and again.data == b"" and again.headers["ETag"] == first.headers["ETag"]
    assert again.headers["Cache-Control"] == first.headers["Cache-Control"] and {"Accept", "Accept-Encoding"} <= set(again.vary)
    assert client.get(path, headers={"If-None-Match": f'W/{first.headers["ETag"]}, "x"'}).status_code == 304
    assert client.get(path, headers={"If-None-Match": '"another"'}).data == first.data


@pytest.mark.parametrize("path", PATHS)
def test_head_says_what_get_would(client, path):
    get, head = client.get(path), client.head(path)
    assert head.status_code == 200 and head.data == b""
    for name in ("ETag", "Content-Type", "Content-Length", "Cache-Control"):
        assert head.headers[name] == get.headers[name]


def test_representations_have_tags_of_their_own(client):
    tags = [client.get("/id/title/engineer", headers={"Accept": media}).headers["ETag"] for media in ("text/turtle", "text/html", "application/ld+json")]
    tags += [client.get(f"/id/title/engineer?{arguments}", headers={"Accept": "text/html"}).headers["ETag"] for arguments in ("lang=en", "format=nt")]
    assert len(set(tags)) == len(tags)


def test_the_tag_changes_with_the_data_and_the_day(service, client, monkeypatch):
    before = client.get("/api/ask?q=评审费多少钱").headers["ETag"]
    assert create_app(service).test_client().get("/api/ask?q=评审费多少钱").headers["ETag"] == before

    class Tomorrow(date):
        @classmethod
        def today(cls):
            return date.today() + timedelta(days=1)

    with monkeypatch.context() as patched:
        patched.setattr(caching, "date", Tomorrow)
        assert client.get("/api/ask?q=评审费多少钱").headers["ETag"] != before
    with monkeypatch.context() as patched:
        patched.setattr(service.graph, "digest", "0" * 64)
        assert create_app(service).test_client().get("/api/ask?q=评审费多少钱").headers["ETag"] != before


def test_the_same_tag_is_the_same_bytes(service, client):
    other = create_app(service).test_client()
    for path in PATHS:
        assert other.get(path).headers["ETag"] == client.get(path).headers["ETag"] and other.get(path).data == client.get(path).data


def test_copies_are_fresh_for_a_minute_and_never_past_midnight(client):
    assert client.get("/void").cache_control.public and 0 <= client.get("/void").cache_control.max_age <= 60


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/metrics"])
def test_the_state_of_the_process_is_never_stored(client, path):
    reply = client.get(path)
    assert reply.headers["Cache-Control"] == "no-store" and "ETag" not in reply.headers


def test_what_is_posted_is_never_stored_and_errors_have_no_tag(client):
    assert client.post("/api/rubrics/wenzhou-engineer-draft/score", json={"entries": []}).headers["Cache-Control"] == "no-store"
    missing = client.get("/id/title/nothing")
    assert missing.status_code == 404 and "ETag" not in missing.headers and missing.headers["Cache-Control"] == "no-cache"
    assert client.get("/id/title/nothing", headers={"If-None-Match": "*"}).status_code == 404


def test_a_result_that_may_differ_each_time_is_tagged_by_its_bytes(client):
    query = {"query": "SELECT (NOW() AS ?x) WHERE {}"}
    first, second = client.get("/sparql", query_string=query), client.get("/sparql", query_string=query)
    assert first.data != second.data and first.headers["ETag"] != second.headers["ETag"] and first.headers["Cache-Control"] == "no-cache"


def test_metrics_count_requests_and_answers_by_route_and_outcome(service):
    client = create_app(service).test_client()
    for question in ("高级工程师对应几级岗位？", "明天天气怎么样", "明天天气怎么样"):
        client.get("/api/ask", query_string={"q": question})
    client.get("/api/ask")
    client.get("/policies/tianjin-2019-39")
    client.get("/nothing/here")
    text = client.get("/metrics").text
    for line in (
        'zhicheng_requests_total{method="GET",route="/api/ask",status="200"} 3.0',
        'zhicheng_requests_total{method="GET",route="/api/ask",status="400"} 1.0',
        'zhicheng_requests_total{method="GET",route="/policies/<slug>",status="200"} 1.0',
        'zhicheng_requests_total{method="GET",route="unmatched",status="404"} 1.0',
        'zhicheng_request_seconds_count{route="/api/ask"} 4.0',
        'zhicheng_answers_total{reason="",status="answered"} 1.0',
        'zhicheng_answers_total{reason="out-of-scope",status="unanswered"} 2.0',
        f"zhicheng_triples {float(len(service.store))}",
    ):
        assert line in text
    assert service.graph.digest in text and "天气" not in text
