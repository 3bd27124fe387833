"""The clauses of an official text: slices of it by line, or by the words a slice begins with."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from zhicheng.errors import Fault, FaultyGraph

COLUMNS = ["id", "lines", "kind", "parent", "number", "heading", "begins"]
ARTEFACT = re.compile(r"\[bookmark: [^\]]*\]\s?")
# Kinds whose numbers are set apart by a space in a chain of numbers, and the kind that is numbered through a whole document.
SET_APART = {"annex", "faq", "table", "row", "header", "footer", "cell"}
NUMBERED_THROUGHOUT = {"article"}


@dataclass
class Clause:
    """A clause: its place in the text (lines from 1; characters from 0, end exclusive), number, heading and kind."""

    id: str
    first: int
    last: int
    kind: str
    parent: "Clause | None"
    number: str
    heading: str
    begins: str
    start: int = 0
    end: int = 0
    children: list["Clause"] = field(default_factory=list)

    @property
    def printed_number(self) -> str:
        """The chain of printed numbers, outermost first (二（一）5); the nearest heading where none is printed."""
        chain: list[Clause] = []
        node: Clause | None = self
        while node:
            if node.number:
                chain.append(node)
            if node.number and node.kind in NUMBERED_THROUGHOUT:
                break
            node = node.parent
        if not chain:
            node = self
            while node and not node.heading:
                node = node.parent
            return node.heading if node else self.id
        chain.reverse()
        text = chain[0].number
        for before, after in zip(chain, chain[1:]):
            text += (" " if SET_APART & {before.kind, after.kind} else "") + after.number
        return text


def squeeze(text: str) -> str:
    """The text without white space and conversion artefacts, as quotes are compared."""
    return re.sub(r"\s+", "", ARTEFACT.sub("", text))


def clean(text: str) -> str:
    """The text as shown: conversion artefacts dropped, outer white space trimmed."""
    return ARTEFACT.sub("", text).strip()


def read(folder: Path) -> tuple[str, list[Clause]]:
    """The official text of a policy's folder and its clauses, in the order of the outline.

    Raises FaultyGraph naming the file and line of each row that cannot be read, lies outside its parent, overlaps a
    sibling or begins with words that are not there, and each line of the text that no clause holds.
    """
    text = (folder / "text.txt").read_text(encoding="utf-8")
    lines = text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    path = folder / "outline.tsv"
    where = f"{folder.name}/outline.tsv"
    faults: list[Fault] = []
    clauses: dict[str, Clause] = {}
    rows = path.read_text(encoding="utf-8").split("\n")
    if rows[0].rstrip().split("\t") != COLUMNS:
        raise FaultyGraph([Fault(f"{where}:1", f"the columns are {rows[0]!r}", "They must be " + " ".join(COLUMNS) + ", tab-separated")])
    for n, row in enumerate(rows[1:], 2):
        if not row.strip():
            continue
        cells = [c.strip() for c in row.split("\t")]
        cells += [""] * (len(COLUMNS) - len(cells))
        id_, span, kind, parent, number, heading, begins = cells[: len(COLUMNS)]
        match = re.fullmatch(r"(\d+)(?:-(\d+))?", span)
        if not match or len(cells) > len(COLUMNS):
            faults.append(Fault(f"{where}:{n}", f"the row {row[:60]!r} is not readable", "Give " + ", ".join(COLUMNS) + " with lines as 35 or 29-31"))
            continue
        first, last = int(match[1]), int(match[2] or match[1])
        if not 1 <= first <= last <= len(lines):
            faults.append(Fault(f"{where}:{n}", f"lines {span} are not in the text of {len(lines)} lines", "Give lines of the text"))
            continue
        if id_ in clauses:
            faults.append(Fault(f"{where}:{n}", f"the id {id_} is given twice", "Give each clause its own id"))
            continue
        if parent and parent not in clauses:
            faults.append(Fault(f"{where}:{n}", f"the parent {parent} does not stand above", "List a clause after its parent"))
            continue
        clause = Clause(id_, first, last, kind, clauses.get(parent), number, heading, begins, starts[first - 1], starts[last] - 1)
        if clause.parent:
            if not (clause.parent.first <= first and last <= clause.parent.last):
                faults.append(Fault(f"{where}:{n}", f"{id_} (lines {span}) lies outside its parent {parent}", f"Widen {parent} or narrow {id_}"))
                continue
            clause.parent.children.append(clause)
        clauses[id_] = clause
    for clause in clauses.values():
        faults += _place_inner(clause, text, where)
    faults += _ownership(list(clauses.values()), lines, folder.name)
    if faults:
        raise FaultyGraph(faults)
    return text, list(clauses.values())


def _place_inner(parent: Clause, text: str, where: str) -> list[Fault]:
    """Place the children of a clause that begin inside a line, and see that siblings do not overlap."""
    faults = []
    inner = [c for c in parent.children if c.begins]
    cursor: dict[int, int] = {}
    for clause in inner:
        line_start = max(clause.start, parent.start)
        at = text.find(clause.begins, cursor.get(clause.first, line_start), clause.end)
        if at < 0:
            faults.append(Fault(f"{where} {clause.id}", f"line {clause.first} has no {clause.begins!r} after its earlier siblings", "Give the words the clause begins with, in the order of the text"))
            continue
        clause.start = at
        cursor[clause.first] = at + len(clause.begins)
    for before, after in zip(inner, inner[1:]):
        if before.first == after.first:
            before.end = after.start
    for before, after in zip(outer := [c for c in parent.children if not c.begins], outer[1:]):
        if after.first <= before.last:
            faults.append(Fault(f"{where} {after.id}", f"its lines overlap those of {before.id}", "Siblings must not overlap, and stand in the order of the text"))
    return faults


def _ownership(clauses: list[Clause], lines: list[str], folder: str) -> list[Fault]:
    """Every line that is not blank lies in exactly one top clause."""
    holders: dict[int, list[str]] = {}
    for clause in clauses:
        if clause.parent is None:
            for n in range(clause.first, clause.last + 1):
                holders.setdefault(n, []).append(clause.id)
    faults = []
    for n, line in enumerate(lines, 1):
        if not clean(line):
            continue
        held = holders.get(n, [])
        if len(held) != 1:
            faults.append(Fault(f"{folder}/text.txt:{n}", f"the line {line.strip()[:24]!r} lies in {'no clause' if not held else ' and '.join(held)}", "Every line must lie in exactly one clause of outline.tsv"))
    return faults
