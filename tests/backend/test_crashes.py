"""A local state after a crash at every step of writing it: the old or the new, and all that was confirmed."""

from collections import Counter
from dataclasses import dataclass

import pytest

from rcsplan.backend.local import LocalStore
from rcsplan.errors import StateUnwritable
from tests.backend.disks import Crash, ForgetfulDisk, SteppedDisk
from tests.backend.stores import lock, number_in, put
from tests.builders import make_state


@dataclass
class Progress:
    """What a run was told to be safe, and what it was about to do next; -1 stands for no state at all."""

    confirmed: int = -1
    begun: int = -1


def live(path, disk, progress):
    """A life of a state: it is begun, recorded to, saved, left unsaved, found again, and saved once more."""
    with lock(LocalStore(path, disk=disk)) as session:
        progress.begun = 0
        session.create(make_state())
        progress.confirmed = 0
        record(session, progress, 1, 2)
        session.save()
        record(session, progress, 3, 4)
        session.save()
        record(session, progress, 5, 6)
    with lock(LocalStore(path, disk=disk)) as session:
        record(session, progress, 7, 8)
        session.save()


def record(session, progress, *numbers):
    for number in numbers:
        progress.begun = number
        session.record([put(number)])
        progress.confirmed = number


def live_until_crash(path, disk):
    progress = Progress()
    with pytest.raises(Crash):
        live(path, disk, progress)
    return progress


def loaded(path):
    """The number that a reader finds."""
    state = LocalStore(path).load()
    return -1 if state is None else number_in(state)


def carried_on(path):
    """The number that a next run finds once it has recorded one more and saved: that one."""
    with lock(LocalStore(path)) as session:
        if session.state is None:
            session.create(make_state())
        session.record([put(99)])
        session.save()
    return loaded(path)


STEPS = 64


def test_the_life_of_a_state_has_this_many_steps(tmp_path):
    disk = SteppedDisk()
    live(tmp_path / "new" / "crm.json", disk, Progress())
    assert disk.steps == STEPS


@pytest.mark.parametrize("step", range(1, STEPS + 1))
def test_after_a_crash_of_the_process_at_any_step_nothing_confirmed_is_lost(tmp_path, step):
    path = tmp_path / "new" / "crm.json"
    progress = live_until_crash(path, SteppedDisk(fails_at=step))
    assert loaded(path) in {progress.confirmed, progress.begun}
    assert carried_on(path) == 99


@pytest.mark.parametrize("step", range(1, STEPS + 1))
def test_after_a_crash_of_the_machine_at_any_step_nothing_confirmed_is_lost(tmp_path, step):
    disk = ForgetfulDisk(fails_at=step)
    (tmp_path / "before").mkdir()
    progress = live_until_crash(tmp_path / "before" / "new" / "crm.json", disk)
    disk.restore(tmp_path / "before", tmp_path / "after")
    path = tmp_path / "after" / "new" / "crm.json"
    assert loaded(path) in {progress.confirmed, progress.begun}
    assert carried_on(path) == 99


def refusal_of(path, step, progress):
    """What a run is told when the disk refuses one step, an empty text where it goes on."""
    disk = SteppedDisk(fails_at=step, error=OSError(5, "Input/output error"))
    try:
        live(path, disk, progress)
    except StateUnwritable as error:
        return error.detail
    return ""


@pytest.mark.parametrize("step", range(1, STEPS + 1))
def test_whichever_step_the_disk_refuses_nothing_confirmed_is_lost(tmp_path, step):
    path, progress = tmp_path / "new" / "crm.json", Progress()
    refusal_of(path, step, progress)
    assert loaded(path) in {progress.confirmed, progress.begun}
    assert carried_on(path) == 99


def test_every_step_that_the_disk_refuses_stops_the_run_but_links_for_which_it_copies(tmp_path):
    refusals = Counter(refusal_of(tmp_path / str(step) / "crm.json", step, Progress()) for step in range(1, STEPS + 1))
    assert refusals == {"": 4, "Input/output error. What was not recorded was not submitted.": STEPS - 4}
