"""Stores that fail, or die, at one of the steps by which a state is changed."""

import itertools

from rcsplan.errors import LockLost, StateUnwritable
from tests.backend.disks import Crash


class Outage:
    """Decides at each step whether it is taken, and whether its answer arrives."""

    def __init__(self, *, at=None, error=None, taken=False):
        self.steps = itertools.count(1)
        self.at = at
        self.error = error or Crash()
        self.taken = taken
        self.reached = 0

    def around(self, step):
        number = self.reached = next(self.steps)
        fails = self.at is not None and number >= self.at
        if not fails or self.taken:
            step()
        if fails:
            raise self.error


def unwritable():
    """The store does not confirm a write."""
    return StateUnwritable("The store cannot be written", detail="It is away.", hint="Wait until it is back.")


def lock_lost():
    """The lock was broken by somebody."""
    return LockLost("The lock of the state was broken")


class FaultyStore:
    """A store whose writes pass an outage."""

    def __init__(self, store, outage):
        self._store = store
        self._outage = outage

    def __getattr__(self, name):
        return getattr(self._store, name)

    def lock(self, info, *, timeout):
        return FaultySession(self._store.lock(info, timeout=timeout), self._outage)


class FaultySession:
    """A session whose writes pass an outage."""

    def __init__(self, session, outage):
        self._session = session
        self._outage = outage

    def __getattr__(self, name):
        return getattr(self._session, name)

    def create(self, state):
        self._outage.around(lambda: self._session.create(state))

    def replace(self, state):
        self._outage.around(lambda: self._session.replace(state))

    def record(self, changes):
        self._outage.around(lambda: self._session.record(changes))

    def save(self):
        self._outage.around(self._session.save)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._session.release()
