"""A place for a state, and the store of every kind that keeps it there."""

import contextlib
import functools
import uuid

import pytest

from tests.backend.http_rig import HttpRig
from tests.backend.postgres_server import execute, server
from tests.backend.processes import Programs
from tests.backend.proxies import Proxy
from tests.backend.stores import KINDS, STORES, serving


@pytest.fixture(params=KINDS)
def kind(request):
    return request.param


@pytest.fixture
def home(kind, tmp_path):
    """The place of a store, with the server that it needs."""
    with serving(kind, tmp_path / "state"):
        yield tmp_path / "state"


@pytest.fixture
def open_store(kind, home):
    """Opens the store anew, as another run of rcsplan would."""
    return functools.partial(STORES[kind], home)


@pytest.fixture
def store(open_store):
    return open_store()


@pytest.fixture
def programs():
    """Starts programs in processes of their own, and ends those that still run when the test is over."""
    with Programs() as programs:
        yield programs


@pytest.fixture
def database():
    """The name of an empty PostgreSQL database for this test alone."""
    name = f"test_{uuid.uuid4().hex}"
    execute("postgres", f"CREATE DATABASE {name}")
    yield name
    execute("postgres", f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def sql(database):
    """Runs a statement in that database as its administrator, and returns the rows."""
    return functools.partial(execute, database)


@pytest.fixture
def proxy():
    """What stands between a store and the PostgreSQL server, and can cut or silence the line."""
    proxy = Proxy(server().port)
    yield proxy
    proxy.close()


@pytest.fixture
def serve():
    """Serves a dialect until the test is over."""
    with contextlib.ExitStack() as rigs:
        yield lambda dialect, **settings: rigs.enter_context(HttpRig(dialect, **settings))
