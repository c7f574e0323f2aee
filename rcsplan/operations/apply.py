"""`apply`: lock, look, plan, ask, and carry out; or carry out a plan that was reviewed and saved."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rcsplan.apply.echo import is_proven
from rcsplan.apply.events import Event, Happening
from rcsplan.apply.executor import Executor, OnError
from rcsplan.apply.gate import Gate, Limits
from rcsplan.apply.recorder import Recorder
from rcsplan.apply.stopping import Stopper
from rcsplan.apply.submission import Submitter
from rcsplan.errors import Blocked, ExitCode
from rcsplan.operations.approvals import consented
from rcsplan.operations.deliveries import count_deliveries
from rcsplan.operations.notify import ended_since
from rcsplan.operations.observe import clock_of, intent_clock_of
from rcsplan.operations.plan import plan_on, shift_of
from rcsplan.operations.policy import check_policy_again
from rcsplan.operations.recover import Salvage
from rcsplan.operations.saved import check_saved
from rcsplan.operations.settle import Settled, settle
from rcsplan.operations.states import entry_in, owned_state, save_for_good
from rcsplan.plan.memory import memories
from rcsplan.plan.model import UNSETTLED, ActionKind
from rcsplan.plan.steps import Submit, attempt_of, steps_of
from rcsplan.state.model import UsePlan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from rcsplan.apply.events import Listener
    from rcsplan.backend.protocol import StateSession
    from rcsplan.bsg.client import SendClient
    from rcsplan.errors import ConfigurationError
    from rcsplan.manifest.load import Loaded
    from rcsplan.operations.notify import Ended
    from rcsplan.operations.target import Target
    from rcsplan.plan.model import Plan
    from rcsplan.plan.steps import Attempt
    from rcsplan.state.sends import State

#: How often one run submits again what provably never arrived.
_REPETITIONS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyOptions:
    """What the user asked of an apply; timeouts are in seconds.

    `passing_over` are submissions that are not made, although the plan has them: they were refused before.
    """

    addresses: tuple[str, ...] = ()
    parallelism: int = 4
    lock_timeout: float = 0.0
    settle_timeout: float = 180.0
    skip_blocked: bool = False
    allow_mass_stop: bool = False
    allow_stop_sending: bool = False
    restore: tuple[str, ...] = ()
    on_error: OnError = OnError.STOP
    passing_over: frozenset[Attempt] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendance:
    """Who attends an apply: who is shown the plan and confirms it, who listens, and what may hold it.

    `confirm` is asked where the plan does something, and says whether to go on; `hold` returns why nothing new may
    start, or an empty text; `is_leaving` whether the run was asked to end, and waits for nothing any more.
    """

    show: Callable[[Plan], None]
    confirm: Callable[[Plan], bool]
    listen: Listener
    hold: Callable[[], str]
    is_leaving: Callable[[], bool] = lambda: False


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What an apply did; `loaded` are the manifests, None for a saved plan; `confirmed` whether it was let go on.

    `ended` are the sends whose delivery it recorded, where somebody is to be told of it.
    """

    plan: Plan
    events: tuple[Event, ...]
    confirmed: bool
    loaded: Loaded | None = None
    ended: Ended = ()

    @property
    def counts(self) -> Counter[Happening]:
        """How many things happened, and how many addresses ended unknown."""
        counts: Counter[Happening] = Counter(
            event.happening for event in self.events if event.happening is not Happening.UNKNOWN
        )
        counts[Happening.UNKNOWN] = len(self.unknown)
        return counts

    @property
    def exit_code(self) -> ExitCode:
        """1 before 3 before 4 (design section 10)."""
        troubles = {Happening.FAILED, Happening.SHIFTED, Happening.NOT_STARTED}
        if not self.confirmed or self._lost or any(event.happening in troubles for event in self.last.values()):
            return ExitCode.ERROR
        if self.unknown:
            return ExitCode.UNKNOWN
        return ExitCode.BLOCKED if self.plan.blocked else ExitCode.OK

    @property
    def _lost(self) -> bool:
        """Whether a submission of this run never arrived, and was not made again."""
        sent_here = {event.address for event in self.events if event.happening is Happening.UNKNOWN}
        return any(self.last[address].happening is Happening.NEVER_ARRIVED for address in sent_here)

    @property
    def last(self) -> dict[str, Event]:
        """What became of each address in the end."""
        return {event.address: event for event in self.events}

    @property
    def unknown(self) -> frozenset[str]:
        """The addresses whose outcome is still not known."""
        earlier = {action.address for action in self.plan.blocked if action.reason in UNSETTLED}
        return frozenset(
            earlier | {event.address for event in self.last.values() if event.happening is Happening.UNKNOWN}
        )


