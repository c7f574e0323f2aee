"""The lock file of a local state."""

import contextlib
import fcntl
import os
import threading

import pytest

from rcsplan.backend import file_lock
from rcsplan.backend.protocol import locked_by
from rcsplan.errors import LockLost, StateLocked, StateUnwritable
from tests.backend.stores import make_info


@pytest.fixture
def path(tmp_path):
    return tmp_path / "crm.state.json.lock"


@pytest.fixture
def acquire(path):
    """Takes the lock for the time of the test."""
    with contextlib.ExitStack() as stack:

        def acquire_lock(*, timeout=0):
            lock = file_lock.acquire(path, make_info(), timeout=timeout)
            stack.callback(lock.release)
            return lock

        yield acquire_lock


def test_the_file_stays_when_the_lock_is_free_and_names_nobody(acquire, path):
    acquire().release()
    assert (path.read_bytes(), file_lock.holder_of(path)) == (b"", None)


def test_a_name_that_a_dead_holder_left_is_no_lock(acquire, path):
    acquire()
    left = path.read_bytes()
    path.unlink()
    path.write_bytes(left)
    assert file_lock.holder_of(path) is None


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"id": 1}', '{"created": "yesterday"}', "[" * 5000])
def test_a_holder_that_cannot_be_read_holds_the_lock_all_the_same(acquire, path, text):
    acquire()
    path.write_text(text)
    with pytest.raises(StateLocked, match="locked by another run"):
        acquire()
    assert file_lock.holder_of(path) is None


def test_who_held_a_lock_whose_file_was_just_removed_is_not_known(path):
    assert locked_by(file_lock._named_holder(path)).summary == "The state is locked by another run"


def test_a_lock_whose_file_was_removed_is_lost(acquire, path):
    lock = acquire()
    path.unlink()
    with pytest.raises(LockLost, match="was broken"):
        lock.check()


def test_a_lock_whose_file_was_replaced_is_lost(acquire, path):
    lock = acquire()
    path.unlink()
    acquire()
    with pytest.raises(LockLost, match="was broken"):
        lock.check()


def test_whoever_only_looks_for_the_holder_turns_nobody_away(acquire, path):
    looking = os.open(path, os.O_RDWR | os.O_CREAT)
    fcntl.flock(looking, fcntl.LOCK_EX)
    looked = threading.Timer(0.05, os.close, [looking])
    looked.start()
    acquire()
    looked.join()
    assert file_lock.holder_of(path) == make_info()


def test_a_file_in_the_place_of_the_folder_is_an_error(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StateUnwritable) as caught:
        file_lock.acquire(tmp_path / "file" / "crm.lock", make_info(), timeout=0)
    assert caught.value.detail == "Not a directory"


def test_a_file_that_cannot_be_locked_is_an_error():
    closed = 1_000_000
    with pytest.raises(StateUnwritable) as caught:
        file_lock._try_lock(closed)
    assert caught.value.detail == "Bad file descriptor"
