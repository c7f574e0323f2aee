"""Sends that look like another: the same message twice, and a campaign that came back under another name."""

from __future__ import annotations

import shlex
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from rcsplan.campaign.address import parse_address
from rcsplan.campaign.schedule import Instant
from rcsplan.plan.model import Reason
from rcsplan.plan.verdict import blocked
from rcsplan.state.phase import REACHED_PEOPLE, Phase, phase_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from rcsplan.campaign.address import Address
    from rcsplan.campaign.model import Send
    from rcsplan.plan.model import Audience
    from rcsplan.plan.verdict import Verdict
    from rcsplan.state.model import Record

_NEAR = timedelta(hours=24)

_SAME_NAME = "belongs to the same campaign"
_SAME_DAY = "is of the same rule and day"
_MOVE_CELL = "If it is another send, set metadata.new: true.\nIf it is the same one: rcsplan state mv {former} ADDRESS"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vanished:
    """A record whose address no manifest declares any more, though people got it or may still get it."""

    address: str
    record: Record


def block_duplicates(sends: Mapping[str, tuple[Send, Audience]], new: Iterable[str]) -> dict[str, Verdict]:
    """Blocks for new sends with the same content, a common list, and the same day as another send."""
    groups: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for address, (send, _) in sends.items():
        groups[send.content_digest, _day(send)].append(address)
    blocks = {}
    for address in new:
        send, audience = sends[address]
        for other in groups[send.content_digest, _day(send)]:
            twin, twin_audience = sends[other]
            allowed = send.allow_duplicate or twin.allow_duplicate
            if other == address or allowed or not _common(audience, twin_audience):
                continue
            detail = f"It has the same content as {other} ({twin.location}), for a common list, on the same day."
            blocks[address] = blocked(Reason.DUPLICATE, detail)
            break
    return blocks


def block_renames(
    sends: Mapping[str, tuple[Send, Audience]],
    new: Iterable[str],
    vanished: Iterable[Vanished],
    *,
    series: Collection[Address],
) -> dict[str, Verdict]:
    """Blocks for new sends that look like an address that vanished: perhaps it was renamed, and would be sent twice.

    `series` are the addresses of which a rule declares the occurrences: one that its rule no longer has is no rename,
    unless the rule has another on the same day.
    """
    candidates = [entry for entry in vanished if phase_of(entry.record) in {*REACHED_PEOPLE, Phase.WAITING}]
    blocks = {}
    for address in new:
        send, audience = sends[address]
        if send.declared_new:
            continue
        for entry in candidates:
            likeness = _likeness(send, audience, entry, series)
            if likeness:
                detail = f"{entry.address} is no longer declared, and this one {likeness}."
                way_out = (
                    _MOVE_CELL.format(former=shlex.quote(entry.address)) if likeness in {_SAME_NAME, _SAME_DAY} else ""
                )
                blocks[address] = blocked(Reason.POSSIBLE_RENAME, detail, way_out=way_out)
                break
    return blocks


def _likeness(send: Send, audience: Audience, entry: Vanished, series: Collection[Address]) -> str:
    record, former = entry.record, parse_address(entry.address)
    if former.occurrence and former.series in series:
        same_day = (former.series, former.day) == (send.address.series, send.address.day)
        return _SAME_DAY if same_day else ""
    if former.campaign == send.address.campaign:
        return _SAME_NAME
    if record.content_digest == send.content_digest:
        return "has the same content"
    near = record.start_at is not None and abs(record.start_at - _moment(send)) <= _NEAR
    if near and {entry.id for entry in record.lists} & {entry.id for entry in audience.lists}:
        return "goes to one of its lists within a day of it"
    return ""


def _common(one: Audience, other: Audience) -> bool:
    return not {entry.id for entry in one.lists}.isdisjoint(entry.id for entry in other.lists)


def _moment(send: Send) -> datetime:
    return send.schedule.until if isinstance(send.schedule, Instant) else send.schedule.start


def _day(send: Send) -> str:
    return f"{_moment(send).astimezone(ZoneInfo(send.schedule.zone)):%Y-%m-%d}"
