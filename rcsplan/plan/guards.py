"""Guards: what stands against a plan as a whole, or against a send because of what the account shows; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rcsplan.plan.model import ActionKind, Guard, Reason
from rcsplan.plan.verdict import blocked, with_ids
from rcsplan.state.phase import Phase, phase_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rcsplan.campaign.model import Send
    from rcsplan.plan.facts import Facts, Rules, Sighting
    from rcsplan.plan.model import Action
    from rcsplan.plan.verdict import Verdict
    from rcsplan.state.sends import State

#: So many stops are always allowed: a quarter of very few is less than one.
_ALWAYS_ALLOWED = 3

#: So many foreign campaigns are named at once; when those are accounted for, the next are.
_NAMED = 5

#: Statuses in which a campaign sends nothing and never will (bsg-api.md section 4.1).
_HARMLESS = frozenset({"stopped", "spam"})


def unclaimed(state: State, facts: Facts) -> tuple[Sighting, ...]:
    """The API campaigns of the account that no record and no person accounts for, and that are not stopped."""
    known = state.claimed_ids() | set(state.not_ours)
    return tuple(
        sighting
        for sighting in facts.sightings
        if sighting.is_from_api and sighting.id not in known and sighting.status not in _HARMLESS
    )


def block_lookalikes(sends: Mapping[str, Send], new: Iterable[str], others: Iterable[Sighting]) -> dict[str, Verdict]:
    """Blocks for new sends at whose sender and minute the account already shows a campaign of nobody's."""
    seen = {(one.sender, one.start_at.replace(second=0)): one for one in others if one.start_at is not None}
    blocks = {}
    for address in new:
        send = sends[address]
        start = getattr(send.schedule, "start", None)
        twin = seen.get((send.sender, start.replace(second=0))) if start is not None else None
        if twin is not None:
            detail = f"Campaign {twin.id} of the account starts in the same minute, with the same sender."
            blocks[address] = blocked(Reason.LOOKALIKE, detail, way_out=with_ids(Reason.LOOKALIKE, [twin.id]))
    return blocks


def block_foreign(
    state: State, new: Iterable[str], others: Iterable[Sighting], *, exclusive: bool
) -> dict[str, Verdict]:
    """Blocks for all new sends where the account holds newer campaigns that no record claims."""
    foreign = sorted(one.id for one in others if one.id > state.baseline_id) if exclusive else []
    if not foreign:
        return {}
    shown = foreign[:_NAMED]
    named = ", ".join(str(remote_id) for remote_id in shown)
    detail = f"The account holds campaigns that the state does not know, as after a restored backup: {named}."
    return {address: blocked(Reason.FOREIGN, detail, way_out=with_ids(Reason.FOREIGN, shown)) for address in new}


def guards_of(actions: Iterable[Action], state: State, rules: Rules) -> tuple[Guard, ...]:
    """What stands against the plan as a whole."""
    if rules.allow_mass_stop:
        return ()
    actions = tuple(action for action in actions if not _stops_a_surplus(action, state))
    live = sum(
        phase_of(record) is Phase.WAITING for _, entry in state.sends.current() for record in entry.revisions.values()
    )
    stops = sum(action.action is ActionKind.STOP for action in actions)
    touched = stops + sum(action.action is ActionKind.REPLACE for action in actions)
    also = " --allow-stop-sending" if rules.allow_stop_sending else ""
    way_out = f"If that is meant: rcsplan apply --allow-mass-stop{also}"
    if touched > max(_ALWAYS_ALLOWED, live * rules.max_stop):
        detail = f"{touched} of {live} scheduled sends would be stopped or replaced; {rules.max_stop:.0%} are allowed."
        return (Guard(code="mass_stop", detail=detail, way_out=way_out),)
    if stops and stops == live and not any(action.action is ActionKind.SUBMIT for action in actions):
        return (Guard(code="last_stop", detail="The last scheduled send would be stopped.", way_out=way_out),)
    return ()


def _stops_a_surplus(action: Action, state: State) -> bool:
    """Whether it stops one of two copies, of which the other stays: nobody misses anything."""
    entry, prior = state.records_of(action.address), action.prior
    record = entry.revisions.get(prior.revision) if prior is not None else None
    if action.action is not ActionKind.STOP or action.archives or record is None:
        return False
    return record.late_id is not None or record is not entry.newest
