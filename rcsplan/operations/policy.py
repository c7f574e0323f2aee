"""Asks the policy about what is planned: settings, state and account in, findings at manifest lines out."""

from __future__ import annotations

from datetime import time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from rcsplan.campaign.address import parse_address
from rcsplan.campaign.cost import Cost
from rcsplan.campaign.model import Waiver
from rcsplan.diagnostics import format_key_path
from rcsplan.errors import Blocked
from rcsplan.manifest.calendars import calendars_of
from rcsplan.operations.cost import charge_of, costs_of, costs_something, estimator_of
from rcsplan.operations.online import looked_at
from rcsplan.plan.model import ActionKind, Place, PlannedWaiver, PolicyFinding
from rcsplan.policy.candidate import AudienceList, Budget, Candidate, ClosedDays, Thresholds, Touch, World
from rcsplan.policy.evaluation import Policy, evaluate
from rcsplan.policy.finding import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from rcsplan.campaign.model import Send
    from rcsplan.diagnostics import KeyPath
    from rcsplan.manifest.load import Loaded
    from rcsplan.manifest.policy_rules import Cost as CostSettings
    from rcsplan.manifest.project import Environment
    from rcsplan.operations.cost import Estimator
    from rcsplan.operations.online import Look
    from rcsplan.operations.target import Target
    from rcsplan.plan.facts import ContactList, Facts
    from rcsplan.plan.model import Action, Plan
    from rcsplan.policy.finding import Judged
    from rcsplan.state.model import Record
    from rcsplan.state.sends import State

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

#: Actions after which people get a message, now or once the send opens.
_SENDING = frozenset({ActionKind.SUBMIT, ActionKind.REPLACE, ActionKind.RESUBMIT, ActionKind.DEFER})


def policy_findings(
    world: World, loaded: Loaded, target: Target, *, look: Look | None = None
) -> dict[str, tuple[PolicyFinding, ...]]:
    """What the policy has against each action that sends, at the lines of the manifests.

    With `look` the addresses of their messages are looked at first.

    Raises:
        ConfigurationError: nobody can be asked from this system.
    """
    policy = policy_of(target.environment, reaches_people=world.reaches_people)
    found = evaluate(policy, looked_at(world, policy, look))
    return {address: tuple(_placed(address, judged, loaded)) for address, judged in found.items()}


def check_policy_again(saved: Plan, state: State, facts: Facts, target: Target) -> None:
    """Make sure that the policy still allows a saved plan, as far as time and other campaigns decide.

    Raises:
        Blocked: it does not.
        InvalidContent: a calendar that the policy names cannot be used.
    """
    estimator = estimator_of(state, facts, target)
    costs = costs_of(saved.actions, facts, estimator)
    world = world_of(saved.actions, state, facts, target, estimator=estimator, costs=costs)
    policy = policy_of(target.environment, reaches_people=facts.reaches_people)
    found = evaluate(policy, world, again=True)
    denied = [
        f"{address}: {one.rule}: {one.finding.detail}"
        for address, judged in sorted(found.items())
        for one in judged
        if one.severity is Severity.DENY and one.waiver is None
    ]
    if denied:
        hint = "Mend what the policy names, make a new plan and have it reviewed: rcsplan plan -o FILE"
        raise Blocked("The policy denies the plan by now; nothing was applied", detail="\n".join(denied), hint=hint)


def policy_of(environment: Environment, *, reaches_people: bool) -> Policy:
    """The severities of an environment; instant sends are free in a sandbox where nothing is said of them."""
    given = {rule: Severity(severity) for rule, severity in environment.policy.severities.items()}
    return Policy(severities=given if reaches_people else {"instant": Severity.OFF, **given})


def thresholds_of(environment: Environment) -> Thresholds:
    """What the rules of an environment measure by.

    Raises:
        InvalidContent: a calendar that it names cannot be used.
    """
    rules = environment.policy.rules
    quiet, allowed = rules.quiet_hours, rules.weekdays.allowed
    return Thresholds(
        quiet_hours=(time.fromisoformat(quiet.begins), time.fromisoformat(quiet.until))
        if quiet.begins is not None and quiet.until is not None
        else None,
        weekdays=frozenset(map(_WEEKDAYS.index, allowed)) if allowed is not None else None,
        calendars=tuple(
            ClosedDays(name=calendar.metadata.name, days=calendar.days)
            for calendar in calendars_of(environment.project, environment.name)
        ),
        lead=rules.lead.at_least,
        contacts_per_send=rules.contacts_per_send.max,
        contacts_per_run=rules.contacts_per_run.max,
        allowed_lists=rules.lists.allowed,
        forbidden_lists=rules.lists.forbidden,
        allowed_senders=rules.senders.allowed,
        forbidden_senders=rules.senders.forbidden,
        fatigue=rules.fatigue.max,
        fatigue_days=rules.fatigue.days,
        fatigue_hourly=rules.fatigue_hours.max,
        fatigue_hours=rules.fatigue_hours.hours,
        opt_out_phrases=rules.opt_out.phrases,
        allowed_hosts=rules.links.allowed_hosts,
        sms_parts=rules.sms_parts.max,
        cost_per_send=_budget(rules.cost_per_send),
        cost_per_run=_budget(rules.cost_per_run),
        cost_per_month=_budget(rules.cost_per_month),
        tested_over=rules.tested.over,
    )


