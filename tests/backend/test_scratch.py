"""A store that lies is found out by its probes."""

import pytest

from rcsplan.backend.local import LocalStore
from rcsplan.backend.scratch import LOCK_EXCLUDES, READS_BACK, SEES_BROKEN_LOCK, probe_scratch
from rcsplan.errors import StateDamaged


class Lying:
    """A store on disk with one thing about it changed."""

    def __init__(self, path):
        self._store = LocalStore(path)

    def __getattr__(self, name):
        return getattr(self._store, name)


class Forgetful(Lying):
    """Gives back what was there before."""

    def load(self):
        return None


class Garbling(Lying):
    """Gives back what cannot be read."""

    def load(self):
        raise StateDamaged("It is torn")


class Twofold(Lying):
    """Lets everybody in."""

    def lock(self, info, *, timeout):
        self._store.unlock()
        return self._store.lock(info, timeout=timeout)


class Blind(Lying):
    """Tells nobody that a lock was broken."""

    def unlock(self):
        return None


def broken(kind, tmp_path):
    probes = probe_scratch(lambda: kind(tmp_path / "state.json"))
    return {probe.question: probe.detail for probe in probes if not probe.holds}


@pytest.mark.parametrize(
    ("kind", "question", "detail"),
    [
        (Forgetful, READS_BACK, "Something else was read than was written."),
        (Garbling, READS_BACK, "It is torn"),
        (Twofold, LOCK_EXCLUDES, "Two sessions held the same lock at once."),
        (Blind, SEES_BROKEN_LOCK, "The session took its lock for unbroken."),
    ],
)
def test_a_lie_is_found_out(kind, question, detail, tmp_path):
    assert broken(kind, tmp_path) == {question: detail}


def test_nothing_is_said_of_an_honest_store(tmp_path):
    assert broken(LocalStore, tmp_path) == {}


def test_probing_a_local_store_leaves_no_file_behind(tmp_path):
    LocalStore(tmp_path / "crm.json").probe()
    assert list(tmp_path.iterdir()) == []
