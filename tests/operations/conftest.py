"""Projects with a simulator and a state of their own; and a whole rcsplan over every kind of store."""

import contextlib

import pytest

from rcsplan.sandbox.store import SandboxStore
from tests.apply.rig import Clock
from tests.backend.stores import STORES, serving
from tests.operations.kinds import KINDS
from tests.operations.shop import Shop
from tests.proof.world import opened_world


@pytest.fixture
def shop(tmp_path):
    """A project without manifests; the only list of its sends has 1,240 contacts."""
    clock = Clock()
    sandbox = SandboxStore(tmp_path / "sandbox.db", real_clock=clock)
    yield Shop(folder=tmp_path / "project", sandbox=sandbox, clock=clock)
    sandbox.close()


@pytest.fixture
def places(tmp_path):
    """Opens a store of a kind at a named place, as another process would; its server runs while the test does."""
    with contextlib.ExitStack() as servers:
        served = set()

        def open_at(kind, place):
            if place not in served:
                servers.enter_context(serving(kind, tmp_path / place))
                served.add(place)
            return STORES[kind](tmp_path / place)

        yield open_at


@pytest.fixture(params=KINDS)
def kind(request):
    """A kind of store."""
    return request.param


@pytest.fixture
def open_at(kind, places):
    """Opens a store of the kind by the name of its place."""
    return lambda place: places(kind, place)


@pytest.fixture
def world(open_at, tmp_path):
    """A project with a state that was begun and is empty; its store is at the place `state`."""
    with opened_world(tmp_path / "world", open_store=lambda _: open_at("state")) as world:
        yield world
