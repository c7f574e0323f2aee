"""`plan`: what an apply would do now, without a lock and without any way to write."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from rcsplan.apply.echo import standing_shift
from rcsplan.campaign.address import Address, parse_address
from rcsplan.diagnostics import Diagnostic, Severity, did_you_mean
from rcsplan.errors import InvalidContent, UsageError
from rcsplan.manifest.load import campaigns_left_out, load_sends
from rcsplan.manifest.occasion import Occasion
from rcsplan.operations.approvals import with_authors
from rcsplan.operations.cost import costs_of, estimator_of, plan_estimate
from rcsplan.operations.observe import observe_account, refresh
from rcsplan.operations.policy import policy_findings, world_of
from rcsplan.operations.reconcile import findings
from rcsplan.operations.states import check_belongs, check_recovered, first_state, load_state
from rcsplan.plan.estimates import with_costs
from rcsplan.plan.planner import plan_of, planned_actions
from rcsplan.plan.policy import with_findings
from rcsplan.plan.reconcile import Arrived
from rcsplan.state.changes import make_changes
from rcsplan.state.model import StopCause
from rcsplan.state.phase import DRIFTED, Phase, phase_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from rcsplan.campaign.model import DesiredSet
    from rcsplan.errors import ConfigurationError
    from rcsplan.manifest.changes import Changes
    from rcsplan.manifest.load import Loaded
    from rcsplan.operations.online import Look
    from rcsplan.operations.target import Target
    from rcsplan.plan.facts import Facts, Rules
    from rcsplan.plan.model import Plan
    from rcsplan.state.model import Record, SendEntry
    from rcsplan.state.sends import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A plan with the manifests that it came from."""

    plan: Plan
    loaded: Loaded


def plan(
    target: Target, *, addresses: tuple[str, ...] = (), changes: Changes | None = None, look: Look | None = None
) -> Planned:
    """Plan against the state as it stands; `addresses` narrows it to some sends, `changes` to some manifests.

    With `look` the addresses of their messages are looked at.

    Raises:
        InvalidContent: a manifest has an error; nothing is planned.
        ProviderError: the account could not be read.
        StateError: the state cannot be used.
    """
    state = load_state(target) or first_state(target)
    check_belongs(state, target)
    check_recovered(state, target)
    with target.provider.reader() as client:
        seen = observe_account(client, target)
        make_changes(state, refresh(client, state, seen, in_flight=target.in_flight))
        found = findings(client, state, seen, target)
        make_changes(state, (finding.change for finding in found))
    adopted = frozenset(finding.address for finding in found if isinstance(finding.conclusion, Arrived))
    return plan_on(
        state, seen.facts, target, target.rules, addresses=addresses, adopted=adopted, changes=changes, look=look
    )


def plan_on(
    state: State,
    facts: Facts,
    target: Target,
    rules: Rules,
    *,
    addresses: tuple[str, ...] = (),
    adopted: frozenset[str] = frozenset(),
    changes: Changes | None = None,
    look: Look | None = None,
) -> Planned:
    """Plan against a state that holds the freshest remote statuses, and what became of open intents.

    `adopted` are addresses whose lost submission was found, and is not yet recorded.

    Raises:
        InvalidContent: a manifest has an error; nothing is planned.
        UsageError: an address that nothing declares or records.
    """
    loaded = load_sends(target.environment, variables=target.variables, occasion=occasion_of(state, facts.now, rules))
    if any(diagnostic.is_error for diagnostic in loaded.diagnostics):
        raise InvalidContent(loaded.diagnostics)
    left_out = frozenset() if changes is None else campaigns_left_out(loaded, changes, target.variables)
    desired = _only(loaded.desired, state, addresses, left_out) if addresses or left_out else loaded.desired
    facts = replace(facts, adopted=adopted)
    actions = planned_actions(desired, state, facts, rules)
    estimator = estimator_of(state, facts, target)
    costs = costs_of(actions, facts, estimator)
    world = world_of(
        actions, state, facts, target, estimator=estimator, costs=costs, sends=loaded.desired.sends.values()
    )
    actions = with_findings(with_costs(actions, costs), policy_findings(world, loaded, target, look=look))
    actions = with_authors(actions, loaded, target)
    estimate = plan_estimate(actions, costs, facts, estimator, month=world.busiest_month)
    warnings = (*_texts(loaded.diagnostics), *_warnings_of_shift(state, target))
    made = plan_of(actions, state, facts, rules, source=target.runtime.source(), warnings=warnings, estimate=estimate)
    return Planned(plan=made, loaded=loaded)


