"""The planner: desired sends, state and facts in, a plan out; it does no I/O and reads no clock."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, TypeVar

from rcsplan.campaign.address import parse_address
from rcsplan.campaign.digest import sha256
from rcsplan.diagnostics import commands_in
from rcsplan.plan.actions import Wish, action_of_record, action_of_wish
from rcsplan.plan.audience import Directory, outgrown
from rcsplan.plan.consent import demands_of
from rcsplan.plan.decide import Judge
from rcsplan.plan.document import checksum_of, sealed
from rcsplan.plan.drift import drift_sentence, is_drift
from rcsplan.plan.guards import block_foreign, block_lookalikes, guards_of, unclaimed
from rcsplan.plan.late import with_late_starts
from rcsplan.plan.model import Action, ActionKind, Drift, Guard, Plan, PlanEstimate, PlannedSource, PlannedState
from rcsplan.plan.seconds import with_own_seconds
from rcsplan.plan.split import with_parts
from rcsplan.plan.twins import Vanished, block_duplicates, block_renames

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rcsplan.campaign.address import Address
    from rcsplan.campaign.model import DesiredSet, Send
    from rcsplan.plan.facts import Facts, Rules, Source
    from rcsplan.plan.split import Divided
    from rcsplan.state.sends import State


def make_plan(
    desired: DesiredSet, state: State, facts: Facts, rules: Rules, *, source: Source, warnings: Iterable[str] = ()
) -> Plan:
    """The plan that brings the account to what the manifests declare, where no policy has anything against it.

    Equal arguments give equal plans, byte for byte, whatever the order of files. `state` must already hold the remote
    statuses of `facts`; `warnings` are shown with the plan.
    """
    actions = planned_actions(desired, state, facts, rules)
    return plan_of(actions, state, facts, rules, source=source, warnings=warnings)


def planned_actions(desired: DesiredSet, state: State, facts: Facts, rules: Rules) -> tuple[Action, ...]:
    """What happens to each address, before the policy is asked; in order of their starts."""
    directory = Directory(facts.lists)
    divided = with_parts(desired, directory, facts)
    desired = with_late_starts(divided.desired, state, facts, rules)
    desired = with_own_seconds(desired, state) if rules.fingerprint_seconds else desired
    wishes = _wishes(replace(divided, desired=desired), directory, state, facts, rules)
    moved = {wish.moved_from for wish in wishes.values() if wish.moved_from}
    vanished = tuple(_vanished(desired, state, facts, rules, moved=moved))
    wishes = _with_blocks(wishes, desired, directory, vanished, state, facts, rules)
    actions = (
        *(action_of_wish(wish, facts) for wish in wishes.values()),
        *_removals(desired, state, facts, rules, moved=moved),
    )
    return tuple(sorted(actions, key=lambda action: (_minute(action.start_at or facts.now), action.address)))


def _wishes(divided: Divided, directory: Directory, state: State, facts: Facts, rules: Rules) -> dict[str, Wish]:
    judge = Judge(facts=facts, rules=rules)
    wishes: dict[str, Wish] = {}
    taken: set[str] = set()
    for send in divided.desired:
        moved_from = _former_address(send, state, taken=taken)
        taken |= {moved_from} if moved_from else set()
        entry = state.records_of(moved_from or str(send.address))
        resolution = directory.resolve(send, max_contacts=rules.max_contacts)
        verdict = judge.of_desired(send, entry)
        whole = divided.blocks.get(send.address)
        block = (
            resolution.block or whole or outgrown(send, resolution.audience, state, tolerance=rules.audience_tolerance)
        )
        if verdict.sends and block is not None:
            verdict = replace(block, prior=verdict.prior)
        if verdict.action is ActionKind.NONE and (moved_from or str(send.address)) in facts.adopted:
            verdict = replace(verdict, action=ActionKind.ADOPT)
        wishes[str(send.address)] = Wish(
            send=send, entry=entry, resolution=resolution, verdict=verdict, moved_from=moved_from
        )
    return wishes


def _former_address(send: Send, state: State, *, taken: set[str]) -> str | None:
    """The address under which a renamed send stands in the state, while it does not yet stand there by its own.

    What another send has `taken` is not given twice: the second would look as if it had been sent, and would not be.
    """
    if str(send.address) in state.sends:
        return None
    former = (str(send.address.renamed(name)) for name in send.moved_from)
    return next((address for address in former if address in state.sends and address not in taken), None)


def _with_blocks(
    wishes: dict[str, Wish],
    desired: DesiredSet,
    directory: Directory,
    vanished: tuple[Vanished, ...],
    state: State,
    facts: Facts,
    rules: Rules,
) -> dict[str, Wish]:
    others_declared = {
        str(address): (send, directory.resolve(send, max_contacts=rules.max_contacts).audience)
        for address, send in desired.beside.items()
    }
    sends = {address: (wish.send, wish.resolution.audience) for address, wish in wishes.items()}
    sending = [address for address, wish in wishes.items() if wish.verdict.sends]
    unknown_to_state = [address for address in sending if not wishes[address].entry.revisions]
    others = unclaimed(state, facts)
    blocks = {
        **block_duplicates({**others_declared, **sends}, sending),
        **block_renames(sends, unknown_to_state, vanished, series=desired.series),
        **block_lookalikes({address: wish.send for address, wish in wishes.items()}, sending, others),
        **block_foreign(state, sending, others, exclusive=rules.exclusive),
    }
    return {
        address: replace(wish, verdict=replace(blocks[address], prior=wish.verdict.prior))
        if address in blocks
        else wish
        for address, wish in wishes.items()
    }


def _removals(desired: DesiredSet, state: State, facts: Facts, rules: Rules, *, moved: set[str]) -> Iterator[Action]:
    """What happens to addresses with records that are not archived and that no manifest declares."""
    judge = Judge(facts=facts, rules=rules)
    for address, entry in state.sends.current():
        parsed = parse_address(address)
        if address in moved or desired.declares(parsed) or parsed in desired.left_alone:
            continue
        verdict = judge.of_removed(entry)
        if verdict is not None and verdict.prior is not None:
            explained = verdict if verdict.detail else replace(verdict, detail=_why_removed(parsed, desired))
            yield action_of_record(address, explained, verdict.prior)


def _why_removed(address: Address, desired: DesiredSet) -> str:
    """Why nothing declares an address any more: mostly its manifest is gone, and else it no longer comes to it."""
    if address.occurrence and address.series in desired.series:
        return "Its rule no longer comes to this date, or looks no further back."
    if any(address.campaign == declared.campaign for declared in (*desired.sends, *desired.beside)):
        return "Its manifest no longer comes to this address."
    return "No manifest declares it any more."


def _minute(start: datetime) -> datetime:
    """What people wrote: the second that tells sends apart is no order to read them in."""
    return start.replace(second=0, microsecond=0)


def _vanished(desired: DesiredSet, state: State, facts: Facts, rules: Rules, *, moved: set[str]) -> Iterator[Vanished]:
    since = facts.now - rules.rename_window
    for address, entry in sorted((*state.sends.current(), *state.sends.archived_since(since))):
        record = entry.newest
        # An entry is current while an older revision is not archived; it is the newest that tells when it vanished.
        if record is None or (record.archived_at is not None and record.archived_at < since):
            continue
        if address not in moved and not desired.declares(parse_address(address)):
            yield Vanished(address=address, record=record)


def plan_of(
    actions: tuple[Action, ...],
    state: State,
    facts: Facts,
    rules: Rules,
    *,
    source: Source,
    warnings: Iterable[str] = (),
    estimate: PlanEstimate | None = None,
) -> Plan:
    """The plan of these actions, with what stands against it as a whole."""
    actions = tuple(_run_as_it_stands(action, rules) for action in actions)
    checksum = checksum_of(rules.environment, facts.account, actions)
    counts = Counter(action.action.value for action in actions)
    seed = {"plan": checksum, "at": facts.now.isoformat(), "state": f"{state.lineage}/{state.serial}"}
    guards = tuple(_run_as_it_stands(guard, rules) for guard in guards_of(actions, state, rules))
    plan = Plan(
        id=sha256(seed)[:16],
        project=rules.project,
        environment=rules.environment,
        account=facts.account,
        account_timezone=facts.zone.key,
        reaches_people=facts.reaches_people,
        created_at=facts.now,
        expires_at=_expiry(actions, facts, rules),
        state=PlannedState(lineage=state.lineage, serial=state.serial),
        source=PlannedSource(commit=source.commit, dirty=source.dirty),
        actions=actions,
        summary={kind.value: counts[kind.value] for kind in ActionKind if counts[kind.value]},
        drift=tuple(_drift(state)),
        diagnostics=tuple(warnings),
        next_due=_next_due(actions, facts),
        guards=guards,
        estimate=estimate,
        suspension=rules.suspension_at(facts.now),
        approvals=demands_of(actions, rules.approvals),
        applyable=not guards and not any(action.action is ActionKind.BLOCKED for action in actions),
        checksum=checksum,
    )
    return sealed(plan)


_WithWayOut = TypeVar("_WithWayOut", Action, Guard)


def _run_as_it_stands(one: _WithWayOut, rules: Rules) -> _WithWayOut:
    """An action or a guard whose way out names the environment, where a command would mean another one without it."""
    if rules.is_default_environment or not one.way_out:
        return one
    return one.model_copy(update={"way_out": commands_in(one.way_out, rules.environment)})


def _expiry(actions: Iterable[Action], facts: Facts, rules: Rules) -> datetime:
    starts = (
        action.start_at - rules.min_lead
        for action in actions
        if action.start_at is not None and action.action in {ActionKind.SUBMIT, ActionKind.REPLACE}
    )
    return min((facts.now + rules.plan_ttl, *starts))


def _next_due(actions: Iterable[Action], facts: Facts) -> datetime | None:
    dates = [action.opens_on for action in actions if action.opens_on is not None]
    return datetime.combine(min(dates), time(), tzinfo=facts.zone).astimezone(UTC) if dates else None


def _drift(state: State) -> Iterator[Drift]:
    for address, entry in sorted(state.sends.current()):
        record = entry.newest
        if record is not None and is_drift(record):
            sentence = drift_sentence(record)
            yield Drift(address=address, remote_id=record.remote_id, detail=sentence)
