"""The files of a local state: who may read them, what stands beside them, and what becomes of them by other hands."""

import os
import shutil
import stat

import pytest

from rcsplan.backend.local import LocalStore
from rcsplan.errors import LockLost, StateDamaged, StateError, StateUnwritable
from rcsplan.state.journal import format_entry
from rcsplan.state.text import parse_state
from tests.backend.disks import DiskWithoutLinks
from tests.backend.stores import lock, number_in, put
from tests.builders import make_record, make_state


@pytest.fixture
def path(tmp_path):
    return tmp_path / ".rcsplan" / "crm.state.json"


@pytest.fixture
def begun(path):
    with lock(LocalStore(path)) as session:
        session.create(make_state())
    return path


def beside(path, ending):
    return path.with_name(path.name + ending)


def save(path, *numbers, disk=None):
    """A run that saves after each number."""
    with lock(LocalStore(path, disk=disk)) as session:
        for number in numbers:
            session.record([put(number)])
            session.save()


def leave_unsaved(path, *numbers):
    """A run that ends before it saves."""
    with lock(LocalStore(path)) as session:
        for number in numbers:
            session.record([put(number)])


@pytest.mark.parametrize("ending", ["", ".journal", ".lock", ".backup"])
def test_every_file_is_for_the_owner_alone(begun, ending):
    save(begun, 1)
    assert stat.S_IMODE(beside(begun, ending).stat().st_mode) == 0o600


def test_a_file_that_others_could_read_is_for_the_owner_alone_once_saved(begun):
    begun.chmod(0o644)
    save(begun, 1)
    assert stat.S_IMODE(begun.stat().st_mode) == 0o600


def test_nothing_else_is_left_behind(begun):
    save(begun, 1, 2)
    leave_unsaved(begun, 3)
    names = {path.name.removeprefix(begun.name) for path in begun.parent.iterdir()}
    assert names == {"", ".journal", ".lock", ".backup"}


def test_a_first_state_has_no_backup(begun):
    assert not beside(begun, ".backup").exists()


@pytest.mark.parametrize("disk", [None, DiskWithoutLinks()])
def test_the_backup_is_the_previous_serial(begun, disk):
    save(begun, 1, 2, 3, disk=disk)
    backup = parse_state(beside(begun, ".backup").read_text(encoding="utf-8"), name="backup")
    assert (backup.serial, number_in(backup), LocalStore(begun).load().serial) == (2, 2, 3)


def test_the_journal_is_empty_once_saved(begun):
    save(begun, 1)
    assert beside(begun, ".journal").read_bytes() == b""


def test_recording_leaves_the_file_of_the_state_alone(begun):
    before = begun.read_bytes()
    leave_unsaved(begun, 1)
    assert begun.read_bytes() == before


def put_back(path, contents):
    path.write_bytes(contents)
    # A clock that ticks more slowly than two writes must not hide the second.
    os.utime(path, ns=(1, 1))


@pytest.mark.parametrize("act", ["check", "save"])
def test_a_file_put_back_during_a_run_is_noticed(begun, act):
    older = begun.read_bytes()
    save(begun, 1)
    with lock(LocalStore(begun)) as session:
        session.record([put(2)])
        put_back(begun, older)
        with pytest.raises(LockLost, match="changed by somebody else during this run"):
            getattr(session, act)()


def test_a_file_removed_during_a_run_is_noticed(begun):
    with lock(LocalStore(begun)) as session:
        begun.unlink()
        with pytest.raises(LockLost):
            session.record([put(1)])


def test_a_file_put_back_after_a_run_that_did_not_save_is_noticed(begun):
    older = begun.read_bytes()
    save(begun, 1)
    leave_unsaved(begun, 2)
    put_back(begun, older)
    with pytest.raises(StateDamaged, match="newer than the state beside it"):
        LocalStore(begun).load()
    with pytest.raises(StateDamaged, match="newer than the state beside it"):
        lock(LocalStore(begun))


