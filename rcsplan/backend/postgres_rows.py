"""A state as rows: one a record, each with its digest, and a head whose seal covers them all."""

from __future__ import annotations

import functools
import hashlib
import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from rcsplan.errors import StateDamaged
from rcsplan.state.changes import addresses_of, make_changes
from rcsplan.state.model import FORMAT_VERSION
from rcsplan.state.sends import Sends
from rcsplan.state.text import format_state, parse_state
from rcsplan.state.upgrades import upgraded

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rcsplan.state.model import Change
    from rcsplan.state.sends import State

_HINT = "Restore the schema rcsplan of the database from a backup, as a whole, then plan again."
_SUMS = 1 << 128


class Row(NamedTuple):
    """A record as JSON text; revision 0 holds what is known of the address itself."""

    address: str
    revision: int
    body: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What one row tells of a whole state; `place` is the project and environment that it is of.

    `header` is the state's document without its sends, `total` sums up the digests of all rows, and `writes` counts
    what was recorded since the serial.
    """

    place: tuple[str, str]
    header: str
    total: str
    writes: int = 0

    @property
    def seal(self) -> str:
        """Digest of all this, and so of the whole state."""
        return _digest(json.dumps([*self.place, _header_digest(self.header), self.total, self.writes]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """The digests of all rows of a state, by address and revision; `lineage` is part of each."""

    lineage: str
    digests: dict[str, dict[int, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, state: State) -> tuple[Self, tuple[Row, ...]]:
        """A state as rows, and their shelf."""
        shelf = cls(lineage=state.lineage)
        entries = state.sends.as_json()
        rows = tuple(row for address, entry in entries.items() for row in shelf.rows_of(address, entry))
        shelf.keep(rows)
        return shelf, rows

    def rows_of(self, address: str, entry: Mapping[str, Any]) -> tuple[Row, ...]:
        """The rows of an address."""
        itself = dict(entry)
        records = itself.pop("revisions", {})
        parts = {int(revision): record for revision, record in records.items()}
        # An address whose records were all dropped may still have been skipped, or had another name.
        if itself or not parts:
            parts[0] = itself
        return tuple(self._row(address, revision, _text(part)) for revision, part in sorted(parts.items()))

    def keep(self, rows: Iterable[Row]) -> None:
        """Remember rows that were added or changed."""
        for row in rows:
            self.digests.setdefault(row.address, {})[row.revision] = row.digest

    def drop(self, keys: Iterable[tuple[str, int]]) -> None:
        """Forget rows that were deleted."""
        for address, revision in keys:
            del self.digests[address][revision]

    @property
    def total(self) -> str:
        """The sum of all digests."""
        return _sum(digest for revisions in self.digests.values() for digest in revisions.values())

    def _row(self, address: str, revision: int, body: str) -> Row:
        return Row(address, revision, body, _row_digest(self.lineage, address, revision, body))


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Rows to put and keys to drop, which take a state to another head; `header` is its header where that is new."""

    head: Head
    header: str | None = None
    rows: tuple[Row, ...] = ()
    dropped: tuple[tuple[str, int], ...] = ()


def batch_of(changes: Sequence[Change], state: State, shelf: Shelf, head: Head) -> Batch:
    """What changes mean for the rows; the state itself is not changed yet."""
    addresses = tuple(dict.fromkeys(address for change in changes for address in addresses_of(change)))
    changed = _changed(state, addresses, changes)
    entries = changed.sends.as_json()
    rows: list[Row] = []
    dropped: list[tuple[str, int]] = []
    added: list[str] = [head.total]
    gone: list[str] = []
    for address in addresses:
        before = shelf.digests.get(address, {})
        kept = shelf.rows_of(address, entries[address]) if address in entries else ()
        after = {row.revision: row for row in kept}
        rows.extend(row for row in after.values() if before.get(row.revision) != row.digest)
        dropped.extend((address, revision) for revision in before if revision not in after)
        added.extend(row.digest for row in after.values())
        gone.extend(before.values())
    # It grows over the years, with every used plan: written only when it changes, an outcome costs the same for ever.
    same = all(addresses_of(change) for change in changes) and changed.awaited == state.awaited
    header = None if same else header_text(changed)
    newer = replace(head, header=header or head.header, total=_sum(added, gone), writes=head.writes + 1)
    return Batch(head=newer, header=header, rows=tuple(rows), dropped=tuple(dropped))