def _budget(settings: CostSettings) -> Budget | None:
    return Budget(max=settings.max, basis=settings.basis) if settings.max is not None else None


def world_of(
    actions: Iterable[Action],
    state: State,
    facts: Facts,
    target: Target,
    *,
    estimator: Estimator,
    costs: Mapping[str, Cost],
    sends: Iterable[Send] = (),
) -> World:
    """What the rules are asked about: the actions that send, what they cost, and what was sent before.

    Raises:
        InvalidContent: a calendar that the policy names cannot be used.
    """
    actions = tuple(actions)
    expecting = {str(send.address) for send in sends if send.expect.min is not None or send.expect.max is not None}
    lists = {entry.id: entry for entry in facts.lists}
    candidates = tuple(
        _candidate(action, lists, expecting, costs.get(action.address, Cost()))
        for action in actions
        if action.action in _SENDING
    )
    thresholds = thresholds_of(target.environment)
    counted = bool(estimator.currency) or thresholds.fatigue is not None or thresholds.fatigue_hourly is not None
    records = tuple(_before(actions, candidates, state, facts, thresholds)) if candidates and counted else ()
    return World(
        now=facts.now,
        zone=facts.zone,
        reaches_people=facts.reaches_people,
        environment=target.environment.name,
        thresholds=thresholds,
        history=tuple(
            Touch(list_id=one.id, address=address, at=at) for address, record, at in records for one in record.lists
        ),
        charges=tuple(charge_of(address, record, estimator, at=at) for address, record, at in records)
        if estimator.currency
        else (),
        currency=estimator.currency,
        funds=facts.funds,
        candidates=candidates,
        tested=frozenset(trial.content_digest for trial in state.trials.values() if not trial.is_unknown),
    )


def _candidate(action: Action, lists: dict[int, ContactList], expecting: set[str], cost: Cost) -> Candidate:
    zones = action.timezones or (action.timezone,)
    planned = action.audience.lists
    whole = str(parse_address(action.address).whole)
    return Candidate(
        address=action.address,
        payload=action.payload or {},
        start_at=action.start_at,
        until=action.until,
        fallback_at=action.fallback_at,
        zones=tuple(map(ZoneInfo, zones)),
        lists=tuple(
            AudienceList(id=entry.id, name=entry.name, contacts=known.contacts, default=known.default)
            if (known := lists.get(entry.id)) is not None
            else AudienceList(id=entry.id, name=entry.name, contacts=entry.contacts)
            for entry in planned
        ),
        content_digest=action.content_digest or "",
        is_due=action.action is not ActionKind.DEFER,
        has_expectation=whole in expecting,
        waivers=tuple(
            Waiver(rule=waiver.rule, reason=waiver.reason, owner=waiver.owner, until=waiver.until)
            for waiver in action.waivers
        ),
        cost=cost,
    )


def _before(
    actions: Iterable[Action], candidates: Iterable[Candidate], state: State, facts: Facts, thresholds: Thresholds
) -> Iterator[tuple[str, Record, datetime]]:
    """What was submitted, and is near the candidates or not yet charged, but for what this plan takes back."""
    first = min((facts.now, *(candidate.start_at for candidate in candidates if candidate.start_at is not None)))
    month = first.astimezone(facts.zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    tiring = timedelta(days=thresholds.fatigue_days + 1, hours=thresholds.fatigue_hours)
    leaving = {
        action.moved_from or action.address
        for action in actions
        if action.action in {ActionKind.REPLACE, ActionKind.STOP}
    }
    for address, entry in state.sends.starting_since(min(first - tiring, month)):
        for record in entry.revisions.values():
            if costs_something(record, stays=address not in leaving):
                yield address, record, record.start_at or record.submitted_at or facts.now


def _placed(address: str, judged: Iterable[Judged], loaded: Loaded) -> Iterator[PolicyFinding]:
    """The findings of a send at the lines of its manifest, which is read once more for them."""
    own = parse_address(address)
    locate = loaded.locator(own.whole)
    for one in judged:
        place = locate(_in_manifest(one.finding.path, is_part=own != own.whole))
        waiver = one.waiver
        yield PolicyFinding(
            rule=one.rule,
            severity="deny" if one.severity is Severity.DENY else "warn",
            detail=one.finding.detail,
            way_out=one.finding.way_out,
            path=format_key_path(one.finding.path),
            place=Place(file=place.file, line=place.line),
            waiver=PlannedWaiver(rule=waiver.rule, reason=waiver.reason, owner=waiver.owner, until=waiver.until)
            if waiver is not None
            else None,
        )


def _in_manifest(path: KeyPath, *, is_part: bool) -> KeyPath:
    """A path of a request body as the manifest has it: the one list of a part is one of several there."""
    return path[:1] if is_part and path[:1] == ("groups",) else path
