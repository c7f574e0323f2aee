"""A local state on a disk without room: the run is told, and nothing that was recorded is lost."""

import pytest

from rcsplan.backend.local import LocalStore
from rcsplan.errors import StateUnwritable
from tests.backend.disks import FullDisk
from tests.backend.processes import LOCK_WITHOUT_ROOM, RECORD_WITHOUT_ROOM
from tests.backend.stores import lock, number_in, put
from tests.builders import make_state


@pytest.fixture
def path(tmp_path):
    return tmp_path / "crm.state.json"


@pytest.fixture
def disk():
    return FullDisk()


@pytest.fixture
def session(path, disk):
    with lock(LocalStore(path, disk=disk)) as session:
        session.create(make_state())
        session.record([put(1)])
        yield session


def test_a_change_without_room_is_refused_in_words(session, disk):
    disk.is_full = True
    with pytest.raises(StateUnwritable) as caught:
        session.record([put(2)])
    assert caught.value.detail == "No space left on device. What was not recorded was not submitted."


def test_a_change_without_room_is_made_neither_in_memory_nor_on_the_disk(session, disk, path):
    disk.is_full = True
    with pytest.raises(StateUnwritable):
        session.record([put(2)])
    assert (number_in(session.state), number_in(LocalStore(path).load())) == (1, 1)


def test_when_there_is_room_again_recording_goes_on(session, disk, path):
    disk.is_full = True
    with pytest.raises(StateUnwritable):
        session.record([put(2)])
    disk.is_full = False
    session.record([put(3)])
    assert number_in(LocalStore(path).load()) == 3


def test_a_save_without_room_leaves_the_file_and_the_journal(session, disk, path):
    disk.is_full = True
    with pytest.raises(StateUnwritable):
        session.save()
    state = LocalStore(path).load()
    assert (number_in(state), state.serial) == (1, 0)


def test_what_is_recorded_after_a_save_that_failed_is_there(session, disk, path):
    disk.is_full = True
    with pytest.raises(StateUnwritable):
        session.save()
    disk.is_full = False
    session.record([put(2)])
    assert number_in(LocalStore(path).load()) == 2


def test_a_save_that_failed_can_be_made_when_there_is_room_again(session, disk, path):
    disk.is_full = True
    with pytest.raises(StateUnwritable):
        session.save()
    disk.is_full = False
    session.save()
    state = LocalStore(path).load()
    assert (number_in(state), state.serial) == (1, 1)


def test_a_next_run_that_finds_no_room_to_save_leaves_the_lock_free(session, disk, path):
    session.release()
    disk.is_full = True
    store = LocalStore(path, disk=disk)
    with pytest.raises(StateUnwritable):
        lock(store)
    assert (store.holder(), number_in(store.load())) == (None, 1)


def test_where_the_system_refuses_to_write_all_that_was_confirmed_is_there(programs, tmp_path):
    store = LocalStore(tmp_path / "crm.state.json")
    with lock(store) as session:
        session.create(make_state())
    program = programs.start(RECORD_WITHOUT_ROOM, "local", tmp_path, 10_000)
    recorded, detail = program.communicate()[0].splitlines()
    assert detail == "File too large. What was not recorded was not submitted."
    assert number_in(store.load()) == int(recorded)


def test_where_the_system_refuses_to_write_the_holder_there_is_no_lock(programs, tmp_path):
    program = programs.start(LOCK_WITHOUT_ROOM, "local", tmp_path)
    assert program.communicate()[0].splitlines() == ["The lock file cannot be written: File too large"] * 2
