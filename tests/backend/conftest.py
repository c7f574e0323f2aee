"""A place for a state, and the store of every kind that keeps it there."""

import functools

import pytest

from tests.backend.processes import Programs
from tests.backend.stores import KINDS, STORES


@pytest.fixture(params=KINDS)
def kind(request):
    return request.param


@pytest.fixture
def open_store(kind, tmp_path):
    """Opens the store anew, as another run of rcsplan would."""
    return functools.partial(STORES[kind], tmp_path / "state")


@pytest.fixture
def store(open_store):
    return open_store()


@pytest.fixture
def programs():
    """Starts programs in processes of their own, and ends those that still run when the test is over."""
    with Programs() as programs:
        yield programs
