"""Every fact of the inventory has a subject in the graph whose quote overlaps the inventory's, or a reason why none has."""

import csv
from collections import defaultdict
from pathlib import Path

import pytest

from zhicheng.knowledge.outline import squeeze
from zhicheng.terms import POLICY

TABLES = sorted((Path(__file__).parent / "coverage").glob("*.tsv"))
PREFIXES = {"TJ": "tianjin-2019-39", "BJ": "beijing-2020-17", "CZ": "changzhi-2022-139", "XZ": "xinzhou-2024-18", "WZ": "wenzhou-engineer-draft", "X": "cross-document"}
FACTS = {"TJ": 216, "BJ": 141, "CZ": 166, "XZ": 135, "WZ": 232}
ISSUES = 113


def rows():
    for table in TABLES:
        with table.open(encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


def policy_of(fact: str) -> str:
    return POLICY + PREFIXES[fact.removeprefix("ISS-").split("-")[0]]


def test_the_tables_name_every_fact_and_issue_once():
    names = [row["fact"] for row in rows()]
    assert len(names) == len(set(names))
    for prefix, count in FACTS.items():
        assert {n for n in names if n.startswith(prefix + "-")} == {f"{prefix}-{n:03}" for n in range(1, count + 1)}
    assert sum(n.startswith("ISS-") for n in names) == ISSUES


@pytest.fixture(scope="session")
def quotes(service):
    found = defaultdict(list)
    for fact in service.library.facts.values():
        found[fact.iri] += [squeeze(c.quote) for c in fact.citations]
    for clause in service.library.clauses.values():
        found[clause.iri].append(squeeze(clause.text))
    return found


def overlaps(one: str, other: str) -> bool:
    """Whether one quote holds the other, or they share a run of at least half the shorter."""
    short, long = sorted((one, other), key=len)
    half = max(4, len(short) // 2)
    return short in long or any(short[n : n + half] in long for n in range(len(short) - half + 1))


def test_every_fact_has_a_subject_with_its_quote(service, quotes):
    missing = []
    for row in rows():
        base = policy_of(row["fact"])
        if not row["subject"]:
            if len(row["why none"] or "") < 10:
                missing.append(f"{row['fact']}: neither subject nor reason")
            continue
        subjects = [base if name == "." else f"{base}/{name}" for name in row["subject"].split()]
        if row["fact"].startswith("ISS-"):
            missing += [f"{row['fact']}: {s} is no issue" for s in subjects if s not in service.library.issues]
            continue
        unknown = [s for s in subjects if s not in quotes and s not in service.library.policies and s not in service.library.issues]
        missing += [f"{row['fact']}: {s} is no subject of the graph" for s in unknown]
        if not any(overlaps(squeeze(row["quote"]), quote) for s in subjects for quote in quotes.get(s, ())):
            missing.append(f"{row['fact']}: no quote of {row['subject']} overlaps {row['quote'][:40]}")
    assert missing == []


def test_every_issue_bears_its_identifier(service):
    held = {issue.identifier: issue.iri for issue in service.library.issues.values()}
    for row in rows():
        if row["fact"].startswith("ISS-"):
            assert held.get(row["fact"]) == f"{policy_of(row['fact'])}/{row['subject'].split()[0]}"
