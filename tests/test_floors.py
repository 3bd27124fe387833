"""Imports run one way: a floor of the package imports only what stands below it."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "service" / "zhicheng"
FLOORS = [{"settings", "errors", "terms", "__init__"}, {"knowledge"}, {"answering"}, {"web"}, {"__main__"}]
# Libraries that one place alone may know.
ALONE = {"SPARQLWrapper": {"knowledge/remote"}, "requests": {"knowledge/endpoints"}, "flask": {"web"}, "werkzeug": {"web"}, "granian": {"web/server"}, "spacy": {"answering/linking"}, "pyshacl": {"knowledge/checking"}, "jsonschema_rs": {"answering/eligibility/schema"}, "yaml": {"knowledge/catalogue", "web/openapi"}}
MODULES = sorted(PACKAGE.rglob("*.py"))


def floor(name: str) -> int:
    return next(n for n, names in enumerate(FLOORS) if name in names)


def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name} has a relative import"
            names |= {node.module} | ({f"zhicheng.{a.name}" for a in node.names} if node.module == "zhicheng" else set())
    return names


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_imports_only_what_stands_below(path):
    here = path.relative_to(PACKAGE).with_suffix("").as_posix()
    top = here.split("/")[0]
    for name in imported(path):
        parts = name.split(".")
        if parts[0] == "zhicheng":
            below = parts[1] if len(parts) > 1 and parts[1] != "__version__" else "__init__"
            assert floor(below) <= floor(top), f"{here} imports {name}, which stands above it"
            assert not (floor(top) == 0 and below not in FLOORS[0]), f"{here} imports {name}"
        elif parts[0] in ALONE:
            assert ALONE[parts[0]] & {top, here}, f"{here} imports {parts[0]}, which only {ALONE[parts[0]]} may know"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_modules_fit_on_a_few_screens(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400
