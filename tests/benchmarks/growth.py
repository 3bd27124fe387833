"""How the queries of the catalogue bear growth: the real policies and copies of them, up to 5 million triples.

    python tests/benchmarks/growth.py [--triples N …] [--rounds N]

For each size a process of its own loads the graph and tells how long that took and what memory it holds. Then every query of the catalogue that can be
put to one region is put to each size in turn, round by round, as `bind` and the embedded store give it, and the same text straight to the engine; the
best of the rounds counts, as what else the machine does only adds. The smallest size is one policy alone: the one in whose region the query finds most.
What is asked has the same rows at every size.
"""

import argparse
import gc
import multiprocessing
import resource
import sys
import time
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import geometric_mean

from pyoxigraph import NamedNode, QueryResultsFormat, RdfFormat, Store

from growing import Policies
from zhicheng.knowledge import loading
from zhicheng.knowledge.catalogue import Catalogue
from zhicheng.knowledge.stores import EmbeddedStore
from zhicheng.knowledge.vocabulary import Vocabulary
from zhicheng.settings import Settings
from zhicheng.terms import ID

SIZES = (1_000_000, 5_000_000)
# Times that a query is put in each round; and what growth and our own layer may cost.
REPEATED = 7
GROWTH, LAYER = 1.2, 1.5


class Grown(EmbeddedStore):
    """An embedded store of given N-Quads."""

    def __init__(self, parts):
        self._store = Store()
        for part in parts:
            self._store.load(part, RdfFormat.N_QUADS)
        self._store.optimize()


def memory() -> int:
    """Megabytes that this process holds."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() // 1_000_000


def best(action, times: int) -> float:
    """The least milliseconds that an action takes."""
    least = float("inf")
    for _ in range(times):
        started = time.perf_counter()
        action()
        least = min(least, time.perf_counter() - started)
    return least * 1e3


def hold(home: Path, triples: int | None, link: Connection) -> None:
    """Hold a graph of so many triples, or each policy alone, and time the queries that come, until there is none."""
    graph = loading.load(home)
    policies = Policies(graph)
    catalogue = Catalogue(home, Vocabulary(EmbeddedStore(graph)))
    del graph
    held, seconds, count, stores = memory(), [], [], {}
    for policy, region in policies.regions.items():
        if triples is None or not stores:
            parts = policies.grown(triples) if triples else (policies.shared, policies.real(policy))
            made = [0.0]

            def timed():
                for part in parts:
                    started = time.perf_counter()
                    yield part
                    made[0] += time.perf_counter() - started

            store = Grown(timed())
            seconds.append(made[0])
            count.append(len(store))
        stores[region] = store
    link.send((max(count), max(seconds), memory() - held))
    for name, region, terms in iter(link.recv, None):
        query, store = catalogue.find(name), stores[region]
        values = {parameter: [NamedNode(term) if term.startswith("http") else catalogue.find(name).parameter(parameter).example for term in given] for parameter, given in terms.items()}
        text = query.bind(values)
        rows = len(list(store.query(text)))
        ours = best(lambda: store.query(query.bind(values)).serialize(format=QueryResultsFormat.JSON), REPEATED)
        engine = store._store
        raw = best(lambda: engine.query(text, use_default_graph_as_union=True).serialize(format=QueryResultsFormat.JSON), REPEATED)
        link.send((ours, raw, rows))


def asked(home: Path) -> list[tuple[str, str, dict[str, list[str]]]]:
    """Each query that takes a region, with the region in which its example finds most, and its terms."""
    graph = loading.load(home)
    store = EmbeddedStore(graph)
    catalogue, policies = Catalogue(home, Vocabulary(store)), Policies(graph)
    chosen = []
    for name, query in catalogue.queries.items():
        if not any(p.name == "region" for p in query.parameters):
            continue
        found = {}
        for region in policies.regions.values():
            found[region] = len(list(store.query(query.bind(query.example | {"region": [NamedNode(f"{ID}region/{region}")]}))))
        region = max(found, key=lambda r: found[r])
        terms = {p: [term.value for term in given] for p, given in query.example.items()} | {"region": [f"{ID}region/{region}"]}
        chosen.append((name, region, terms))
    return chosen


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--triples", type=int, nargs="*", default=list(SIZES), help="sizes beside that of one policy alone")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    home = Settings.read().home
    context = multiprocessing.get_context("spawn")
    links, holders = [], []
    print(f"{'triples':>12}{'load, s':>10}{'memory, MB':>12}")
    for triples in [None, *options.triples]:
        link, other = context.Pipe()
        holder = context.Process(target=hold, args=(home, triples, other), daemon=True)
        holder.start()
        other.close()
        count, seconds, megabytes = link.recv()
        print(f"{count:12,}{seconds:10.1f}{megabytes:12,}" + ("  (the largest policy alone; the memory is that of five such stores)" if triples is None else ""), flush=True)
        links.append(link)
        holders.append(holder)
    queries = asked(home)
    times: dict[str, list[list[float]]] = {name: [[float("inf")] * 2 for _ in links] for name, _, _ in queries}
    rows: dict[str, set[int]] = {name: set() for name, _, _ in queries}
    for _ in range(options.rounds):
        for name, region, terms in queries:
            for place, link in enumerate(links):
                link.send((name, region, terms))
                *taken, found = link.recv()
                times[name][place] = [min(pair) for pair in zip(times[name][place], taken)]
                rows[name].add(found)
    for link, holder in zip(links, holders):
        link.send(None)
        holder.join()
    print(f"\n{'ms, the best of ' + str(options.rounds * REPEATED):34}" + "".join(f"{size:>12}" for size in ["one policy", *(f"{t:,}" for t in options.triples)]) + f"{'last/first':>12}{'ours/engine':>13}  rows")
    growth, layer = [], []
    for name, of_sizes in sorted(times.items(), key=lambda pair: -pair[1][-1][0] / pair[1][0][0]):
        growth.append(of_sizes[-1][0] / of_sizes[0][0])
        layer.append(max(ours / raw for ours, raw in of_sizes))
        print(f"{name:34}" + "".join(f"{ours:12.3f}" for ours, _ in of_sizes) + f"{growth[-1]:12.2f}{layer[-1]:13.2f}  {'/'.join(map(str, sorted(rows[name])))}")
    print(f"\nfrom first to last: {geometric_mean(growth):.2f} × (geometric mean), {sum(g <= GROWTH for g in growth)} of {len(growth)} at most {GROWTH} ×; "
          f"ours beside the engine: {geometric_mean(layer):.2f} ×, {sum(x <= LAYER for x in layer)} at most {LAYER} ×")  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
