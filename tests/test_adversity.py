"""What goes wrong around the service is said clearly, and loses nothing: odd requests on every route, kills, full and read-only disks, damaged files, two servers at once."""

import ctypes
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import quote

import pytest
from serving import Load, Serving
from test_fuzz import ALPHABETS
from test_operation import PATHS, QUESTIONS, raw

from zhicheng.knowledge import prepared
from zhicheng.web.app import create_app
from zhicheng.web.ledger import Ledger

FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
NAMES = ["q", "region", "title", "lang", "as_of", "format", "query", "policy", "default-graph-uri", "verdict", "keep", "state", "entries", "profile", "page", "level", "editor", "theme"]
KNOWN = ["tianjin", "engineer", "senior-engineer", "wenzhou-engineer-draft", "tianjin-2019-39", "zh", "en", "2024-10-01", "json", "csv", "ttl", "title", "fees", "concepts.ttl", "1", "-1", "0", "null", "9" * 30, "../../etc/passwd", "%00", "'\"<x>"]
TYPES = ["application/json", "application/x-www-form-urlencoded", "application/sparql-query", "multipart/form-data; boundary=x", "text/plain; charset=utf-99", "nonsense", ""]
ACCEPTS = ["text/html", "application/json", "text/turtle", "*/*", "image/png", "nonsense", ";;;,,,q=x", "text/html;q=nan"]


@pytest.fixture(scope="module")
def app(service, tmp_path_factory):
    app = create_app(service, ledger=Ledger(tmp_path_factory.mktemp("data") / "ledger.sqlite"))
    yield app
    app.extensions["sandbox"].close()


def odd(rng: random.Random) -> str:
    return rng.choice(KNOWN) if rng.random() < 0.5 else "".join(rng.choices(rng.choice(ALPHABETS), k=rng.choice([0, 1, 3, 20, 200])))


def nested(rng: random.Random, depth: int = 0):
    if depth > 3 or rng.random() < 0.4:
        return rng.choice([None, True, -1, 10**30, 0.5, odd(rng), [], {}])
    if rng.random() < 0.4:
        return [nested(rng, depth + 1) for _ in range(rng.randrange(4))]
    return {rng.choice([*NAMES, "education", "titles", "employment", "achievements", odd(rng)]): nested(rng, depth + 1) for _ in range(rng.randrange(5))}


@pytest.mark.parametrize("seed", range(4))
def test_no_odd_request_on_any_route_fails(app, seed):
    rng, client = random.Random(seed), app.test_client()
    walked = set()
    for rule in app.url_map.iter_rules():
        for method in sorted(rule.methods | {"POST"}):
            for _ in range(3):
                path = rule.rule
                for name in rule.arguments:
                    start = path.index("<") if "<" in path else 0
                    path = path[:start] + quote(odd(rng) or "x", safe="") + path[path.index(">", start) + 1 :]
                arguments = "&".join(f"{rng.choice(NAMES)}={quote(odd(rng), safe='%')}" for _ in range(rng.randrange(4)))
                kind = rng.choice(TYPES)
                body = None if method in ("GET", "HEAD") else rng.choice([json.dumps(nested(rng)).encode(), odd(rng).encode(), b"\xff\xfe{", arguments.encode()])
                reply = client.open(f"{path}?{arguments}", method=method, data=body, content_type=kind, headers={"Accept": rng.choice(ACCEPTS)})
                assert reply.status_code < 500, (method, path, arguments, kind, body, reply.text[:300])
                if reply.status_code >= 400 and method != "HEAD" and reply.mimetype != "text/html":
                    assert reply.mimetype == "application/problem+json" and reply.get_json(force=True)["detail"], (method, path)
                walked.add(rule.rule)
    assert walked == {rule.rule for rule in app.url_map.iter_rules()} and len(walked) > 30


