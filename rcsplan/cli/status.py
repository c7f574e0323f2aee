"""`status`: once, or again and again."""

from __future__ import annotations

import shutil
import sys
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from rcsplan.cli.invocation import Invocation, pass_invocation
from rcsplan.cli.options import SPAN, address_arguments, format_option
from rcsplan.cli.surroundings import is_screen
from rcsplan.cli.wiring import open_target
from rcsplan.errors import UsageError
from rcsplan.operations.status import status as look_at
from rcsplan.operations.watch import watch as look_again
from rcsplan.output.delivery_rows import format_status_csv, format_status_json
from rcsplan.output.status_text import format_status
from rcsplan.output.watching import repaint, show_changes

if TYPE_CHECKING:
    from rcsplan.operations.status import Status
    from rcsplan.operations.target import Target

_SHORTEST_INTERVAL = timedelta(seconds=1)


@click.command()
@address_arguments
@click.option("--watch", is_flag=True, help="Look again and again, until everything has ended.")
@click.option(
    "--interval", type=SPAN, default="10s", show_default=True, metavar="SPAN", help="Between two looks of --watch."
)
@format_option("text", "json", "csv")
@pass_invocation
def status(
    invocation: Invocation, *, addresses: tuple[str, ...], watch: bool, interval: timedelta, output_format: str
) -> None:
    """Show how far each send is, and what became of its messages.

    Without ADDRESS: what is live, or has ended in the last week. Nothing is locked, and nothing is saved.
    """
    target = open_target(invocation)
    if watch:
        _watch(invocation, target, addresses, interval=interval, output_format=output_format)
        return
    click.echo(_drawn(look_at(target, addresses), invocation, output_format), nl=False)


def _watch(
    invocation: Invocation, target: Target, addresses: tuple[str, ...], *, interval: timedelta, output_format: str
) -> None:
    if output_format == "csv":
        raise UsageError("--watch shows text or JSON", hint="One table: rcsplan status --format csv")
    if interval < _SHORTEST_INTERVAL:
        raise UsageError("--interval is at least one second", hint="Each look asks the provider several questions.")
    looks = look_again(target, addresses, interval=interval.total_seconds())
    if output_format == "text" and is_screen(sys.stdout):
        draw = lambda seen, width: format_status(seen, replace(invocation.out, width=width))  # noqa: E731
        repaint(looks, sys.stdout, draw=draw, size=shutil.get_terminal_size)
        return
    one_line = output_format == "json"

    def drawn(seen: Status) -> str:
        return f"{format_status_json(seen, indent=None)}\n" if one_line else f"{_drawn(seen, invocation, 'text')}\n"

    show_changes(looks, sys.stdout, draw=drawn, complain=lambda line: click.echo(line, err=True))


def _drawn(seen: Status, invocation: Invocation, output_format: str) -> str:
    match output_format:
        case "json":
            return f"{format_status_json(seen)}\n"
        case "csv":
            return format_status_csv(seen)
        case _:
            return format_status(seen, invocation.out)
