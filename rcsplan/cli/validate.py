"""`validate`."""

from __future__ import annotations

from pathlib import Path

import click

from rcsplan.cli.failure import report_diagnostics
from rcsplan.cli.invocation import Invocation, pass_invocation
from rcsplan.cli.options import format_option, variable_options
from rcsplan.cli.wiring import clock_without_provider, open_environment, read_variables
from rcsplan.diagnostics import Severity
from rcsplan.errors import ExitCode, InvalidContent
from rcsplan.manifest.load import load_sends
from rcsplan.manifest.occasion import Occasion
from rcsplan.output.problems import format_tally
from rcsplan.output.problems_json import format_diagnostics_json


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@format_option("text", "json")
@variable_options
@pass_invocation
def validate(
    invocation: Invocation,
    *,
    paths: tuple[str, ...],
    output_format: str,
    variables: tuple[str, ...],
    variable_files: tuple[str, ...],
) -> int:
    """Check everything that needs no network, and report all problems at once; PATHs narrow the report."""
    only = tuple(Path(path) for path in paths) or None
    try:
        environment = open_environment(invocation)
        occasion = Occasion(now=clock_without_provider(environment))
        given = read_variables(variables, variable_files)
        loaded = load_sends(environment, variables=given, occasion=occasion, paths=only)
    except InvalidContent as broken:
        # The project file itself: its problems are what was asked for, and no reason to answer in another form.
        diagnostics, manifests = broken.diagnostics, 0
    else:
        diagnostics, manifests = loaded.diagnostics, loaded.manifests
    if output_format == "json":
        click.echo(format_diagnostics_json(diagnostics))
    else:
        shown = [entry for entry in diagnostics if invocation.verbose or entry.severity is not Severity.NOTE]
        report_diagnostics(shown, invocation)
        click.echo(invocation.out.bold(format_tally(diagnostics, files=manifests)))
    failed = any(diagnostic.is_error for diagnostic in diagnostics)
    return ExitCode.ERROR if failed else ExitCode.OK
