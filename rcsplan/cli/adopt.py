"""`import`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from rcsplan.cli.approval import approved
from rcsplan.cli.invocation import Invocation, pass_invocation
from rcsplan.cli.options import variable_options
from rcsplan.cli.wiring import open_target
from rcsplan.errors import ExitCode
from rcsplan.operations.adopt import import_campaign
from rcsplan.output.moments import count
from rcsplan.output.terminal import visible

if TYPE_CHECKING:
    from rcsplan.operations.adopt import Import


@click.command("import")
@click.argument("address")
@click.argument("remote_id", type=int)
@click.option("--auto-approve", is_flag=True, help="Do not ask; needed where there is no terminal.")
@variable_options
@pass_invocation
def import_(
    invocation: Invocation,
    *,
    address: str,
    remote_id: int,
    auto_approve: bool,
    variables: tuple[str, ...],
    variable_files: tuple[str, ...],
) -> int:
    """Take campaign REMOTE_ID of the account under management as the submission of ADDRESS."""

    def confirm(one: Import) -> bool:
        click.echo(_said(one), err=True)
        return approved(f"Is campaign {remote_id} what {visible(address)} declares?", auto_approve=auto_approve)

    target = open_target(invocation, variables=variables, variable_files=variable_files)
    if not import_campaign(target, address, remote_id, confirm=confirm):
        return ExitCode.ERROR
    click.echo(f"{visible(address)} is campaign {remote_id}.")
    return ExitCode.OK


def _said(one: Import) -> str:
    there = "does not say how many it reaches" if one.total_phones is None else f"reaches {one.total_phones:,}"
    return (
        f"Campaign {one.campaign.id} ({visible(one.campaign.status)}) {there}; the manifest's lists hold "
        f"{count(one.contacts, 'contact')}.\nThe provider shows no message of a campaign: compare it in its panel."
    )
