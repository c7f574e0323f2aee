"""`new`."""

from __future__ import annotations

import click

from rcsplan.cli.failure import report_diagnostics
from rcsplan.cli.invocation import Invocation, pass_invocation
from rcsplan.cli.providers import clock_without_provider
from rcsplan.cli.schema import editor_schemas
from rcsplan.cli.wiring import open_environment, read_variables
from rcsplan.manifest.files import name_of
from rcsplan.manifest.load import load_sends
from rcsplan.manifest.occasion import Occasion
from rcsplan.operations.new import new_campaign
from rcsplan.output.terminal import visible


@click.command()
@click.argument("name")
@click.option("--from", "source", metavar="CAMPAIGN", help="Copy this campaign, without its date and its history.")
@click.option("--at", metavar="TIME", help='When it starts, such as "2026-12-01 10:00".')
@pass_invocation
def new(invocation: Invocation, *, name: str, source: str | None, at: str | None) -> None:
    """Write the manifest of a new campaign NAME.

    A copy without --at has no date: what must be chosen is told at once, and by validate until it is.
    """
    environment = open_environment(invocation)
    now = clock_without_provider(environment)
    written = new_campaign(environment, name, now=now, schemas=editor_schemas(), source=source, at=at)
    for file in (*written.others, name_of(written.path, environment.folder)):
        click.echo(f"wrote {visible(file)}")
    loaded = load_sends(
        environment, variables=read_variables((), ()), occasion=Occasion(now=now), paths=(written.path,)
    )
    report_diagnostics([entry for entry in loaded.diagnostics if entry.is_error], invocation)
    click.echo(f"\nNext:\n  rcsplan validate\n  rcsplan plan {name}")