def occasion_of(state: State, now: datetime, rules: Rules) -> Occasion:
    """When and after what the manifests are read."""
    return Occasion(
        now=now,
        frozen=frozenset(_frozen(state, now, rules)),
        first_seen=state.series,
        rules=state.rules,
        is_settled=lambda address: _is_settled(state.records_of(str(address))),
    )


def _frozen(state: State, now: datetime, rules: Rules) -> Iterator[tuple[Address, int]]:
    """The sends that ended so long ago that they are neither rendered nor compared."""
    for text, entry in state.sends.current():
        record = entry.newest
        if record is None:
            continue
        last = (record.start_at or record.submitted_at or now) + timedelta(hours=record.validity_hours)
        if _is_over(record) and last + rules.freeze_after < now:
            yield parse_address(text), record.revision


def _is_settled(entry: SendEntry) -> bool:
    """Whether an occurrence has begun, or was put to rest: no later version of the manifest concerns it."""
    record = entry.newest
    if record is None or entry.skipped:
        return bool(entry.skipped)
    if phase_of(record) is Phase.WITHDRAWN:
        return _is_commanded(record) or record.archived_at is not None
    return phase_of(record) not in {Phase.UNKNOWN, Phase.WAITING}


def _is_over(record: Record) -> bool:
    """Whether only a raised revision can bring it back: it was sent, or ended by somebody who meant it to."""
    phase = phase_of(record)
    return phase is Phase.ENDED or phase in DRIFTED or (phase is Phase.WITHDRAWN and _is_commanded(record))


def _is_commanded(record: Record) -> bool:
    return record.stop is not None and record.stop.cause is StopCause.COMMAND


def _only(desired: DesiredSet, state: State, wanted: tuple[str, ...], left_out: frozenset[str]) -> DesiredSet:
    """The desired set narrowed to some addresses or campaigns, and without those that are left out.

    The rest is left alone, and never a removal.
    """
    declared = {*desired.sends, *desired.frozen, *desired.filtered, *map(Address, desired.passed_over)}
    known = declared | {parse_address(text) for text in state.sends}
    named = _named(wanted, known, desired) if wanted else known
    chosen = {address for address in named if address.campaign not in left_out}
    return replace(
        desired,
        sends={address: send for address, send in desired.sends.items() if address in chosen},
        beside={address: send for address, send in desired.sends.items() if address not in chosen},
        filtered=desired.filtered | frozenset(declared - chosen),
        left_alone=frozenset(known - declared - chosen),
    )


def _named(wanted: tuple[str, ...], known: set[Address], desired: DesiredSet) -> set[Address]:
    """The known addresses that are wanted, each by its own name, its series' or its campaign's."""
    named: set[Address] = set()
    for text in wanted:
        matches = {address for address in known if text in {str(address), str(address.series), address.campaign}}
        if not matches:
            hint = did_you_mean(text, (str(address) for address in known))
            raise UsageError(f"Nothing is declared or recorded under {text!r}", hint=hint)
        # Who names a part of a split audience means all of it: the parts are only known once the account is.
        named |= matches | {address.whole for address in matches if address.whole in desired.sends}
    return named


def shift_of(state: State, target: Target) -> ConfigurationError | None:
    """What is wrong with the start of a scheduled campaign, where by the settings as they are others would go wrong."""
    return standing_shift(
        state,
        zone=target.zone,
        response_zone=target.response_zone,
        fingerprint_seconds=target.environment.provider.fingerprint_start_at,
    )


def _warnings_of_shift(state: State, target: Target) -> tuple[str, ...]:
    shift = shift_of(state, target)
    return () if shift is None else (f"{shift.summary}. {shift.detail} {shift.hint}",)


def _texts(diagnostics: tuple[Diagnostic, ...]) -> tuple[str, ...]:
    return tuple(
        f"{diagnostic.location}: {diagnostic.summary}. {diagnostic.detail}".rstrip()
        for diagnostic in diagnostics
        if diagnostic.severity is not Severity.NOTE
    )
