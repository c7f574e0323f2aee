"""Split audiences: a send of its own for each list, under an address that no other list can change; pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from rcsplan.campaign.model import AudienceExpectation
from rcsplan.campaign.schedule import AmbiguousTimeError, Scheduled, wall_time_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rcsplan.campaign.address import Address
    from rcsplan.campaign.model import DesiredSet, Send
    from rcsplan.campaign.schedule import Schedule
    from rcsplan.plan.audience import Directory
    from rcsplan.plan.facts import Facts
    from rcsplan.plan.verdict import Verdict

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Divided:
    """A desired set in which split audiences are divided; `blocks` are the verdicts on whole audiences, by part."""

    desired: DesiredSet
    blocks: Mapping[Address, Verdict]


def with_parts(desired: DesiredSet, directory: Directory, facts: Facts) -> Divided:
    """The desired set with a send for each list of a split audience.

    Where a list cannot be found, the whole stays as it is, and nothing that was submitted for its lists is touched: a
    list that is gone for a day must not stop the campaign to it.
    """
    wholes = [send for send in (*desired, *desired.beside.values()) if send.split]
    if not wholes:
        return Divided(desired=desired, blocks={})
    parts: dict[Address, dict[Address, Send]] = {}
    blocks: dict[Address, Verdict] = {}
    passed_over = set(desired.passed_over)
    for send in wholes:
        ids = directory.ids_of(send)
        if ids is None:
            passed_over.add(send.address.campaign)
            continue
        parts[send.address] = dict(_parts(send, ids, facts))
        block = directory.contract_of(send)
        blocks |= dict.fromkeys(parts[send.address], block) if block is not None else {}
    aside = frozenset(part for whole in desired.beside for part in parts.get(whole, ()))
    divided = replace(
        desired,
        sends=_divided(desired.sends, parts),
        beside=_divided(desired.beside, parts),
        filtered=desired.filtered | aside,
        passed_over=frozenset(passed_over),
    )
    return Divided(desired=divided, blocks=blocks)


def _divided(sends: Mapping[Address, Send], parts: Mapping[Address, Mapping[Address, Send]]) -> dict[Address, Send]:
    return {address: part for whole, send in sends.items() for address, part in parts.get(whole, {whole: send}).items()}


def _parts(send: Send, ids: tuple[int, ...], facts: Facts) -> Iterator[tuple[Address, Send]]:
    for index, (list_id, ref) in enumerate(zip(ids, send.lists, strict=True)):
        address = send.address.part(list_id)
        schedule = _later(send.schedule, index * send.stagger, facts)
        yield address, replace(send, address=address, lists=(ref,), schedule=schedule, expect=AudienceExpectation())


def _later(schedule: Schedule, by: timedelta, facts: Facts) -> Schedule:
    """The schedule so much later, or as many hours more as it takes for its time to be shown by the clocks once."""
    if not by or not isinstance(schedule, Scheduled):
        return schedule
    start = schedule.start + by
    while True:
        try:
            wall_time_of(start, facts.zone)
            return replace(schedule, start=start, wall=wall_time_of(start, ZoneInfo(schedule.zone)))
        except AmbiguousTimeError:
            start += _HOUR
