"""Queries of strangers stay within their bounds, reach nothing, and leave the service as it was."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from flask import Flask
from hostile import QUERIES

from zhicheng.errors import Invalid, StoreFailure
from zhicheng.knowledge.fork_server import Job
from zhicheng.knowledge.limits import Forbidden, Limits, TimedOut, TooCostly
from zhicheng.knowledge.sandbox import Sandbox
from zhicheng.knowledge.sparql_text import asks_service
from zhicheng.web import problems, sparql

SECONDS = 2
LIMITS = Limits(SECONDS, 50_000, 10_000_000, 256, 100_000, 2, 2, 1)
JSON = "application/sparql-results+json"
FOREVER = QUERIES["cross product"].text
ENDS_WITHIN = SECONDS + 1.5
# How often a query is put that ends by itself on a quiet machine: at the lowest priority it may get no turn on a busy one.
TURNS = 10


@pytest.fixture(scope="module")
def app(service):
    app = Flask("bounded")
    app.config["MAX_CONTENT_LENGTH"] = 1_000_000
    sparql.register(app, service, LIMITS)
    problems.register(app)
    yield app
    app.extensions["sandbox"].close()


@pytest.fixture
def sandbox(app) -> Sandbox:
    return app.extensions["sandbox"]


@pytest.fixture
def listener():
    """A port of this machine that nothing may connect to."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


def job(query: str) -> Job:
    return Job(query, None, None, JSON, "text/turtle", False)


def send(app, query: str, **more):
    return app.test_client().post("/sparql", data=query.encode(), content_type="application/sparql-query", **more)


def untouched(server: socket.socket) -> bool:
    time.sleep(0.05)
    try:
        server.accept()
    except BlockingIOError:
        return True
    return False


def children(process: int) -> list[int]:
    return [int(pid) for task in Path(f"/proc/{process}/task").iterdir() for pid in (task / "children").read_text().split()]


def waiting(sandbox: Sandbox, within: float = 30) -> int:
    """The only process under a new fork server, which waits for queries; one whose first query took long, on a busy machine, ends instead."""
    sandbox.close()
    end = time.monotonic() + within
    while time.monotonic() < end:
        sandbox.run(job("ASK {}"))
        found = children(sandbox.process)
        time.sleep(0.1)
        if len(found) == 1 and children(sandbox.process) == found:
            return found[0]
    raise AssertionError(f"No process waits for queries, {within} seconds long")


def gone(process: int, within: float = 3) -> bool:
    """Whether a process has ended, or is only waiting to be collected."""
    end = time.monotonic() + within
    while time.monotonic() < end:
        try:
            if Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize("name", QUERIES)
def test_a_hostile_query_ends_in_time_with_the_right_status(app, name):
    hostile = QUERIES[name]
    for _ in range(TURNS):
        start = time.monotonic()
        reply = send(app, hostile.text)
        assert time.monotonic() - start < ENDS_WITHIN
        if reply.status_code != 504 or 504 in hostile.statuses:
            break
    assert reply.status_code in hostile.statuses, reply.text[:300]
    if reply.status_code != 200:
        body = json.loads(reply.data)
        assert reply.mimetype == "application/problem+json" and body["status"] == reply.status_code and len(body["detail"]) < 2000
    assert send(app, "ASK { ?s ?p ?o }").get_json(force=True) == {"head": {}, "boolean": True}


@pytest.mark.parametrize(
    "clause",
    [
        "SERVICE <{}> {{ ?s ?p ?o }}",
        "SERVICE SILENT <{}> {{ ?s ?p ?o }}",
        "service<{}>{{ ?s ?p ?o }}",
        "SERVICE :x {{ ?s ?p ?o }}",
        "SERVICE:x {{ ?s ?p ?o }}",
        "SERVICE # x\n <{}> {{ ?s ?p ?o }}",
        "?s ?p 1SERVICE<{}>{{ ?s ?p ?o }}",
        "VALUES ?x {{ <{}> }} SERVICE ?x {{ ?s ?p ?o }}",
        "?s ?p '''SERVICE''' . OPTIONAL {{ SERVICE <{}> {{ ?s ?p ?o }} }}",
        "FILTER EXISTS {{ SERVICE <{}> {{ ?s ?p ?o }} }}",
        "{{ SELECT * {{ SERVICE <{}> {{ ?s ?p ?o }} }} }}",
    ],
)
def test_service_is_refused_and_reaches_nothing(app, sandbox, listener, clause):
    address = f"http://127.0.0.1:{listener.getsockname()[1]}/sparql"
    query = f"PREFIX : <{address}#> SELECT * {{ {clause.format(address)} }}"
    reply = send(app, query)
    assert reply.status_code == 403 and "SERVICE" in json.loads(reply.data)["detail"]
    assert untouched(listener)


