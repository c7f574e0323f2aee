"""`calendar`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from rcsplan.cli.invocation import Invocation, pass_invocation
from rcsplan.cli.options import SPAN, format_option, variable_options
from rcsplan.cli.providers import clock_without_provider
from rcsplan.cli.wiring import open_environment, read_variables
from rcsplan.operations.calendar import calendar as calendar_of
from rcsplan.output.calendar_html import format_calendar_html
from rcsplan.output.calendar_ics import format_ics
from rcsplan.output.calendar_text import format_calendar

if TYPE_CHECKING:
    from datetime import timedelta


@click.command()
@click.option("--ahead", type=SPAN, default="30d", show_default=True, metavar="SPAN", help="How far to look.")
@format_option("text", "ics", "html")
@variable_options
@pass_invocation
def calendar(
    invocation: Invocation,
    *,
    ahead: timedelta,
    output_format: str,
    variables: tuple[str, ...],
    variable_files: tuple[str, ...],
) -> None:
    """Show who gets what when, and which lists get more than one message a day."""
    environment = open_environment(invocation)
    now, given = clock_without_provider(environment), read_variables(variables, variable_files)
    entries = calendar_of(environment, given, now=now, until=now + ahead)
    project = environment.project.metadata.name
    match output_format:
        case "ics":
            click.echo(format_ics(entries, project=project, environment=environment.name, now=now), nl=False)
        case "html":
            click.echo(format_calendar_html(entries, project=project, environment=environment.name), nl=False)
        case _:
            click.echo(format_calendar(entries, invocation.out), nl=False)
