"""The command line: ask, query, check, and what a faulty graph or a wrong call says."""

import shutil
import subprocess
import sys
import time
import urllib.request

import pytest

from zhicheng.__main__ import main


@pytest.fixture(scope="session")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("checked")


@pytest.fixture
def run(monkeypatch, capsys, home, cache):
    def call(*arguments, resources=home):
        monkeypatch.setenv("ZHICHENG_HOME", str(resources))
        monkeypatch.setenv("ZHICHENG_CACHE", str(cache))
        status = main(arguments)
        output = capsys.readouterr()
        return status, output.out, output.err

    return call


def test_ask_answers_with_citations(run):
    status, out, _ = run("ask", "高级工程师对应几级岗位？")
    assert status == 0
    assert out.startswith("天津（津人社局发〔2019〕39号）：副高级对应专业技术岗位五至七级。") and "[津人社局发〔2019〕39号 二（一）5]" in out


def test_query_runs_with_terms(run):
    status, out, _ = run("query", "post-grades-of-level", "title=senior-engineer")
    assert status == 0 and out.splitlines()[0] == "region,fact,level,from,to,clause,quote" and "level/associate-senior-level,5,7" in out


def test_query_without_a_name_lists_all(run):
    status, out, _ = run("query")
    assert status == 0 and "fees [region] [title]" in out


def test_check_reports_coverage(run):
    status, out, _ = run("check")
    assert status == 0 and "no faults" in out and "tianjin-2019-39: " in out and "(100%)" in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("query", "feees"), "Did you mean fees?"),
        (("query", "fees", "region=bejing"), "Did you mean beijing?"),
        (("query", "fees", "city=beijing"), 'Unknown parameter of fees "city"'),
        (("query", "fees", "beijing"), "is not key=value"),
        (("ask", " "), "q is blank"),
        (("ask", "几" * 10000), "has 10000 characters"),
        (("ask", "几年", "--region", "mars"), 'Unknown region "mars"'),
    ],
)
def test_a_wrong_call_says_what_would_work(run, arguments, said):
    status, _, err = run(*arguments)
    assert status == 2 and said in err


def test_a_faulty_graph_is_refused_with_its_place(run, copy):
    annex = copy / "data" / "tianjin-2019-39" / "annex.ttl"
    annex.write_text(annex.read_text(encoding="utf-8").replace("zc:minimumYears 4", "zc:minimumYears 3", 1), encoding="utf-8")
    for arguments in (("check",), ("ask", "几年能评工程师"), ("serve",)):
        status, out, err = run(*arguments, resources=copy)
        assert status == 1 and "stands in none of its quotes" in out + err


def test_a_home_without_its_parts_is_refused(run, tmp_path):
    status, _, err = run("check", resources=tmp_path)
    assert status == 2 and "has no folder ontology/" in err


def test_the_server_answers_and_a_faulty_graph_never_serves(copy, tmp_path):
    environment = {"ZHICHENG_HOME": str(copy), "ZHICHENG_CACHE": str(tmp_path / "cache"), "PORT": "18765", "PATH": "/usr/bin:/bin"}
    server = subprocess.Popen([sys.executable, "-m", "zhicheng", "serve"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        assert "http://127.0.0.1:18765" in server.stdout.readline()
        body = _get("http://127.0.0.1:18765/health/ready")
        assert b'"ready"' in body
        # A running service keeps what it loaded, whatever becomes of the files.
        shutil.rmtree(copy / "data")
        assert "五至七级".encode() in _get("http://127.0.0.1:18765/api/ask?q=%E9%AB%98%E7%BA%A7%E5%B7%A5%E7%A8%8B%E5%B8%88%E5%AF%B9%E5%BA%94%E5%87%A0%E7%BA%A7%E5%B2%97%E4%BD%8D")
    finally:
        server.terminate()
        server.wait(20)
    refused = subprocess.run([sys.executable, "-m", "zhicheng", "serve"], env=environment, capture_output=True, text=True, timeout=60)
    assert refused.returncode == 2 and "has no folder data/" in refused.stderr


def _get(url: str) -> bytes:
    for _ in range(100):
        try:
            with urllib.request.urlopen(url, timeout=5) as reply:
                return reply.read()
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"no answer from {url}")
