"""`state pull`, `push`, `migrate`, `check` and `recover`: the state as a whole, and the store that keeps it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rcsplan.cli.approval import approved
from rcsplan.cli.files import read_state
from rcsplan.cli.invocation import Invocation, pass_invocation
from rcsplan.cli.options import format_option
from rcsplan.cli.stores import open_place
from rcsplan.cli.wiring import open_target
from rcsplan.errors import ExitCode, UsageError
from rcsplan.operations import migrate as moving
from rcsplan.operations import push as documents
from rcsplan.operations import recover as recovering
from rcsplan.output.moments import count
from rcsplan.output.state_moving import format_migrated, format_probes, format_recovered, probes_json
from rcsplan.output.terminal import format_json, visible
from rcsplan.state.recovery import Fate

if TYPE_CHECKING:
    from rcsplan.operations.target import Target
    from rcsplan.state.sends import State


@click.command()
@pass_invocation
def pull(invocation: Invocation) -> None:
    """Print the state document."""
    click.echo(documents.pull(open_target(invocation)), nl=False)


@click.command()
@click.argument("file", metavar="FILE")
@pass_invocation
def push(invocation: Invocation, *, file: str) -> None:
    """Put the state document FILE in the place of the state, if it is the same state and newer."""
    target = open_target(invocation)
    pushed = documents.push(target, read_state(Path(file)), name=file)
    if pushed is None:
        click.echo(f"{target.store.location} holds the same already.")
    else:
        click.echo(f"{target.store.location} now holds serial {pushed.serial}.")


@click.command()
@click.option("--to", "place", metavar="PLACE", required=True, help="A path, or s3://, gs://, az://, https://, …")
@click.option("--endpoint", metavar="URL", help="Address of an object store that is not the cloud's own.")
@click.option("--region", metavar="NAME", help="Region of the bucket.")
@pass_invocation
def migrate(invocation: Invocation, *, place: str, endpoint: str | None, region: str | None) -> None:
    """Move the state to another store, and prove that it arrived whole.

    PLACE is a path, s3://BUCKET/KEY, gs://BUCKET/KEY, az://CONTAINER/KEY, https://SERVER/STATE or postgresql://….
    What is left at the old place is marked as moved, and no apply can use it any more.
    """
    target = open_target(invocation)
    destination = open_place(place, target.environment, endpoint=endpoint, region=region)
    moved = moving.migrate(target, destination.store)
    text = format_migrated(moved, environment=target.environment.name, setting=destination.setting)
    click.echo(text, nl=False)


@click.command()
@format_option("text", "json")
@pass_invocation
def check(invocation: Invocation, *, output_format: str) -> int:
    """Try whether the store keeps what it promises, without touching the state; exits 1 where it does not."""
    store = open_target(invocation).store
    probes = store.probe()
    if output_format == "json":
        click.echo(format_json(probes_json(probes, location=store.location)))
    else:
        click.echo(format_probes(probes, location=store.location), nl=False)
    return ExitCode.OK if all(probe.holds for probe in probes) else ExitCode.ERROR


@click.command()
@click.option("--discard", is_flag=True, help="Throw it away instead: the state is right without it.")
@click.option("--auto-approve", is_flag=True, help="Do not ask; needed where there is no terminal.")
@pass_invocation
def recover(invocation: Invocation, *, discard: bool, auto_approve: bool) -> int:
    """Record what an earlier run on this machine did and its store did not confirm."""
    if auto_approve and not discard:
        raise UsageError("--auto-approve is for --discard alone")
    target = open_target(invocation)
    if discard:
        return _discard(target, auto_approve=auto_approve)
    results = recovering.recover(target)
    click.echo(format_recovered(results), nl=False)
    if any(result.fate is Fate.CONFLICT for result in results):
        click.echo("Compare with the account. Where the state is right: rcsplan state recover --discard", err=True)
        return ExitCode.ERROR
    return ExitCode.OK


def _discard(target: Target, *, auto_approve: bool) -> int:
    waiting = recovering.kept_outcomes(target)
    if not waiting:
        click.echo("Nothing waits to be recorded.")
        return ExitCode.OK
    for entry in waiting:
        click.echo(f"{entry.address}: {recovering.outcome_of(entry.after)}")
    if not approved("Forget this?", auto_approve=auto_approve):
        return ExitCode.ERROR
    recovering.discard(target)
    click.echo(f"Forgot {count(len(waiting), 'outcome')}.")
    return ExitCode.OK


def tell_if_moved(state: State | None, target: Target) -> None:
    """Say on standard error that a state is kept at another place now, so that nobody takes what it shows for news."""
    if state is not None and state.moved_to:
        here, there = visible(target.store.location), visible(state.moved_to)
        click.echo(f"The state at {here} was moved to {there}; it shows what was known then.", err=True)
