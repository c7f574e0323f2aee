"""Rules of to whom and in whose name: sizes, lists, senders, and whom nobody may write to."""

from __future__ import annotations

import re
import shlex
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from rcsplan.campaign.address import parse_address
from rcsplan.policy.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rcsplan.diagnostics import KeyPath
    from rcsplan.policy.candidate import AudienceList, Candidate, World

_GROUPS: KeyPath = ("groups",)
#: How lists of those are named who want no messages.
_LEFT_OUT = re.compile(
    r"unsub|suppress|opt(?:ed)?[ _-]?out|do[ _-]?not[ _-]?(?:contact|send|disturb)|blacklist|stop[ _-]?list"
    r"|відпис|відмов|отпис|чорн\w+ список",
    re.IGNORECASE,
)
_FEWER = "Name fewer or smaller lists in spec.groups."


def contacts_per_send(candidate: Candidate, world: World) -> Iterator[Finding]:
    """A send goes to no more contacts than allowed."""
    most = world.thresholds.contacts_per_send
    if most is not None and candidate.contacts > most:
        detail = f"Its lists hold {candidate.contacts:,} contacts; a send may have {most:,}."
        yield Finding(detail=detail, path=_GROUPS, way_out=_FEWER)


def contacts_per_run(candidate: Candidate, world: World) -> Iterator[Finding]:
    """The sends of a run go to no more contacts than allowed; those that start last are too many."""
    most = world.thresholds.contacts_per_run
    if most is None or not candidate.is_due:
        return
    total = world.contacts_up_to[candidate.address]
    if total > most:
        detail = f"With it this run writes to {total:,} contacts; a run may write to {most:,}."
        way_out = f"Apply fewer sends at once: rcsplan apply {shlex.quote(candidate.address)}"
        yield Finding(detail=detail, path=_GROUPS, way_out=way_out)


def default_list(candidate: Candidate, world: World) -> Iterator[Finding]:
    """The account's default list, which holds whoever was ever added, gets no campaign."""
    del world
    for index, entry in enumerate(candidate.lists):
        if entry.default:
            detail = f"{entry.name!r} ({entry.id}) is the account's default list."
            yield Finding(detail=detail, path=(*_GROUPS, index), way_out="Name the lists that are meant.")


def lists(candidate: Candidate, world: World) -> Iterator[Finding]:
    """Only allowed contact lists are written to, and no forbidden one."""
    allowed, forbidden = world.thresholds.allowed_lists, world.thresholds.forbidden_lists
    for index, entry in enumerate(candidate.lists):
        problem = _objection(_names_of(entry), allowed, forbidden)
        if problem:
            detail = f"List {entry.name!r} ({entry.id}) {problem} in environment {world.environment}."
            yield Finding(detail=detail, path=(*_GROUPS, index), way_out="Name another list in spec.groups.")


def senders(candidate: Candidate, world: World) -> Iterator[Finding]:
    """Only allowed senders are used, of RCS and of SMS, and no forbidden one."""
    allowed, forbidden = world.thresholds.allowed_senders, world.thresholds.forbidden_senders
    sms: KeyPath = ("alternative_channel", "sms", "sender")
    for path, name in ((("sender",), str(candidate.payload.get("sender", ""))), (sms, candidate.sms_sender)):
        problem = _objection((name,), allowed, forbidden) if name else ""
        if problem:
            detail = f"Sender {name!r} {problem} in environment {world.environment}."
            yield Finding(detail=detail, path=path, way_out="Name another sender.")


def expectation(candidate: Candidate, world: World) -> Iterator[Finding]:
    """A campaign says how many contacts it expects."""
    del world
    if not candidate.has_expectation:
        detail = f"Nothing says how many contacts are expected; there are {candidate.contacts:,} now."
        yield Finding(detail=detail, path=_GROUPS, way_out="Write audience: {expect: {min: …, max: …}}.")


def tested(candidate: Candidate, world: World) -> Iterator[Finding]:
    """What goes to many was sent to a seed list before, exactly as it is."""
    over = world.thresholds.tested_over
    is_large = candidate.contacts > (over or 0) or any(entry.contacts is None for entry in candidate.lists)
    if over is not None and is_large and candidate.content_digest not in world.tested:
        address = shlex.quote(str(parse_address(candidate.address).whole))
        detail = f"It goes to {candidate.contacts:,} contacts, and no test of this content was sent to a seed list."
        way_out = f"Look at it on a phone first: rcsplan test {address} --to-list ID"
        yield Finding(detail=detail, way_out=way_out)


def stop_list(candidate: Candidate, world: World) -> Iterator[Finding]:
    """Those who asked to be left out are left out, and no list of them is written to."""
    del world
    for index, entry in enumerate(candidate.lists):
        if _LEFT_OUT.search(entry.name):
            detail = f"List {entry.name!r} ({entry.id}) is named like one of those who want no more messages."
            yield Finding(detail=detail, path=(*_GROUPS, index), way_out="Name another list in spec.groups.")
    sms: KeyPath = ("alternative_channel", "sms", "check_stop_list")
    for path, body in ((("check_stop_list",), candidate.payload), (sms, candidate.sms or {})):
        if body.get("check_stop_list") is False:
            detail = "Contacts of the stop list, who asked to get no more messages, are not left out."
            yield Finding(detail=detail, path=path, way_out="Remove check_stop_list: false.")


def _names_of(entry: AudienceList) -> tuple[str, ...]:
    return entry.name, str(entry.id)


def _objection(names: tuple[str, ...], allowed: tuple[str, ...] | None, forbidden: tuple[str, ...]) -> str:
    if _matches(names, forbidden):
        return "is forbidden"
    return "" if allowed is None or _matches(names, allowed) else "is not allowed"


def _matches(names: tuple[str, ...], patterns: Iterable[str]) -> bool:
    """Whether a pattern fits a name, whatever the case."""
    return any(fnmatchcase(name.casefold(), pattern.casefold()) for pattern in patterns for name in names)
