"""One title's level and post grades, asked of this service and of others that serve the same data; and `/sparql` beside `oxigraph serve`.

    python tests/benchmarks/peers.py [--rounds N] [--requests N] [--venv FOLDER]

The others (rdflib-endpoint, datasette, grlc, oxigraph) are installed from PyPI into an environment of their own, apart from the project's; one that does
not install or start is named with the reason. All run at once and are asked in turn, over as many connections; the median of rounds counts. The same
requests repeat. What counts as uncached asks as of another day each time, which is a new reply; the rows of a query that was put before are kept even
so, which flatters this service.
"""

import argparse
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import venv
from collections import defaultdict
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from statistics import median

from ask import first_reply, free_port, server
from client import exchange, request
from zhicheng.answering.service import open_service
from zhicheng.settings import Settings
from zhicheng.terms import ID

PEERS = {"rdflib-endpoint": ["rdflib-endpoint[cli]"], "datasette": ["datasette"], "grlc": ["grlc"], "oxigraph": ["oxigraph"]}
TITLES = ("technician", "assistant-engineer", "engineer", "senior-engineer", "full-senior-engineer")
# How many times the peer's requests a second are wanted: uncached, and asked again. Of `oxigraph serve` it is a share.
WANTED = {"rdflib-endpoint": (5, 15), "datasette": (5, 15), "grlc": (25, 75)}
SPARQL = """PREFIX zc: <https://w3id.org/zhicheng/ontology#>
SELECT ?level ?from ?to ?quote WHERE {
  <%s> zc:titleLevel ?level . ?fact zc:mapsLevel ?level ; zc:fromPostGrade ?from ; zc:toPostGrade ?to ; zc:citation ?citation . ?citation zc:quote ?quote
} ORDER BY ?level ?from"""


def installed(folder: Path) -> dict[str, str]:
    """What keeps each peer from being installed; nothing where it is."""
    if not (folder / "bin" / "python").exists():
        venv.create(folder, with_pip=True)
    failed = {}
    for name, packages in PEERS.items():
        done = subprocess.run([folder / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages], capture_output=True, text=True)
        if done.returncode:
            failed[name] = (done.stderr.strip().splitlines() or ["pip failed"])[-1][:160]
    return failed


def table(path: Path, rows: list[tuple]) -> None:
    """The same facts as a table of SQLite, indexed by title."""
    with sqlite3.connect(path) as base:
        base.execute("CREATE TABLE grades (title TEXT, level TEXT, lowest INTEGER, highest INTEGER, quote TEXT)")
        base.executemany("INSERT INTO grades VALUES (?, ?, ?, ?, ?)", rows)
        base.execute("CREATE INDEX by_title ON grades (title)")


def commands(folder: Path, bin_: Path) -> dict[str, Callable[[int], list[str]]]:
    """How each peer is started on a port."""
    return {
        "oxigraph": lambda port: [str(bin_ / "oxigraph"), "serve-read-only", "--location", str(folder / "oxigraph"), "--bind", f"127.0.0.1:{port}"],
        "rdflib-endpoint": lambda port: [str(bin_ / "rdflib-endpoint"), "serve", "--host", "127.0.0.1", "--port", str(port), str(folder / "graph.nt")],
        "datasette": lambda port: [str(bin_ / "datasette"), "serve", "--host", "127.0.0.1", "--port", str(port), "--immutable", str(folder / "grades.db")],
        "grlc": lambda port: [str(bin_ / "grlc-server"), f"--port={port}"],
    }


def configure_grlc(folder: Path, endpoint: int) -> None:
    """Give grlc, which has no store of its own, the query as a file and `oxigraph serve` to put it to."""
    (folder / "queries").mkdir()
    (folder / "queries" / "grades.rq").write_text("#+ summary: grades\n#+ method: GET\n" + SPARQL.replace("<%s>", "?_title_iri"), encoding="utf-8")
    (folder / "config.ini").write_text(f"[auth]\n[defaults]\nsparql_endpoint = http://127.0.0.1:{endpoint}/query\n[local]\nlocal_sparql_dir = {folder}/queries/\n[api_gitlab]\n[user_agent]\n", encoding="utf-8")


def requests_of(name: str) -> list[bytes]:
    """The requests that are put to a peer, one for each title."""
    if name == "oxigraph":
        return [request("/query", query=SPARQL % f"{ID}title/{t}") for t in TITLES]
    if name == "rdflib-endpoint":
        return [request("/", query=SPARQL % f"{ID}title/{t}") for t in TITLES]
    if name == "datasette":
        return [request("/grades/grades.json", title=t, _shape="array") for t in TITLES]
    return [request("/api-local/grades", title=f"{ID}title/{t}") for t in TITLES]


