"""The service over each kind of store in turn; tests here see it under the names under which others see the one in memory."""

import pytest
from servers import SERVERS
from serving import ready

from zhicheng.__main__ import main
from zhicheng.answering.service import Service, open_service
from zhicheng.knowledge.stores import Place
from zhicheng.web.app import create_app

KINDS = ["disk", *SERVERS]


@pytest.fixture(scope="session")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def memory(home, cache) -> Service:
    return open_service(home, cache)


@pytest.fixture(scope="session", params=SERVERS)
def server(request, tmp_path_factory):
    """Each server, empty."""
    with SERVERS[request.param](tmp_path_factory.mktemp(request.param)) as running:
        yield running


@pytest.fixture(scope="session", params=KINDS)
def place(request, home, cache, memory, tmp_path_factory):
    """Where each kind of store holds the graph."""
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "disk":
        yield Place(str(folder))
        return
    with SERVERS[request.param](folder) as running, pytest.MonkeyPatch.context() as environment:
        for name, value in (("HOME", home), ("CACHE", cache), ("STORE_USER", running.user), ("STORE_PASSWORD", running.password), ("STORE", "")):
            environment.setenv(f"ZHICHENG_{name}", str(value))
        assert main(["load", "--to", running.to]) == 0
        suffix = {"oxigraph": "/query"}.get(request.param, "")
        yield Place(running.to + suffix, seconds=30)


@pytest.fixture(scope="session")
def service(place, home, cache, memory) -> Service:
    return open_service(home, cache, place)


@pytest.fixture(scope="session")
def graph(service):
    return service.graph


@pytest.fixture(scope="session")
def client(service):
    return ready(create_app(service))
