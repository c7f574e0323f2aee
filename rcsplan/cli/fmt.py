"""`fmt`."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rcsplan.cli.failure import report_diagnostics
from rcsplan.cli.files import rewrite
from rcsplan.cli.invocation import Invocation, pass_invocation
from rcsplan.cli.wiring import open_project
from rcsplan.errors import ExitCode
from rcsplan.operations.fmt import format_files
from rcsplan.output.terminal import visible

if TYPE_CHECKING:
    from rcsplan.operations.fmt import FormattedFile


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--check", is_flag=True, help="Write nothing; exit 1 if a file has another form.")
@click.option("--diff", is_flag=True, help="Show what changes.")
@pass_invocation
def fmt(invocation: Invocation, *, paths: tuple[str, ...], check: bool, diff: bool) -> int:
    """Give the YAML files of the project, or PATHs, their canonical form; comments, anchors and quotes stay."""
    folder = open_project(invocation).folder
    changed = failed = False
    for file in format_files(folder, tuple(map(Path, paths))):
        failed = bool(file.result.problems) or failed
        report_diagnostics(list(file.result.problems), invocation)
        if file.result.left_because:
            click.echo(f"{visible(file.name)} is left as it is: {file.result.left_because}.", err=True)
        if not file.changes:
            continue
        changed = True
        if not check:
            rewrite(file.path, file.result.text)
        click.echo(_difference(file) if diff else visible(file.name), nl=not diff)
    return ExitCode.ERROR if failed or (check and changed) else ExitCode.OK


def _difference(file: FormattedFile) -> str:
    before, after = file.before.splitlines(), file.result.text.splitlines()
    lines = difflib.unified_diff(before, after, file.name, file.name, lineterm="")
    return "".join(f"{visible(line)}\n" for line in lines)
