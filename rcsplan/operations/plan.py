"""`plan`: what an apply would do now, without a lock and without any way to write."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from rcsplan.campaign.address import Address, parse_address
from rcsplan.diagnostics import Diagnostic, Severity, did_you_mean
from rcsplan.errors import InvalidContent, UsageError
from rcsplan.manifest.load import load_sends
from rcsplan.operations.observe import observe_account, refresh
from rcsplan.operations.reconcile import findings
from rcsplan.operations.states import check_belongs, check_recovered, first_state, load_state
from rcsplan.plan.planner import make_plan
from rcsplan.plan.reconcile import Arrived
from rcsplan.state.changes import make_changes
from rcsplan.state.phase import Phase, phase_of

if TYPE_CHECKING:
    from datetime import datetime

    from rcsplan.campaign.model import DesiredSet
    from rcsplan.manifest.load import Loaded
    from rcsplan.operations.target import Target
    from rcsplan.plan.facts import Facts, Rules
    from rcsplan.plan.model import Plan
    from rcsplan.state.sends import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A plan with the manifests that it came from."""

    plan: Plan
    loaded: Loaded


def plan(target: Target, *, addresses: tuple[str, ...] = ()) -> Planned:
    """Plan against the state as it stands; `addresses` narrows it to some sends.

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
        make_changes(state, refresh(client, state, seen))
        found = findings(client, state, seen, target)
        make_changes(state, (finding.change for finding in found))
    adopted = frozenset(finding.address for finding in found if isinstance(finding.conclusion, Arrived))
    return plan_on(state, seen.facts, target, target.rules, addresses=addresses, adopted=adopted)


def plan_on(
    state: State,
    facts: Facts,
    target: Target,
    rules: Rules,
    *,
    addresses: tuple[str, ...] = (),
    adopted: frozenset[str] = frozenset(),
) -> Planned:
    """Plan against a state that holds the freshest remote statuses, and what became of open intents.

    `adopted` are addresses whose lost submission was found, and is not yet recorded.

    Raises:
        InvalidContent: a manifest has an error; nothing is planned.
        UsageError: an address that nothing declares or records.
    """
    loaded = load_sends(target.environment, variables=target.variables, frozen=_frozen(state, facts.now, rules))
    if any(diagnostic.is_error for diagnostic in loaded.diagnostics):
        raise InvalidContent(loaded.diagnostics)
    desired = _only(loaded.desired, state, addresses) if addresses else loaded.desired
    made = make_plan(
        desired,
        state,
        replace(facts, adopted=adopted),
        rules,
        source=target.runtime.source(),
        warnings=_texts(loaded.diagnostics),
    )
    return Planned(plan=made, loaded=loaded)


def _frozen(state: State, now: datetime, rules: Rules) -> dict[tuple[str, int], tuple[Address, ...]]:
    """The campaigns that ended so long ago that they are neither rendered nor compared, with their addresses."""
    ended: defaultdict[str, list[tuple[Address, int]]] = defaultdict(list)
    moving: set[str] = set()
    for text, entry in state.sends.current():
        address, record = parse_address(text), entry.newest
        if record is None:
            continue
        last = (record.start_at or record.submitted_at or now) + timedelta(hours=record.validity_hours)
        if phase_of(record) is Phase.ENDED and last + rules.freeze_after < now:
            ended[address.campaign].append((address, record.revision))
        else:
            moving.add(address.campaign)
    return {
        (campaign, sends[0][1]): tuple(address for address, _ in sends)
        for campaign, sends in ended.items()
        if campaign not in moving and len({revision for _, revision in sends}) == 1
    }


def _only(desired: DesiredSet, state: State, wanted: tuple[str, ...]) -> DesiredSet:
    """The desired set narrowed to some addresses or campaigns; the rest is left alone, and never a removal."""
    declared = {*desired.sends, *desired.frozen, *desired.filtered}
    known = declared | {parse_address(text) for text in state.sends}
    chosen: set[Address] = set()
    for text in wanted:
        matches = {address for address in known if text in {str(address), address.campaign}}
        if not matches:
            hint = did_you_mean(text, (str(address) for address in known))
            raise UsageError(f"Nothing is declared or recorded under {text!r}", hint=hint)
        chosen |= matches
    return replace(
        desired,
        sends={address: send for address, send in desired.sends.items() if address in chosen},
        filtered=desired.filtered | frozenset(declared - chosen),
        left_alone=frozenset(known - declared - chosen),
    )


def _texts(diagnostics: tuple[Diagnostic, ...]) -> tuple[str, ...]:
    return tuple(
        f"{diagnostic.location}: {diagnostic.summary}. {diagnostic.detail}".rstrip()
        for diagnostic in diagnostics
        if diagnostic.severity is not Severity.NOTE
    )
