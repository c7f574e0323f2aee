"""A whole rcsplan over every kind of store."""

import pytest

from tests.backend.stores import STORES
from tests.operations.kinds import KINDS
from tests.proof.world import opened_world


@pytest.fixture(params=KINDS)
def kind(request):
    """A kind of store."""
    return request.param


@pytest.fixture
def open_at(kind, tmp_path):
    """Opens a store of the kind, as another process would, by the name of its place."""
    return lambda place: STORES[kind](tmp_path / place)


@pytest.fixture
def world(open_at, tmp_path):
    """A project with a state that was begun and is empty; its store is at the place `state`."""
    with opened_world(tmp_path / "world", open_store=lambda _: open_at("state")) as world:
        yield world
