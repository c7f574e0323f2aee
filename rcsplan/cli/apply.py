"""`apply`."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Self

import click

from rcsplan.apply.executor import OnError
from rcsplan.cli.approval import is_attended
from rcsplan.cli.ci_outputs import find_ci_outputs
from rcsplan.cli.failure import report_diagnostics
from rcsplan.cli.files import read_plan
from rcsplan.cli.heartbeats import heartbeat
from rcsplan.cli.invocation import Invocation, pass_invocation
from rcsplan.cli.notifying import Told, notify_applied, notify_refused
from rcsplan.cli.options import ci_outputs_option, submission_options, variable_options
from rcsplan.cli.signals import Interruption
from rcsplan.cli.surroundings import is_screen, utc_now
from rcsplan.cli.wiring import open_target
from rcsplan.errors import Blocked, UsageError
from rcsplan.operations.apply import ApplyOptions, Attendance, apply_saved
from rcsplan.operations.apply import apply as apply_now
from rcsplan.operations.hold import hold_of
from rcsplan.operations.refusals import refusals
from rcsplan.output.apply_text import format_applied
from rcsplan.output.plan_text import format_plan_text
from rcsplan.output.progress import lines, progress
from rcsplan.output.stream import format_finished, format_planned
from rcsplan.plan.steps import steps_of

if TYPE_CHECKING:
    from datetime import timedelta
    from types import TracebackType

    from rcsplan.apply.events import Event, Listener
    from rcsplan.cli.ci_outputs import CiOutputs
    from rcsplan.operations.target import Target
    from rcsplan.plan.model import Plan


@click.command()
@click.argument("what", nargs=-1, metavar="[FILE | ADDRESS...]")
@click.option("--auto-approve", is_flag=True, help="Do not ask; needed where there is no terminal.")
@submission_options
@click.option("--allow-mass-stop", is_flag=True, help="Stop or replace more than policy.max_stop allows.")
@click.option("--allow-stop-sending", is_flag=True, help="Stop removed sends although they are sending, or about to.")
@click.option("--restore", multiple=True, metavar="ADDRESS", help="Bring back a version whose successor was refused.")
@click.option("--skip-blocked", is_flag=True, help="Apply the rest although sends are blocked; still exits 4.")
@click.option(
    "--on-error",
    type=click.Choice(["stop", "continue"]),
    default="stop",
    show_default=True,
    help="After a refusal: start nothing new, or go on with the others.",
)
@ci_outputs_option
@variable_options
@pass_invocation
def apply(
    invocation: Invocation,
    *,
    what: tuple[str, ...],
    auto_approve: bool,
    parallelism: int,
    lock_timeout: timedelta,
    settle_timeout: timedelta,
    allow_mass_stop: bool,
    allow_stop_sending: bool,
    restore: tuple[str, ...],
    skip_blocked: bool,
    on_error: str,
    ci_outputs: bool,
    variables: tuple[str, ...],
    variable_files: tuple[str, ...],
) -> int:
    """Submit what is planned: of a saved plan FILE, or as the manifests stand now.

    Exits 1 when something failed, 3 when an outcome is unknown, 4 when sends are blocked, 5 when FILE may not be
    applied any more, 6 when somebody else is applying.
    """
    if not auto_approve and not is_attended():
        raise UsageError(
            "Nobody is here to approve", hint="On a terminal apply asks; elsewhere say so: rcsplan apply --auto-approve"
        )
    saved = read_plan(Path(what[0])) if len(what) == 1 and _is_file_name(what[0]) else None
    if saved and (variables or variable_files):
        raise UsageError(
            "Variables cannot change a saved plan", hint="Give them to the command that makes it: rcsplan plan -o FILE"
        )
    if saved and restore:
        raise UsageError(
            "A saved plan brings back what it says and nothing else",
            hint=f"Apply without the file: rcsplan apply --restore {restore[0]}",
        )
    target = open_target(invocation, variables=variables, variable_files=variable_files)
    options = ApplyOptions(
        addresses=() if saved else what,
        parallelism=parallelism,
        lock_timeout=lock_timeout.total_seconds(),
        settle_timeout=settle_timeout.total_seconds(),
        allow_mass_stop=allow_mass_stop,
        allow_stop_sending=allow_stop_sending,
        restore=restore,
        skip_blocked=skip_blocked,
        on_error=OnError(on_error),
        saved_as=what[0] if saved else "",
    )
    carry_out = partial(apply_saved, target, saved) if saved else partial(apply_now, target)
    outputs = find_ci_outputs() if ci_outputs else None
    with _Attended(invocation, target, auto_approve=auto_approve, outputs=outputs) as attended:
        attendance = attended.attendance
        try:
            applied = carry_out(options, attendance)
        except Blocked:
            attended.tell_refused()
            raise
    if outputs is not None:
        outputs.write_applied(applied)
    report_diagnostics(refusals(applied), invocation)
    sys.stdout.write(format_applied(applied, invocation.out))
    sys.stdout.flush()
    notify_applied(applied, target, invocation, Told())
    received = attended.interruption.received
    code = 128 + received if received else applied.exit_code
    if invocation.logs_json:
        sys.stderr.write(format_finished(applied, code, utc_now()) + "\n")
    return code


class _Attended:
    """The terminal of an apply: it shows the plan, asks, draws progress, and takes signals."""

    def __init__(
        self, invocation: Invocation, target: Target, *, auto_approve: bool, outputs: CiOutputs | None
    ) -> None:
        self.interruption = Interruption(as_json=invocation.logs_json)
        self._invocation = invocation
        self._target = target
        self._auto_approve = auto_approve
        self._outputs = outputs
        self._shown: Plan | None = None
        self._open = ExitStack()
        self._listener: Listener | None = None
        self._heartbeat = heartbeat(invocation)

    def __enter__(self) -> Self:
        self._open.enter_context(self.interruption)
        self._open.enter_context(self._heartbeat)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.__exit__(kind, error, trace)

    @property
    def attendance(self) -> Attendance:
        """What the operation calls."""
        return Attendance(
            show=self._show,
            confirm=self._confirm,
            listen=self._listen,
            hold=self._hold,
            is_leaving=self.interruption.has_come,
        )

    def tell_refused(self) -> None:
        """Tell the project's webhook what holds up the plan that was shown."""
        if self._shown is not None:
            notify_refused(self._shown, self._target, self._invocation, Told())

    def _show(self, plan: Plan) -> None:
        self._shown = plan
        if self._invocation.logs_json:
            sys.stderr.write(format_planned(plan, utc_now()) + "\n")
        text = format_plan_text(plan, self._invocation.out, verbose=self._invocation.verbose)
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
        if self._outputs is not None:
            # Before anything is submitted: where this fails, nothing was.
            self._outputs.write_plan(plan)

    def _confirm(self, plan: Plan) -> bool:
        if not self._auto_approve:
            where = "to people" if plan.reaches_people else "to the sandbox"
            click.echo(f"Submit this {where}? Only 'yes' is accepted: ", nl=False, err=True)
            answer = self.interruption.read_line(sys.stdin)
            if not answer:
                raise click.Abort
            if answer.rstrip("\r\n") != "yes":
                return False
        self.interruption.arm()
        total = self._heartbeat.total = len(steps_of(plan.actions))
        as_json = self._invocation.logs_json
        style, is_live = self._invocation.err, is_screen(sys.stderr)
        shown = progress(sys.stderr, style, as_json=as_json, is_screen=is_live, total=total, now=utc_now)
        self._listener = self._open.enter_context(shown)
        return True

    def _listen(self, event: Event) -> None:
        self._heartbeat.hear(event)
        if self._listener is not None:
            self._listener(event)
            return
        # What was found out about an earlier run, before there is a plan and with it a progress to draw.
        lines(sys.stderr, self._invocation.err, as_json=self._invocation.logs_json, now=utc_now)(event)

    def _hold(self) -> str:
        return self.interruption.objection() or hold_of(self._target.environment)


def _is_file_name(word: str) -> bool:
    """Whether a word is a file and no address, for addresses have neither dots nor slashes."""
    return "." in word or "/" in word or Path(word).is_file()
