"""`plan` and `show`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rcsplan.cli.ci_outputs import find_ci_outputs
from rcsplan.cli.files import read_plan, write_private
from rcsplan.cli.invocation import Invocation, pass_invocation
from rcsplan.cli.online import look_online, online_option
from rcsplan.cli.options import (
    address_arguments,
    changed_since_option,
    ci_outputs_option,
    format_option,
    variable_options,
)
from rcsplan.cli.surroundings import Surroundings
from rcsplan.cli.wiring import changes_since, open_target, project_folder
from rcsplan.errors import ExitCode
from rcsplan.operations.plan import plan as make_plan
from rcsplan.output.plan_github import format_plan_github
from rcsplan.output.plan_markdown import format_plan_markdown
from rcsplan.output.plan_text import format_plan_text
from rcsplan.output.terminal import inert_json
from rcsplan.plan.document import format_plan

if TYPE_CHECKING:
    from rcsplan.plan.model import Plan


@click.command()
@address_arguments
@click.option("-o", "--out", metavar="FILE", help="Also save the plan, for review and `apply FILE`.")
@format_option("text", "json", "markdown")
@click.option("--detailed-exitcode", is_flag=True, help="Exit 2 when there are changes.")
@changed_since_option
@online_option
@ci_outputs_option
@variable_options
@pass_invocation
def plan(
    invocation: Invocation,
    *,
    addresses: tuple[str, ...],
    out: str | None,
    output_format: str,
    detailed_exitcode: bool,
    changed_since: str | None,
    online: bool,
    ci_outputs: bool,
    variables: tuple[str, ...],
    variable_files: tuple[str, ...],
) -> int:
    """Show what an apply would do, without doing or locking anything.

    Exits 4 when a send is blocked or the whole is refused, 2 with --detailed-exitcode when there are changes, else 0.
    """
    target = open_target(invocation, variables=variables, variable_files=variable_files)
    changes = changes_since(changed_since, target.environment.folder)
    planned = make_plan(target, addresses=addresses, changes=changes, look=look_online(wanted=online)).plan
    if out is not None:
        write_private(Path(out), format_plan(planned))
    if ci_outputs:
        find_ci_outputs().write_plan(planned)
    _print(planned, invocation, output_format)
    if planned.blocked or planned.guards:
        return ExitCode.BLOCKED
    return ExitCode.CHANGES if detailed_exitcode and planned.has_changes else ExitCode.OK


@click.command()
@click.argument("file", metavar="FILE")
@format_option("text", "json", "markdown", "github")
@ci_outputs_option
@pass_invocation
def show(invocation: Invocation, *, file: str, output_format: str, ci_outputs: bool) -> None:
    """Show a saved plan; with --format github what stands against its sends, at the changed lines."""
    saved = read_plan(Path(file))
    if ci_outputs:
        find_ci_outputs().write_plan(saved)
    if output_format == "github":
        prefix = Surroundings(project_folder(invocation)).path_in_repository()
        click.echo(format_plan_github(saved, prefix=prefix), nl=False)
        return
    _print(saved, invocation, output_format)


def _print(planned: Plan, invocation: Invocation, output_format: str) -> None:
    if output_format == "json":
        click.echo(inert_json(format_plan(planned)), nl=False)
        return
    if output_format == "markdown":
        click.echo(format_plan_markdown(planned), nl=False)
        return
    click.echo(format_plan_text(planned, invocation.out, verbose=invocation.verbose), nl=False)
