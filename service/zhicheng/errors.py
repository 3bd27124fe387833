"""What can go wrong, each with what was asked, why it cannot be, and what would work."""

from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True, order=True)
class Fault:
    """One defect of the graph's files, as one line: where, what is wrong, what would be right."""

    where: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.where}: {self.problem}. {self.remedy}"


class ZhichengError(Exception):
    """The base of all errors that this package raises on purpose."""


class FaultyGraph(ZhichengError):
    """The files under ontology/, data/ or queries/ do not make a sound graph; `faults` says where."""

    def __init__(self, faults: list[Fault]):
        self.faults = faults
        shown = "\n".join(f"  {fault}" for fault in faults[:20])
        more = f"\n  … and {len(faults) - 20} more" if len(faults) > 20 else ""
        super().__init__(f"{len(faults)} fault(s) in the graph:\n{shown}{more}")


class Unknown(ZhichengError):
    """A name that is not known; says which are, and which was probably meant."""

    def __init__(self, kind: str, asked: str, known: list[str]):
        self.kind, self.asked, self.known = kind, asked, sorted(known)
        near = get_close_matches(asked, self.known, n=1, cutoff=0.5)
        listed = ", ".join(self.known[:40]) + (", …" if len(self.known) > 40 else "")
        guess = f" Did you mean {near[0]}?" if near else ""
        super().__init__(f'Unknown {kind} "{asked}". Known: {listed}.{guess}')


class Invalid(ZhichengError):
    """A value that cannot be used; says which, why, and what would work."""

    def __init__(self, name: str, problem: str, remedy: str):
        self.name, self.problem, self.remedy = name, problem, remedy
        super().__init__(f"{name} {problem}. {remedy}")


class InvalidMember(Invalid):
    """A member of a JSON document that cannot be used; `pointer` is its JSON Pointer (RFC 6901), empty for the document itself.

    `chinese` says what is wrong and what would work in Chinese, without the name of the member.
    """

    def __init__(self, pointer: str, problem: str, remedy: str, chinese: str = ""):
        self.pointer, self.chinese = pointer, chinese
        super().__init__(pointer or "The document", problem, remedy)


class InvalidMembers(InvalidMember):
    """Several members of a JSON document that cannot be used; `faults` names each, by pointer."""

    def __init__(self, faults: list[InvalidMember]):
        self.faults = sorted(faults, key=str)
        first, more = self.faults[0], len(self.faults) - 1
        super().__init__(first.pointer, first.problem, first.remedy + (f" ({more} more, in errors)" if more else ""))


class StoreFailure(ZhichengError):
    """The store did not answer, or answered with something that is no result; asking again may help after `retry_after` seconds.

    `down` says that it answers nobody at present.
    """

    def __init__(self, said: str, retry_after: int = 5, down: bool = False):
        self.retry_after, self.down = retry_after, down
        super().__init__(said)
