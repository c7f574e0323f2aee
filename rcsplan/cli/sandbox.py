"""`sandbox`: the simulator served, its ledger, its clock, its account data."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rcsplan.cli.invocation import Invocation, pass_invocation
from rcsplan.cli.options import SPAN, CommandGroup, format_option
from rcsplan.cli.wiring import find_sandbox
from rcsplan.errors import UsageError
from rcsplan.output.terminal import columns, format_json, visible
from rcsplan.sandbox.account import load_account
from rcsplan.sandbox.app import create_app
from rcsplan.sandbox.faults import parse_fault
from rcsplan.sandbox.server import serve as serve_app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rcsplan.sandbox.store import SandboxStore

_db_option = click.option("--db", metavar="PATH", help="Its database; the project's by default.")


@click.group(cls=CommandGroup)
def sandbox() -> None:
    """The embedded provider simulator: nothing in it reaches people."""


@sandbox.command(short_help="Serve the simulator over HTTP.")
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="0 picks a free one.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@_db_option
@click.option("--fault", "faults", multiple=True, metavar="SPEC", help="A fault to play, such as drop_response:0.1@7.")
@pass_invocation
def serve(invocation: Invocation, *, port: int, host: str, db: str | None, faults: tuple[str, ...]) -> None:
    """Serve the simulator over HTTP until SIGTERM; prints its base URL when it is ready.

    A fault is [METHOD PATH-GLOB=]KIND[:PROBABILITY or xCOUNT][@SEED].
    """
    with _store(invocation, db) as store:
        store.rearm_faults()
        app = create_app(store, faults=tuple(parse_fault(text) for text in faults))
        serve_app(app, host=host, port=port, ready=click.echo)


@sandbox.command()
@_db_option
@format_option("text", "json")
@pass_invocation
def ledger(invocation: Invocation, *, db: str | None, output_format: str) -> None:
    """Every submission that the simulator accepted, oldest first."""
    with _store(invocation, db) as store:
        entries = store.ledger()
    if output_format == "json":
        click.echo(format_json(entries))
        return
    if not entries:
        click.echo("Nothing was submitted.")
        return
    keys = ("id", "received_at", "status", "contacts", "sent", "delivered", "stopped_at")
    heading = ("CAMPAIGN", "RECEIVED", "STATUS", "CONTACTS", "SENT", "DELIVERED", "STOPPED")
    rows = [heading, *(tuple(visible(str(_shown(entry[key]))) for key in keys) for entry in entries)]
    click.echo("\n".join(columns(rows)))


@sandbox.command()
@click.option("--set", "instant", metavar="ISO", help="Jump to a time and run on; without an offset it is UTC.")
@click.option("--advance", type=SPAN, metavar="SPAN", help="Jump ahead by a span such as 36h.")
@click.option("--real", is_flag=True, help="Show the real time again.")
@_db_option
@pass_invocation
def clock(
    invocation: Invocation, *, instant: str | None, advance: timedelta | None, real: bool, db: str | None
) -> None:
    """Show the simulator's clock, or set it."""
    if sum((instant is not None, advance is not None, real)) > 1:
        raise UsageError("--set, --advance and --real exclude each other")
    with _store(invocation, db) as store:
        if instant is not None:
            store.set_clock(_instant(instant))
        if advance is not None:
            store.advance(advance)
        if real:
            store.use_real()
        click.echo(f"{store.now():%Y-%m-%dT%H:%M:%SZ}")


@sandbox.command(short_help="Replace the account data by those of a YAML file.")
@click.argument("file", metavar="FILE")
@_db_option
@pass_invocation
def seed(invocation: Invocation, *, file: str, db: str | None) -> None:
    """Replace the account data by those of a YAML file; clock and ledger stay."""
    account = load_account(Path(file))
    with _store(invocation, db) as store:
        store.seed(account)
    click.echo(f"Seeded with {len(account.lists)} contact lists.")


@sandbox.command()
@_db_option
@pass_invocation
def reset(invocation: Invocation, *, db: str | None) -> None:
    """Start over: ready-made account, real time, empty ledger."""
    with _store(invocation, db) as store:
        store.reset()
    click.echo("The sandbox is empty again. A state that was made with it no longer fits.")


@contextmanager
def _store(invocation: Invocation, db: str | None) -> Iterator[SandboxStore]:
    store = find_sandbox(invocation, db)
    try:
        yield store
    finally:
        store.close()


def _shown(value: object) -> object:
    return "-" if value is None else value


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text!r} is not a time", hint="Write it as 2026-12-01T09:00:00Z") from None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
