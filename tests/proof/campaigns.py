"""The campaigns of the proof: each message says which address, revision and version it is, for the ledger to tell."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import datetime

_MANIFEST = """\
apiVersion: rcsplan/v1
kind: Campaign
metadata: {{name: {name}, revision: {revision}, new: {new}{moved_from}}}
schedule: {{at: "{at:%Y-%m-%d %H:%M}", timezone: UTC}}
spec:
  groups: [{{name: {contact_list}}}]
  sender: {sender}
  options: {{text: "{text}"}}
"""
_TEXT = re.compile(r"(\S+) r(\d+) v(\d+)")


@dataclass(frozen=True, slots=True)
class Campaign:
    """What a manifest of the proof declares; `first_name` is that of its first manifest, where it was renamed since."""

    name: str
    at: datetime
    revision: int = 1
    version: int = 1
    sender: str = "Acme"
    contact_list: str = "VIP"
    moved_from: str = ""
    first_name: str = ""
    new: bool = True

    @property
    def origin(self) -> str:
        """The name that its messages tell: that of its first manifest, which no rename changes."""
        return self.first_name or self.moved_from or self.name


class Identity(NamedTuple):
    """What an accepted submission was."""

    name: str
    revision: int


def manifest_of(one: Campaign) -> str:
    """The manifest of a campaign."""
    moved_from = f", moved_from: [{one.moved_from}]" if one.moved_from else ""
    return _MANIFEST.format(
        name=one.name,
        revision=one.revision,
        at=one.at,
        sender=one.sender,
        contact_list=one.contact_list,
        new=str(one.new).lower(),
        text=text_of(one),
        moved_from=moved_from,
    )


def text_of(one: Campaign) -> str:
    """The message of a campaign."""
    return f"{one.origin} r{one.revision} v{one.version}"


def identity_of(entry: dict) -> Identity:
    """Which send an entry of the ledger is, told by its text."""
    name, revision, _ = _TEXT.fullmatch(entry["payload"]["options"]["text"]).groups()
    return Identity(name, int(revision))
