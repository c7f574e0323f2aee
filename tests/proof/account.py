"""A world whose account others use too, where requests arrive late, and where states are lost and restored."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from rcsplan.backend.local import LocalStore
from rcsplan.bsg.client import SendClient
from rcsplan.bsg.session import Session
from rcsplan.bsg.transport import InProcessTransport
from rcsplan.campaign.message import WIRE_TIME
from rcsplan.campaign.schedule import horizon
from rcsplan.operations.stop import live_campaigns, stop_campaigns
from rcsplan.sandbox.account import Account, Moderation
from rcsplan.sandbox.app import create_app
from rcsplan.sandbox.faults import ConnectionDropped
from rcsplan.state.model import StopCause
from tests.proof.campaigns import identity_of, text_of
from tests.proof.people import WAITING
from tests.proof.world import BEGINNING, Clock, World

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.proof.campaigns import Campaign

SEND = "/api/campaigns/rcs/send-groups"
KYIV = ZoneInfo("Europe/Kyiv")

#: The message of other people: the ledger tells by it that a campaign is none of ours.
_OTHERS = "a campaign of other people"

#: Whoever was held back longer than ttl, deadline and settle arrives after its absence was taken for conclusive.
SETTLED = timedelta(seconds=150)

#: What is to start sooner is not worth holding back: nobody could stop it any more.
_ROOM = timedelta(minutes=10)
_MINUTE = timedelta(minutes=1)


class ListeningClock(Clock):
    """A clock that stops wherever something is due on its way forward."""

    def __init__(self) -> None:
        self._instant = BEGINNING
        self.due: list[tuple[datetime, Callable[[], None]]] = []

    @property
    def instant(self) -> datetime:
        """What it shows."""
        return self._instant

    @instant.setter
    def instant(self, goal: datetime) -> None:
        while self.due and min(self.due, key=_moment)[0] <= goal:
            first = min(self.due, key=_moment)
            self.due.remove(first)
            self._instant = max(self._instant, first[0])
            first[1]()
        self._instant = max(self._instant, goal)


@dataclass
class SharedAccount(World):
    """A world in which other people submit, stop and moderate, and whose submissions may be held back on their way.

    `hold_back` is for how long the next submission is held back, None for not at all; `late` are the campaigns of
    those that arrived when nobody waited for them any more; `forgotten` those that a lost or restored state does not
    know.
    """

    clock: ListeningClock = field(default_factory=ListeningClock)
    hold_back: timedelta | None = None
    on_their_way: int = 0
    late: set[int] = field(default_factory=set)
    forgotten: set[int] = field(default_factory=set)

    # What the provider holds.

    def ledger(self):
        """What the provider accepted of ours, oldest first."""
        return [entry for entry in super().ledger() if entry["payload"]["options"]["text"] != _OTHERS]

    def application(self):
        """The provider, before which a submission may be held back."""
        application = super().application()

        def holding(environ, start_response):
            if self.hold_back is None or environ["PATH_INFO"] != SEND:
                return application(environ, start_response)
            self._keep(environ["wsgi.input"].read(), self.hold_back)
            self.hold_back = None
            raise ConnectionDropped("request")

        return holding

    def _keep(self, body: bytes, span: timedelta) -> None:
        self.on_their_way += 1
        self.clock.due.append((self.clock() + span, lambda: self._deliver(body, is_late=span > SETTLED)))

    def _deliver(self, body: bytes, *, is_late: bool) -> None:
        self.on_their_way -= 1
        document = json.loads(body)
        if starts_at(document) - self.clock() < _ROOM:
            return
        before = {entry["id"] for entry in self.ledger()}
        self._submit(document)
        if is_late:
            self.late |= {entry["id"] for entry in self.ledger()} - before

    # What people do.

    def stop(self, address: str) -> None:
        """`rcsplan stop ADDRESS`."""
        stop_campaigns(self.target(), live_campaigns(self.target(), (address,)), lock_timeout=0)

    @cached_property
    def _session(self) -> Session:
        transport = InProcessTransport(create_app(self.simulator), dropped=ConnectionDropped)
        return Session(base_url="http://127.0.0.1", api_key="test_of_others", transport=transport)

    def _submit(self, document: dict) -> None:
        self._session.submit("POST", SEND, body=document, deadline_seconds=60)

    def others_submit(self, sender: str, start: datetime) -> None:
        """Other people submit a campaign of their own."""
        text = start.astimezone(KYIV).strftime(WIRE_TIME)
        self._submit({"groups": [1864290], "sender": sender, "start_at": text, "options": {"text": _OTHERS}})

    def others_stop(self, remote_id: int) -> None:
        """Other people stop a campaign in the provider's panel."""
        SendClient(self._session).stop(remote_id)

    def moderate(self, *, refuses: bool) -> None:
        """Let moderation refuse whatever the sender Beta submits from now on, or nothing."""
        strict = Moderation(minutes=1, refuse=True, senders=("Beta",))
        self.simulator.seed(Account(moderation=strict if refuses else None))

    # What becomes of the state.

    def copy_state(self, name: str) -> None:
        """Keep a copy of the state, and of its journal, under a name."""
        shutil.copytree(self.state_file.parent, self._copies / name, dirs_exist_ok=True)

    def restore_state(self, name: str, *, with_journal: bool) -> None:
        """Put a copy of the state back, with its journal or beside the present one."""
        for file in self._parts(with_journal=with_journal):
            file.unlink(missing_ok=True)
            copy = self._copies / name / file.name
            if copy.exists():
                shutil.copy(copy, file)

    def lose_state(self) -> None:
        """Lose the state and all that lies beside it."""
        for file in self._parts(with_journal=True):
            file.unlink(missing_ok=True)

    def break_lock(self) -> None:
        """`rcsplan state unlock`."""
        LocalStore(self.state_file).unlock()

    def note_forgotten(self) -> None:
        """Note which acceptances the state does not know any more."""
        self.forgotten = {entry["id"] for entry in self.unrecorded()}

    @property
    def _copies(self) -> Path:
        return self.folder / "copies"

    def _parts(self, *, with_journal: bool) -> tuple[Path, ...]:
        journal = self.state_file.with_name(self.state_file.name + ".journal")
        return (self.state_file, journal) if with_journal else (self.state_file,)

    def close(self) -> None:
        """Let go of the simulator's file and of the other people's connection."""
        self._session.close()
        super().close()

    # The two promises.

    def unrecorded(self) -> list[dict]:
        """Acceptances that no record knows and no open intent stands for."""
        state = self.state()
        if state is None:
            return self.ledger()
        records = [record for entry in state.sends.values() for record in entry.revisions.values()]
        told = {record.late_id for record in records} | {*state.not_ours}
        known = state.sends.claimed_ids() | told
        # By its message, for an address may have been renamed before it was ever applied.
        in_doubt = [record for record in records if record.intent is not None]
        open_names = {identity_of({"payload": record.payload}).name for record in in_doubt}
        return [
            entry for entry in self.ledger() if entry["id"] not in known and identity_of(entry).name not in open_names
        ]

    def lost(self) -> list[str]:
        """Acceptances that no record knows and no open intent stands for, though no state was lost."""
        if self.state() is None:
            return []
        return sorted(
            f"campaign {entry['id']} of {identity_of(entry).name} is in no record"
            for entry in self.unrecorded()
            if entry["id"] not in self.forgotten
        )

    def doubles(self) -> list[str]:
        """Sends that the provider holds twice, and addresses of which two campaigns wait for their starts."""
        sends = Counter(identity_of(entry) for entry in self.reaching())
        waiting = Counter(identity_of(entry).name for entry in self.reaching() if entry["status"] in WAITING)
        return sorted(
            [
                *(f"{one.name} r{one.revision} was accepted {n} times" for one, n in sends.items() if n > 1),
                *(f"{name} waits {n} times" for name, n in waiting.items() if n > 1),
            ]
        )

    def undone(self) -> list[str]:
        """What is wanted, ahead and not scheduled exactly so, and what is scheduled and not wanted."""
        now = self.clock()
        # Its own second puts a start off by up to a minute.
        may = {one.origin: _told(one) for one in self.wanted.values() if one.at + _MINUTE > now}
        must = {
            one.origin: _told(one)
            for one in self.wanted.values()
            if now + _ROOM < one.at <= horizon(now, KYIV) and not self._is_put_to_rest(one)
        }
        waiting = [_found(entry) for entry in self.ledger() if entry["status"] in WAITING]
        return sorted(
            [
                *(f"{told} is wanted and not scheduled" for told in must.values() if told not in waiting),
                *(f"{told} is scheduled and not wanted" for told in waiting if told not in may.values()),
            ]
        )

    def _is_put_to_rest(self, one: Campaign) -> bool:
        """Whether a person stopped the revision by command, or skipped it."""
        entry = self.state().records_of(one.name)
        record = entry.revisions.get(one.revision)
        commanded = record is not None and record.stop is not None and record.stop.cause is StopCause.COMMAND
        return commanded or one.revision in entry.skipped

    def reaching(self) -> list[dict]:
        """Acceptances that may still reach people, or did."""
        return [entry for entry in self.ledger() if entry["status"] not in {"stopped", "spam"} or entry["sent"]]


def starts_at(document: dict) -> datetime:
    """The start that a submission asks for."""
    return datetime.strptime(document["start_at"], WIRE_TIME).replace(tzinfo=KYIV).astimezone(UTC)


def _told(one: Campaign) -> tuple[str, str, datetime]:
    """What a manifest says: its text, its sender and its minute."""
    return text_of(one), one.sender, one.at


def _found(entry: dict) -> tuple[str, str, datetime]:
    """What the provider was told."""
    payload = entry["payload"]
    return payload["options"]["text"], payload["sender"], starts_at(payload).replace(second=0)


def _moment(due: tuple[datetime, Callable[[], None]]) -> datetime:
    return due[0]
