"""The lock of a local state is broken at each step of its holder's writing, by somebody who then writes as well."""

import pytest

from rcsplan.backend.local import LocalStore
from rcsplan.errors import LockLost, StateLocked
from tests.backend.disks import SteppedDisk
from tests.backend.stores import lock, number_in, put
from tests.builders import make_state


class MeddledDisk(SteppedDisk):
    """A disk beside which something happens right before its nth step."""

    def __init__(self, *, at=None, meddle=None):
        super().__init__()
        self._at = at
        self._meddle = meddle

    def _step(self, name):
        self.calls.append(name)
        if self.steps == self._at:
            self._meddle()


def write(path, disk, *numbers):
    """A run that records some numbers and saves."""
    with lock(LocalStore(path, disk=disk)) as session:
        for number in numbers:
            session.record([put(number)])
        session.save()


@pytest.fixture
def begun(tmp_path):
    path = tmp_path / "crm.state.json"
    with lock(LocalStore(path)) as session:
        session.create(make_state())
    return path


STEPS = 13


def test_writing_takes_so_many_steps(begun):
    disk = MeddledDisk()
    write(begun, disk, 1)
    assert disk.steps == STEPS


def broken_into(path, step, *numbers):
    """How a run ended whose lock somebody broke at a step of its writing, and what that one said and saw."""
    said = []

    def break_in():
        try:
            LocalStore(path, patience=0).unlock()
        except StateLocked as error:
            said.append(error.summary)
        else:
            write(path, None, *numbers)
            said.append(number_in(LocalStore(path).load()))

    try:
        write(path, MeddledDisk(at=step, meddle=break_in), 1)
    except LockLost:
        return "without the lock", *said
    return "in peace", *said


@pytest.mark.parametrize("numbers", [(), (2,)])
@pytest.mark.parametrize("step", range(1, STEPS + 1))
def test_whoever_breaks_a_lock_is_refused_or_keeps_what_it_wrote(begun, step, numbers):
    ended = broken_into(begun, step, *numbers)
    left = number_in(LocalStore(begun).load())
    assert ended in {("in peace", "The state is being written at this moment"), ("without the lock", left)}


def test_between_two_writes_a_lock_is_broken_at_once(begun):
    with lock(LocalStore(begun)) as session:
        session.record([put(1)])
        assert LocalStore(begun, patience=0).unlock() is not None
        with pytest.raises(LockLost):
            session.record([put(2)])


def record_in_vain(session):
    with pytest.raises(LockLost):
        session.record([put(2)])


@pytest.mark.parametrize("step", range(3, STEPS + 1))
def test_who_lost_the_lock_does_not_wait_for_the_next_holder_to_write(begun, step):
    with lock(LocalStore(begun)) as late:
        late.record([put(1)])
        LocalStore(begun).unlock()
        write(begun, MeddledDisk(at=step, meddle=lambda: record_in_vain(late)), 3)
    assert number_in(LocalStore(begun).load()) == 3
