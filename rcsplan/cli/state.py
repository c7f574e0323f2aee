"""`state`: begin it, list it, look at one record."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from rcsplan.cli.invocation import Invocation, pass_invocation
from rcsplan.cli.options import format_option
from rcsplan.cli.wiring import open_target
from rcsplan.operations import states
from rcsplan.output.state_text import format_entry, format_state_list, list_rows

if TYPE_CHECKING:
    from rcsplan.state.sends import State


@click.group()
def state() -> None:
    """What rcsplan submitted, and what became of it."""


@state.command()
@pass_invocation
def init(invocation: Invocation) -> None:
    """Begin an empty state, where nothing was ever sent from this project."""
    target = open_target(invocation)
    begun = states.init_state(target)
    click.echo(f"An empty state begins at {target.store.location} (lineage {begun.lineage}).")


@state.command("list")
@click.argument("campaigns", nargs=-1, metavar="[CAMPAIGN]...")
@click.option("--all", "with_archived", is_flag=True, help="Also what is archived.")
@format_option("text", "json")
@pass_invocation
def list_command(
    invocation: Invocation, *, campaigns: tuple[str, ...], with_archived: bool, output_format: str
) -> None:
    """The sends that were submitted, one line each."""
    rows = list_rows(_state(invocation), campaigns=campaigns, with_archived=with_archived)
    if output_format == "json":
        click.echo(json.dumps([row.as_json() for row in rows], ensure_ascii=False, indent=2))
    else:
        click.echo(format_state_list(rows), nl=False)


@state.command()
@click.argument("address")
@format_option("text", "json")
@pass_invocation
def show(invocation: Invocation, *, address: str, output_format: str) -> None:
    """All that is recorded of one address."""
    entry = states.entry_of(open_target(invocation), address)
    click.echo(entry.model_dump_json(indent=2) if output_format == "json" else format_entry(address, entry))


def _state(invocation: Invocation) -> State | None:
    return open_target(invocation).store.load()
