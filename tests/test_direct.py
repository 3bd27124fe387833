"""Plain requests of programs are answered below the application's path, and never otherwise than by it."""

import pytest
from flask import Flask
from werkzeug.test import EnvironBuilder, run_wsgi_app

from zhicheng.web.app import create_app
from zhicheng.web.rates import Rates

OWN = {"X-Request-ID", "Date"}  # differ from one reply to the next
SELECT = "SELECT ?c { ?c a <http://www.w3.org/2004/02/skos/core#ConceptScheme> } ORDER BY ?c"
ADDRESSES = [
    ("/api/queries/post-grades-of-level", "title=engineer"),
    ("/api/queries/post-grades-of-level", "title=engineer&region=tianjin&title=technician&lang=en&as_of=2022-06-01"),
    ("/api/queries/post-grades-of-level", "region=wenzhou&region=shanxi&title=%E5%B7%A5%E7%A8%8B%E5%B8%88&as_of="),
    ("/api/queries/post-grades-of-level", "title=+engineer+&region=&lang=fr"),
    ("/api/queries/post-grades-of-level", "title=king"),
    ("/api/queries/post-grades-of-level", "titel=engineer"),
    ("/api/queries/post-grades-of-level", "title=engineer&as_of=soon"),
    ("/api/queries/post-grades-of-level", "title=engineer&format=csv"),
    ("/api/queries/post-grades-of-level", "title=%ff"),
    ("/api/queries/post-grades-of-level", "&".join(f"a{n}=1" for n in range(1200))),
    ("/api/queries/seniority-by-education", "title=engineer"),
    ("/api/queries/post-grades-of-level", "title=engineer&region=shanghai"),
    ("/api/queries/no-such-query", "title=engineer"),
    ("/api/queries", ""),
    ("/sparql", ""),
    ("/sparql", f"query={SELECT.replace(' ', '+').replace('#', '%23')}"),
    ("/sparql", "query=ASK%7B%7D&query=ASK%7B%7D"),
    ("/sparql", "query=CONSTRUCT+WHERE+%7B%3Chttps%3A%2F%2Fw3id.org%2Fzhicheng%2Fid%2Ftitle%2Fengineer%3E+?p+?o%7D"),
    ("/sparql", "query=ASK%7B%3Fs+%3Fp+1%7D&default-graph-uri=http%3A%2F%2Fexample.org%2F"),
    ("/sparql", "query=ASK%7B%7D&named-graph-uri=%3A%3Ano+iri"),
    ("/sparql", "query=SELECT"),
    ("/sparql", "query=ASK%7BSERVICE+%3Chttp%3A%2F%2Flocalhost%2F%3E%7B%7D%7D"),
    ("/sparql", "query=ASK%7B%7D&update=CLEAR+ALL"),
    ("/sparql", "query=" + "x" * 200_000),
]


def replied(way, path, query, **headers):
    """Status, headers and body of a reply of a WSGI application."""
    body, status, given = run_wsgi_app(way, EnvironBuilder(path=path, query_string=query, headers=headers).get_environ(), buffered=True)
    assert given["X-Request-ID"]
    return status, sorted((name, value) for name, value in given if name not in OWN), b"".join(body)


@pytest.mark.parametrize("accept", [{}, {"Accept": "*/*"}, {"Accept": "application/json"}, {"Accept": "application/json", "Accept-Encoding": "gzip, deflate"}], ids=str)
@pytest.mark.parametrize(("path", "query"), ADDRESSES, ids=[f"{path.rpartition('/')[2]}?{query[:40]}" for path, query in ADDRESSES])
def test_a_plain_request_is_answered_as_the_application_would(client, path, query, accept):
    app = client.application
    below = lambda environ, start_response: Flask.wsgi_app(app, environ, start_response)
    assert replied(app.wsgi_app, path, query, **accept) == replied(below, path, query, **accept)


def test_every_query_of_the_catalogue_is_answered_alike(client):
    app = client.application
    for listed in client.get("/api/queries").get_json()["queries"]:
        path, _, query = listed["example"].partition("?")
        for language in ("zh", "en"):
            arguments = f"{query}&lang={language}&as_of=2025-01-01"
            assert replied(app.wsgi_app, path, arguments) == replied(lambda *a: Flask.wsgi_app(app, *a), path, arguments), listed["name"]


def test_a_plain_request_does_without_the_application(service, monkeypatch):
    app = create_app(service)
    monkeypatch.setattr(app, "full_dispatch_request", lambda *_: pytest.fail("the application was asked"))
    client = app.test_client()
    assert client.get("/api/queries/post-grades-of-level?title=engineer").get_json()["status"] == "answered"
    assert client.get("/sparql", query_string={"query": SELECT}).get_json()["results"]["bindings"]
    monkeypatch.undo()
    text = client.get("/metrics").text
    for route in ("/api/queries/<name>", "/sparql"):
        assert f'zhicheng_requests_total{{method="GET",route="{route}",status="200"}} 1.0' in text


def test_what_a_plain_request_meets_is_met_once(service, monkeypatch):
    app = create_app(service)
    ran = []
    run = app.extensions["sandbox"].run
    monkeypatch.setattr(app.extensions["sandbox"], "run", lambda job: ran.append(job) or run(job))
    reply = app.test_client().get("/sparql", query_string={"query": "SELECT"})
    assert reply.status_code == 400 and reply.get_json()["parameter"] == "query" and len(ran) == 1
    assert reply.headers["X-Request-ID"] and reply.headers["Access-Control-Allow-Origin"] == "*"
    assert 'route="/sparql",status="400"} 1.0' in app.test_client().get("/metrics").text


@pytest.mark.parametrize("address", ["/api/queries/post-grades-of-level?title=engineer", "/api/queries/post-grades-of-level?title=king", "/api/queries"])
def test_a_plain_request_counts_once_towards_the_rate_of_its_address(service, address):
    client = create_app(service, limit=Rates(4)).test_client()
    statuses = [client.get(address + ("&" if "?" in address else "?") + f"as_of=2020-01-0{n}").status_code for n in range(1, 7)]
    assert 429 not in statuses[:4] and statuses[4:] == [429, 429]


def test_a_worker_about_to_end_says_so_to_plain_requests(service):
    app = create_app(service)
    app.extensions["draining"].set()
    assert app.test_client().get("/api/queries/post-grades-of-level?title=engineer").headers["Connection"] == "close"
