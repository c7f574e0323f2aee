"""`apply`: lock, look, plan, ask, and carry out; or carry out a plan that was reviewed and saved."""

from __future__ import annotations

import shlex
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rcsplan.apply.events import Event, Happening
from rcsplan.apply.executor import OnError
from rcsplan.errors import Blocked, ExitCode
from rcsplan.operations.approvals import consented
from rcsplan.operations.carrying_out import Run
from rcsplan.operations.plan import plan_on, shift_of
from rcsplan.operations.policy import check_policy_again
from rcsplan.operations.recover import Salvage
from rcsplan.operations.saved import check_saved
from rcsplan.operations.states import entry_in, owned_state, save_for_good
from rcsplan.plan.model import UNSETTLED
from rcsplan.plan.steps import Submit, steps_of
from rcsplan.state.model import UsePlan

if TYPE_CHECKING:
    from collections.abc import Callable

    from rcsplan.apply.events import Listener
    from rcsplan.errors import ConfigurationError
    from rcsplan.manifest.load import Loaded
    from rcsplan.operations.deliveries import Ended
    from rcsplan.operations.target import Target
    from rcsplan.plan.model import Plan
    from rcsplan.plan.steps import Attempt


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyOptions:
    """What the user asked of an apply; timeouts are in seconds.

    `passing_over` are submissions that are not made, although the plan has them: they were refused before. `saved_as`
    is the file of a saved plan, as its user names it.
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
    saved_as: str = ""


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

    `ended` are the sends whose delivery it recorded.
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
            run = Run(state=state, session=session, client=client, target=target, options=options, salvage=salvage)
            before = run.settle(attendance)
            planned = plan_on(state, before.seen.facts, target, rules, addresses=options.addresses)
            plan = consented(planned.plan, target)
            confirmed = _reviewed(plan, options, attendance, shift=shift_of(state, target))
            events = run.carry_out(plan, attendance) if confirmed else ()
            ended = run.count(before.seen.facts.now, attendance)
        save_for_good(session, target, now=before.seen.facts.now)
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
            run = Run(state=state, session=session, client=client, target=target, options=options, salvage=salvage)
            before = run.settle(attendance)
            check_saved(saved, state, before.seen.facts, target.rules)
            check_policy_again(saved, state, before.seen.facts, target)
            plan = _of_file(consented(saved, target), options.saved_as)
            confirmed = _reviewed(plan, options, attendance, shift=shift_of(state, target))
            if confirmed:
                session.record([UsePlan(plan_id=saved.id, at=before.seen.facts.now)])
            events = run.carry_out(plan, attendance) if confirmed else ()
            ended = run.count(before.seen.facts.now, attendance)
        save_for_good(session, target, now=before.seen.facts.now)
    return Applied(plan=plan, events=(*before.events, *events), confirmed=confirmed, ended=ended)


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


def _of_file(plan: Plan, file: str) -> Plan:
    """A saved plan whose way out applies that file: without it, what the manifests say now would be applied."""
    named = f" apply {shlex.quote(file)} --" if file else " apply --"
    guards = (guard.model_copy(update={"way_out": guard.way_out.replace(" apply --", named)}) for guard in plan.guards)
    return plan.model_copy(update={"guards": tuple(guards)})


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
