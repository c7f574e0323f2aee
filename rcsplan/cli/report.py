"""`report`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from rcsplan.cli.invocation import Invocation, pass_invocation
from rcsplan.cli.options import address_arguments, format_option
from rcsplan.cli.wiring import open_target
from rcsplan.operations.report import report as report_on
from rcsplan.output.delivery_rows import format_report_csv, format_report_json
from rcsplan.output.report_text import format_report

if TYPE_CHECKING:
    from datetime import datetime

_DATE = click.DateTime(formats=["%Y-%m-%d"])


@click.command()
@address_arguments
@click.option("--since", type=_DATE, metavar="DATE", help="What began on that day or later, by the account's zone.")
@click.option("--until", type=_DATE, metavar="DATE", help="What began on that day or earlier.")
@format_option("text", "json", "csv", "markdown")
@pass_invocation
def report(
    invocation: Invocation,
    *,
    addresses: tuple[str, ...],
    since: datetime | None,
    until: datetime | None,
    output_format: str,
) -> None:
    """Show what came of sends: planned and actual audience, channels, price, and who submitted them.

    Without ADDRESS and --since: of the last 30 days.
    """
    made = report_on(
        open_target(invocation),
        addresses,
        since=since.date() if since is not None else None,
        until=until.date() if until is not None else None,
    )
    match output_format:
        case "json":
            click.echo(format_report_json(made))
        case "csv":
            click.echo(format_report_csv(made), nl=False)
        case "markdown":
            from rcsplan.output.report_markdown import format_report_markdown

            click.echo(format_report_markdown(made), nl=False)
        case _:
            click.echo(format_report(made, invocation.out), nl=False)