def apply(target: Target, options: ApplyOptions, attendance: Attendance) -> Applied:
    """Plan under the lock, ask, and carry out.

    Raises:
        Blocked: a send is blocked, and blocked ones are not to be skipped.
        InvalidContent: a manifest has an error.
        UsageError: the state has no record of an address that shall be restored.
        StateLocked: somebody else is applying.
        StateError: the state cannot be used, or a write was not confirmed.
        ProviderError: the account could not be read.
    """
    rules = replace(
        target.rules,
        allow_mass_stop=options.allow_mass_stop,
        allow_stop_sending=options.allow_stop_sending,
        restore=frozenset(options.restore),
    )
    salvage = Salvage(target.recovery)
    with salvage.telling(), target.store.lock(target.lock_info("apply"), timeout=options.lock_timeout) as session:
        state = owned_state(session, target)
        for address in options.restore:
            entry_in(state, address)
        with target.provider.sender() as client:
            run = _Run(state=state, session=session, client=client, target=target, options=options, salvage=salvage)
            before = run.settle(attendance)
            planned = plan_on(state, before.seen.facts, target, rules, addresses=options.addresses)
            plan = consented(planned.plan, target)
            confirmed = _reviewed(plan, options, attendance, shift=shift_of(state, target))
            events = run.carry_out(plan, attendance) if confirmed else ()
            run.count(before.seen.facts.now, attendance)
        save_for_good(session, target, now=before.seen.facts.now)
        ended = _ended(state, before, target)
    return Applied(plan=plan, events=(*before.events, *events), confirmed=confirmed, loaded=planned.loaded, ended=ended)


def apply_saved(target: Target, saved: Plan, options: ApplyOptions, attendance: Attendance) -> Applied:
    """Carry out a plan that was saved, if everything still is as it was reviewed.

    Raises:
        PlanRefused: it is not.
        Blocked: the plan has blocked sends, and they are not to be skipped; or the policy denies it by now.
        StateLocked: somebody else is applying.
        StateError: the state cannot be used, or a write was not confirmed.
        ProviderError: the account could not be read.
    """
    salvage = Salvage(target.recovery)
    info = target.lock_info(f"apply of plan {saved.id}")
    with salvage.telling(), target.store.lock(info, timeout=options.lock_timeout) as session:
        state = owned_state(session, target)
        with target.provider.sender() as client:
            run = _Run(state=state, session=session, client=client, target=target, options=options, salvage=salvage)
            before = run.settle(attendance)
            check_saved(saved, state, before.seen.facts, target.rules)
            check_policy_again(saved, state, before.seen.facts, target)
            plan = consented(saved, target)
            confirmed = _reviewed(plan, options, attendance, shift=shift_of(state, target))
            if confirmed:
                session.record([UsePlan(plan_id=saved.id, at=before.seen.facts.now)])
            events = run.carry_out(plan, attendance) if confirmed else ()
            run.count(before.seen.facts.now, attendance)
        save_for_good(session, target, now=before.seen.facts.now)
        ended = _ended(state, before, target)
    return Applied(plan=plan, events=(*before.events, *events), confirmed=confirmed, ended=ended)


def _ended(state: State, before: Settled, target: Target) -> Ended:
    return ended_since(state, before.seen.facts.now) if target.environment.notifications is not None else ()


