"""Policies like the real ones, as many as are wanted: each a copy of a real one under another name, with a region of its own.

A copy has the triples of its original, with every IRI under the policy's and the region's renamed, blank nodes of its own, and the region's name in its
texts numbered: the same shapes, texts of the same length, and shared concepts that more and more facts point to.
"""

import re
from collections.abc import Iterator

from zhicheng.knowledge.loading import Graph
from zhicheng.terms import ELI, ID, POLICY, SKOS

JURISDICTION = re.compile(rf"<{re.escape(POLICY)}([\w-]+)> <{re.escape(ELI)}jurisdiction> <{re.escape(ID)}region/([\w-]+)>")
BLANK = re.compile(rb"_:\w+")


class Policies:
    """The real policies, and copies of them, as N-Quads."""

    def __init__(self, graph: Graph):
        lines = graph.n_quads.decode().splitlines(keepends=True)
        whole = "".join(lines)
        self.regions = dict(JURISDICTION.findall(whole))
        names = {region: re.search(rf'<{ID}region/{region}> <{SKOS}prefLabel> "([^"]+)"@zh', whole)[1] for region in self.regions.values()}
        own = {policy: [] for policy in self.regions}
        self._region = {region: [] for region in self.regions.values()}
        shared = []
        for line in lines:
            policy = next((p for p in own if line.endswith(f"<{POLICY}{p}> .\n")), None)
            if policy:
                own[policy].append(line)
                continue
            shared.append(line)
            for region in self._region:
                if line.startswith(f"<{ID}region/{region}> "):
                    self._region[region].append(line)
        self.shared = "".join(shared).encode()
        self._own = {policy: "".join(found).encode() for policy, found in own.items()}
        self._named = {region: (name.encode(), name.removesuffix("市").encode()) for region, name in names.items()}
        self.count = {policy: len(found) for policy, found in own.items()}
        self.shared_count = len(shared)

    def real(self, policy: str) -> bytes:
        """A real policy's own triples."""
        return self._own[policy]

    def copy(self, policy: str, number: int) -> bytes:
        """A policy's triples, and those of its region, under other names."""
        region, mark = self.regions[policy], f"-{number:05}".encode()
        text = self._own[policy] + "".join(self._region[region]).encode()
        for stem in (f"{POLICY}{policy}", f"{ID}region/{region}"):
            text = text.replace(stem.encode(), stem.encode() + mark)
        _, short = self._named[region]
        return BLANK.sub(lambda match: match[0] + b"x%d" % number, text.replace(short, short + b"%d" % number))

    def grown(self, triples: int) -> Iterator[bytes]:
        """The shared concepts, the real policies and then copies of them all in turn, until there are so many triples."""
        yield self.shared
        held = self.shared_count
        for policy in self._own:
            yield self.real(policy)
            held += self.count[policy]
        number = 0
        while held < triples:
            number += 1
            for policy in self._own:
                if held >= triples:
                    return
                yield self.copy(policy, number)
                held += self.count[policy]
