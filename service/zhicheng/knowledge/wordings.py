"""How people ask for what a document says: data/<policy>/wordings.tsv, one question a line.

Tab-separated, with the header line `fact reply question`. `fact` is the local name of a provision, or of a silence, of the
policy; `reply` the word with which the answer to a yes-or-no question begins (可以, No), else empty.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from zhicheng.errors import Fault, FaultyGraph
from zhicheng.terms import POLICY

HEADER = ["fact", "reply", "question"]
OUT_OF_SCOPE, OUT_OF_SCOPE_HEADER = "out-of-scope.tsv", "question"
LONGEST_REPLY = 12


@dataclass(frozen=True)
class Wording:
    """A question that one fact or silence (IRI) answers, and the word that the answer begins with, if any."""

    subject: str
    reply: str
    text: str


def out_of_scope(home: Path) -> list[str]:
    """Questions that are no matter of any policy held: data/out-of-scope.tsv, one a line below the header `question`; none where there is no such file.

    Raises FaultyGraph where a line is blank, has several columns or is there twice.
    """
    path = home / "data" / OUT_OF_SCOPE
    if not path.exists():
        return []
    place = path.relative_to(home)
    header, *questions = path.read_text(encoding="utf-8").splitlines() or [""]
    faults = [] if header == OUT_OF_SCOPE_HEADER else [Fault(f"{place}:1", f"the header is {header[:60]!r}", f"Begin with: {OUT_OF_SCOPE_HEADER}")]
    seen: set[str] = set()
    for number, question in enumerate(questions, 2):
        if not question.strip() or "\t" in question or question in seen:
            faults.append(Fault(f"{place}:{number}", f"{question[:60]!r} is blank, has several columns or is there already", "Write one question, once"))
        seen.add(question)
    if faults:
        raise FaultyGraph(faults)
    return questions


def read(home: Path, policies: Iterable[str], subjects: Iterable[str]) -> list[Wording]:
    """The wordings of some policies (slugs), of which every one is of a known subject (IRIs).

    Raises FaultyGraph naming file and line where a line has not three columns, names nothing known or asks what another line asks.
    """
    known, wordings, faults = set(subjects), [], []
    for policy in policies:
        path = home / "data" / policy / "wordings.tsv"
        if not path.exists():
            continue
        place, seen = path.relative_to(home), {}
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            cells = line.split("\t")
            if number == 1:
                if cells != HEADER:
                    faults.append(Fault(f"{place}:1", f"the header is {line[:60]!r}", "Begin with: " + "⇥".join(HEADER)))
                continue
            if len(cells) != 3 or not cells[2].strip() or len(cells[1]) > LONGEST_REPLY:
                faults.append(Fault(f"{place}:{number}", f"{line[:60]!r} is not a fact, a reply of at most {LONGEST_REPLY} characters and a question", "Write three columns, separated by tabs"))
                continue
            subject = f"{POLICY}{policy}/{cells[0]}"
            if subject not in known:
                faults.append(Fault(f"{place}:{number}", f"{cells[0]} is no provision or silence of {policy}", "Name one that its Turtle files state"))
            if cells[2] in seen:
                faults.append(Fault(f"{place}:{number}", f"line {seen[cells[2]]} asks the same", "Ask for one thing in these words"))
            seen[cells[2]] = number
            wordings.append(Wording(subject, cells[1], cells[2].strip()))
    if faults:
        raise FaultyGraph(faults)
    return wordings
