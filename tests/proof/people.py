"""People: those who look at the provider's panel and tell rcsplan the truth, and those who take the ways out."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from rcsplan.operations.resolve import resolve_as_not_sent, resolve_as_sent
from rcsplan.operations.state_edits import disown, skip
from rcsplan.plan.model import Reason
from rcsplan.state.phase import REACHED_PEOPLE, phase_of
from tests.proof.campaigns import identity_of

if TYPE_CHECKING:
    from rcsplan.plan.model import Action
    from rcsplan.state.model import Record
    from tests.proof.account import SharedAccount
    from tests.proof.world import Run, World

#: Statuses of what has not begun.
WAITING = frozenset({"creation", "moderation", "scheduled"})

_SOON = timedelta(minutes=10)


def open_records(world: World) -> list[tuple[str, Record]]:
    """The records of which something is not known, with their addresses."""
    return [
        (address, record)
        for address, entry in world.state().sends.items()
        for record in entry.revisions.values()
        if record.intent is not None or record.late_id is not None
    ]


def resolve_truthfully(world: World, address: str) -> None:
    """Compare what is open of an address with what the provider accepted, and say what became of it."""
    record = next(record for name, record in open_records(world) if name == address)
    arrived = [entry["id"] for entry in world.ledger() if entry["status"] != "stopped" and _is_of(entry, record)]
    claimed = world.state().sends.claimed_ids() - {record.late_id}
    arrived = [remote_id for remote_id in arrived if remote_id not in claimed]
    if arrived:
        resolve_as_sent(world.target(), address, arrived[-1])
    else:
        resolve_as_not_sent(world.target(), address, confirm=lambda _: True)


def stop_what_came_too_late(world: SharedAccount) -> None:
    """Stop late copies of what has been sent meanwhile, as their blocks say, and tell that nothing is left of them."""
    for address, record in open_records(world):
        if record.late_id is not None and phase_of(record) in REACHED_PEOPLE:
            world.stop(address)
            resolve_truthfully(world, address)


def take_the_ways_out(world: World, run: Run) -> None:
    """Do for each block of a run what its way out says; what is unknown for a while alone is waited for."""
    for action in run.plan.blocked:
        match action.reason:
            case Reason.AMBIGUOUS if action.address in dict(open_records(world)):
                resolve_truthfully(world, action.address)
            case Reason.MISSED if action.prior is not None and action.prior.status in WAITING:
                world.remove(action.address)
            case Reason.MISSED:
                skip(world.target(), (action.address,), missed=False)
            case Reason.LOOKALIKE:
                _tell_whose_it_is(world, action)
            case Reason.DUPLICATE_GUARD | Reason.REPLACE_REFUSED | Reason.DRIFT | Reason.ALREADY_SENT:
                _raise_or_remove(world, action)


def _is_of(entry: dict, record: Record) -> bool:
    """Whether an acceptance is the submission of which a record does not know what became of it."""
    if record.late_id is not None:
        return entry["id"] == record.late_id
    return entry["payload"] == record.payload


def _tell_whose_it_is(world: World, action: Action) -> None:
    """Say that a campaign is of others; one of ours that the state does not know is stopped, or was sent."""
    remote_id = int(re.match(r"Campaign (\d+) ", action.detail)[1])
    ours = {entry["id"]: entry for entry in world.ledger()}
    if remote_id not in ours:
        disown(world.target(), (remote_id,))
    elif (
        ours[remote_id]["status"] == "scheduled"
        and identity_of(ours[remote_id]).name == world.wanted[action.address].origin
    ):
        world.others_stop(remote_id)
    else:
        world.remove(action.address)


def _raise_or_remove(world: World, action: Action) -> None:
    wanted = world.wanted[action.address]
    if wanted.at - world.clock() < _SOON:
        world.remove(action.address)
    else:
        world.declare(replace(wanted, revision=max(action.prior.revision, wanted.revision) + 1))
