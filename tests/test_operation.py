"""Running it: graceful stop, reload of data, log, limits and what is counted, on real servers with several workers."""

import http.client
import json
import logging
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import quote

import pytest
from serving import Load, Serving

from zhicheng.settings import TABLE
from zhicheng.web import logs

QUESTIONS = ["高级工程师对应几级岗位？", "评审费多少钱", "本科毕业几年能评工程师？", "What post grade does a senior engineer map to?"]
PATHS = [f"/api/ask?q={quote(q)}" for q in QUESTIONS] + ["/", "/policies", "/id/title/engineer?format=ttl", "/health/ready"]
LABEL = quote('SELECT ?x { ?x <http://www.w3.org/2004/02/skos/core#altLabel> "蓝天工"@zh }')


@pytest.fixture
def renewable(copy, tmp_path, kept):
    serving = Serving(tmp_path, copy, ZHICHENG_WORKERS="2", ZHICHENG_CACHE=kept)
    yield serving
    if serving.process.poll() is None:
        serving.end()


def name_anew(copy) -> None:
    """Give a title one more everyday name."""
    scheme = next(path for path in (copy / "ontology" / "schemes").glob("*.ttl") if "title/engineer>" in path.read_text(encoding="utf-8") or "title:engineer " in path.read_text(encoding="utf-8"))
    with scheme.open("a", encoding="utf-8") as file:
        file.write('\n<https://w3id.org/zhicheng/id/title/engineer> <http://www.w3.org/2004/02/skos/core#altLabel> "蓝天工"@zh .\n')


def test_new_data_come_in_force_without_a_failed_request(renewable, copy):
    before, workers = renewable.json("/health/ready"), set(renewable.workers())
    name_anew(copy)
    with Load(renewable, PATHS) as load:
        time.sleep(1)
        renewable.process.send_signal(signal.SIGHUP)
        renewable.wait_until(lambda: renewable.log("were loaded anew"))
        renewable.wait_until(lambda: len(renewable.workers()) == 2 and not workers & set(renewable.workers()))
        time.sleep(1)
    assert load.failures == [] and set(load.statuses) == {200}
    after = renewable.json("/health/ready")
    assert after["data"] != before["data"] and after["triples"] == before["triples"] + 1
    assert renewable.log("were loaded anew")[-1]["data"] == after["data"]
    assert "id/title/engineer" in renewable.exchange("GET", f"/sparql?query={LABEL}")[2].decode()
    answer = json.loads(renewable.ask("蓝天工对应几级岗位？"))
    assert answer["entities"][0]["id"] == "engineer"
    assert 'zhicheng_reloads_total{outcome="done"} 1.0' in renewable.exchange("GET", "/metrics")[2].decode()


def test_a_broken_new_data_set_keeps_the_old(renewable, copy):
    before, workers = renewable.json("/health/ready"), renewable.workers()
    annex = copy / "data" / "tianjin-2019-39" / "annex.ttl"
    sound = annex.read_text(encoding="utf-8")
    faults = [lambda: annex.write_text(sound.replace("zc:minimumYears 4", "zc:minimumYears 3", 1), encoding="utf-8"), lambda: annex.write_text("@prefix", encoding="utf-8"), lambda: (copy / "data").rename(copy / "gone")]
    with Load(renewable, PATHS) as load:
        for number, spoil in enumerate(faults, 1):
            spoil()
            renewable.process.send_signal(signal.SIGHUP)
            renewable.wait_until(lambda: len(renewable.log("stay in force")) == number)
    assert load.failures == [] and set(load.statuses) == {200}
    assert renewable.json("/health/ready") == before and renewable.workers() == workers
    said = [line["message"] for line in renewable.log() if line["level"] == "error"]
    assert "stands in none of its quotes" in said[0] and "annex.ttl" in said[2] and "has no folder data/" in said[4]
    (copy / "gone").rename(copy / "data")
    annex.write_text(sound, encoding="utf-8")
    name_anew(copy)
    renewable.process.send_signal(signal.SIGHUP)
    renewable.wait_until(lambda: renewable.json("/health/ready")["data"] != before["data"])


