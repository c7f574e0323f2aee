"""Moving a state between stores: whatever interrupts it, at most one of them can be used, and nothing is lost."""

from dataclasses import replace
from datetime import timedelta

import pytest

from rcsplan.backend.protocol import Probe
from rcsplan.errors import (
    ConfigurationError,
    StateError,
    StateLocked,
    StateMismatch,
    StateMissing,
    StateMoved,
    UsageError,
)
from rcsplan.operations.migrate import migrate
from rcsplan.state.contents import contents_of
from tests.backend.disks import Crash
from tests.backend.stores import lock
from tests.builders import make_state
from tests.operations.faulty import FaultyStore, Outage, unwritable
from tests.operations.kinds import KINDS, THOROUGH
from tests.proof.campaigns import Campaign
from tests.proof.world import BEGINNING

SALE = Campaign("sale", at=BEGINNING + timedelta(days=3))
NEWS = Campaign("news", at=BEGINNING + timedelta(days=4))


@pytest.fixture
def open_there(open_at):
    """Opens the store that the state is moved to, of the same kind as the present one."""
    return lambda: open_at("state-there")


@pytest.fixture(params=KINDS)
def open_other(request, places):
    """Opens a store of any kind that the state is moved to."""
    return lambda: places(request.param, "state-there")


@pytest.fixture
def applied(world):
    """A world in which something was submitted."""
    world.declare(SALE)
    world.apply()
    return world


def move(world, destination):
    return migrate(world.target(), destination)


def usable(*stores):
    """How many of the stores hold a state that an apply would use."""
    states = [store.load() for store in stores]
    return len([state for state in states if state is not None and not state.moved_to])


def test_both_places_hold_the_same(applied, open_other):
    moved = move(applied, open_other())
    assert contents_of(applied.state()) == contents_of(open_other().load()) == moved.contents


def test_what_was_moved_goes_on_at_the_new_place(applied, open_there):
    move(applied, open_there())
    applied.open_store = lambda _: open_there()
    applied.declare(NEWS)
    assert (applied.apply().code, applied.doubles(), len(applied.ledger())) == (0, [], 2)


@pytest.mark.parametrize("command", ["apply", "plan"])
def test_nothing_can_be_done_at_the_old_place(applied, open_there, command):
    moved = move(applied, open_there())
    applied.declare(NEWS)
    run = getattr(applied, command)()
    assert (run.code, type(run.error), moved.location in run.error.detail) == (1, StateMoved, True)
    assert len(applied.ledger()) == 1


def test_the_serial_at_the_new_place_is_higher(applied, open_there):
    moved = move(applied, open_there())
    assert moved.serial == open_there().load().serial > applied.state().serial


def test_a_state_can_be_moved_back(applied, open_other, open_at):
    move(applied, open_other())
    applied.open_store = lambda _: open_other()
    applied.declare(NEWS)
    applied.apply()
    move(applied, open_at("state"))
    applied.open_store = lambda _: open_at("state")
    assert (applied.apply().code, applied.doubles(), len(applied.ledger())) == (0, [], 2)
    assert usable(open_at("state"), open_other()) == 1


#: The copy is created; the old place is marked and saved; the mark of the copy is taken away and that saved.
STEPS = range(1, 6)


@pytest.mark.parametrize("kind", THOROUGH, indirect=True)
@pytest.mark.parametrize("taken", [False, True])
@pytest.mark.parametrize("error", [Crash, unwritable])
@pytest.mark.parametrize("at", STEPS)
def test_wherever_it_is_interrupted_one_place_at_most_can_be_used(applied, open_at, open_there, at, error, taken):
    outage = Outage(at=at, error=error(), taken=taken)
    applied.open_store = lambda _: FaultyStore(open_at("state"), outage)
    with pytest.raises((Crash, StateError)):
        move(applied, FaultyStore(open_there(), outage))
    assert usable(open_at("state"), open_there()) <= 1


@pytest.mark.parametrize("kind", THOROUGH, indirect=True)
@pytest.mark.parametrize("taken", [False, True])
@pytest.mark.parametrize("at", STEPS)
def test_wherever_it_is_interrupted_repeating_it_goes_on(applied, open_at, open_there, at, taken):
    outage = Outage(at=at, taken=taken)
    applied.open_store = lambda _: FaultyStore(open_at("state"), outage)
    with pytest.raises(Crash):
        move(applied, FaultyStore(open_there(), outage))
    applied.open_store = lambda _: open_at("state")
    move(applied, open_there())
    applied.open_store = lambda _: open_there()
    assert (usable(open_at("state"), open_there()), applied.apply().code, len(applied.ledger())) == (1, 0, 1)


