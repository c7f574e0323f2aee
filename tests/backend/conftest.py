"""A place for a state, and the store of every kind that keeps it there."""

import contextlib
import functools

import pytest

from tests.backend.http_rig import HttpRig
from tests.backend.processes import Programs
from tests.backend.stores import STORES, serving


@pytest.fixture(params=STORES)
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
def serve():
    """Serves a dialect until the test is over."""
    with contextlib.ExitStack() as rigs:
        yield lambda dialect, **settings: rigs.enter_context(HttpRig(dialect, **settings))
