"""Who attends a run in the absence of people: shows plans, tells what happens, and says each thing once."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rcsplan.cli.failure import report, report_diagnostics
from rcsplan.cli.heartbeats import heartbeat
from rcsplan.cli.notifying import Told, notify_applied, notify_refused
from rcsplan.cli.surroundings import utc_now
from rcsplan.operations.apply import Applied, Attendance
from rcsplan.operations.hold import hold_of
from rcsplan.operations.refusals import refusals
from rcsplan.operations.run import Result
from rcsplan.output.apply_text import format_applied
from rcsplan.output.moments import paused
from rcsplan.output.plan_text import format_plan_text
from rcsplan.output.progress import lines
from rcsplan.output.run_json import round_document
from rcsplan.output.run_text import format_round, situation, situation_of_plan
from rcsplan.output.stream import Name, format_line, format_planned
from rcsplan.output.terminal import inert_json, visible
from rcsplan.plan.steps import steps_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import timedelta

    from pydantic import JsonValue

    from rcsplan.apply.events import Event, Listener
    from rcsplan.cli.checkout import Pulled
    from rcsplan.cli.ci_outputs import CiOutputs
    from rcsplan.cli.invocation import Invocation
    from rcsplan.cli.signals import Interruption
    from rcsplan.operations.run import Round
    from rcsplan.operations.target import Target
    from rcsplan.output.heartbeat import Heartbeat
    from rcsplan.plan.model import Plan


class Attendant:
    """Attends one round or many: `is_quiet` leaves standard output to a document, `once` shows every plan.

    `sign` is called with every sign of life; `outputs` are written for CI, where they are asked for.
    """

    def __init__(
        self,
        invocation: Invocation,
        interruption: Interruption,
        *,
        once: bool,
        is_quiet: bool = False,
        outputs: CiOutputs | None = None,
        sign: Callable[[], None] = lambda: None,
    ) -> None:
        self._invocation = invocation
        self._interruption = interruption
        self._once = once
        self._shows = not is_quiet and (once or not invocation.logs_json)
        self._sign = sign
        self._outputs = outputs
        self._target: Target | None = None
        self._told = Told()
        self._tell = self._lines()
        self._heartbeat: Heartbeat | None = None
        self._shown = ""
        self._said = ""

    @contextmanager
    def attending(self) -> Iterator[None]:
        """A round: while it lasts, silence is broken by heartbeats."""
        self._tell = self._lines()
        with heartbeat(self._invocation) as self._heartbeat:
            yield

    def attend(self, target: Target) -> Attendance:
        """What an apply on a target calls."""
        self._target = target
        return Attendance(
            show=self._show,
            confirm=self._confirm,
            listen=self._listen,
            hold=lambda: self._interruption.objection() or hold_of(target.environment),
            is_leaving=self._interruption.has_come,
        )

    def pulled(self, pulled: Pulled) -> None:
        """The checkout is as its upstream."""
        if pulled.before == pulled.after:
            return
        if self._invocation.logs_json:
            self._line(Name.RUN_PULLED, before=pulled.before, after=pulled.after)
        else:
            self._say(f"Pulled {pulled.before[:12]}..{pulled.after[:12]}.")

    def listening(self, url: str) -> None:
        """Somebody can ask how it goes."""
        if self._invocation.logs_json:
            self._line(Name.RUN_LISTENING, url=url)
        else:
            self._say(f"Health and metrics: {url}/healthz {url}/readyz {url}/metrics")

    def notify(self, done: Round) -> None:
        """Tell the project's webhook what a round did, and what holds it up."""
        if self._target is None or done.plan is None:
            return
        if done.result is Result.REFUSED:
            notify_refused(done.plan, self._target, self._invocation, self._told)
            return
        # What an error ended may have submitted something before.
        applied = done.applied or Applied(plan=done.plan, events=done.events, confirmed=True)
        notify_applied(applied, self._target, self._invocation, self._told)

    def report_once(self, done: Round, *, as_json: bool) -> int:
        """Say what the only round came to, and return the exit code."""
        if self._outputs is not None and done.applied is not None:
            self._outputs.write_applied(done.applied)
        if self._invocation.logs_json:
            self._line(Name.RUN_ROUND, **round_document(done).model_dump(mode="json"))
        if as_json:
            sys.stdout.write(inert_json(round_document(done).model_dump_json(indent=2)) + "\n")
        elif done.suspension is not None:
            sentence = visible(paused(done.suspension, done.zone))
            sys.stdout.write(f"{self._invocation.out.changed('Suspended:')} {sentence}\n")
        self._report(done)
        return done.exit_code

    def tell(self, done: Round, pause: timedelta) -> None:
        """Say what a round of many came to; what was said of the round before is not said again."""
        now = situation(done)
        is_news = now != self._said
        self._said = now
        if is_news or done.events:
            self._report(done)
        if self._invocation.logs_json:
            document = round_document(done).model_dump(mode="json")
            self._line(Name.RUN_ROUND, **document)
            self._line(Name.RUN_WAITING, seconds=pause.total_seconds(), waits_for=document["waits_for"])
        else:
            text = format_round(done, pause)
            self._say(text if is_news else text.partition("\n")[0])

    def _report(self, done: Round) -> None:
        """The result of an apply, or the error in its place."""
        if done.applied is not None:
            report_diagnostics(refusals(done.applied), self._invocation)
            if self._shows and (self._once or done.events):
                sys.stdout.write(format_applied(done.applied, self._invocation.out))
                sys.stdout.flush()
        elif done.error is not None and not self._interruption.received:
            report(done.error, self._invocation)

    def _show(self, plan: Plan) -> None:
        if self._invocation.logs_json:
            sys.stderr.write(format_planned(plan, utc_now()) + "\n")
        now = situation_of_plan(plan)
        if self._shows and (self._once or now != self._shown):
            text = format_plan_text(plan, self._invocation.out, verbose=self._invocation.verbose)
            sys.stdout.write(text + "\n")
            sys.stdout.flush()
        self._shown = now
        if self._outputs is not None:
            # Before anything is submitted: where this fails, nothing was.
            self._outputs.write_plan(plan)

    def _confirm(self, plan: Plan) -> bool:
        total = len(steps_of(plan.actions))
        self._tell = self._lines(total=total)
        if self._heartbeat is not None:
            self._heartbeat.total = total
        return True

    def _listen(self, event: Event) -> None:
        self._sign()
        if self._heartbeat is not None:
            self._heartbeat.hear(event)
        self._tell(event)

    def _lines(self, *, total: int = 0) -> Listener:
        style, as_json = self._invocation.err, self._invocation.logs_json
        return lines(sys.stderr, style, as_json=as_json, now=utc_now, total=total)

    def _line(self, name: Name, **fields: JsonValue) -> None:
        sys.stderr.write(format_line(name, utc_now(), **fields) + "\n")

    def _say(self, text: str) -> None:
        sys.stderr.write(f"{self._invocation.err.dim(f'{utc_now():%H:%M:%SZ}')} {text}\n")