def test_a_move_that_did_not_begin_again_leaves_the_old_place_usable(applied, open_at, open_there):
    applied.open_store = lambda _: FaultyStore(open_at("state"), Outage(at=1))
    with pytest.raises(Crash):
        move(applied, open_there())
    applied.open_store = lambda _: open_at("state")
    assert applied.apply().code == 0


def test_a_move_that_was_interrupted_and_forgotten_can_be_made_later(applied, open_at, open_there):
    applied.open_store = lambda _: FaultyStore(open_at("state"), Outage(at=1))
    with pytest.raises(Crash):
        move(applied, open_there())
    applied.open_store = lambda _: open_at("state")
    applied.declare(NEWS)
    applied.apply()
    assert move(applied, open_there()).contents == contents_of(applied.state())


def test_another_state_is_not_overwritten(applied, open_there):
    with lock(open_there()) as session:
        session.create(make_state(lineage="another"))
    with pytest.raises(StateMismatch, match="There is another state"):
        move(applied, open_there())
    assert (open_there().load().lineage, applied.apply().code) == ("another", 0)


def test_a_copy_that_is_in_use_is_not_overwritten(applied, open_there):
    with lock(open_there()) as session:
        session.create(replace(applied.state(), serial=1))
    with pytest.raises(StateError, match="in use there"):
        move(applied, open_there())
    assert applied.apply().code == 0


def test_a_state_that_is_not_there_cannot_be_moved(world, open_at, open_there):
    world.open_store = lambda _: open_at("nowhere")
    with pytest.raises(StateMissing):
        move(world, open_there())
    assert open_there().load() is None


def test_a_state_is_not_moved_to_where_it_is(applied, open_at):
    with pytest.raises(UsageError, match="kept at"):
        move(applied, open_at("state"))


class Untouchable:
    """A store that must not be asked for anything."""

    location = "untouchable"


def test_what_was_moved_elsewhere_cannot_be_moved_from_here(applied, open_at):
    move(applied, open_at("elsewhere"))
    with pytest.raises(StateMoved, match="was moved"):
        move(applied, Untouchable())


@pytest.mark.parametrize("locked", ["here", "there"])
def test_a_state_is_moved_under_both_locks(applied, open_at, open_there, locked):
    with lock({"here": lambda: open_at("state"), "there": open_there}[locked]()), pytest.raises(StateLocked):
        move(applied, open_there())
    assert usable(open_at("state"), open_there()) == 1


class Lying:
    """A store that does not do what it says."""

    def __init__(self, store):
        self._store = store

    def __getattr__(self, name):
        return getattr(self._store, name)


class WithoutLock(Lying):
    """Finds out that it cannot lock."""

    def probe(self):
        return (Probe(question="Does a lock keep a second one out?", holds=False, detail="Two had it."),)


class Forgetful(Lying):
    """Gives back nothing of what was written."""

    def load(self):
        return None


def test_a_store_that_breaks_its_promises_is_refused(applied, open_there):
    with pytest.raises(ConfigurationError, match="does not keep what a state needs") as caught:
        move(applied, WithoutLock(open_there()))
    assert (caught.value.detail, open_there().load()) == ("Does a lock keep a second one out? No. Two had it.", None)


def test_moving_again_to_where_it_is_used_by_now_is_refused(applied, open_there):
    move(applied, open_there())
    here = applied.open_store
    applied.open_store = lambda _: open_there()
    applied.declare(NEWS)
    applied.apply()
    applied.open_store = here
    with pytest.raises(StateMoved):
        move(applied, open_there())


def test_moving_again_to_where_it_left_by_now_is_refused(applied, open_at, open_there):
    here = applied.open_store
    move(applied, open_there())
    applied.open_store = lambda _: open_there()
    move(applied, open_at("third"))
    applied.open_store = here
    with pytest.raises(StateMoved):
        move(applied, open_there())
    assert usable(open_at("state"), open_there(), open_at("third")) == 1


def test_where_the_proof_fails_the_state_stays(applied, open_there):
    with pytest.raises(StateError, match="does not give back what was written"):
        move(applied, Forgetful(open_there()))
    assert applied.apply().code == 0
