"""`state`: begin it, list it, look at one record."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from rcsplan.cli.approval import approved
from rcsplan.cli.invocation import Invocation, pass_invocation
from rcsplan.cli.options import CommandGroup, format_option
from rcsplan.cli.state_moving import check, migrate, pull, push, recover, tell_if_moved
from rcsplan.cli.wiring import open_target
from rcsplan.errors import ExitCode, UsageError
from rcsplan.operations import state_edits as edits
from rcsplan.operations import states
from rcsplan.operations.resolve import Cost, resolve_as_not_sent, resolve_as_sent
from rcsplan.output.moments import count
from rcsplan.output.state_history import format_cost, format_history, format_owner, history_rows
from rcsplan.output.state_text import format_entry, format_state_list, list_rows
from rcsplan.output.terminal import format_json, inert_json, visible

if TYPE_CHECKING:
    from rcsplan.state.sends import State


@click.group(cls=CommandGroup)
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
        click.echo(format_json([row.as_json() for row in rows]))
    else:
        click.echo(format_state_list(rows, invocation.out), nl=False)


@state.command()
@click.argument("address")
@format_option("text", "json")
@pass_invocation
def show(invocation: Invocation, *, address: str, output_format: str) -> None:
    """All that is recorded of one address."""
    entry = states.entry_of(open_target(invocation), address)
    click.echo(
        inert_json(entry.model_dump_json(indent=2))
        if output_format == "json"
        else format_entry(address, entry, invocation.out)
    )


@state.command()
@click.argument("former")
@click.argument("address")
@pass_invocation
def mv(invocation: Invocation, *, former: str, address: str) -> None:
    """Give the records of FORMER to ADDRESS, as after a rename."""
    edits.move(open_target(invocation), former, address)
    click.echo(f"{visible(former)} is now {visible(address)}.")


@state.command()
@click.argument("address")
@click.option("--auto-approve", is_flag=True, help="Do not ask; needed where there is no terminal.")
@pass_invocation
def rm(invocation: Invocation, *, address: str, auto_approve: bool) -> int:
    """Forget everything about ADDRESS: if its manifest is still there, it may be sent again."""
    target = open_target(invocation)
    if not approved(f"Forget that {visible(address)} was ever sent?", auto_approve=auto_approve):
        return ExitCode.ERROR
    records = edits.forget(target, address)
    click.echo(f"Forgot {count(len(records), 'record')} of {visible(address)}.")
    return ExitCode.OK


@state.command()
@click.argument("addresses", nargs=-1, metavar="[ADDRESS]...")
@click.option("--missed", is_flag=True, help="All that were missed.")
@pass_invocation
def skip(invocation: Invocation, *, addresses: tuple[str, ...], missed: bool) -> None:
    """Put missed sends to rest, so that they block nothing any more."""
    if missed == bool(addresses):
        raise UsageError("Name the addresses, or --missed, and not both")
    skipped = edits.skip(open_target(invocation), addresses, missed=missed)
    click.echo("\n".join(f"{visible(address)}: put to rest" for address in skipped) or "Nothing was missed.")


@state.command()
@click.argument("address", required=False)
@click.option("--remote-id", type=int, metavar="ID", help="It is this campaign of the account.")
@click.option("--not-sent", is_flag=True, help="It never arrived, and may be submitted again.")
@click.option("--not-ours", type=int, multiple=True, metavar="ID", help="This campaign is somebody else's.")
@click.option("--auto-approve", is_flag=True, help="Do not ask; needed where there is no terminal.")
@pass_invocation
def resolve(
    invocation: Invocation,
    *,
    address: str | None,
    remote_id: int | None,
    not_sent: bool,
    not_ours: tuple[int, ...],
    auto_approve: bool,
) -> int:
    """Say what became of a submission where no machine can tell."""
    if sum((remote_id is not None, not_sent, bool(not_ours))) != 1 or (address is None) != bool(not_ours):
        raise UsageError("Say one thing: ADDRESS --remote-id ID, ADDRESS --not-sent, or --not-ours ID")
    target = open_target(invocation)
    if address is None:
        edits.disown(target, not_ours)
        click.echo(f"Noted as somebody else's: {', '.join(map(str, not_ours))}.")
        return ExitCode.OK
    if remote_id is not None:
        resolve_as_sent(target, address, remote_id)
        click.echo(f"{visible(address)} is campaign {remote_id}.")
        return ExitCode.OK

    def confirm(cost: Cost) -> bool:
        click.echo(format_cost(cost))
        return approved("Is it certain that it was not sent?", auto_approve=auto_approve)

    if not resolve_as_not_sent(target, address, confirm=confirm):
        return ExitCode.ERROR
    click.echo(f"{visible(address)} may be submitted again.")
    return ExitCode.OK


@state.command()
@click.option("--auto-approve", is_flag=True, help="Do not ask; needed where there is no terminal.")
@pass_invocation
def unlock(invocation: Invocation, *, auto_approve: bool) -> int:
    """Break the lock of a run that is gone; if it is not gone, it submits nothing more."""
    store = open_target(invocation).store
    holder = store.holder()
    if holder is None:
        click.echo("Nobody holds the lock.")
        return ExitCode.OK
    click.echo(f"Locked by {visible(holder.who)} since {holder.created:%Y-%m-%d %H:%M:%S} UTC: {holder.operation}")
    if not approved("Break this lock?", auto_approve=auto_approve):
        return ExitCode.ERROR
    store.unlock()
    click.echo("The lock is broken.")
    return ExitCode.OK


@state.command()
@format_option("text", "json")
@pass_invocation
def history(invocation: Invocation, *, output_format: str) -> None:
    """What was submitted and stopped, oldest first: when, by whom, from which commit, by which plan."""
    rows = history_rows(_state(invocation))
    if output_format == "json":
        click.echo(format_json([row.as_json() for row in rows]))
    else:
        click.echo(format_history(rows, invocation.out), nl=False)


@state.command()
@click.option("--accept", is_flag=True, help="Let the state belong to the account and environment of this run.")
@pass_invocation
def account(invocation: Invocation, *, accept: bool) -> None:
    """Show which account the state belongs to, or let it belong to this one, as after a renewed key."""
    target = open_target(invocation)
    if accept:
        live = edits.accept_account(target)
        click.echo(f"The state belongs to this account; {count(live, 'live campaign')} found in it.")
        return
    loaded = target.store.load()
    click.echo("There is no state." if loaded is None else format_owner(loaded, target.provider.account))


for _command in (pull, push, migrate, check, recover):
    state.add_command(_command)


def _state(invocation: Invocation) -> State | None:
    target = open_target(invocation)
    loaded = target.store.load()
    tell_if_moved(loaded, target)
    return loaded
