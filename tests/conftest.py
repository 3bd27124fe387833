"""The service over the real data, opened once for all tests."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings
from serving import Serving, ready

from zhicheng.answering.service import Service, open_service
from zhicheng.knowledge import loading
from zhicheng.settings import Settings
from zhicheng.web.app import create_app

ROOT = Path(__file__).resolve().parents[1]

# The same examples on every run, so that a change is judged by what it changed; `make fuzz` draws new ones, and more of them.
hypothesis_settings.register_profile("same", derandomize=True, deadline=None)
hypothesis_settings.register_profile("new", deadline=None, max_examples=int(os.environ.get("ZHICHENG_EXAMPLES", "300")))
hypothesis_settings.load_profile("new" if os.environ.get("ZHICHENG_EXAMPLES") else "same")


@pytest.fixture(scope="session")
def home() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def kept(tmp_path_factory) -> str:
    """A cache folder for this service and all servers, so that only the first start puts everything together."""
    return str(tmp_path_factory.mktemp("kept"))


@pytest.fixture(scope="session")
def service(home, kept) -> Service:
    return open_service(home, Path(kept))


@pytest.fixture(scope="module")
def server(home, tmp_path_factory, kept) -> Iterator[Serving]:
    """A server of its own, with two workers."""
    serving = Serving(tmp_path_factory.mktemp("server"), home, ZHICHENG_WORKERS="2", ZHICHENG_CACHE=kept)
    yield serving
    if serving.process.poll() is None:
        serving.end()


@pytest.fixture(scope="session")
def graph(service) -> loading.Graph:
    return service.graph


@pytest.fixture(scope="session")
def client(service):
    return ready(create_app(service))


@pytest.fixture
def settings(home, tmp_path) -> Settings:
    return Settings.read({"ZHICHENG_HOME": str(home), "ZHICHENG_CACHE": str(tmp_path / "cache")})


@pytest.fixture
def copy(home, tmp_path) -> Path:
    """A copy of ontology/, data/ and queries/ to plant faults in."""
    for part in ("ontology", "data", "queries"):
        shutil.copytree(home / part, tmp_path / "home" / part)
    return tmp_path / "home"