def _reviewed(plan: Plan, options: ApplyOptions, attendance: Attendance, *, shift: ConfigurationError | None) -> bool:
    """Show the plan, refuse it where it is blocked or would go wrong as before, and ask where it does something."""
    attendance.show(plan)
    if shift is not None and any(isinstance(step, Submit) for step in steps_of(plan.actions)):
        raise shift
    guarded = bool(plan.guards) and not options.allow_mass_stop
    if guarded or (plan.refusing and not options.skip_blocked):
        raise _blocked(plan)
    objection = attendance.hold()
    if plan.has_changes and objection:
        raise Blocked(f"Nothing may be applied: {objection}")
    return attendance.confirm(plan) if plan.has_changes else True


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """One run of the apply protocol, from a confirmed plan to the outcome of its last step."""

    state: State
    session: StateSession
    client: SendClient
    target: Target
    options: ApplyOptions
    salvage: Salvage

    def carry_out(self, plan: Plan, attendance: Attendance) -> tuple[Event, ...]:
        """Execute the steps of a plan, wait for what is unknown, and submit once more what never arrived."""
        remembered = memories(plan, self.state)
        if remembered:
            self.session.record(remembered)
        meant = (action for action in plan.actions if attempt_of(action) not in self.options.passing_over)
        events = self._executor(plan, attendance).run(steps_of(meant))
        for _ in range(_REPETITIONS):
            if not any(event.happening is Happening.UNKNOWN for event in events):
                return events
            after = self.settle(attendance)
            events = (*events, *after.events)
            lost = self._never_arrived(plan, after.events)
            if not lost:
                return events
            events = (*events, *self._executor(plan, attendance).run(lost))
        return (*events, *self.settle(attendance).events)

    def settle(self, attendance: Attendance) -> Settled:
        """Look at the account, and wait for what became of open intents, for as long as was asked."""
        timeout, listen, leaving = self.options.settle_timeout, attendance.listen, attendance.is_leaving
        client, state, session, target = self.client, self.state, self.session, self.target
        return settle(client, state, session, target, timeout=timeout, listen=listen, is_leaving=leaving)

    def count(self, now: datetime, attendance: Attendance) -> None:
        """Record what became of the messages of earlier campaigns."""
        clock = self.target.runtime.now
        count_deliveries(self.client, self.state, self.session, now=now, hold=attendance.hold, clock=clock)

    def _never_arrived(self, plan: Plan, events: Iterable[Event]) -> tuple[Submit, ...]:
        """The submissions of this run that were lost on the way; but none that was refused as a duplicate before."""
        lost = {event.address for event in events if event.happening is Happening.NEVER_ARRIVED}
        again = []
        for action in plan.actions:
            record = self.state.records_of(action.address).newest
            if action.address in lost and record is not None and not any(one.duplicate for one in record.watched[:-1]):
                repeated = action.model_copy(update={"action": ActionKind.RESUBMIT})
                again.append(Submit(action=repeated, after_stop=False))
        return tuple(again)

    def _executor(self, plan: Plan, attendance: Attendance) -> Executor:
        target, client = self.target, self.client
        recorder = Recorder(self.session, keeper=self.salvage)
        gate = Gate(
            now=clock_of(client, target),
            real=intent_clock_of(client, target),
            hold=attendance.hold,
            limits=self._limits(),
        )
        sleep, tell = target.runtime.sleep, attendance.listen
        submitter = Submitter(
            client=client,
            recorder=recorder,
            gate=gate,
            provenance=target.provenance(target.runtime.source(), plan_checksum=plan.checksum),
            response_zone=target.response_zone,
            sleep=sleep,
            tell=tell,
        )
        return Executor(
            recorder=recorder,
            gate=gate,
            client=client,
            stopper=Stopper(client=client, recorder=recorder, gate=gate, sleep=sleep, tell=tell),
            submitter=submitter,
            state=self.state,
            listener=tell,
            echo_is_proven=is_proven(self.state, target.response_zone),
            on_error=self.options.on_error,
        )

    def _limits(self) -> Limits:
        provider, policy = self.target.environment.provider, self.target.environment.policy
        return Limits(
            parallelism=self.options.parallelism,
            deadline=provider.deadline,
            intent_ttl=provider.intent_ttl,
            min_lead=policy.min_lead,
            stop_margin=policy.stop_margin,
        )


def _blocked(plan: Plan) -> Blocked:
    held = plan.refusing
    count = len(held)
    detail = [f"{action.address}: {action.detail}" for action in held] + [guard.detail for guard in plan.guards]
    way_out = "Mend what blocks, or apply the rest with --skip-blocked." if held else plan.guards[0].way_out
    if not held:
        return Blocked("The plan as a whole is refused; nothing was applied", detail="\n".join(detail), hint=way_out)
    return Blocked(
        f"{count} {'send is' if count == 1 else 'sends are'} blocked; nothing was applied",
        detail="\n".join(detail),
        hint=way_out,
    )
