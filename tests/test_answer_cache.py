"""What is kept between questions and between starts: never another answer than a new one, within bounds, safe to lose."""

import copy as copies
import json
import os
import random
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from pyoxigraph import NamedNode, QueryResultsFormat

from zhicheng.answering import service as services
from zhicheng.answering.matching import grams
from zhicheng.answering.service import open_service
from zhicheng.knowledge import prepared
from zhicheng.knowledge.caches import BoundedCache
from zhicheng.knowledge.tables import Table
from zhicheng.web import api, caching
from zhicheng.web.app import create_app
from zhicheng.web.rates import Rates

QUESTION = {"q": "长治市2022年的申报条件有哪些？", "lang": "zh"}


@pytest.fixture
def asked(service, monkeypatch):
    """A client of an application of its own, and the list of what it had to work out."""
    counted = copies.copy(service)
    worked_out = []
    monkeypatch.setattr(counted, "ask", lambda *a: worked_out.append(a) or service.ask(*a), raising=False)
    client = create_app(counted).test_client()
    return lambda **arguments: client.get("/api/ask", query_string=QUESTION | arguments), worked_out, client.application


def test_a_repeated_question_has_the_same_bytes_without_being_worked_out_again(asked):
    ask, worked_out, app = asked
    first = ask()
    assert first.status_code == 200 and first.get_json()["citations"]
    again = ask()
    assert again.data == first.data and again.headers["Content-Type"] == first.headers["Content-Type"]
    assert len(worked_out) == 1 and len(app.extensions["replies"]) == 1


@pytest.mark.parametrize("other", [{"q": "长治市2022年的申报条件有哪些"}, {"lang": "en"}, {"region": "tianjin"}, {"region": ["tianjin", "changzhi"]}, {"as_of": "2022-06-01"}], ids=str)
def test_whatever_else_is_asked_is_worked_out(asked, other):
    ask, worked_out, _ = asked
    before, after = ask(), ask(**other)
    assert after.data != before.data and len(worked_out) == 2


def test_a_new_day_asks_anew(asked, monkeypatch):
    ask, worked_out, _ = asked

    class Then(date):
        today = classmethod(lambda cls: date(2022, 6, 1))

    now = ask()
    for module in (api, caching):
        monkeypatch.setattr(module, "date", Then)
    then = ask()
    assert {c["validity"] for c in now.get_json()["citations"]} == {"past"} and {c["validity"] for c in then.get_json()["citations"]} == {"in-force"}
    assert len(worked_out) == 2


def test_a_reply_sent_again_is_counted_and_numbered_like_any_other(asked):
    ask, worked_out, app = asked
    numbers = {ask().headers["X-Request-ID"] for _ in range(3)}
    text = app.test_client().get("/metrics").text
    assert len(numbers) == 3 and len(worked_out) == 1
    assert 'zhicheng_requests_total{method="GET",route="/api/ask",status="200"} 3.0' in text
    assert 'zhicheng_answers_total{reason="",status="answered"} 3.0' in text and 'zhicheng_request_seconds_count{route="/api/ask"} 3.0' in text


def test_a_reply_is_sent_again_only_to_those_who_ask_the_same_of_the_same_host(asked):
    ask, worked_out, app = asked
    ask()
    client = app.test_client()
    for n, headers in enumerate(({"Accept": "text/html"}, {"Host": "elsewhere.example"}, {"Accept-Encoding": "br"}), 2):
        assert client.get("/api/ask", query_string=QUESTION, headers=headers).status_code == 200 and len(worked_out) == n
    assert client.head("/api/ask", query_string=QUESTION).data == b"" and client.post("/api/ask", query_string=QUESTION).status_code == 405
    assert client.get("/api/ask", query_string=QUESTION, headers={"If-None-Match": ask().headers["ETag"]}).status_code == 304


def test_a_reply_sent_again_counts_towards_the_rate_of_its_address(service):
    client = create_app(service, limit=Rates(3)).test_client()
    statuses = [client.get("/api/ask", query_string=QUESTION).status_code for _ in range(5)]
    assert statuses[:3] == [200] * 3 and 429 in statuses


def test_a_worker_about_to_end_says_so_with_replies_sent_again(asked):
    ask, _, app = asked
    assert "Connection" not in ask().headers
    app.extensions["draining"].set()
    assert ask().headers["Connection"] == "close"


def test_results_of_queries_are_sent_again_unless_they_may_change(service, client):
    kept = client.application.extensions["replies"]
    for text, once in (("ASK { ?s ?p 1 }", True), ("SELECT (RAND() AS ?x) {}", False), ("SELECT (uuid() AS ?x) {}", False)):
        before = len(kept)
        for _ in range(2):
            assert client.get("/sparql", query_string={"query": text}).status_code == 200
        assert len(kept) - before == once, text


@pytest.mark.parametrize("wrong", [{"q": ""}, {"q": "问" * 501}, {"lang": "fr"}, {"region": "atlantis"}, {"as_of": "soon"}], ids=str)
def test_refusals_are_not_kept(asked, wrong):
    ask, _, app = asked
    assert ask(**wrong).status_code == 400 and len(app.extensions["replies"]) == 0


