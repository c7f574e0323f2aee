"""Carrying out a plan: its steps, the wait for what is unknown, and once more what provably never arrived."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rcsplan.apply.echo import is_proven
from rcsplan.apply.events import Event, Happening
from rcsplan.apply.executor import Executor
from rcsplan.apply.gate import Gate, Limits
from rcsplan.apply.recorder import Recorder
from rcsplan.apply.stopping import Stopper
from rcsplan.apply.submission import Submitter
from rcsplan.operations.deliveries import count_deliveries
from rcsplan.operations.observe import clock_of, intent_clock_of
from rcsplan.operations.settle import Settled, settle
from rcsplan.plan.memory import memories
from rcsplan.plan.model import ActionKind
from rcsplan.plan.steps import Submit, attempt_of, steps_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from rcsplan.backend.protocol import StateSession
    from rcsplan.bsg.client import SendClient
    from rcsplan.operations.apply import ApplyOptions, Attendance
    from rcsplan.operations.deliveries import Ended
    from rcsplan.operations.recover import Salvage
    from rcsplan.operations.target import Target
    from rcsplan.plan.model import Plan
    from rcsplan.state.sends import State

#: How often one run submits again what provably never arrived.
_REPETITIONS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
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

    def count(self, now: datetime, attendance: Attendance) -> Ended:
        """Record what became of the messages of earlier campaigns, and return which ones."""
        clock = self.target.runtime.now
        return count_deliveries(self.client, self.state, self.session, now=now, hold=attendance.hold, clock=clock)

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