def header_text(state: State, *, serial: int | None = None) -> str:
    """The document of a state without its sends; under another serial where one is given."""
    return format_state(replace(state, sends=Sends(), serial=state.serial if serial is None else serial)).rstrip()


def read_state(head: Head, seal: str, rows: Sequence[Row], *, name: str) -> tuple[State, Shelf]:
    """The state that a head and rows tell of, and its shelf.

    Raises:
        StateDamaged: they are not what rcsplan wrote.
        StateVersionUnsupported: a newer rcsplan wrote them.
    """
    try:
        state = parse_state(head.header, name=name)
    except StateDamaged as error:
        raise StateDamaged(error.summary, detail=error.detail, hint=_HINT) from None
    if head.seal != seal:
        raise StateDamaged(
            f"{name} was changed outside rcsplan", detail="It does not match the seal that it carries.", hint=_HINT
        )
    shelf = Shelf(lineage=state.lineage)
    shelf.keep(rows)
    sends = _sends_of(rows, shelf.lineage, name=name)
    if shelf.total != head.total:
        raise StateDamaged(
            f"Records of {name} were added, removed or put back outside rcsplan",
            detail="Each record is whole, but together they are not those that were written last. What was submitted "
            "since could be submitted again.",
            hint=_HINT,
        )
    document = json.loads(head.header)
    state.sends = Sends(upgraded({**document, "sends": sends}, version=document["format_version"])["sends"])
    return state, shelf


def is_of_older_format(head: Head) -> bool:
    """Whether an older rcsplan wrote the head, and so all rows."""
    return bool(json.loads(head.header)["format_version"] < FORMAT_VERSION)


def _changed(state: State, addresses: Iterable[str], changes: Sequence[Change]) -> State:
    """A state of these addresses alone, after the changes."""
    changed = replace(state, sends=Sends()).copy()
    for address in addresses:
        if address in state.sends:
            changed.sends[address] = state.sends[address]
    make_changes(changed, changes)
    return changed


def _sends_of(rows: Sequence[Row], lineage: str, *, name: str) -> dict[str, dict[str, Any]]:
    entries: dict[str, dict[str, Any]] = {}
    for (address, revision, *_), part in zip(rows, _parts_of(rows, lineage, name=name), strict=True):
        entry = entries.setdefault(address, {})
        if revision:
            entry.setdefault("revisions", {})[str(revision)] = part
        else:
            entry.update(part)
    # In the order of addresses: the database has none of its own.
    return {address: entries[address] for address in sorted(entries)}


def _parts_of(rows: Sequence[Row], lineage: str, *, name: str) -> list[dict[str, Any]]:
    """What the texts of rows hold."""
    for address, revision, body, digest in rows:
        if _row_digest(lineage, address, revision, body) != digest:
            raise StateDamaged(
                f"The record of {address} (revision {revision}) in {name} was changed outside rcsplan",
                detail="It does not match the digest that it carries.",
                hint=_HINT,
            )
    # All in one go: keys that records share are then kept once, which halves time and memory.
    parts: list[dict[str, Any]] = json.loads(f"[{','.join(body for _, _, body, _ in rows)}]")
    return parts


def _text(value: Mapping[str, Any]) -> str:
    # In ASCII: what no database takes, such as U+0000 or half of a surrogate pair, stays escaped.
    return json.dumps(value, separators=(",", ":"))


@functools.lru_cache(maxsize=8)
def _header_digest(header: str) -> str:
    # Kept, since the same header is sealed again with every outcome.
    return _digest(header)


def _row_digest(lineage: str, address: str, revision: int, body: str) -> str:
    return _digest(f"{lineage}\n{address}\n{revision}\n{body}")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _sum(digests: Iterable[str], less: Iterable[str] = ()) -> str:
    total = sum(int(digest, 16) for digest in digests) - sum(int(digest, 16) for digest in less)
    return f"{total % _SUMS:032x}"
