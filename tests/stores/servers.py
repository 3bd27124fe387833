"""Real SPARQL servers, started on free ports for the tests and ended after them."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

# Where .ci/run puts Fuseki, which Maven Central has and Debian has not.
FUSEKI = Path(os.environ.get("ZHICHENG_FUSEKI") or Path.home() / ".cache" / "zhicheng-test" / "jena-fuseki-server-5.6.0.jar")
PASSWORD = "only-for-tests"
VIRTUOSO = """
[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa
LockFile = virtuoso.lck
[Parameters]
ServerPort = localhost:{port}
NumberOfBuffers = 10000
ServerThreads = 20
[HTTPServer]
ServerPort = localhost:{http}
ServerThreads = 12
[SPARQL]
ResultSetMaxRows = 1000000
"""


@dataclass
class Server:
    """A running server: its name, where one publishes to it, and who may."""

    name: str
    to: str
    user: str = ""
    password: str = ""


def free_port() -> int:
    with socket.create_server(("localhost", 0)) as taken:
        return taken.getsockname()[1]


def missing(what: str, remedy: str) -> None:
    """Skip, or fail where every server has to be there."""
    said = f"{what} is not installed: {remedy}"
    pytest.fail(said) if os.environ.get("ZHICHENG_CI") else pytest.skip(said)


@contextmanager
def started(command: list[str], folder: Path, address: str, seconds: int = 60) -> Iterator[None]:
    """A process that answers SPARQL at an address."""
    with open(folder / "output", "wb") as output:
        process = subprocess.Popen(command, cwd=folder, stdout=output, stderr=output, env={**os.environ, "FUSEKI_BASE": str(folder / "base")})
    try:
        for _ in range(seconds * 10):
            try:
                if process.poll() is None and requests.get(address, params={"query": "ASK {}"}, timeout=5).ok:
                    break
            except requests.RequestException:
                pass
            assert process.poll() is None, (folder / "output").read_text(errors="replace")
            time.sleep(0.1)
        else:
            pytest.fail(f"{command[0]} does not answer at {address}")
        yield
    finally:
        process.terminate()
        process.wait(30)


@contextmanager
def oxigraph(folder: Path) -> Iterator[Server]:
    program = Path(sys.executable).with_name("oxigraph")
    if not program.exists():
        missing("oxigraph", "make test installs it")
    port = free_port()
    with started([str(program), "serve", "--bind", f"localhost:{port}"], folder, f"http://localhost:{port}/query"):
        yield Server("oxigraph", f"http://localhost:{port}")


@contextmanager
def fuseki(folder: Path) -> Iterator[Server]:
    if not shutil.which("java") or not FUSEKI.exists():
        missing("Fuseki", f"needs a Java runtime and {FUSEKI}; .ci/run says how to get both")
    port = free_port()
    (folder / "tdb").mkdir()
    command = ["java", "-Xmx1g", "-jar", str(FUSEKI), "--tdb2", f"--loc={folder / 'tdb'}", "--update", "--localhost", "--port", str(port), "/zhicheng"]
    with started(command, folder, f"http://localhost:{port}/zhicheng/query"):
        yield Server("fuseki", f"http://localhost:{port}/zhicheng")


@contextmanager
def virtuoso(folder: Path) -> Iterator[Server]:
    program = shutil.which("virtuoso-t")
    if not program:
        missing("Virtuoso", "apt-get install virtuoso-opensource-7-bin")
    http = free_port()
    (folder / "virtuoso.ini").write_text(VIRTUOSO.format(port=free_port(), http=http))
    command = [program, "-c", "virtuoso.ini", "+foreground"]
    # The first run sets the password and ends.
    subprocess.run([*command, "+pwdold", "dba", "+pwddba", PASSWORD], cwd=folder, capture_output=True, timeout=60)
    with started(command, folder, f"http://localhost:{http}/sparql"):
        yield Server("virtuoso", f"http://localhost:{http}/sparql", "dba", PASSWORD)


SERVERS = {"oxigraph": oxigraph, "fuseki": fuseki, "virtuoso": virtuoso}
