"""`init`."""

from __future__ import annotations

from pathlib import Path

import click

from rcsplan.cli.schema import editor_schemas
from rcsplan.operations.init import init_project
from rcsplan.output.terminal import visible


@click.command()
@click.argument("folder", metavar="[DIR]", default=".")
def init(*, folder: str) -> None:
    """Write a new project into DIR that plans cleanly against the embedded sandbox."""
    for file in init_project(Path(folder), editor_schemas()):
        click.echo(f"wrote {visible(str(Path(folder) / file))}")
    there = "" if folder == "." else f"cd {visible(folder)} && "
    click.echo(f"\nNext:\n  {there}rcsplan plan\n  rcsplan apply")
