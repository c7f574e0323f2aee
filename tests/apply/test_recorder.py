"""One durable write for many threads: each returns when its own changes are safe, and an error reaches all."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from rcsplan.apply.recorder import Recorder
from rcsplan.errors import LockLost, StateUnwritable
from rcsplan.state.model import DropRecord


class SlowSession:
    """Confirms a write only when it is let go on, and notices when two threads use it at once."""

    def __init__(self, *, error=None):
        self.batches = []
        self.checks = 0
        self.begun = threading.Event()
        self.let_go = threading.Event()
        self.error = error
        self._in_use = threading.Lock()

    def record(self, changes):
        assert self._in_use.acquire(blocking=False)
        self.batches.append([change.address for change in changes])
        self.begun.set()
        self.let_go.wait(5)
        self._in_use.release()
        if self.error:
            raise self.error

    def check(self):
        assert self._in_use.acquire(blocking=False)
        self.checks += 1
        self._in_use.release()


def change(name):
    return DropRecord(address=f"send-{name}", revision=1)


@pytest.fixture
def pool():
    with ThreadPoolExecutor(12) as pool:
        yield pool


def waiting(recorder, number):
    """Wait until so many changes wait for the next write."""
    with recorder._ready:
        while len(recorder._pending.changes) < number:
            recorder._ready.wait(0.001)


def test_a_write_is_confirmed_before_its_thread_goes_on(pool):
    session = SlowSession()
    future = pool.submit(Recorder(session).record, change(0))
    session.begun.wait(5)
    assert not future.done()
    session.let_go.set()
    assert future.result(5) is None


def test_what_comes_during_a_write_is_written_together(pool):
    session = SlowSession()
    recorder = Recorder(session)
    first = pool.submit(recorder.record, change("first"))
    session.begun.wait(5)
    others = [pool.submit(recorder.record, change(n)) for n in range(10)]
    waiting(recorder, 10)
    session.let_go.set()
    assert [future.result(5) for future in (first, *others)] == [None] * 11
    assert [len(batch) for batch in session.batches] == [1, 10]
    assert set(session.batches[1]) == {f"send-{n}" for n in range(10)}


def test_changes_of_one_call_stay_together_and_in_order(pool):
    session = SlowSession()
    session.let_go.set()
    Recorder(session).record(change(3), change(1), change(2))
    assert session.batches == [["send-3", "send-1", "send-2"]]


def test_under_load_nothing_is_lost_or_written_twice(pool):
    session = SlowSession()
    session.let_go.set()
    recorder = Recorder(session)
    list(pool.map(lambda n: (recorder.check(), recorder.record(change(n))), range(300)))
    written = [address for batch in session.batches for address in batch]
    assert (sorted(written), session.checks) == (sorted(f"send-{n}" for n in range(300)), 300)


def test_an_error_reaches_everybody_who_waits(pool):
    session = SlowSession(error=StateUnwritable("The disk is full"))
    recorder = Recorder(session)
    futures = [pool.submit(recorder.record, change("first"))]
    session.begun.wait(5)
    futures += [pool.submit(recorder.record, change(n)) for n in range(3)]
    waiting(recorder, 3)
    session.let_go.set()
    assert [type(future.exception(5)) for future in futures] == [StateUnwritable] * 4
    assert len(session.batches) == 1


@pytest.mark.parametrize("later", [lambda recorder: recorder.record(change(1)), lambda recorder: recorder.check()])
def test_after_a_failed_write_everything_fails_alike(later):
    session = SlowSession(error=StateUnwritable("The disk is full"))
    session.let_go.set()
    recorder = Recorder(session)
    with pytest.raises(StateUnwritable):
        recorder.record(change(0))
    session.error = None
    with pytest.raises(StateUnwritable):
        later(recorder)
    assert (len(session.batches), session.checks) == (1, 0)


def test_a_failed_write_of_any_kind_is_remembered():
    session = SlowSession(error=MemoryError())
    session.let_go.set()
    recorder = Recorder(session)
    with pytest.raises(MemoryError):
        recorder.record(change(0))
    with pytest.raises(MemoryError):
        recorder.check()


class Keeper:
    """Remembers what it was asked to keep."""

    def __init__(self):
        self.kept = []

    def keep(self, state, changes):
        self.kept.append((state, [change.address for change in changes]))


@pytest.fixture
def failing():
    """A session whose writes fail, and a recorder with somebody who keeps what they held."""
    session, keeper = SlowSession(error=StateUnwritable("The disk is full")), Keeper()
    session.state = "as it was"
    session.let_go.set()
    return session, keeper, Recorder(session, keeper=keeper)


def test_what_a_store_did_not_confirm_is_given_to_be_kept(failing):
    _, keeper, recorder = failing
    with pytest.raises(StateUnwritable):
        recorder.record(change(0), change(1))
    assert keeper.kept == [("as it was", ["send-0", "send-1"])]


def test_what_comes_after_a_failed_write_is_kept_as_well(failing):
    session, keeper, recorder = failing
    with pytest.raises(StateUnwritable):
        recorder.record(change(0))
    session.error = None
    with pytest.raises(StateUnwritable):
        recorder.record(change(1))
    assert [addresses for _, addresses in keeper.kept] == [["send-0"], ["send-1"]]


def test_what_a_store_confirmed_is_not_kept(failing):
    session, keeper, recorder = failing
    session.error = None
    recorder.record(change(0))
    assert keeper.kept == []


@pytest.mark.parametrize("error", [KeyboardInterrupt(), LockLost("Somebody else has it")], ids=["killed", "lock lost"])
def test_who_dies_or_was_succeeded_keeps_nothing(failing, error):
    session, keeper, recorder = failing
    session.error = error
    with pytest.raises(type(error)):
        recorder.record(change(0))
    assert keeper.kept == []


def test_a_lost_lock_is_told_by_the_check():
    class Broken(SlowSession):
        def check(self):
            raise LockLost("The lock of the state was broken")

    with pytest.raises(LockLost):
        Recorder(Broken()).check()
