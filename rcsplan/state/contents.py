"""What a state says, whatever keeps it: counted, and as one digest by which two stores are compared."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rcsplan.state.phase import LIVE, phase_of

if TYPE_CHECKING:
    from rcsplan.state.sends import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """How much a state holds, and the digest of all that it says but its serial and its place."""

    addresses: int
    records: int
    live: int
    digest: str


def contents_of(state: State) -> Contents:
    """Count and digest a state; every record is read, so that one which cannot be is not passed over.

    Raises:
        StateDamaged: a record cannot be read.
    """
    header = state.header.model_dump(mode="json", exclude={"serial", "moved_to", "format_version"})
    digest = hashlib.sha256(_text(header))
    records = live = 0
    for address in sorted(state.sends):
        entry = state.sends[address]
        records += len(entry.revisions)
        live += sum(phase_of(record) in LIVE for record in entry.revisions.values())
        digest.update(_text([address, entry.model_dump(mode="json", exclude_defaults=True)]))
    return Contents(addresses=len(state.sends), records=records, live=live, digest=f"sha256:{digest.hexdigest()}")


def _text(value: object) -> bytes:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")