@pytest.mark.parametrize(
    "sent",
    [
        b"\x00\x01\x02\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n", b"GET /api/ask?q=\xff\xfe HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET http://evil.example/ HTTP/1.1\r\nHost: [::bad\r\nConnection: close\r\n\r\n", b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n", b"POST /sparql HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 1_000_000 + b"\r\n\r\n", b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", b"OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"POST /api/eligibility HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
)  # fmt: skip
def test_what_is_no_request_is_refused_and_harms_nobody(server, sent):
    reply = raw(server, sent)
    assert not reply or reply.startswith(b"HTTP/1.") and reply.split(b" ")[1] < b"500", reply[:300]
    assert server.status("/health/live") == 200 and len(server.workers()) == 2


def say(server: Serving, number: int) -> bool:
    """Give feedback; whether it was acknowledged."""
    try:
        return server.exchange("POST", "/feedback", f"verdict=helpful&lang=zh&keep=1&q={quote(f'第{number}问：评审费多少钱')}", FORM | {"Origin": f"http://127.0.0.1:{server.port}"})[0] == 201
    except OSError:
        return False


def test_a_worker_that_is_killed_is_replaced_and_nothing_is_lost(server):
    answers = [server.ask(q) for q in QUESTIONS]
    (victim, other) = server.workers()
    with Load(server, PATHS) as load:
        os.kill(victim, signal.SIGKILL)
        server.wait_until(lambda: len(server.workers()) == 2 and victim not in server.workers())
        time.sleep(1)
    # What the killed worker had taken up is gone; all else was answered, by the other and the new one.
    assert len(load.failures) <= 4 and set(load.statuses) == {200}
    assert other in server.workers() and [server.ask(q) for q in QUESTIONS] == answers


def test_a_worker_acts_on_a_signal_that_another_of_its_threads_took(home, tmp_path, kept):
    server = Serving(tmp_path, home, ZHICHENG_WORKERS="2", ZHICHENG_CACHE=kept)
    (worker, *_) = server.workers()
    thread = next(int(path.name) for path in Path(f"/proc/{worker}/task").iterdir() if path.name != str(worker) and (path / "comm").read_text().startswith("tokio"))
    assert ctypes.CDLL(None).tgkill(worker, thread, signal.SIGTERM) == 0
    server.wait_until(lambda: worker not in server.workers())
    assert server.end() == 0


def test_a_server_that_is_killed_leaves_nothing_running_and_starts_again_with_all_it_had(home, tmp_path, kept):
    server = Serving(tmp_path, home, ZHICHENG_WORKERS="2", ZHICHENG_CACHE=kept)
    answers, acknowledged = [server.ask(q) for q in QUESTIONS], []
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            if say(server, number):
                acknowledged.append(number)
            number += 1

    writer = threading.Thread(target=write)
    with Load(server, PATHS, refused_is_failure=False):
        writer.start()
        server.wait_until(lambda: len(acknowledged) > 5)
        processes = server.everything()
        server.process.kill()
        server.process.wait()
        time.sleep(0.5)
        stop.set()
    writer.join()
    end = time.monotonic() + 30
    while any(Path(f"/proc/{pid}").exists() for pid in processes):
        assert time.monotonic() < end, "processes outlive the server"
        time.sleep(0.1)
    server.start()
    try:
        assert [server.ask(q) for q in QUESTIONS] == answers
        database = sqlite3.connect(tmp_path / "data" / "ledger.sqlite")
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        kept_ = database.execute("SELECT COUNT(*) FROM feedback").fetchone()[0]
        assert len(acknowledged) <= kept_ <= len(acknowledged) + 2 and say(server, 0)
    finally:
        server.end()


def test_folders_that_cannot_be_written_cost_time_and_feedback_only(home, tmp_path):
    server = Serving(tmp_path, home, ZHICHENG_CACHE="/proc/zhicheng", ZHICHENG_LEDGER="/proc/zhicheng/ledger.sqlite")
    try:
        assert json.loads(server.ask(QUESTIONS[0]))["status"] == "answered"
        status, headers, body = server.exchange("POST", "/feedback", "verdict=helpful&q=x", FORM | {"Origin": f"http://127.0.0.1:{server.port}"})
        assert status == 503 and headers["Retry-After"] and "ZHICHENG_LEDGER" in json.loads(body)["detail"]
        assert server.status("/faq") == 200
        assert "/proc/zhicheng cannot be written" in server.log_file.read_text(encoding="utf-8")
    finally:
        server.end()


FULL = """
import resource
from zhicheng.__main__ import main
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
main(["ask", "高级工程师对应几级岗位？"])
from datetime import date
from pathlib import Path
from zhicheng.errors import StoreFailure
from zhicheng.web.ledger import Ledger, Opinion
try:
    Ledger(Path("full/ledger.sqlite")).add(Opinion("helpful", "zh", None, "x" * 9000, None, ""), date.today())
except StoreFailure as error:
    print("refused:", error)
"""


def test_a_full_disk_is_said_and_answers_go_on(home, tmp_path):
    environment = {"PATH": os.defpath, "ZHICHENG_HOME": str(home), "ZHICHENG_CACHE": str(tmp_path / "cache")}
    done = subprocess.run([sys.executable, "-c", FULL], env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0 and "副高级对应专业技术岗位五至七级" in done.stdout, done.stderr
    assert "cannot be written (File too large)" in done.stderr and "refused: The database ledger.sqlite cannot be used" in done.stdout
    assert not list((tmp_path / "cache").glob("tmp*")) and not list((tmp_path / "cache").glob("prepared-*")), "half of a file is left"


@pytest.mark.parametrize("harm", [lambda content: content[: len(content) // 2], lambda content: content[:-1] + bytes([content[-1] ^ 1]), lambda content: b""])
def test_what_is_kept_and_damaged_is_not_read_and_that_is_said(tmp_path, caplog, harm):
    cache = tmp_path / "cache"
    prepared.write(cache, "key", {"a": list(range(100))})
    assert prepared.read(cache, "key") == {"a": list(range(100))}
    (file,) = cache.iterdir()
    file.write_bytes(harm(file.read_bytes()))
    assert prepared.read(cache, "key") is None and f"{file} is damaged" in caplog.text


def test_a_start_from_damaged_files_answers_all_the_same(home, tmp_path):
    environment = {"PATH": os.defpath, "ZHICHENG_HOME": str(home), "ZHICHENG_CACHE": str(tmp_path)}

    def ask() -> subprocess.CompletedProcess:
        return subprocess.run([sys.executable, "-m", "zhicheng", "ask", QUESTIONS[0]], env=environment, capture_output=True, text=True, timeout=300)

    sound = ask()
    for file in tmp_path.glob("prepared-*"):
        file.write_bytes(file.read_bytes()[:-1000])
    again = ask()
    assert again.returncode == 0 and again.stdout == sound.stdout and "is damaged" in again.stderr


def test_a_damaged_ledger_is_said_and_left_as_it_is(home, tmp_path, kept):
    (tmp_path / "data").mkdir()
    ledger = tmp_path / "data" / "ledger.sqlite"
    ledger.write_bytes(b"no database at all" * 100)
    server = Serving(tmp_path, home, ZHICHENG_CACHE=kept)
    try:
        status, _, body = server.exchange("POST", "/feedback", "verdict=helpful&q=x", FORM | {"Origin": f"http://127.0.0.1:{server.port}"})
        assert status == 503 and "not a database" in json.loads(body)["detail"]
        assert server.status("/") == 200 and ledger.read_bytes() == b"no database at all" * 100
    finally:
        server.end()


def test_two_servers_share_the_folders_but_not_the_port(home, tmp_path, kept, server):
    (tmp_path / "second").mkdir()
    second = Serving(tmp_path / "second", home, ZHICHENG_CACHE=kept, ZHICHENG_LEDGER=server.environment["ZHICHENG_LEDGER"])
    try:
        both = [server, second] * 10
        threads = [threading.Thread(target=lambda s=s, n=n: written.append(say(s, n))) for n, s in enumerate(both)]
        written: list[bool] = []
        before = len(Ledger(Path(server.environment["ZHICHENG_LEDGER"])).opinions())
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert written == [True] * 20 and len(Ledger(Path(server.environment["ZHICHENG_LEDGER"])).opinions()) == before + 20
        assert second.ask(QUESTIONS[0]) == server.ask(QUESTIONS[0])
    finally:
        second.end()
    (tmp_path / "third").mkdir()
    third = Serving(tmp_path / "third", home, ready=False, PORT=str(server.port), ZHICHENG_CACHE=kept)
    assert third.process.wait(60) == 2
    assert "Address already in use" in third.log_file.read_text() and "that no other program has" in third.log_file.read_text()
    assert server.status("/health/ready") == 200
