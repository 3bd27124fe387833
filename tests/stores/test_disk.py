"""The graph on disk: made once, shared by processes, renewed with the data, and a clear word where the folder is no good."""

import subprocess
import sys
import time

import pytest

from zhicheng.answering.service import open_service
from zhicheng.errors import StoreFailure
from zhicheng.knowledge import stores
from zhicheng.knowledge.stores import DiskStore, Place

COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"


def count(store) -> int:
    (row,) = store.query(COUNT)
    return int(row["n"].value)


def test_it_is_made_once_and_opens_at_once_after(home, cache, memory, tmp_path):
    first = open_service(home, cache, Place(str(tmp_path / "graph"))).store
    made = sorted((tmp_path / "graph").iterdir())
    assert len(made) == 1 and len(first) == count(first) == len(memory.store)
    begun = time.monotonic()
    again = DiskStore(tmp_path / "graph", memory.graph, made[0].name.removeprefix(stores.PREFIX))
    assert time.monotonic() - begun < 2 and count(again) == len(memory.store)
    assert sorted((tmp_path / "graph").iterdir()) == made


def test_two_processes_read_one_folder(memory, tmp_path):
    store = DiskStore(tmp_path, memory.graph, "v")
    program = f"from pyoxigraph import Store; print(len(Store.read_only({str(tmp_path / 'graph-v')!r})))"
    other = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert int(other.stdout) == count(store)


def test_the_versions_before_the_last_two_are_removed(memory, tmp_path):
    for version in ("a", "b", "c"):
        DiskStore(tmp_path, memory.graph, version)
        time.sleep(0.01)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["graph-b", "graph-c"]


def test_one_that_was_never_finished_is_not_used(memory, tmp_path):
    (tmp_path / ".filling-x").mkdir()
    assert count(DiskStore(tmp_path, memory.graph, "v")) == len(memory.store)


@pytest.mark.parametrize("harm", ["emptied", "cut short", "a file"])
def test_a_corrupt_or_impossible_folder_is_said_to_be_so(memory, tmp_path, harm):
    if harm == "a file":
        (tmp_path / "graph").write_text("no folder")
        with pytest.raises(StoreFailure, match="ZHICHENG_STORE"):
            DiskStore(tmp_path / "graph", memory.graph, "v")
        return
    DiskStore(tmp_path, memory.graph, "v")
    for file in (tmp_path / "graph-v").iterdir():
        if harm == "emptied":
            file.unlink()
        elif file.suffix == ".sst" or file.name.startswith("MANIFEST"):
            file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    with pytest.raises(StoreFailure, match="may be deleted"):
        store = DiskStore(tmp_path, memory.graph, "v")
        count(store)
