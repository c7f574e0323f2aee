"""`validate`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rcsplan.cli.failure import report_diagnostics
from rcsplan.cli.invocation import Invocation, pass_invocation
from rcsplan.cli.online import look_online, online_option
from rcsplan.cli.options import changed_since_option, format_option, variable_options
from rcsplan.cli.providers import clock_without_provider
from rcsplan.cli.surroundings import Surroundings, version
from rcsplan.cli.wiring import changes_since, open_environment, project_folder, read_variables
from rcsplan.diagnostics import Severity, in_file_order
from rcsplan.errors import ExitCode, InvalidContent
from rcsplan.manifest.files import PROJECT_FILE
from rcsplan.manifest.load import load_sends
from rcsplan.manifest.occasion import Occasion
from rcsplan.operations.validate import online_problems
from rcsplan.output.problems import format_tally
from rcsplan.output.problems_github import format_diagnostics_github
from rcsplan.output.problems_json import format_diagnostics_json
from rcsplan.output.problems_sarif import format_diagnostics_sarif

if TYPE_CHECKING:
    from rcsplan.diagnostics import Diagnostic


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@format_option("text", "json", "github", "sarif")
@changed_since_option
@online_option
@variable_options
@pass_invocation
def validate(
    invocation: Invocation,
    *,
    paths: tuple[str, ...],
    output_format: str,
    changed_since: str | None,
    online: bool,
    variables: tuple[str, ...],
    variable_files: tuple[str, ...],
) -> int:
    """Check everything that needs no account, and report all problems at once; PATHs narrow the report.

    Without --online it needs no network either.
    """
    only = tuple(Path(path) for path in paths) or None
    folder = project_folder(invocation)
    changes = changes_since(changed_since, folder)
    try:
        environment = open_environment(invocation)
        occasion = Occasion(now=clock_without_provider(environment))
        given = read_variables(variables, variable_files)
        loaded = load_sends(environment, variables=given, occasion=occasion, paths=only, changes=changes)
        look = look_online(wanted=online)
        seen = online_problems(loaded, look, now=occasion.now) if look is not None else ()
    except InvalidContent as broken:
        # The project file itself: its problems are what was asked for, and no reason to answer in another form.
        diagnostics, manifests = broken.diagnostics, 0
    else:
        diagnostics, manifests = in_file_order((*loaded.diagnostics, *seen)), loaded.manifests
    failed = any(diagnostic.is_error for diagnostic in diagnostics)
    code = ExitCode.ERROR if failed else ExitCode.OK
    _show(diagnostics, invocation, output_format, folder=folder, manifests=manifests, code=code)
    return code


def _show(
    diagnostics: tuple[Diagnostic, ...],
    invocation: Invocation,
    output_format: str,
    *,
    folder: Path,
    manifests: int,
    code: ExitCode,
) -> None:
    if output_format == "json":
        click.echo(format_diagnostics_json(diagnostics))
        return
    prefix = Surroundings(folder).path_in_repository()
    if output_format == "sarif":
        text = format_diagnostics_sarif(
            diagnostics, prefix=prefix, version=version(), fallback=PROJECT_FILE, exit_code=code
        )
        click.echo(text, nl=False)
        return
    shown = [entry for entry in diagnostics if invocation.verbose or entry.severity is not Severity.NOTE]
    if output_format == "github":
        click.echo(format_diagnostics_github(shown, prefix=prefix), nl=False)
    else:
        report_diagnostics(shown, invocation)
    click.echo(invocation.out.bold(format_tally(diagnostics, files=manifests)))
