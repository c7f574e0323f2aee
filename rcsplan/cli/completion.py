"""`completion`: scripts for shells."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from rcsplan.cli.main import cli


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(*, shell: str) -> None:
    """Print a completion script for a shell.

    For bash: eval "$(rcsplan completion bash)"
    """
    completer = get_completion_class(shell)
    if completer is not None:
        click.echo(completer(cli, {}, "rcsplan", "_RCSPLAN_COMPLETE").source())
