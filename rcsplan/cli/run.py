"""`run`."""

from __future__ import annotations

import random
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import click

from rcsplan.cli.attendant import Attendant
from rcsplan.cli.checkout import fast_forward
from rcsplan.cli.ci_outputs import find_ci_outputs
from rcsplan.cli.invocation import Invocation, pass_invocation
from rcsplan.cli.options import SPAN, ci_outputs_option, format_option, submission_options, variable_options
from rcsplan.cli.signals import Interruption
from rcsplan.cli.surroundings import Surroundings
from rcsplan.cli.watch import watched
from rcsplan.cli.wiring import open_target, project_folder
from rcsplan.errors import ExitCode, UsageError
from rcsplan.operations.apply import ApplyOptions
from rcsplan.operations.run import reconcile
from rcsplan.operations.schedule import Loop
from rcsplan.operations.waits import SHORTEST

if TYPE_CHECKING:
    from datetime import timedelta

    from rcsplan.operations.run import Round
    from rcsplan.operations.target import Target
    from rcsplan.plan.steps import Attempt


@click.command()
@click.option("--once", is_flag=True, help="One round, as for cron; exits as apply --skip-blocked does.")
@click.option("--every", type=SPAN, metavar="SPAN", help="Round after round, with at most so long in between: 5m.")
@click.option("--git-pull", is_flag=True, help="Before each round, bring a clean checkout to its upstream.")
@click.option("--listen", metavar="HOST:PORT", help="Serve /healthz, /readyz and /metrics; port 0 picks one.")
@submission_options
@format_option("text", "json")
@ci_outputs_option
@variable_options
@pass_invocation
def run(
    invocation: Invocation,
    *,
    once: bool,
    every: timedelta | None,
    git_pull: bool,
    listen: str | None,
    parallelism: int,
    lock_timeout: timedelta,
    settle_timeout: timedelta,
    output_format: str,
    ci_outputs: bool,
    variables: tuple[str, ...],
    variable_files: tuple[str, ...],
) -> int:
    """Plan and apply what is due and not blocked, without asking; each round reads the project anew.

    With --once it exits 1 when something failed, 3 when an outcome is unknown, 4 when sends are blocked, 6 when
    somebody else is applying. With --every it goes on whatever happens, until SIGINT or SIGTERM.
    """
    _check(once=once, every=every, listen=listen, output_format=output_format, ci_outputs=ci_outputs)
    options = ApplyOptions(
        parallelism=parallelism,
        lock_timeout=lock_timeout.total_seconds(),
        settle_timeout=settle_timeout.total_seconds(),
    )
    with Interruption(as_json=invocation.logs_json) as interruption:
        interruption.arm()
        reading = _Reading(invocation, interruption, variables, variable_files, git_pull=git_pull)
        if every is None:
            outputs = find_ci_outputs() if ci_outputs else None
            is_json = output_format == "json"
            attendant = Attendant(invocation, interruption, once=True, is_quiet=is_json, outputs=outputs)
            done = reading.make_round(attendant, options)
            code = attendant.report_once(done, as_json=is_json)
            attendant.notify(done)
        else:
            _go_on(reading, options, every=every, listen=listen)
            code = ExitCode.OK
    return 128 + interruption.received if interruption.received else code


@dataclass(frozen=True, slots=True)
class _Reading:
    """Reads the project anew for each round."""

    invocation: Invocation
    interruption: Interruption
    variables: tuple[str, ...]
    variable_files: tuple[str, ...]
    git_pull: bool = field(kw_only=True)

    def make_round(
        self, attendant: Attendant, options: ApplyOptions, refused: frozenset[Attempt] = frozenset()
    ) -> Round:
        """One round, attended."""
        with attendant.attending():
            return reconcile(lambda: self._open(attendant), options, attendant.attend, refused=refused)

    def _open(self, attendant: Attendant) -> Target:
        if self.git_pull:
            attendant.pulled(fast_forward(Surroundings(project_folder(self.invocation))))
        return open_target(
            self.invocation,
            variables=self.variables,
            variable_files=self.variable_files,
            wait=self.interruption.wait,
        )


def _go_on(reading: _Reading, options: ApplyOptions, *, every: timedelta, listen: str | None) -> None:
    """Make round after round until a signal comes, watched by whoever asks over HTTP."""
    interruption = reading.interruption
    with ExitStack() as open_:
        watch = open_.enter_context(watched(listen, every)) if listen is not None else None
        sign = watch.health.sign if watch is not None else lambda: None
        attendant = Attendant(reading.invocation, interruption, once=False, sign=sign)
        if watch is not None:
            attendant.listening(watch.url)

        def tell(done: Round, pause: timedelta) -> None:
            if watch is not None:
                watch.observe(done, pause)
            if not interruption.received:
                attendant.tell(done, pause)
            attendant.notify(done)

        Loop(
            every=every,
            reconcile=lambda refused: reading.make_round(attendant, options, refused),
            sleep=interruption.wait,
            jitter=random.random,  # noqa: S311  nobody gains by guessing when a loop wakes
            is_leaving=interruption.has_come,
            tell=tell,
        ).run()


def _check(*, once: bool, every: timedelta | None, listen: str | None, output_format: str, ci_outputs: bool) -> None:
    if once == (every is not None):
        raise UsageError("Give either --once or --every SPAN", hint="For example: rcsplan run --every 5m")
    if every is not None and every < SHORTEST:
        raise UsageError("--every is at least a second")
    if once and listen is not None:
        raise UsageError("--listen is for a loop", hint="A single round tells by its exit code, and by --format json.")
    if not once and ci_outputs:
        raise UsageError("--ci-outputs is for a single round", hint="A loop writes events: rcsplan --log-format json")
    if not once and output_format == "json":
        raise UsageError("--format json is for a single round", hint="A loop writes events: rcsplan --log-format json")