def test_connections_are_shared_out_to_the_workers(renewable):
    clients = [http.client.HTTPConnection("127.0.0.1", renewable.port, timeout=60) for _ in range(40)]
    for client in clients:
        client.request("GET", "/health/live")
        assert client.getresponse().read()
    held = renewable.connections()
    assert sum(held) == 40 and len(held) == 2 and min(held) >= 5
    for client in clients:
        client.close()


def test_what_is_under_way_is_answered_before_the_server_ends(home, tmp_path, kept):
    serving = Serving(tmp_path, home, ZHICHENG_CACHE=kept, ZHICHENG_WORKERS="2", ZHICHENG_SPARQL_SECONDS="3")
    processes = serving.everything()
    with Load(serving, PATHS, refused_is_failure=False) as load:
        serving.wait_until(lambda: load.answered > 50)
        slow = socket.create_connection(("127.0.0.1", serving.port), timeout=30)
        query = quote("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }")
        slow.sendall(f"GET /sparql?query={query} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        time.sleep(0.5)
        assert serving.end() == 0
    assert load.failures == []
    assert slow.recv(1000).startswith(b"HTTP/1.1 504")
    end = time.monotonic() + 20
    while any(os.path.exists(f"/proc/{pid}") for pid in processes):
        assert time.monotonic() < end, "processes outlive the server"
        time.sleep(0.1)
    assert serving.log()[-1]["message"] == "stopped"


def test_idle_connections_do_not_hold_up_the_end(home, tmp_path, kept):
    serving = Serving(tmp_path, home, ZHICHENG_CACHE=kept)
    idle = [socket.create_connection(("127.0.0.1", serving.port)) for _ in range(3)]
    idle[0].sendall(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
    idle[1].sendall(b"GET /health/li")
    assert idle[0].recv(1000).startswith(b"HTTP/1.1 200")
    start = time.monotonic()
    assert serving.end() == 0 and time.monotonic() - start < 15


def test_one_line_of_json_for_each_request_and_nothing_of_who_asks_what(server):
    secret = "张三13912345678"
    path = f"/api/ask?q={quote(secret + '几年能评工程师')}&secret=1"
    status, headers, _ = server.exchange("GET", path, headers={"User-Agent": "spy-agent", "X-Forwarded-For": "203.0.113.9", "Cookie": "a=cookie-text"})
    assert status == 200
    server.exchange("GET", f"/policies/{quote(secret)}")
    server.exchange("GET", f"/{quote(secret)}")
    server.exchange("POST", "/api/eligibility", json.dumps({"profile": {"name": secret}}), {"Content-Type": "application/json"})
    server.wait_until(lambda: any(line.get("id") == headers["X-Request-ID"] for line in server.log()))
    (line,) = [line for line in server.log("request") if line["id"] == headers["X-Request-ID"]]
    assert set(line) == {"time", "level", "message", "method", "route", "status", "ms", "bytes", "id"}
    assert (line["method"], line["route"], line["status"], line["bytes"]) == ("GET", "/api/ask", 200, int(headers["Content-Length"])) and 0 < line["ms"] < 60000
    text = server.log_file.read_text(encoding="utf-8")
    for private in ("张三", "13912345678", quote("张三"), "secret", "spy-agent", "203.0.113.9", "127.0.0.1", "cookie-text"):
        assert private not in text
    assert {"/policies/<slug>", "unmatched", "/api/eligibility"} <= {line.get("route") for line in server.log()}


def test_a_pipe_of_another_user_is_written_to_as_long_as_it_has_room(monkeypatch):
    opened = os.open
    monkeypatch.setattr(os, "open", lambda path, *more: opened(path, *more) if "/proc/self/fd" not in str(path) else (_ for _ in ()).throw(PermissionError(13, "Permission denied")))
    reader, writer = os.pipe()
    try:
        output = logs.Output(writer)
        record = logging.LogRecord("zhicheng", logging.INFO, __file__, 1, "said", None, None)
        output.emit(record)
        assert json.loads(os.read(reader, 10_000))["message"] == "said"
        for _ in range(5000):  # more than a pipe holds
            output.emit(record)
        held = os.read(reader, 1_000_000)
        assert held.endswith(b"\n") and all(json.loads(line)["message"] == "said" for line in held.splitlines())
        output.emit(record)
        assert os.read(reader, 1_000_000).count(b"\n") >= 1
    finally:
        os.close(reader)
        os.close(writer)


def test_a_full_pipe_for_the_log_does_not_stop_the_service(home, tmp_path, kept):
    serving = Serving(tmp_path, home, ready=False, ZHICHENG_CACHE=kept)
    serving.process.kill()
    serving.process.wait()
    serving.process = subprocess.Popen([sys.executable, "-m", "zhicheng", "serve"], env=serving.environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    serving.wait_until(lambda: serving.status("/health/ready") == 200)
    with Load(serving, ["/health/live"], clients=2) as load:
        serving.wait_until(lambda: load.answered > 1500 or load.failures)
    assert load.failures == []
    assert serving.end() == 0
    lines = serving.process.stderr.read().splitlines()
    assert 100 < len(lines) < 1500 and all(json.loads(line) for line in lines)


def test_the_log_level_is_a_setting(home, tmp_path, kept):
    serving = Serving(tmp_path, home, ZHICHENG_CACHE=kept, ZHICHENG_LOG_LEVEL="warning")
    serving.ask(QUESTIONS[0])
    assert serving.end() == 0 and serving.log() == []
    refused = Serving(tmp_path, home, ready=False, ZHICHENG_CACHE=kept, ZHICHENG_LOG_LEVEL="loud")
    assert refused.process.wait(60) == 2 and "Give one of debug, info, warning, error" in refused.log_file.read_text()


def test_metrics_add_up_what_all_workers_counted(server):
    def counted() -> float:
        text = server.exchange("GET", "/metrics")[2].decode()
        return sum(float(line.split()[-1]) for line in text.splitlines() if line.startswith('zhicheng_requests_total{method="GET",route="/titles"'))

    before = counted()
    for _ in range(40):
        server.exchange("GET", "/titles")
    assert counted() == before + 40
    os.kill(server.workers()[0], signal.SIGKILL)
    server.wait_until(lambda: server.status("/titles") == 200)
    assert counted() >= before + 41
    assert f'digest="{server.json("/health/ready")["data"]}"' in server.exchange("GET", "/metrics")[2].decode()


BODIES = ["/api/eligibility", "/sparql", "/api/rubrics/wenzhou-engineer-draft/score", "/feedback", "/api/ask"]


def raw(server, *parts: bytes, pause: float = 0) -> bytes:
    """What a server replies to bytes sent as they are."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        for part in parts:
            try:
                connection.sendall(part)
            except (BrokenPipeError, ConnectionResetError):
                break
            time.sleep(pause)
        received = b""
        try:
            while True:
                part = connection.recv(65536)
                received += part
                head, end, body = received.partition(b"\r\n\r\n")
                if not part or end and len(body) >= int(dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:]).get(b"content-length", 0)):
                    return received
        except ConnectionResetError:
            return received


@pytest.mark.parametrize("path", BODIES)
def test_a_body_too_large_is_refused_however_it_is_sent(server, path):
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    announced = raw(server, f"{head}Content-Length: 1000001\r\n\r\n".encode())
    chunked = raw(server, f"{head}Transfer-Encoding: chunked\r\n\r\n".encode(), *[b"10000\r\n" + b"x" * 65536 + b"\r\n"] * 40, b"0\r\n\r\n")
    for reply in (announced, chunked):
        head_, _, body = reply.partition(b"\r\n\r\n")
        assert head_.startswith(b"HTTP/1.1 413") and b"application/problem+json" in head_
        assert json.loads(body)["status"] == 413 and "1000000 bytes" in json.loads(body)["detail"]
        assert b"content-security-policy" in head_.lower()
    assert server.status("/health/live") == 200


def test_a_chunked_body_is_read_as_any_other(server):
    query = b"ASK { ?s ?p ?o }"
    reply = raw(server, b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\nTransfer-Encoding: chunked\r\n\r\n", b"8\r\n" + query[:8] + b"\r\n", b"%x\r\n" % len(query[8:]) + query[8:] + b"\r\n0\r\n\r\n", pause=0.1)
    assert reply.startswith(b"HTTP/1.1 200") and b'"boolean":true' in reply.replace(b" ", b"")


def test_slow_bodies_are_ended_and_hold_up_nobody(home, tmp_path, kept):
    serving = Serving(tmp_path, home, ZHICHENG_CACHE=kept, ZHICHENG_WORKERS="1", ZHICHENG_SPARQL_SECONDS="1", ZHICHENG_SPARQL_PATIENCE="1")
    head = b"POST /api/eligibility HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"
    trickling, *silent = [socket.create_connection(("127.0.0.1", serving.port), timeout=60) for _ in range(30)]
    try:
        trickling.sendall(head)
        time.sleep(0.5)  # until it has its place
        for connection in silent:
            connection.sendall(head)
        time.sleep(0.5)
        times = []
        for number in range(30):
            start = time.monotonic()
            assert serving.exchange("GET", f"{PATHS[0]}&as_of=2021-01-{number % 28 + 1:02}")[0] == 200
            times.append(time.monotonic() - start)
        assert sorted(times)[15] < 0.5
        start, said = time.monotonic(), b""
        while not said and time.monotonic() - start < 40:
            trickling.sendall(b" " * 10)
            trickling.settimeout(0.2)
            try:
                said = trickling.recv(1000)
            except TimeoutError:
                continue
        assert said.startswith(b"HTTP/1.1 408") and b"problem+json" in said
        replies = [connection.recv(1000) for connection in silent]
        assert time.monotonic() - start < 40 and replies.count(b"") == 15 and {reply.split(b" ")[1] for reply in replies if reply} == {b"503"}
        assert serving.exchange("POST", "/api/eligibility", json.dumps({"profile": {}}), {"Content-Type": "application/json"})[0] == 200
    finally:
        serving.end()


def test_a_head_that_does_not_come_ends_the_connection(server):
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        connection.sendall(b"GET /health/live HTTP/1.1\r\nHost")
        start = time.monotonic()
        received = connection.recv(1000)
        assert time.monotonic() - start < 20 and not received.startswith(b"HTTP/1.1 200")


def test_the_headers_that_make_it_safe_stand_on_every_reply(server):
    for method, path in [("GET", "/"), ("GET", "/nothing"), ("GET", "/api/ask"), ("PUT", "/api/ask"), ("GET", "/static/style.css"), ("GET", "/health/live"), ("POST", "/sparql"), ("GET", "/metrics")]:
        _, headers, _ = server.exchange(method, path, headers={"Accept": "text/html"})
        policy = headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy and "unsafe" not in policy and "base-uri 'none'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff" and headers["Referrer-Policy"] and headers["X-Request-ID"]


def test_an_address_that_asks_too_often_is_told_when_to_ask_again(home, tmp_path, kept):
    serving = Serving(tmp_path, home, ZHICHENG_CACHE=kept, ZHICHENG_RATE="6", ZHICHENG_WORKERS="2", ZHICHENG_PROXIES="1")
    try:
        replies = [serving.exchange("GET", "/api/faq", headers={"X-Forwarded-For": f"198.51.100.77, 203.0.113.5, 2001:db8::{n}"}) for n in range(20)]
        statuses = [status for status, _, _ in replies]
        assert statuses[:6] == [200] * 6 and statuses.count(429) > 8, "one network of version 6 is one user, over both workers"
        _, headers, body = next(reply for reply in replies if reply[0] == 429)
        assert json.loads(body)["status"] == 429 and 1 <= int(headers["Retry-After"]) <= 10 and headers["Content-Type"] == "application/problem+json"
        assert serving.exchange("GET", "/api/faq", headers={"X-Forwarded-For": "2001:db8:0:1::5"})[0] == 200
        assert serving.status("/health/ready") == 200
        pages = [serving.exchange("GET", "/", headers={"X-Forwarded-For": "2001:db8::1", "Accept": "text/html"}) for _ in range(3)]
        assert any(status == 429 and headers["Content-Type"].startswith("text/html") for status, headers, _ in pages)
    finally:
        serving.end()


def test_addresses_are_those_that_the_proxy_says(home, tmp_path, kept):
    spoofed = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}
    direct = Serving(tmp_path, home, ZHICHENG_CACHE=kept)
    try:
        assert json.loads(direct.exchange("GET", "/openapi.json", headers=spoofed)[2])["servers"] == [{"url": f"http://127.0.0.1:{direct.port}"}]
    finally:
        direct.end()
    behind = Serving(tmp_path, home, ZHICHENG_CACHE=kept, ZHICHENG_PROXIES="1")
    try:
        assert json.loads(behind.exchange("GET", "/openapi.json", headers={"X-Forwarded-Host": "titles.example", "X-Forwarded-Proto": "https"})[2])["servers"] == [{"url": "https://titles.example"}]
    finally:
        behind.end()


def test_feedback_outlives_the_end(home, tmp_path, kept):
    serving = Serving(tmp_path, home, ZHICHENG_CACHE=kept)
    status, _, _ = serving.exchange("POST", "/feedback", f"verdict=helpful&lang=zh&q={quote(QUESTIONS[0])}", {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://127.0.0.1:{serving.port}", "Accept": "application/json"})
    assert status == 201 and serving.end() == 0
    assert sqlite3.connect(tmp_path / "data" / "ledger.sqlite").execute("SELECT COUNT(*) FROM feedback").fetchone() == (1,)


def test_the_container_and_the_unit_say_what_works(home, server):
    text = (home / "Containerfile").read_text(encoding="utf-8").replace("\\\n", "")
    for source in re.findall(r"^COPY (?!--)(.+) \S+$", text, re.M):
        assert all((home / name).exists() for name in source.split()), source
    _, *check = json.loads(re.search(r"^HEALTHCHECK .*? CMD (.+)$", text, re.M)[1])
    ask = [sys.executable, *check]
    assert subprocess.run(ask, env={"PORT": str(server.port)}).returncode == 0
    assert subprocess.run(ask, env={"PORT": "1"}, stderr=subprocess.DEVNULL).returncode == 1
    assert re.search(r"^USER [1-9]\d*", text, re.M) and "STOPSIGNAL SIGTERM" in text
    unit = (home / "deploy" / "zhicheng.service").read_text(encoding="utf-8")
    for name in (*re.findall(r"\bZHICHENG_\w+", unit), *re.findall(r"\bZHICHENG_\w+", text)):
        assert name in {setting.variable for setting in TABLE.values()}


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not here")
def test_the_unit_is_sound_and_shut_tight(home, tmp_path):
    unit = tmp_path / "zhicheng.service"
    unit.write_text((home / "deploy" / "zhicheng.service").read_text(encoding="utf-8").replace("/opt/zhicheng/bin/zhicheng", str(Path(sys.executable).with_name("zhicheng"))), encoding="utf-8")
    verified = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True)
    assert verified.returncode == 0 and "zhicheng.service" not in verified.stderr, verified.stderr
    graded = subprocess.run(["systemd-analyze", "security", "--offline=true", unit], capture_output=True, text=True).stdout
    assert float(re.search(r"exposure level for zhicheng.service: ([\d.]+)", graded)[1]) < 2
