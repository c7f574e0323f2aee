"""Who holds a lock, as the Terraform protocol writes it, so that GitLab cannot mix up the holder and who asks."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime

from rcsplan.backend.protocol import LockInfo

#: GitLab keeps no longer lock ids.
_LONGEST_ID = 255
_LONGEST_PART = 48
_MARK = "rcsplan"
_PARTS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class WireLock:
    """A lock as it is sent: its id, unlike any other, and the JSON that LOCK and UNLOCK carry."""

    id: str
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Whoever holds the lock, as the server told: as we know it, and its own words to free the lock with."""

    id: str
    info: LockInfo
    body: bytes


def format_lock(info: LockInfo, *, nonce: str) -> WireLock:
    """The lock of one attempt to take it.

    GitLab answers to whoever is refused with the holder's ID alone; user and time are its own, and the rest is what
    the refused one sent (state-stores.md 1). So the ID itself says who holds the lock and for what. The nonce makes
    it unlike every other, for an ID that comes back as ours means that the lock is ours.
    """
    parts = (nonce, info.id, info.created.isoformat(), info.version, info.operation)
    words = [_MARK, *(part.replace("|", "/")[:_LONGEST_PART] for part in parts), info.who]
    lock_id = "|".join(words)[:_LONGEST_ID]
    # All seven are demanded by GitLab.
    fields = {
        "ID": lock_id,
        "Operation": info.operation,
        "Info": "",
        "Who": info.who,
        "Version": info.version,
        "Created": info.created.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "Path": "",
    }
    return WireLock(id=lock_id, body=json.dumps(fields).encode())


def parse_holder(body: bytes, *, asked: LockInfo) -> Holder | None:
    """The holder that a refusal names, None where it names none; `asked` is what was refused."""
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(fields, dict) or not isinstance(fields.get("ID"), str) or not fields["ID"]:
        return None
    lock_id = fields["ID"]
    return Holder(id=lock_id, info=_parse_id(lock_id) or _info_of(fields, asked), body=body)


def _parse_id(lock_id: str) -> LockInfo | None:
    parts = lock_id.split("|", _PARTS - 1)
    if len(parts) != _PARTS or parts[0] != _MARK:
        return None
    created = _moment(parts[3])
    return LockInfo(id=parts[2], created=created, version=parts[4], operation=parts[5], who=parts[6])


def _info_of(fields: dict[str, object], asked: LockInfo) -> LockInfo:
    """The holder where it is no rcsplan: what is word for word ours is an echo, and tells nothing."""
    operation, version = (str(fields.get(key) or "") for key in ("Operation", "Version"))
    return LockInfo(
        id=str(fields["ID"]),
        who=str(fields.get("Who") or "somebody"),
        operation=operation if operation and operation != asked.operation else "something else than rcsplan",
        created=_moment(str(fields.get("Created"))),
        version=version if version != asked.version else "",
    )


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return datetime.fromtimestamp(0, UTC)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
