"""What the two promises are counted by: the provider's ledger, the state beside it, and what the manifests want."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rcsplan.state.phase import LIVE, phase_of
from tests.proof.campaigns import Identity, identity_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from tests.proof.campaigns import Campaign

#: Statuses in which a campaign may still send everything.
_AHEAD = frozenset({"creation", "moderation", "scheduled"})


@dataclass(frozen=True, slots=True)
class Memory:
    """What a runner knows of its submissions: their ids, and how many of each send are open, with no id yet."""

    ids: frozenset[int] = frozenset()
    open: Counter[Identity] = field(default_factory=Counter)


def memory_of(state) -> Memory:
    """What a state of rcsplan knows."""
    if state is None:
        return Memory()
    stand: Counter[Identity] = Counter()
    for identity, record in _records(state):
        stand[identity] += (record.intent is not None) + len(record.watched)
    return Memory(state.sends.claimed_ids(), stand)


def doubles(ledger: Iterable[dict]) -> list[str]:
    """Sends that the provider holds twice: two campaigns of one address that may still reach people, or did."""
    entries = list(ledger)
    reached = Counter(identity_of(entry) for entry in entries if reaches_people(entry))
    ahead = Counter(identity_of(entry).name for entry in entries if entry["status"] in _AHEAD)
    twice = {one.name: f"{one.name} r{one.revision} was accepted {n} times" for one, n in reached.items() if n > 1}
    scheduled = {name: f"{name} is scheduled {n} times" for name, n in ahead.items() if n > 1}
    return sorted({**scheduled, **twice}.values())


def reaches_people(entry: dict) -> bool:
    """Whether a campaign of the ledger has sent something, or still may."""
    return entry["status"] != "stopped" or bool(entry["sent"])


def lost(ledger: Iterable[dict], memory: Memory) -> list[str]:
    """Acceptances that nobody knows the id of, and that no open submission of the same send stands for."""
    unclaimed: dict[Identity, list[int]] = {}
    for entry in ledger:
        if entry["id"] not in memory.ids:
            unclaimed.setdefault(identity_of(entry), []).append(entry["id"])
    return sorted(
        f"campaign {remote_id} of {identity.name} r{identity.revision} is in no record"
        for identity, ids in unclaimed.items()
        for remote_id in ids[memory.open[identity] :]
    )


def differences(ledger: Iterable[dict], state, wanted: Collection[Campaign], now: datetime) -> list[str]:
    """Where state, provider and manifests disagree once everything has settled."""
    recorded = {
        record.remote_id: tuple(identity)
        for identity, record in _records(state)
        if phase_of(record) in LIVE and (record.remote is None or record.remote.status in _AHEAD)
    }
    live = {entry["id"]: tuple(identity_of(entry)) for entry in ledger if entry["status"] in _AHEAD}
    ahead = {(one.origin, one.revision) for one in wanted if one.at > now}
    return sorted(
        [
            *(f"{what} differs between state and provider" for what in set(recorded.items()) ^ set(live.items())),
            *(f"{what} is wanted or scheduled, and not both" for what in ahead ^ set(live.values())),
        ]
    )


def _records(state):
    """Every record, with the identity that its messages tell: by the first name that its address had."""
    for address, entry in state.sends.items():
        for record in entry.revisions.values():
            yield Identity((*entry.former, address)[0], record.revision), record
