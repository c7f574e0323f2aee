"""`render`."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import click

from rcsplan.cli.invocation import Invocation, pass_invocation
from rcsplan.cli.options import address_arguments, format_option, variable_options
from rcsplan.cli.providers import clock_without_provider
from rcsplan.cli.wiring import open_environment, read_variables
from rcsplan.manifest.dump import format_yaml
from rcsplan.operations.render import render as render_bodies
from rcsplan.output.terminal import format_json


@click.command()
@address_arguments
@format_option("yaml", "json")
@variable_options
@pass_invocation
def render(
    invocation: Invocation,
    *,
    addresses: tuple[str, ...],
    output_format: str,
    variables: tuple[str, ...],
    variable_files: tuple[str, ...],
) -> None:
    """Print the final request bodies, by address, without the account."""
    environment = open_environment(invocation)
    zone = ZoneInfo(environment.provider.timezone)
    now = clock_without_provider(environment)
    bodies = render_bodies(environment, read_variables(variables, variable_files), zone, now=now, addresses=addresses)
    as_json = output_format == "json"
    document = format_json(bodies) + "\n" if as_json else format_yaml(bodies)
    click.echo(document, nl=False)