@pytest.mark.parametrize("text", ["SELECT ?service { ?service a ex:service }", "ASK { ?s service:x 'SERVICE <x> {' }", "ASK {} # SERVICE <urn:x> {}", "ASK { <urn:SERVICE> ?p \"\"\"x\" SERVICE <x> {} \"\"\" }", "PREFIX m8g:<x> SELECT * { ?s a m8g:PublicService }"])
def test_what_only_sounds_like_service_is_not_refused(text):
    assert not asks_service(text)


def test_the_process_of_a_query_has_no_network_even_if_the_word_is_missed(service, listener, monkeypatch, tmp_path):
    # The fork server is a process of its own; this one is told to find no SERVICE in any text.
    blind = tmp_path / "sitecustomize.py"
    blind.write_text("import zhicheng.knowledge.sparql_text as t\nt.asks_service = lambda text: False\n", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    sandbox = Sandbox(service.graph.n_quads, LIMITS)
    address = f"http://127.0.0.1:{listener.getsockname()[1]}/"
    try:
        with pytest.raises(Exception, match="cannot be evaluated") as refused:
            sandbox.run(job(f"SELECT * {{ SERVICE <{address}> {{ ?s ?p ?o }} }}"))
        assert not isinstance(refused.value, Forbidden)
        silent = sandbox.run(job(f"SELECT * {{ SERVICE SILENT <{address}> {{ ?s ?p ?o }} }}"))
        assert json.loads(silent.body)["results"]["bindings"] == [{}]
        assert untouched(listener)
    finally:
        sandbox.close()


def test_what_updates_or_loads_is_refused_and_reaches_nothing(app, listener, tmp_path):
    address = f"http://127.0.0.1:{listener.getsockname()[1]}/x.ttl"
    secret = tmp_path / "secret.ttl"
    secret.write_text("<urn:secret> <urn:secret> 1 .", encoding="utf-8")
    for update in (f"LOAD <{address}>", f"LOAD <file://{secret}>", "CLEAR ALL", "DELETE WHERE { ?s ?p ?o }", "INSERT { <urn:a> <urn:b> 1 } WHERE {}"):
        assert send(app, update).status_code == 400
        assert app.test_client().post("/sparql", data={"update": update}).status_code == 403
        assert app.test_client().post("/sparql", data=update, content_type="application/sparql-update").status_code == 403
    for graph in (address, f"file://{secret}"):
        for reply in (send(app, f"SELECT * FROM <{graph}> {{ ?s ?p ?o }}"), send(app, "SELECT * { ?s ?p ?o }", query_string={"default-graph-uri": graph})):
            assert json.loads(reply.data)["results"]["bindings"] == []
    assert untouched(listener)
    assert send(app, "ASK { ?s ?p ?o }").get_json(force=True)["boolean"] is True


def test_a_result_is_whole_or_an_error(app):
    def sent(query: str, **more):
        replies = (send(app, query, **more) for _ in range(TURNS))
        return next(reply for reply in replies if reply.status_code != 504)

    whole = sent("SELECT * { ?s ?p ?o }", headers={"Accept": "text/tab-separated-values"})
    (counted,) = json.loads(sent("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").data)["results"]["bindings"]
    assert whole.status_code == 200 and whole.text.count("\n") - 1 == int(counted["n"]["value"])
    more = sent("SELECT ?x { { ?s ?p ?o } UNION { ?s ?p ?o } BIND(1 AS ?x) }")
    assert more.status_code == 422 and "50000 rows" in json.loads(more.data)["detail"]


@pytest.mark.parametrize("chance", ["RAND()", "UUID()", "STRUUID()", "STR(BNODE())"])
def test_chance_is_drawn_anew_for_each_query(app, sandbox, chance):
    query = f"SELECT (SHA1(STR({chance})) AS ?x) {{}}" if "BNODE" not in chance else "SELECT ?x { BIND(BNODE() AS ?x) }"

    def draw() -> bytes:
        end = time.monotonic() + 60
        while (reply := send(app, query)).status_code == 503 and time.monotonic() < end:  # while the graph is loaded anew
            time.sleep(0.2)
        assert reply.status_code == 200
        return reply.data

    drawn = [draw() for _ in range(4)]
    os.kill(sandbox.process, signal.SIGKILL)
    drawn += [draw() for _ in range(2)]
    assert len(set(drawn)) == len(drawn)


def test_memory_is_bounded(sandbox):
    base = _megabytes(sandbox)
    highest = 0.0
    raised = []
    thread = threading.Thread(target=lambda: raised.append(pytest.raises(TooCostly, sandbox.run, job(QUERIES["sorted cross product"].text))))
    thread.start()
    while thread.is_alive():
        for child in children(sandbox.process):
            highest = max(highest, _peak(child))
        time.sleep(0.01)
    thread.join()
    assert "256 MB" in str(raised[0].value)
    assert base < highest < base + LIMITS.memory + 16


def _megabytes(sandbox: Sandbox) -> float:
    sandbox.run(job("ASK {}"))
    return _peak(sandbox.process)


def _peak(process: int) -> float:
    """The resident memory of a process in megabytes; 0 where it has ended."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next((int(line.split()[1]) / 1000 for line in lines if line.startswith("VmRSS:")), 0)


def test_a_full_house_is_told_so_and_opens_again(app, sandbox):
    ends = [threading.Thread(target=send, args=(app, FOREVER)) for _ in range(LIMITS.running)]
    for thread in ends:
        thread.start()
    time.sleep(0.3)
    start = time.monotonic()
    turned_away = send(app, "ASK {}")
    waited = time.monotonic() - start
    assert turned_away.status_code == 503 and int(turned_away.headers["Retry-After"]) > 0 and turned_away.headers["Access-Control-Allow-Origin"] == "*"
    assert LIMITS.patience <= waited < LIMITS.patience + 0.5
    assert len(children(sandbox.process)) <= LIMITS.running
    for thread in ends:
        thread.join()
    assert send(app, "ASK {}").status_code == 200


def test_who_finds_the_queue_full_does_not_wait(app):
    threads = [threading.Thread(target=send, args=(app, FOREVER)) for _ in range(LIMITS.running + LIMITS.waiting)]
    for thread in threads:
        thread.start()
    time.sleep(0.3)
    start = time.monotonic()
    assert send(app, "ASK {}").status_code == 503 and time.monotonic() - start < 0.3
    for thread in threads:
        thread.join()


def test_the_fork_server_comes_back_when_killed(sandbox):
    left = waiting(sandbox)
    before = sandbox.process
    os.kill(before, signal.SIGKILL)
    assert json.loads(sandbox.run(job("ASK {}")).body)["boolean"] is True
    assert gone(before) and gone(left)
    assert json.loads(sandbox.run(job("ASK {}")).body)["boolean"] is True
    assert sandbox.process not in (None, before)


def test_a_query_under_way_when_it_is_killed_is_run_again(sandbox):
    child = waiting(sandbox)
    before = sandbox.process
    refused = []
    thread = threading.Thread(target=lambda: refused.append(pytest.raises(TimedOut, sandbox.run, job(FOREVER))))
    thread.start()
    time.sleep(0.4)
    os.kill(before, signal.SIGKILL)
    assert gone(child), "a query outlives its server"
    thread.join()
    assert refused and sandbox.process not in (None, before)


def test_a_process_that_hangs_is_replaced_and_its_server_too(sandbox):
    child = waiting(sandbox)
    before = sandbox.process
    os.kill(child, signal.SIGSTOP)
    with pytest.raises(TimedOut):
        sandbox.run(job("ASK {}"))
    assert gone(before) and json.loads(sandbox.run(job("ASK {}")).body)["boolean"] is True
    child = waiting(sandbox)
    before = sandbox.process
    os.kill(before, signal.SIGSTOP)
    os.kill(child, signal.SIGKILL)
    with pytest.raises(StoreFailure, match="hung"):
        sandbox.run(job("ASK {}"))
    assert gone(before) and json.loads(sandbox.run(job("ASK {}")).body)["boolean"] is True


def test_short_queries_share_a_process_and_others_end_theirs(sandbox):
    used = {waiting(sandbox)}
    for _ in range(20):
        assert json.loads(sandbox.run(job("ASK {}")).body)["boolean"] is True
        used |= set(children(sandbox.process))
    assert len(used) < 10  # on a busy machine some query may take long
    process = waiting(sandbox)
    with pytest.raises(Invalid):
        sandbox.run(job("ASK {"))
    assert children(sandbox.process) == [process]
    with pytest.raises(TooCostly):
        sandbox.run(job(QUERIES["more rows than allowed"].text))
    assert gone(process)
    process = waiting(sandbox)
    assert os.sched_getscheduler(process) == os.SCHED_OTHER
    with pytest.raises(TimedOut):
        sandbox.run(job(FOREVER))
    assert gone(process)


def test_a_long_query_goes_on_at_the_lowest_priority(sandbox):
    sandbox.close()
    thread = threading.Thread(target=lambda: pytest.raises(TimedOut, sandbox.run, job(FOREVER)))
    thread.start()
    time.sleep(0.5)
    running = [child for child in children(sandbox.process) if os.getpriority(os.PRIO_PROCESS, child) == 19]
    assert len(running) == 1
    thread.join()


def test_a_process_that_was_given_the_lowest_priority_is_not_used_again(sandbox):
    process = waiting(sandbox)
    os.kill(process, signal.SIGSTOP)  # the query has to wait, and is short once it runs
    answered = []
    thread = threading.Thread(target=lambda: answered.append(json.loads(sandbox.run(job("ASK {}")).body)["boolean"]))
    thread.start()
    time.sleep(0.3)
    os.kill(process, signal.SIGCONT)
    thread.join()
    assert answered == [True] and gone(process)
    assert json.loads(sandbox.run(job("ASK {}")).body)["boolean"] is True


def test_the_time_and_what_is_drawn_are_those_of_each_query(sandbox):
    clocks = [json.loads(sandbox.run(job("SELECT (NOW() AS ?t) (UUID() AS ?u) {}")).body)["results"]["bindings"][0] for _ in range(3)]
    assert len({c["t"]["value"] for c in clocks}) == len({c["u"]["value"] for c in clocks}) == 3


def test_nothing_outlives_the_process_that_started_it():
    program = f"""
import sys, threading, time
from zhicheng.knowledge.fork_server import Job
from zhicheng.knowledge.limits import Limits
from zhicheng.knowledge.sandbox import Sandbox
sandbox = Sandbox(b"<urn:a> <urn:b> <urn:c> .", Limits(60, 10, 1000, 64, 1000, 2, 2, 2))
sandbox.run(Job("ASK {{}}", None, None, {JSON!r}, None, False))
forever = "SELECT (COUNT(*) AS ?n) {{ " + " ".join(f"VALUES ?v{{i}} {{{{ 1 2 3 4 5 6 7 8 9 }}}}" for i in range(20)) + " }}"
threading.Thread(target=sandbox.run, args=(Job(forever, None, None, {JSON!r}, None, False),), daemon=True).start()
time.sleep(0.3)
print(sandbox.process, flush=True)
time.sleep(60)
"""
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    server = int(parent.stdout.readline())
    (child,) = children(server)
    parent.kill()
    parent.wait()
    assert gone(server) and gone(child)


def test_a_first_query_does_not_wait_for_ever(service):
    sandbox = Sandbox(b"this is not N-Quads", LIMITS)
    with pytest.raises(Exception, match="ended before it was ready|ended three times"):
        sandbox.run(job("ASK {}"))
    sandbox.close()


def test_many_at_once_get_their_own_answers(service):
    sandbox = Sandbox(service.graph.n_quads, Limits(20, 1000, 100_000, 256, 1000, 4, 100, 20))
    found = {}

    def ask(number: int) -> None:
        found[number] = json.loads(sandbox.run(job(f"SELECT ({number} AS ?n) {{}}")).body)["results"]["bindings"][0]["n"]["value"]

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(60)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {n: str(n) for n in range(60)}
    sandbox.close()