def test_a_cache_is_bounded_in_entries_and_bytes():
    cache = BoundedCache(3, 100)
    for n in range(5):
        cache.put(n, str(n), 10)
    assert [cache.get(n) for n in range(5)] == [None, None, "2", "3", "4"]
    cache.get(2)
    cache.put("large", "…", 85)
    assert cache.get("large") and cache.get(2) and cache.get(3) is None and cache.held == 95
    cache.put("too large", "…", 101)
    assert cache.get("too large") is None and cache.held <= 100
    cache.put(2, "another", 12)
    assert cache.get(2) == "another" and cache.held == 97


def test_a_cache_keeps_its_bounds_when_many_threads_fill_it():
    cache = BoundedCache(50, 5_000)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda n: (cache.put(n % 200, n, n % 300), cache.get(n % 170)), range(20_000)))
    assert 0 < len(cache) <= 50 and 0 <= cache.held <= 5_000


def test_rows_fetched_at_start_are_those_that_the_query_gives(service):
    query, facts = service.catalogue.find("facts"), [NamedNode(iri) for iri in service.library.facts]
    table, dice = Table(service.store, query, facts), random.Random(1)
    for size in [1] * 20 + [3] * 20 + [40]:
        some = dice.sample(facts, size)
        rows, results = table.find(some)
        direct = service.store.query(query.bind({"fact": some})).serialize(format=QueryResultsFormat.JSON)
        assert json.loads(results) == json.loads(direct)
        assert [row["fact"].value for row in rows] == [binding["fact"]["value"] for binding in json.loads(direct)["results"]["bindings"]]


def test_the_next_start_answers_alike_from_what_was_kept(service, home, tmp_path, monkeypatch):
    cache = tmp_path / "cache"
    open_service(home, cache)
    (kept,) = cache.glob(prepared.PREFIX + "*")
    monkeypatch.setattr(services, "put_together", lambda *_: pytest.fail("it was put together again"))
    again = open_service(home, cache)
    assert len(again.store) == len(service.store) and len(again.graph.quads) == len(service.graph.quads)
    for question in ("高级工程师对应几级岗位？", "大专毕业几年能评工程师", "What may a retired person apply for in Tianjin?", "明天天气怎么样"):
        ours, theirs = (each.ask(question, day=date(2024, 10, 1)) for each in (service, again))
        assert (ours.text, ours.citations, ours.sparql, ours.results, ours.suggestions) == (theirs.text, theirs.citations, theirs.sparql, theirs.results, theirs.suggestions)
    monkeypatch.undo()

    whole = kept.read_bytes()
    kept.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    assert prepared.read(cache, kept.name.removeprefix(prepared.PREFIX)) is None, "damaged"
    kept.write_bytes(whole[: len(whole) // 2])
    assert prepared.read(cache, kept.name.removeprefix(prepared.PREFIX)) is None, "cut short"


def test_what_another_user_could_have_written_is_not_read(tmp_path):
    cache = tmp_path / "cache"
    prepared.write(cache, "key", ["kept"])
    assert prepared.read(cache, "key") == ["kept"] and prepared.read(cache, "other") is None
    for path in (cache, cache / "prepared-key"):
        mode = path.stat().st_mode
        path.chmod(mode | 0o022)
        assert prepared.read(cache, "key") is None
        path.chmod(mode)
    if os.getuid() == 0:
        os.chown(cache / "prepared-key", 12345, -1)
        assert prepared.read(cache, "key") is None


def test_a_folder_that_cannot_be_written_costs_only_time(tmp_path):
    (tmp_path / "file").write_text("")
    prepared.write(tmp_path / "file" / "cache", "key", ["kept"])
    assert prepared.read(tmp_path / "file" / "cache", "key") is None


def test_few_are_kept(tmp_path):
    for n in range(prepared.KEPT + 2):
        prepared.write(tmp_path, str(n), n)
        os.utime(tmp_path / f"{prepared.PREFIX}{n}", (n, n))
    assert len(list(tmp_path.iterdir())) == prepared.KEPT and prepared.read(tmp_path, str(prepared.KEPT + 1)) == prepared.KEPT + 1


def test_other_data_another_folder_and_other_code_have_other_keys(home, copy, monkeypatch, tmp_path):
    keys = {prepared.key(home, "a"), prepared.key(home, "b"), prepared.key(copy, "a")}
    package = tmp_path / "package"
    shutil.copytree(prepared.PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(prepared, "PACKAGE", package)
    assert prepared.key(home, "a") in keys
    (package / "terms.py").write_text("")
    assert prepared.key(home, "a") in keys, "a program that runs on keeps its key"
    prepared._program.cache_clear()  # as for the next start
    try:
        assert len(keys | {prepared.key(home, "a")}) == 4
    finally:
        prepared._program.cache_clear()


def test_words_are_stemmed_alike_by_many_threads():
    endings = ("ational", "fulness", "ization", "ingly", "iveness")
    texts = [f"{chr(97 + a)}{chr(97 + b)}o{ending} {chr(97 + b)}e{chr(97 + a)}{ending}" for a in range(26) for b in range(26) for ending in endings]
    alone = [list(grams.__wrapped__(text)) for text in texts]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as threads:
            together = list(threads.map(lambda text: list(grams.__wrapped__(text)), texts))
    finally:
        sys.setswitchinterval(interval)
    assert together == alone
