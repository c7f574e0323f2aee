"""`validate`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from rcsplan.cli.invocation import Invocation, pass_invocation
from rcsplan.cli.options import format_option, variable_options
from rcsplan.cli.wiring import open_environment, read_variables
from rcsplan.diagnostics import Severity
from rcsplan.errors import ExitCode
from rcsplan.manifest.load import load_sends
from rcsplan.output.problems import format_diagnostics, format_tally
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
    environment = open_environment(invocation)
    only = tuple(Path(path) for path in paths) or None
    loaded = load_sends(environment, variables=read_variables(variables, variable_files), paths=only)
    if output_format == "json":
        click.echo(format_diagnostics_json(loaded.diagnostics))
    else:
        shown = [entry for entry in loaded.diagnostics if invocation.verbose or entry.severity is not Severity.NOTE]
        sys.stderr.write(format_diagnostics(shown, invocation.err))
        click.echo(invocation.out.bold(format_tally(loaded.diagnostics, files=loaded.manifests)))
    failed = any(diagnostic.is_error for diagnostic in loaded.diagnostics)
    return ExitCode.ERROR if failed else ExitCode.OK
