"""rcsplan with one line of its safety missing: stores, sessions, disks and clients that leave it out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rcsplan.backend.local import LocalSession, LocalStore
from rcsplan.errors import OutcomeUnknown
from rcsplan.state.changes import make_changes
from rcsplan.state.model import PutRecord
from tests.proof.fuse import FusedForgetfulDisk

if TYPE_CHECKING:
    from tests.proof.world import World

_BEYOND_THE_DUPLICATE_GUARD = 5.0


class _Passing:
    """Something with all its methods but those that a mutant has of its own."""

    def __init__(self, inner: object) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> object:
        return getattr(self._inner, name)


class _ForgetfulSession(_Passing):
    """A session that keeps no intent: it knows them, as long as it lives."""

    def record(self, changes):
        make_changes(self._inner.state, [change for change in changes if _is_intent(change)])
        lasting = [change for change in changes if not _is_intent(change)]
        if lasting:
            self._inner.record(lasting)


def _is_intent(change) -> bool:
    return isinstance(change, PutRecord) and change.record.intent is not None


class StoreWithoutIntents(_Passing):
    """A store whose `record` of an intent does nothing that outlives the process."""

    def lock(self, info, *, timeout):
        return _ForgetfulSession(self._inner.lock(info, timeout=timeout))


class _UncheckedSession(LocalSession):
    def check(self) -> None:
        """Ask nobody."""


class _NoLock:
    def check(self) -> None:
        """Nothing was locked."""

    def release(self) -> None:
        """Nothing was locked."""


def _unchecked(store: LocalStore, lock) -> _UncheckedSession:
    session = _UncheckedSession(store._path, store._journal, lock, store._disk)
    session.load()
    return session


class StoreWithoutChecks(LocalStore):
    """A store whose sessions never ask whether they still hold the lock."""

    def lock(self, info, *, timeout):
        return _unchecked(self, super().lock(info, timeout=timeout)._lock)


class StoreWithoutLock(LocalStore):
    """A store that gives everybody a session at once."""

    def lock(self, *_, **__):
        return _unchecked(self, _NoLock())


class ForgetfulDisk(FusedForgetfulDisk):
    """A disk that is never told to keep anything."""

    def fsync(self, _):
        self._step("fsync")


class RetryingClient(_Passing):
    """A client that submits again where it does not know the outcome."""

    def __init__(self, inner, sleep):
        super().__init__(inner)
        self._sleep = sleep

    def send_groups(self, body, **options):
        try:
            return self._inner.send_groups(body, **options)
        except OutcomeUnknown:
            self._sleep(_BEYOND_THE_DUPLICATE_GUARD)
            return self._inner.send_groups(body, **options)


class BelievingClient(_Passing):
    """A client that takes every stop for done, without asking for it."""

    def __init__(self, inner):
        super().__init__(inner)
        self._stopped = set()

    def stop(self, campaign_id, **_):
        self._stopped.add(campaign_id)

    def campaign(self, campaign_id):
        campaign = self._inner.campaign(campaign_id)
        return campaign.model_copy(update={"status": "stopped"}) if campaign_id in self._stopped else campaign


def hurry(world: World) -> None:
    """Let a world take the first look at the account for the last word."""
    settings = world.project / "rcsplan.yaml"
    text = settings.read_text("utf-8")
    settings.write_text(text.replace("timezone:", "settle: 1s, deadline: 1s, intent_ttl: 1s, timezone:"), "utf-8")
