"""`apply`: lock, look, plan, ask, and carry out; or carry out a plan that was reviewed and saved."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rcsplan.apply.events import Event, Happening
from rcsplan.apply.executor import Executor, OnError
from rcsplan.apply.gate import Gate, Limits
from rcsplan.apply.recorder import Recorder
from rcsplan.apply.stopping import Stopper
from rcsplan.apply.submission import Submitter
from rcsplan.errors import Blocked, ExitCode
from rcsplan.operations.observe import clock_of, observe_account, refresh
from rcsplan.operations.plan import plan_on
from rcsplan.operations.saved import check_saved
from rcsplan.operations.states import owned_state
from rcsplan.plan.steps import steps_of
from rcsplan.state.model import UsePlan

if TYPE_CHECKING:
    from collections.abc import Callable

    from rcsplan.apply.events import Listener
    from rcsplan.backend.protocol import StateSession
    from rcsplan.bsg.client import SendClient
    from rcsplan.manifest.load import Loaded
    from rcsplan.operations.target import Target
    from rcsplan.plan.facts import Facts
    from rcsplan.plan.model import Plan
    from rcsplan.state.sends import State


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyOptions:
    """What the user asked of an apply; `lock_timeout` is in seconds."""

    addresses: tuple[str, ...] = ()
    parallelism: int = 4
    lock_timeout: float = 0.0
    skip_blocked: bool = False
    on_error: OnError = OnError.STOP


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendance:
    """Who attends an apply: who is shown the plan and confirms it, who listens, and what may hold it.

    `confirm` is asked where the plan does something, and says whether to go on; `hold` returns why nothing new may
    start, or an empty text.
    """

    show: Callable[[Plan], None]
    confirm: Callable[[Plan], bool]
    listen: Listener
    hold: Callable[[], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What an apply did; `loaded` are the manifests, None for a saved plan; `confirmed` whether it was let go on."""

    plan: Plan
    events: tuple[Event, ...]
    confirmed: bool
    loaded: Loaded | None = None

    @property
    def counts(self) -> Counter[Happening]:
        """How many steps ended how."""
        return Counter(event.happening for event in self.events)

    @property
    def exit_code(self) -> ExitCode:
        """1 before 3 before 4 (design section 10)."""
        counts = self.counts
        if counts[Happening.FAILED] or counts[Happening.NOT_STARTED] or not self.confirmed:
            return ExitCode.ERROR
        if counts[Happening.UNKNOWN]:
            return ExitCode.UNKNOWN
        return ExitCode.BLOCKED if self.plan.blocked else ExitCode.OK


def apply(target: Target, options: ApplyOptions, attendance: Attendance) -> Applied:
    """Plan under the lock, ask, and carry out.

    Raises:
        Blocked: a send is blocked, and blocked ones are not to be skipped.
        InvalidContent: a manifest has an error.
        StateLocked: somebody else is applying.
        StateError: the state cannot be used, or a write was not confirmed.
        ProviderError: the account could not be read.
    """
    with target.store.lock(target.lock_info("apply"), timeout=options.lock_timeout) as session:
        state = owned_state(session, target)
        with target.provider.sender() as client:
            facts = observe_account(client, target)
            _record_refresh(client, state, facts, session)
            planned = plan_on(state, facts, target, addresses=options.addresses)
            confirmed = _reviewed(planned.plan, options, attendance)
            events = _carry_out(planned.plan, state, session, client, target, options, attendance) if confirmed else ()
        session.save()
    return Applied(plan=planned.plan, events=events, confirmed=confirmed, loaded=planned.loaded)


def apply_saved(target: Target, saved: Plan, options: ApplyOptions, attendance: Attendance) -> Applied:
    """Carry out a plan that was saved, if everything still is as it was reviewed.

    Raises:
        PlanRefused: it is not.
        Blocked: the plan has blocked sends, and they are not to be skipped.
        StateLocked: somebody else is applying.
        StateError: the state cannot be used, or a write was not confirmed.
        ProviderError: the account could not be read.
    """
    with target.store.lock(target.lock_info(f"apply of plan {saved.id}"), timeout=options.lock_timeout) as session:
        state = owned_state(session, target)
        with target.provider.sender() as client:
            facts = observe_account(client, target)
            _record_refresh(client, state, facts, session)
            check_saved(saved, state, facts, target.rules)
            confirmed = _reviewed(saved, options, attendance)
            if confirmed:
                session.record([UsePlan(plan_id=saved.id, at=facts.now)])
            events = _carry_out(saved, state, session, client, target, options, attendance) if confirmed else ()
        session.save()
    return Applied(plan=saved, events=events, confirmed=confirmed)


def _reviewed(plan: Plan, options: ApplyOptions, attendance: Attendance) -> bool:
    """Show the plan, refuse it where it is blocked, and ask where it does something."""
    attendance.show(plan)
    if plan.blocked and not options.skip_blocked:
        raise _blocked(plan)
    objection = attendance.hold()
    if plan.has_changes and objection:
        raise Blocked(f"Nothing may be applied: {objection}")
    return attendance.confirm(plan) if plan.has_changes else True


def _carry_out(
    plan: Plan,
    state: State,
    session: StateSession,
    client: SendClient,
    target: Target,
    options: ApplyOptions,
    attendance: Attendance,
) -> tuple[Event, ...]:
    provider, policy = target.environment.provider, target.environment.policy
    limits = Limits(
        parallelism=options.parallelism,
        deadline=provider.deadline,
        intent_ttl=provider.intent_ttl,
        min_lead=policy.min_lead,
        stop_margin=policy.stop_margin,
    )
    recorder = Recorder(session)
    gate = Gate(now=clock_of(client, target), hold=attendance.hold, limits=limits)
    sleep, tell = target.runtime.sleep, attendance.listen
    executor = Executor(
        recorder=recorder,
        gate=gate,
        client=client,
        stopper=Stopper(client=client, recorder=recorder, gate=gate, sleep=sleep, tell=tell),
        submitter=Submitter(
            client=client,
            recorder=recorder,
            gate=gate,
            provenance=target.provenance(target.runtime.source(), plan_checksum=plan.checksum),
            sleep=sleep,
            tell=tell,
        ),
        state=state,
        listener=tell,
        on_error=options.on_error,
    )
    return executor.run(steps_of(plan.actions))


def _record_refresh(client: SendClient, state: State, facts: Facts, session: StateSession) -> None:
    changes = refresh(client, state, facts)
    if changes:
        session.record(changes)


def _blocked(plan: Plan) -> Blocked:
    count = len(plan.blocked)
    return Blocked(
        f"{count} {'send is' if count == 1 else 'sends are'} blocked; nothing was applied",
        detail="\n".join(f"{action.address}: {action.detail}" for action in plan.blocked),
        hint="Mend what blocks, or apply the rest with --skip-blocked.",
    )
