"""The state in memory: a header, and entries that become typed records when they are first looked at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from heapq import nlargest
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from pydantic_core import to_json

from rcsplan.errors import StateDamaged
from rcsplan.state.model import ENDS, SendEntry, StateHeader, first_complaint

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rcsplan.state.model import Account, Awaited, Trial


class Sends(MutableMapping[str, SendEntry]):
    """Entries by address, each validated when it is first looked at.

    A state of years holds a hundred thousand entries of which a run looks at a few: reading them all as typed records
    would cost seconds at every plan. The checksum of the file vouches for what is not looked at.
    """

    __slots__ = ("_entries", "_raw")

    def __init__(self, raw: Mapping[str, Any] | None = None) -> None:
        self._raw: dict[str, Any] = dict(raw or {})
        self._entries: dict[str, SendEntry] = {}

    def __getitem__(self, address: str) -> SendEntry:
        entry = self._entries.get(address)
        if entry is None:
            entry = self._entries[address] = _validated(address, self._raw[address])
        return entry

    def __setitem__(self, address: str, entry: SendEntry) -> None:
        self._entries[address] = entry
        self._raw[address] = None

    def __delitem__(self, address: str) -> None:
        del self._raw[address]
        self._entries.pop(address, None)

    def __iter__(self) -> Iterator[str]:
        return iter(self._raw)

    def __len__(self) -> int:
        return len(self._raw)

    def __contains__(self, address: object) -> bool:
        return address in self._raw

    def current(self) -> Iterator[tuple[str, SendEntry]]:
        """The entries of which a record is not archived."""
        for address in self._raw:
            if any(record.get("archived_at") is None for record in self._records(address)):
                yield address, self[address]

    def archived_since(self, moment: datetime) -> Iterator[tuple[str, SendEntry]]:
        """The entries whose records were archived at or after a moment."""
        for address in self._raw:
            if all(record.get("archived_at") is not None for record in self._records(address)):
                entry = self[address]
                if any(record.archived_at >= moment for record in entry.revisions.values() if record.archived_at):
                    yield address, entry

    def starting_since(self, moment: datetime) -> Iterator[tuple[str, SendEntry]]:
        """The entries of which a record starts at or after a moment, or tells no start."""
        for address in self._raw:
            starts = [record.get("start_at") for record in self._records(address)]
            if any(start is None or datetime.fromisoformat(start) >= moment for start in starts):
                yield address, self[address]

    def charged_since(self, moment: datetime, *, most: int) -> Iterator[tuple[str, SendEntry]]:
        """The entries of which a record starts at or after a moment and tells a price, at most so many of the last."""
        last = nlargest(
            most,
            (
                (start, address)
                for address in self._raw
                for record in self._records(address)
                if (record.get("price") or record.get("delivery")) and (start := _start_of(record)) >= moment
            ),
        )
        yield from ((address, self[address]) for address in sorted({address for _, address in last}))

    def with_payload(self) -> Iterator[tuple[str, SendEntry]]:
        """The entries of which a record still holds what was sent."""
        for address in self._raw:
            if any(record.get("payload") is not None for record in self._records(address)):
                yield address, self[address]

    def uncounted_since(self, moment: datetime) -> Iterator[tuple[str, SendEntry]]:
        """The entries with a campaign that began since a moment and has ended, uncounted as yet; newest first."""
        began = (
            (started, address)
            for address in self._raw
            for record in self._records(address)
            if record.get("delivery") is None and (record.get("remote") or {}).get("status") in ENDS
            if (text := record.get("start_at") or record.get("submitted_at")) is not None
            if (started := datetime.fromisoformat(text)) >= moment
        )
        for address in dict.fromkeys(address for _, address in sorted(began, reverse=True)):
            yield address, self[address]

    def claimed_ids(self) -> frozenset[int]:
        """Every remote id that any record has or had, or that arrived late beside it."""
        return frozenset(
            remote_id
            for address in self._raw
            for record in self._records(address)
            for remote_id in (
                record.get("remote_id"),
                record.get("late_id"),
                *(past["remote_id"] for past in record.get("superseded", ())),
            )
            if remote_id is not None
        )

    def copy(self) -> Sends:
        """The same entries, to be changed apart from these."""
        copied = Sends(self._raw)
        copied._entries = dict(self._entries)
        return copied

    def as_json(self) -> dict[str, Any]:
        """Every entry as JSON values, without validating what nobody looked at."""
        return {address: self._entry_json(address) for address in self._raw}

    def _records(self, address: str) -> Iterable[dict[str, Any]]:
        records: dict[str, dict[str, Any]] = self._entry_json(address).get("revisions", {})
        return records.values()

    def _entry_json(self, address: str) -> dict[str, Any]:
        raw = self._raw[address]
        if raw is not None:
            return raw  # type: ignore[no-any-return]  # JSON is untyped until it is validated
        return self._entries[address].model_dump(mode="json", exclude_defaults=True)


def _start_of(record: dict[str, Any]) -> datetime:
    """When a record starts, or else was submitted; long ago where it tells neither."""
    told = record.get("start_at") or record.get("submitted_at")
    return datetime.fromisoformat(told) if told else datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True, kw_only=True)
class State:
    """The state in memory. It has one owner at a time, the holder of the lock, who makes changes in place."""

    lineage: str
    serial: int
    environment: str
    account: Account
    series: dict[str, datetime] = field(default_factory=dict)
    rules: dict[str, str] = field(default_factory=dict)
    used_plans: dict[str, datetime] = field(default_factory=dict)
    baseline_id: int = 0
    not_ours: tuple[int, ...] = ()
    awaited: dict[str, Awaited] = field(default_factory=dict)
    trials: dict[int, Trial] = field(default_factory=dict)
    moved_to: str = ""
    sends: Sends = field(default_factory=Sends)

    @property
    def header(self) -> StateHeader:
        """All of the state but the sends."""
        return StateHeader(
            lineage=self.lineage,
            serial=self.serial,
            environment=self.environment,
            account=self.account,
            series=self.series,
            rules=self.rules,
            used_plans=self.used_plans,
            baseline_id=self.baseline_id,
            not_ours=self.not_ours,
            awaited=self.awaited,
            trials=self.trials,
            moved_to=self.moved_to,
        )

    def copy(self) -> State:
        """The same state, to be changed apart from this one."""
        return replace(
            self,
            series=dict(self.series),
            rules=dict(self.rules),
            used_plans=dict(self.used_plans),
            awaited=dict(self.awaited),
            trials=dict(self.trials),
            sends=self.sends.copy(),
        )

    def claimed_ids(self) -> frozenset[int]:
        """Every remote id of the account that is accounted for: by a record, or as a test send."""
        tested = {trial.remote_id for trial in self.trials.values() if trial.remote_id is not None}
        return self.sends.claimed_ids() | tested

    def records_of(self, address: str) -> SendEntry:
        """The entry of an address, an empty one where there is none."""
        return self.sends.get(address) or SendEntry()


def _validated(address: str, raw: dict[str, Any]) -> SendEntry:
    try:
        # From JSON text, because only there do revision numbers and times stand as strings.
        return SendEntry.model_validate_json(to_json(raw))
    except ValidationError as error:
        raise StateDamaged(f"The state of {address} cannot be read", detail=first_complaint(error)) from None
