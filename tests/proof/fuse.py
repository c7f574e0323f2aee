"""A fuse that counts the steps of a run, and kills it at one of them; and stores and disks whose steps pass it."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from rcsplan.backend.http_session import HttpSession
from rcsplan.errors import StateError, StateUnwritable
from tests.backend.disks import Crash, ForgetfulDisk, SteppedDisk

if TYPE_CHECKING:
    from collections.abc import Callable

    from rcsplan.backend.protocol import StateSession, StateStore


#: The calls of a store and its sessions that can fail, and how.
CALLS = {
    **dict.fromkeys(("load", "lock", "check", "unlock", "probe"), StateError),
    **dict.fromkeys(("create", "replace", "record", "save", "release"), StateUnwritable),
}


@dataclass(slots=True)
class Outage:
    """A store that is away from a step on, for so many of its calls: each is not executed, or its answer is lost."""

    start: int
    calls: int
    struck: int = 0

    def befall(self, number: int, name: str) -> None:
        """Fail, if this is a step of a call, and the outage is not over.

        Raises:
            StateError: it is not.
        """
        call = name.partition(":")[0]
        if call in CALLS and number >= self.start and self.struck < self.calls:
            self.struck += 1
            raise CALLS[call]("The store is away", detail=f"It does not answer ({name}).")


class Fuse:
    """Counts the steps of a run and kills it at one of them; whoever is dead does nothing more.

    Instead of dying, something else may happen at that step, whose own steps do not count; then the run goes on.
    """

    def __init__(self) -> None:
        self.steps: list[str] = []
        self.has_burnt = False
        self._at: int | None = None
        self._happens: Callable[[], object] | None = None
        self._interrupted = False
        self._lock = threading.Lock()
        self._outage = Outage(start=0, calls=0)

    @property
    def outages(self) -> int:
        """How many calls of the store failed since the fuse was armed."""
        return self._outage.struck

    def arm(self, step: int | None, happens: Callable[[], object] | None = None) -> None:
        """Count from one again, and burn through at that step, or let something else happen there; None: at no step."""
        self.steps, self.has_burnt, self._at, self._happens = [], False, step, happens
        self._outage = Outage(start=0, calls=0)

    def begin_outage(self, step: int, *, calls: int) -> None:
        """Count from one again, and let so many calls of the store fail from that step on."""
        self.arm(None)
        self._outage = Outage(step, calls)

    def step(self, name: str) -> None:
        """Note that something is about to happen, or has just happened.

        Raises:
            Crash: the process dies here.
            StateError: the store is away.
        """
        with self._lock:
            if self._interrupted:
                return
            if self.has_burnt:
                raise Crash
            self.steps.append(name)
            self._outage.befall(len(self.steps), name)
            if len(self.steps) != self._at:
                return
            if self._happens is None:
                self.has_burnt = True
                raise Crash
            self._interrupted = True
        try:
            self._happens()
        finally:
            self._interrupted = False

    def around(self, name: str, act: Callable[[], object]) -> object:
        """Do something between two steps."""
        self.step(f"{name}: before")
        done = act()
        self.step(f"{name}: after")
        return done


class FusedDisk(SteppedDisk):
    """A disk of which each call is a step; a write is half done by who dies at it."""

    def __init__(self, fuse: Fuse) -> None:
        super().__init__()
        self._fuse = fuse

    def _step(self, name: str) -> None:
        self._fuse.step(f"disk: {name}")


class FusedForgetfulDisk(FusedDisk, ForgetfulDisk):
    """The same of a machine that loses its power: only what was synced is left."""


@dataclass(frozen=True, slots=True)
class FusedStore:
    """Any store, with a step before and after each call; `frees_locks` says that a lock dies with its holder."""

    store: StateStore
    fuse: Fuse
    frees_locks: bool

    @property
    def location(self) -> str:
        return self.store.location

    def load(self):
        return self.fuse.around("load", self.store.load)

    def lock(self, info, *, timeout: float) -> FusedSession:
        self.fuse.step("lock: before")
        session = FusedSession(self.store.lock(info, timeout=timeout), self.fuse, frees_lock=self.frees_locks)
        try:
            self.fuse.step("lock: after")
        except (Crash, StateError):
            session.die()
            raise
        return session

    def holder(self):
        return self.store.holder()

    def unlock(self):
        return self.fuse.around("unlock", self.store.unlock)

    def probe(self):
        return self.fuse.around("probe", self.store.probe)


class FusedSession:
    """Any session, with a step before and after each call."""

    def __init__(self, session: StateSession, fuse: Fuse, *, frees_lock: bool) -> None:
        self._session = session
        self._fuse = fuse
        self._frees_lock = frees_lock

    @property
    def state(self):
        return self._session.state

    def create(self, state) -> None:
        self._fuse.around("create", lambda: self._session.create(state))

    def replace(self, state) -> None:
        self._fuse.around("replace", lambda: self._session.replace(state))

    def check(self) -> None:
        self._fuse.around("check", self._session.check)

    def record(self, changes) -> None:
        self._fuse.around("record", lambda: self._session.record(changes))

    def save(self) -> None:
        self._fuse.around("save", self._session.save)

    def release(self) -> None:
        try:
            self._fuse.around("release", self._session.release)
        except StateError:
            # Whoever gives a lock back never hears that it did not arrive.
            self.die()
        except Crash:
            self.die()
            raise

    def die(self) -> None:
        """What becomes of the lock when its holder dies: the system frees it, or nobody does, and only hangs up."""
        if self._frees_lock:
            self._session.release()
        elif isinstance(self._session, HttpSession):
            self._session._exchange.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_) -> None:
        self.release()
