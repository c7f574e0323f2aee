"""`approve`."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rcsplan.cli.approval import is_attended
from rcsplan.cli.files import from_here, read_plan
from rcsplan.cli.invocation import Invocation, pass_invocation
from rcsplan.cli.surroundings import Surroundings
from rcsplan.cli.wiring import open_project
from rcsplan.errors import ExitCode, UsageError
from rcsplan.operations.approve import draft, write_approval
from rcsplan.output.approval_text import format_given, format_question
from rcsplan.output.plan_text import format_plan_text

if TYPE_CHECKING:
    from rcsplan.operations.approve import Draft


@click.command()
@click.argument("file", metavar="PLANFILE")
@click.option("--as", "who", metavar="EMAIL", help="Who approves; the person of git's settings, or of the CI run.")
@click.option("-o", "--out", metavar="FILE", help="Where to write it, instead of the project's approvals folder.")
@click.option("--comment", default="", metavar="TEXT", help="What to say with it.")
@click.option("--yes", is_flag=True, help="Do not ask; needed where there is no terminal.")
@pass_invocation
def approve(invocation: Invocation, *, file: str, who: str | None, out: str | None, comment: str, yes: bool) -> int:
    """Approve a saved plan: write down who approves which of its sends, to be committed with the change.

    It holds for each send until its text, start, lists or account change. Nobody approves what they wrote.
    """
    if not yes and not is_attended():
        raise UsageError("Nobody is here to approve", hint="Without a terminal say so beforehand: --yes")
    saved = read_plan(Path(file))
    project = open_project(invocation)
    surroundings = Surroundings(project.folder)
    history = surroundings.history()
    drafted = draft(saved, project, history, who=who or history.me, at=surroundings.now(), comment=comment)
    sys.stdout.write(format_plan_text(saved, invocation.out, verbose=True))
    sys.stdout.write(format_question(drafted, invocation.out))
    sys.stdout.flush()
    if not yes and not _is_meant(drafted):
        click.echo("Nothing was approved.")
        return ExitCode.ERROR
    path = Path(out) if out else project.folder / drafted.file_name
    write_approval(drafted.approval, path)
    click.echo(format_given(shlex.quote(from_here(path)), drafted), nl=False)
    return ExitCode.OK


def _is_meant(drafted: Draft) -> bool:
    """Whether the number of recipients was typed, or yes."""
    question = f"Type the number of recipients, {drafted.recipients}, or 'yes'"
    answer = click.prompt(question, default="", show_default=False)
    return answer.replace(",", "").strip() in {"yes", str(drafted.recipients)}
