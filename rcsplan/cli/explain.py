"""`explain`."""

from __future__ import annotations

import click

from rcsplan.cli.invocation import Invocation, pass_invocation
from rcsplan.cli.options import format_option, variable_options
from rcsplan.cli.providers import clock_without_provider
from rcsplan.cli.wiring import open_environment, read_variables
from rcsplan.operations.explain import explain as explain_payload
from rcsplan.output.explanation_text import format_explanation, format_explanation_json


@click.command()
@click.argument("address")
@click.argument("path", required=False)
@format_option("text", "json")
@variable_options
@pass_invocation
def explain(
    invocation: Invocation,
    *,
    address: str,
    path: str | None,
    output_format: str,
    variables: tuple[str, ...],
    variable_files: tuple[str, ...],
) -> None:
    """Show where each value of the payload of ADDRESS, or those at PATH, come from."""
    environment = open_environment(invocation)
    now, given = clock_without_provider(environment), read_variables(variables, variable_files)
    explanation = explain_payload(environment, given, now=now, address=address, path=path)
    as_json = output_format == "json"
    click.echo(format_explanation_json(explanation) if as_json else format_explanation(explanation, invocation.out))
