"""Queries whose rows for several values are those for each value, fetched once for all that there are."""

import json
from collections.abc import Iterable, Sequence

from pyoxigraph import NamedNode, QueryResultsFormat, parse_query_results

from zhicheng.knowledge.catalogue import Query, Term
from zhicheng.knowledge.stores import GraphStore

Row = dict[str, Term | None]


def rows(results: bytes | str) -> list[Row]:
    """The rows of SPARQL JSON results, each with all its variables."""
    solutions = parse_query_results(results, QueryResultsFormat.JSON)
    names = [v.value for v in solutions.variables]
    return [{name: row[name] for name in names} for row in solutions]


class Table:
    """The rows of a query for every value of its one parameter, which it also selects.

    Its rows are totally ordered and each belongs to one value, so that the rows for some values are a part of those for
    all, in the same order: what the query itself would give for them.
    """

    def __init__(self, store: GraphStore, query: Query, values: Iterable[Term]):
        (parameter,) = query.parameters
        self._name = parameter.name
        results = store.query(query.bind({self._name: list(values)})).serialize(format=QueryResultsFormat.JSON)
        said = json.loads(results)
        self._head = json.dumps(said["head"], ensure_ascii=False, separators=(",", ":"))
        self._of: dict[str, list[tuple[int, Row, str]]] = {}
        for place, (row, binding) in enumerate(zip(rows(results), said["results"]["bindings"], strict=True)):
            text = json.dumps(binding, ensure_ascii=False, separators=(",", ":"))
            self._of.setdefault(row[self._name].value, []).append((place, row, text))

    def find(self, values: Sequence[NamedNode]) -> tuple[list[Row], str]:
        """The rows for some values, each given once, and the same as SPARQL JSON results."""
        found = [entry for value in values for entry in self._of.get(value.value, ())]
        found.sort(key=lambda entry: entry[0])
        return [row for _, row, _ in found], f'{{"head":{self._head},"results":{{"bindings":[{",".join(text for _, _, text in found)}]}}}}'
