"""People: those who look at the provider's panel and tell rcsplan the truth, and those who take the ways out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rcsplan.operations.resolve import resolve_as_not_sent, resolve_as_sent
from rcsplan.plan.model import Reason

if TYPE_CHECKING:
    from rcsplan.state.model import Record
    from tests.proof.world import Run, World

#: Blocks of which the way out is a revision that rises.
_RAISE = frozenset({Reason.DUPLICATE_GUARD, Reason.REPLACE_REFUSED, Reason.DRIFT, Reason.ALREADY_SENT})


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
    claimed = world.state().sends.claimed_ids()
    arrived = [
        entry["id"]
        for entry in world.ledger()
        if entry["payload"] == record.payload and entry["id"] not in claimed and entry["status"] != "stopped"
    ]
    if arrived:
        resolve_as_sent(world.target(), address, arrived[-1])
    else:
        resolve_as_not_sent(world.target(), address, confirm=lambda _: True)


def take_the_ways_out(world: World, run: Run) -> None:
    """Do for each block of a run what its way out says; what is unknown for a while alone is waited for."""
    still_open = dict(open_records(world))
    for action in run.plan.blocked:
        if action.reason is Reason.AMBIGUOUS and action.address in still_open:
            resolve_truthfully(world, action.address)
        elif action.reason in _RAISE:
            wanted = world.wanted[action.address]
            world.declare(replace(wanted, revision=action.prior.revision + 1))
