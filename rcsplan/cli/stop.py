"""`stop`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from rcsplan.cli.approval import approved
from rcsplan.cli.invocation import Invocation, pass_invocation
from rcsplan.cli.options import SPAN
from rcsplan.cli.wiring import open_target
from rcsplan.errors import ExitCode
from rcsplan.operations.stop import live_campaigns, stop_campaigns
from rcsplan.output.moments import count
from rcsplan.output.terminal import visible

if TYPE_CHECKING:
    from datetime import timedelta


@click.command()
@click.argument("addresses", nargs=-1, required=True, metavar="ADDRESS...")
@click.option("--auto-approve", is_flag=True, help="Do not ask; needed where there is no terminal.")
@click.option(
    "--lock-timeout", type=SPAN, default="5m", show_default=True, metavar="SPAN", help="How long to wait to record it."
)
@pass_invocation
def stop(invocation: Invocation, *, addresses: tuple[str, ...], auto_approve: bool, lock_timeout: timedelta) -> int:
    """Stop live campaigns at once, also under HOLD, and record it.

    What was stopped stays stopped until metadata.revision rises. Messages that are already out cannot be recalled.
    """
    target = open_target(invocation)
    campaigns = live_campaigns(target, addresses)
    for one in campaigns:
        click.echo(f"{visible(one.address)}: campaign {one.remote_id}, {count(one.record.contacts, 'contact')}")
    if not approved(f"Stop {count(len(campaigns), 'campaign')} for good?", auto_approve=auto_approve):
        click.echo("Nothing was stopped.")
        return ExitCode.ERROR
    results = stop_campaigns(target, campaigns, lock_timeout=lock_timeout.total_seconds())
    for result in results:
        what = f"not stopped: {visible(result.problem)}" if result.problem else f"stopped, {result.sent:,} sent"
        click.echo(f"{visible(result.address)}: {what}")
    return ExitCode.ERROR if any(result.problem for result in results) else ExitCode.OK
