"""What a loop waits for between two rounds, and for how long; pure but for what it is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from rcsplan.plan.model import Plan

#: No pause is shorter.
SHORTEST = timedelta(seconds=1)

#: The first pause of an outage, doubled with each round that finds it still there.
_FIRST = timedelta(seconds=5)

#: How soon to look whether somebody else's run has ended.
_LOCKED = timedelta(seconds=15)


class WaitKind(StrEnum):
    """What is waited for."""

    DUE = "due"
    OUTCOME = "outcome"
    PERSON = "person"
    MANIFESTS = "manifests"
    CHECKOUT = "checkout"
    SUSPENSION = "suspension"
    LOCK = "lock"
    OUTAGE = "outage"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Something that is waited for: `until` by the account's clock, `after` how long that is; None where nobody knows.

    `addresses` are the sends that it is about.
    """

    kind: WaitKind
    until: datetime | None = None
    after: timedelta | None = None
    addresses: tuple[str, ...] = ()


def waits_of_plan(
    plan: Plan, *, unknown: tuple[str, ...], passed_over: tuple[str, ...], conclusive: timedelta
) -> tuple[Wait, ...]:
    """What is left to wait for once a plan is carried out; `conclusive` is how long an absence takes to be one."""
    waits = []
    if plan.next_due is not None:
        waits.append(Wait(kind=WaitKind.DUE, until=plan.next_due, after=plan.next_due - plan.created_at))
    if unknown:
        waits.append(Wait(kind=WaitKind.OUTCOME, after=conclusive, addresses=unknown))
    held = (*(action.address for action in plan.refusing), *passed_over)
    if held:
        waits.append(Wait(kind=WaitKind.PERSON, addresses=held))
    return tuple(waits)


def pause_after(waits: Iterable[Wait], *, every: timedelta, outages: int, jitter: float) -> timedelta:
    """How long to sleep: the interval, or less where something comes sooner.

    `outages` is how many rounds in a row found provider or store away, `jitter` a number from 0 to 1: machines that
    lost the same provider shall not all come back to it in the same second.
    """
    waits = tuple(waits)
    # A moment past each, or by a clock that tells whole seconds it would not be there yet.
    ahead = [wait.after + SHORTEST for wait in waits if wait.after is not None]
    if any(wait.kind is WaitKind.LOCK for wait in waits):
        ahead.append(_LOCKED * (0.5 + jitter / 2))
    if outages:
        # Bounded before it is doubled: two to the power of an outage of weeks is no number of seconds any more.
        doubled = _FIRST * 2 ** min(outages - 1, 16)
        ahead.append(min(doubled, every) * (0.5 + jitter / 2))
    return max(SHORTEST, min((every, *ahead)))