def rate(port: int, requests: list[bytes], number: int) -> float:
    """Requests a second."""
    asked = (requests * (number // len(requests) + 1))[:number]
    return number / exchange(port, asked)[0]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=400, help="requests to each in a round")
    parser.add_argument("--venv", type=Path, help="folder of the peers' environment; a new one when left out")
    options = parser.parse_args()
    os.environ.setdefault("ZHICHENG_SPARQL_PATIENCE", "30")  # what waits for its turn is to be counted, not turned away
    settings = Settings.read()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        environment = options.venv or folder / "venv"
        absent = installed(environment)
        bin_ = environment / "bin"
        service = open_service(settings.home, settings.cache)
        triples = {line.rsplit(" <", 1)[0] + " .\n" for line in service.graph.n_quads.decode().splitlines()}
        (folder / "graph.nt").write_text("".join(sorted(triples)), encoding="utf-8")
        rows = [(t, row["level"].value, int(row["from"].value), int(row["to"].value), row["quote"].value) for t in TITLES for row in service.store.query(SPARQL % f"{ID}title/{t}")]
        table(folder / "grades.db", rows)
        ports: dict[str, int] = {}
        for name, command in commands(folder, bin_).items():
            if name in absent:
                continue
            if name == "oxigraph":
                subprocess.run([bin_ / "oxigraph", "load", "--location", folder / "oxigraph", "--file", folder / "graph.nt"], capture_output=True, check=True)
            if name == "grlc":
                configure_grlc(folder, ports.get("oxigraph", 0))
            port = free_port()
            process = subprocess.Popen(command(port), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder, start_new_session=True)
            stack.callback(os.killpg, process.pid, signal.SIGKILL)  # with the processes that it has started
            try:
                first_reply(port, requests_of(name)[0])
                ports[name] = port
            except (OSError, RuntimeError) as error:
                absent[name] = f"it does not answer: {str(error)[:120]}"
        ours = stack.enter_context(server([sys.executable, "-m", "zhicheng", "serve"], folder / "cache"))
        first_reply(ours, request("/health/live"))
        days = count()
        again = [request("/api/queries/post-grades-of-level", title=t) for t in TITLES]

        def fresh() -> list[bytes]:
            """The same requests as of days on which nobody has asked yet."""
            return [request("/api/queries/post-grades-of-level", title=TITLES[n % len(TITLES)], as_of=(date(2001, 1, 1) + timedelta(next(days))).isoformat()) for n in range(options.requests)]

        endpoint = [request("/sparql", query=SPARQL % f"{ID}title/{t}") for t in TITLES]

        def reworded(path: str) -> list[bytes]:
            """The same queries, each with a comment of its own, so that none was put before."""
            return [request(path, query=SPARQL % f"{ID}title/{TITLES[n % len(TITLES)]}" + f" # {next(days)}") for n in range(options.requests)]

        rates: dict[str, list[float]] = defaultdict(list)
        for _ in range(options.rounds):
            for name, port in ports.items():
                rates[name].append(rate(port, requests_of(name), options.requests))
            rates["ours, another day"].append(rate(ours, fresh(), options.requests))
            rates["ours, asked again"].append(rate(ours, again, options.requests))
            rates["ours, /sparql, new"].append(rate(ours, reworded("/sparql"), options.requests))
            rates["ours, /sparql, again"].append(rate(ours, endpoint, options.requests))
            if "oxigraph" in ports:
                rates["oxigraph, new"].append(rate(ports["oxigraph"], reworded("/query"), options.requests))
    medians = {name: median(found) for name, found in rates.items()}
    for name, found in medians.items():
        print(f"{name:22}{found:9.0f} requests/s")
    print()
    for name, (uncached, repeated) in WANTED.items():
        if name in absent:
            print(f"{name}: not measured, {absent[name]}")
        else:
            print(f"ours beside {name}: {medians['ours, another day'] / medians[name]:.1f} × uncached (wanted {uncached}), {medians['ours, asked again'] / medians[name]:.1f} × asked again (wanted {repeated})")
    if "oxigraph" in medians:
        print(f"/sparql reaches {medians['ours, /sparql, new'] / medians['oxigraph, new']:.0%} of oxigraph serve with queries not put before, {medians['ours, /sparql, again'] / medians['oxigraph']:.0%} asked again (wanted 60%)")
    else:
        print(f"oxigraph: not measured, {absent['oxigraph']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