def test_what_was_noticed_stays_until_the_newest_file_is_back(begun):
    older = begun.read_bytes()
    save(begun, 1)
    leave_unsaved(begun, 2)
    newest = begun.read_bytes()
    put_back(begun, older)
    with pytest.raises(StateDamaged):
        lock(LocalStore(begun))
    put_back(begun, newest)
    assert number_in(LocalStore(begun).load()) == 2


@pytest.mark.parametrize("act", [LocalStore.load, lock])
def test_a_journal_without_its_state_is_no_reason_to_begin_anew(begun, act):
    leave_unsaved(begun, 1)
    begun.unlink()
    with pytest.raises(StateDamaged, match="the journal of a state that is gone"):
        act(LocalStore(begun))


def test_a_state_that_was_lost_before_anything_was_recorded_can_begin_anew(begun):
    begun.unlink()
    with lock(LocalStore(begun)) as session:
        session.create(make_state(lineage="another"))
        session.record([put(1)])
    assert number_in(LocalStore(begun).load()) == 1


def test_a_journal_left_of_an_earlier_serial_adds_nothing_and_is_emptied(begun):
    leave_unsaved(begun, 1)
    stale = beside(begun, ".journal").read_bytes()
    save(begun, 2)
    beside(begun, ".journal").write_bytes(stale)
    with lock(LocalStore(begun)) as session:
        assert (number_in(session.state), beside(begun, ".journal").read_bytes()) == (2, b"")


def number_with(path, journal):
    """The number that a reader finds beside a journal of these bytes."""
    beside(path, ".journal").write_bytes(journal)
    return number_in(LocalStore(path).load())


def test_a_journal_torn_at_any_byte_even_inside_a_letter_keeps_what_was_before(begun):
    torn = put(2).model_copy(update={"record": make_record(remote_id=2, payload={"text": "Знижка 🛍"})})
    leave_unsaved(begun, 1)
    first = beside(begun, ".journal").read_bytes()
    both = first + format_entry(LocalStore(begun).load(), [torn]).encode()
    assert {number_with(begun, both[:length]) for length in range(len(first), len(both))} == {1}
    assert number_with(begun, both) == 2


def test_a_run_that_finds_a_torn_journal_saves_what_was_before(begun):
    leave_unsaved(begun, 1)
    with beside(begun, ".journal").open("ab") as journal:
        journal.write("Знижка".encode()[:-1])
    save(begun, 2)
    assert (number_in(LocalStore(begun).load()), LocalStore(begun).load().serial) == (2, 2)


@pytest.mark.parametrize("contents", [b"", b"\xff\xfe", "Весна".encode()[:-1], b"\0" * 4096, b"[" * 100_000])
def test_a_damaged_file_is_an_error_that_says_how_to_recover(begun, contents):
    begun.write_bytes(contents)
    with pytest.raises(StateDamaged) as caught:
        LocalStore(begun).load()
    assert "backup" in caught.value.hint


def test_a_folder_in_the_place_of_the_file_is_an_error(path):
    path.mkdir(parents=True)
    with pytest.raises(StateError) as caught:
        LocalStore(path).load()
    assert caught.value.detail == "Is a directory"


@pytest.fixture
def below_a_file(tmp_path):
    """A place where nothing can be made, not even by an administrator."""
    (tmp_path / "file").touch()
    return LocalStore(tmp_path / "file" / "crm.state.json")


def test_where_no_folder_can_be_made_there_is_no_lock(below_a_file):
    with pytest.raises(StateUnwritable) as caught:
        lock(below_a_file)
    assert caught.value.hint.startswith("Make room, or make the folder writable")


def test_where_no_folder_can_be_there_is_nothing_to_read(below_a_file):
    with pytest.raises(StateError) as caught:
        below_a_file.load()
    assert (caught.value.detail, below_a_file.holder()) == ("Not a directory", None)


def test_a_state_can_be_moved_with_its_files(begun, tmp_path):
    leave_unsaved(begun, 1)
    shutil.copytree(begun.parent, tmp_path / "elsewhere")
    assert number_in(LocalStore(tmp_path / "elsewhere" / begun.name).load()) == 1
