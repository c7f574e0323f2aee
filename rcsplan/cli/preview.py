"""`preview`."""

from __future__ import annotations

from pathlib import Path

import click

from rcsplan.cli.files import read_plan, write_page
from rcsplan.cli.invocation import Invocation, pass_invocation
from rcsplan.cli.options import address_arguments, variable_options
from rcsplan.cli.providers import clock_without_provider
from rcsplan.cli.wiring import open_environment, open_target, project_folder, read_variables
from rcsplan.errors import UsageError
from rcsplan.operations.preview import Preview, preview_of_plan, preview_offline
from rcsplan.operations.preview import preview as make_preview
from rcsplan.output.moments import count
from rcsplan.output.preview_html import format_preview

#: Hidden, and left alone by git as all of the folder is.
_FOLDER = ".rcsplan/preview"


@click.command()
@address_arguments
@click.option("-o", "--out", metavar="DIR", help=f"Folder for index.html.  [default: {_FOLDER} in the project]")
@click.option("--offline", is_flag=True, help="Of the manifests alone: no account, no state, nothing is planned.")
@click.option("--plan", "plan_file", metavar="FILE", help="Of a saved plan.")
@variable_options
@pass_invocation
def preview(
    invocation: Invocation,
    *,
    addresses: tuple[str, ...],
    out: str | None,
    offline: bool,
    plan_file: str | None,
    variables: tuple[str, ...],
    variable_files: tuple[str, ...],
) -> None:
    """Write a page that shows each message as phones are likely to show it, the SMS, and a calendar.

    Plans first, without doing or locking anything; blocked sends are shown as well, and it exits 0.
    """
    if plan_file is not None and (offline or variables or variable_files):
        raise UsageError("A saved plan is shown as it is", hint="Leave out --offline, --var and --var-file.")
    if plan_file is not None:
        made = preview_of_plan(read_plan(Path(plan_file)), addresses=addresses)
    elif offline:
        environment = open_environment(invocation)
        given, now = read_variables(variables, variable_files), clock_without_provider(environment)
        made = preview_offline(environment, given, now=now, addresses=addresses)
    else:
        target = open_target(invocation, variables=variables, variable_files=variable_files)
        made = make_preview(target, addresses=addresses)
    folder = Path(out) if out is not None else project_folder(invocation) / _FOLDER
    path = write_page(folder, format_preview(made))
    click.echo(f"{_tally(made)}: {path.resolve().as_uri()}")


def _tally(made: Preview) -> str:
    blocked = len(made.plan.blocked) if made.plan is not None else 0
    return count(len(made.sends), "send") + (f", {blocked} of them blocked" if blocked else "")
