"""`test`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from rcsplan.cli.approval import approved, demand_somebody
from rcsplan.cli.invocation import Invocation, pass_invocation
from rcsplan.cli.options import SPAN, variable_options
from rcsplan.cli.wiring import open_target
from rcsplan.errors import ExitCode
from rcsplan.operations.hold import hold_of
from rcsplan.operations.trial import TrialWish, send_trial
from rcsplan.output.trial_text import format_prepared, format_tried

if TYPE_CHECKING:
    from datetime import timedelta

    from rcsplan.operations.trial import Prepared


@click.command()
@click.argument("address", metavar="ADDRESS")
@click.option("--to-list", "list_id", type=click.IntRange(1), required=True, metavar="ID", help="The seed list.")
@click.option("--again", is_flag=True, help="Although it was sent there as it is, or may have been.")
@click.option("--auto-approve", is_flag=True, help="Do not ask; needed where there is no terminal.")
@click.option("--lock-timeout", type=SPAN, default="0s", metavar="SPAN", help="How long to wait for the lock: 5m.")
@variable_options
@pass_invocation
def test(
    invocation: Invocation,
    *,
    address: str,
    list_id: int,
    again: bool,
    auto_approve: bool,
    lock_timeout: timedelta,
    variables: tuple[str, ...],
    variable_files: tuple[str, ...],
) -> int:
    """Send the message of ADDRESS to a small list, at once and for real, apart from its campaign.

    Exits 3 when the outcome is unknown, 4 when the list is no seed list. What was sent there as it is, is not sent
    again.
    """
    demand_somebody(auto_approve=auto_approve)
    target = open_target(invocation, variables=variables, variable_files=variable_files)

    def confirm(prepared: Prepared) -> bool:
        where = "to people" if target.provider.reaches_people else "to the sandbox"
        click.echo(format_prepared(prepared, invocation.err), err=True)
        return approved(f"Send this test {where}?", auto_approve=auto_approve)

    tried = send_trial(
        target,
        TrialWish(address=address, list_id=list_id, again=again),
        confirm=confirm,
        hold=lambda: hold_of(target.environment),
        lock_timeout=lock_timeout.total_seconds(),
    )
    click.echo(format_tried(tried))
    if tried.trial is None:
        return ExitCode.ERROR
    return ExitCode.UNKNOWN if tried.trial.is_unknown else ExitCode.OK
