"""The recovery file: durable, private, gone when it is empty."""

import errno
import os

import pytest

from rcsplan.backend.recovery import RecoveryFile
from rcsplan.errors import StateError, StateUnwritable
from rcsplan.state.recovery import unconfirmed
from tests.backend.disks import FullDisk, SteppedDisk
from tests.backend.stores import put
from tests.builders import LINEAGE, make_state, make_unknown_record

OTHER = "8c7c4d50-0000-4000-8000-000000000000"


def kept(number, *, lineage=LINEAGE):
    return unconfirmed(make_state([("spring-sale", make_unknown_record())], lineage=lineage), [put(number)])


@pytest.fixture
def path(tmp_path):
    return tmp_path / ".rcsplan" / "production.recovery"


def test_where_nothing_was_kept_there_is_no_file(path):
    assert (RecoveryFile(path).entries(LINEAGE), path.exists()) == ((), False)


def test_what_is_kept_is_there_in_its_order(path):
    RecoveryFile(path).keep(kept(1))
    RecoveryFile(path).keep(kept(2))
    assert RecoveryFile(path).entries(LINEAGE) == (*kept(1), *kept(2))


def test_the_file_is_for_its_owner_alone(path):
    RecoveryFile(path).keep(kept(1))
    assert path.stat().st_mode & 0o777 == 0o600


def test_what_is_added_after_a_torn_line_is_read(path):
    RecoveryFile(path).keep(kept(1))
    path.write_bytes(path.read_bytes() + b"0123456789abcdef {torn")
    RecoveryFile(path).keep(kept(2))
    assert RecoveryFile(path).entries(LINEAGE) == (*kept(1), *kept(2))


def test_forgetting_removes_the_file(path):
    RecoveryFile(path).keep(kept(1))
    RecoveryFile(path).forget(LINEAGE)
    assert not path.exists()


def test_what_is_kept_for_another_state_is_not_forgotten(path):
    RecoveryFile(path).keep((*kept(1), *kept(2, lineage=OTHER)))
    RecoveryFile(path).forget(LINEAGE)
    assert (RecoveryFile(path).entries(LINEAGE), RecoveryFile(path).entries(OTHER)) == ((), kept(2, lineage=OTHER))


@pytest.mark.parametrize("step", [1, 2, 3])
def test_a_disk_that_does_not_confirm_is_told(path, step):
    path.parent.mkdir()
    disk = SteppedDisk(fails_at=step, error=OSError(errno.EIO, os.strerror(errno.EIO)))
    with pytest.raises(StateUnwritable, match="cannot be written"):
        RecoveryFile(path, disk=disk).keep(kept(1))


def test_a_disk_that_runs_full_leaves_what_was_kept(path):
    RecoveryFile(path).keep(kept(1))
    disk = FullDisk()
    disk.is_full = True
    with pytest.raises(StateUnwritable):
        RecoveryFile(path, disk=disk).keep(kept(2))
    assert RecoveryFile(path).entries(LINEAGE) == kept(1)


def test_a_file_that_cannot_be_read_is_told(path):
    path.mkdir(parents=True)
    with pytest.raises(StateError, match="cannot be read"):
        RecoveryFile(path).entries(LINEAGE)


def test_a_file_that_cannot_be_replaced_is_told(path):
    RecoveryFile(path).keep((*kept(1), *kept(2, lineage=OTHER)))
    disk = FullDisk()
    disk.is_full = True
    with pytest.raises(StateUnwritable, match="cannot be removed"):
        RecoveryFile(path, disk=disk).forget(LINEAGE)
