"""A store and several processes: locks exclude, may outlive their holders, and readers need none."""

import os
import random
import signal
import time

import pytest

from rcsplan.errors import StateLocked
from tests.backend.processes import COUNT, HOLD, RECORD, RECORD_AND_DIE, confirmed
from tests.backend.stores import KINDS, LASTING_LOCKS, STORES, kinds, lock, make_info, number_in
from tests.builders import make_state


@pytest.fixture(params=kinds({"local", "postgres"}))
def kind(request):
    return request.param


@pytest.fixture
def place(tmp_path, open_store):
    """The folder in which a state was begun."""
    with lock(open_store()) as session:
        session.create(make_state())
    return tmp_path / "state"


@pytest.fixture
def start(programs, kind, place):
    """Starts a program on the state, and returns when it has said its first word."""

    def start_program(program, *arguments):
        process = programs.start(program, kind, place, *arguments)
        process.stdout.readline()
        return process

    return start_program


def holder_after_a_moment(store):
    """Who holds the lock, once whoever has to notice a death had half a minute for it."""
    deadline = time.monotonic() + 30
    while store.holder() is not None and time.monotonic() < deadline:
        time.sleep(0.01)
    return store.holder()


def test_a_lock_excludes_other_processes(start, open_store):
    start(HOLD)
    with pytest.raises(StateLocked, match="locked by me@here"):
        lock(open_store())
    assert open_store().holder() == make_info("hold")


def test_who_waits_gets_the_lock_when_it_is_free(start, open_store):
    holder = start(HOLD)
    holder.stdin.close()
    with lock(open_store(), timeout=30) as session:
        assert session.state is not None


@pytest.mark.parametrize("kind", sorted(set(STORES) - LASTING_LOCKS))
def test_the_lock_of_a_killed_process_is_free(start, open_store):
    holder = start(HOLD)
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert holder_after_a_moment(open_store()) is None
    with lock(open_store()) as session:
        assert session.state is not None


@pytest.mark.parametrize("kind", [kind for kind in KINDS if set(kind.values) & LASTING_LOCKS])
def test_the_lock_of_a_killed_process_stays_where_the_store_cannot_know_until_somebody_breaks_it(start, open_store):
    holder = start(HOLD)
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert (open_store().holder(), open_store().unlock()) == (make_info("hold"), make_info("hold"))
    with lock(open_store()) as session:
        assert session.state is not None


def test_processes_that_change_the_same_record_lose_no_change(start, open_store):
    counters = [start(COUNT, 10) for _ in range(3)]
    ended = [counter.communicate("go\n")[1] for counter in counters]
    assert (number_in(open_store().load()), len(ended)) == (30, 3)


def test_a_reader_without_a_lock_never_misses_what_was_recorded(start, open_store, tmp_path, kind):
    start(RECORD, tmp_path / "counter")
    reads = 300 if kind == "local" else 60
    seen = [(confirmed(tmp_path / "counter"), number_in(open_store().load())) for _ in range(reads)]
    assert [(before, read) for before, read in seen if read < before] == []


@pytest.mark.parametrize("kills", [20, pytest.param(1000, marks=pytest.mark.full)])
def test_a_process_killed_at_any_instant_loses_nothing_that_it_recorded(start, open_store, tmp_path, kind, kills):
    mother, seeded = start(RECORD_AND_DIE, tmp_path / "counter"), random.Random(20)
    longest = 0.03 if kind == "local" else 0.15

    def after_a_kill():
        mother.stdin.write("go\n")
        mother.stdin.flush()
        child = int(mother.stdout.readline())
        time.sleep(seeded.uniform(0, longest))
        os.kill(child, signal.SIGKILL)
        mother.stdout.readline()
        return number_in(open_store().load()) - confirmed(tmp_path / "counter")

    # One more than was confirmed may have been recorded: the child had no time left to say so.
    assert {after_a_kill() for _ in range(kills)} <= {0, 1}
