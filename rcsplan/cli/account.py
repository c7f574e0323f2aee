"""`lists`, `senders` and `account`: what the account holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from rcsplan.cli.invocation import Invocation, pass_invocation
from rcsplan.cli.options import format_option
from rcsplan.cli.providers import open_provider
from rcsplan.cli.wiring import open_environment
from rcsplan.output.moments import count, money
from rcsplan.output.terminal import columns, format_json, visible

if TYPE_CHECKING:
    from collections.abc import Sequence


@click.command()
@format_option("text", "json")
@pass_invocation
def lists(invocation: Invocation, *, output_format: str) -> None:
    """The account's contact lists, with their sizes."""
    with open_provider(open_environment(invocation)).reader() as client:
        found = client.contact_lists()
    if output_format == "json":
        _print_json([entry.model_dump(mode="json", include={"id", "name", "contacts", "default"}) for entry in found])
        return
    rows = [
        (str(entry.id), visible(entry.name), "?" if entry.contacts is None else f"{entry.contacts:,}")
        for entry in found
    ]
    _print_table(("ID", "NAME", "CONTACTS"), rows, nothing="The account has no contact lists.")


@click.command()
@format_option("text", "json")
@pass_invocation
def senders(invocation: Invocation, *, output_format: str) -> None:
    """The account's SMS senders; the provider cannot list RCS agents."""
    with open_provider(open_environment(invocation)).reader() as client:
        found = client.senders("sms")
    if output_format == "json":
        _print_json([entry.model_dump(mode="json") for entry in found])
        return
    rows = [(visible(entry.sender), visible(entry.status)) for entry in found]
    _print_table(("SENDER", "STATUS"), rows, nothing="The account has no SMS senders.")


@click.command()
@format_option("text", "json")
@pass_invocation
def account(invocation: Invocation, *, output_format: str) -> None:
    """The account's balance and tariffs."""
    provider = open_provider(open_environment(invocation))
    with provider.reader() as client:
        balance, tariffs = client.balance(), client.tariffs()
    if output_format == "json":
        document = {
            **provider.account.model_dump(),
            "balance": balance.model_dump(mode="json"),
            "tariffs": [tariff.model_dump(mode="json") for tariff in tariffs],
        }
        _print_json(document)
        return
    click.echo(f"{visible(provider.account.base_url)}, key {provider.account.key_fingerprint}")
    amounts = (money(amount, balance.currency) for amount in (balance.balance, balance.credit))
    click.echo("Balance {}, credit {}.".format(*amounts))
    click.echo(f"\n{count(len(tariffs), 'tariff')}:")
    rows = [
        (str(tariff.code), visible(tariff.name), "active" if tariff.is_active else "inactive") for tariff in tariffs
    ]
    _print_table(("CODE", "NAME", "STATE"), rows, nothing="None.")


def _print_json(document: object) -> None:
    click.echo(format_json(document))


def _print_table(heading: tuple[str, ...], rows: Sequence[tuple[str, ...]], *, nothing: str) -> None:
    click.echo("\n".join(columns([heading, *rows])) if rows else nothing)
