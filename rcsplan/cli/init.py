"""`init`."""

from __future__ import annotations

from pathlib import Path

import click

from rcsplan.cli.files import from_here
from rcsplan.cli.schema import editor_schemas
from rcsplan.cli.surroundings import version
from rcsplan.operations.ci_files import next_steps
from rcsplan.operations.init import init_project
from rcsplan.output.terminal import visible


@click.command()
@click.argument("folder", metavar="[DIR]", default=".")
@click.option(
    "--ci",
    "systems",
    type=click.Choice(["github", "gitlab", "generic"]),
    multiple=True,
    help="Also the files of a CI system, at the root of the repository.",
)
@click.option(
    "--deploy",
    "places",
    type=click.Choice(["kubernetes", "systemd"]),
    multiple=True,
    help="Also the files to run it by itself.",
)
def init(*, folder: str, systems: tuple[str, ...], places: tuple[str, ...]) -> None:
    """Write a new project into DIR that plans cleanly against the embedded sandbox.

    Where there is a project already, --ci and --deploy write their files alone.
    """
    recipes = tuple(dict.fromkeys((*systems, *places)))
    written = init_project(Path(folder), editor_schemas(), recipes=recipes, version=version())
    for file in written:
        click.echo(f"wrote {visible(from_here(file))}")
    there = "" if folder == "." else f"cd {visible(folder)} && "
    steps = next_steps(recipes, written)
    click.echo("\n".join(["", "Next:", f"  {there}rcsplan plan", *(["  rcsplan apply"] if not steps else []), *steps]))
