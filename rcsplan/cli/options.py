"""Options that several commands share."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable

_SPAN = re.compile(r"(\d{1,6})([smhd]?)")
_UNITS = {"": "seconds", "s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


class _Span(click.ParamType[timedelta]):
    """A span such as 90s, 5m, 36h or 7d; a bare number is seconds."""

    name = "span"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """Read a span."""
        if isinstance(value, timedelta):
            return value
        match = _SPAN.fullmatch(str(value))
        if match is None:
            self.fail(f"{value!r} is not a span: write a number and a unit, such as 90s, 15m, 36h or 7d", param, ctx)
        return timedelta(**{_UNITS[match[2]]: int(match[1])})


SPAN = _Span()


class CommandGroup(click.Group):
    """A group whose help lists its commands in the order of their definition, each with its whole sentence."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands as they were defined."""
        del ctx
        return list(self.commands)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands with their sentences."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, command.get_short_help_str(200)) for name, command in self.commands.items()])


_Command = TypeVar("_Command", bound="Callable[..., object]")


def variable_options(command: _Command) -> _Command:
    """`--var` and `--var-file`, as `variables` and `variable_files`."""
    for option in (
        click.option("--var", "variables", multiple=True, metavar="NAME=VALUE", help="A template variable, as text."),
        click.option("--var-file", "variable_files", multiple=True, metavar="FILE", help="A YAML file of variables."),
    ):
        command = option(command)
    return command


def format_option(*formats: str) -> Callable[[_Command], _Command]:
    """`--format`, as `output_format`; the first one is the default."""
    return click.option(
        "--format", "output_format", type=click.Choice(formats), default=formats[0], show_default=True, help="Output."
    )


def changed_since_option(command: _Command) -> _Command:
    """`--changed-since`, as `changed_since`."""
    return click.option("--changed-since", metavar="REF", help="Only manifests that changed since a git commit.")(
        command
    )


def ci_outputs_option(command: _Command) -> _Command:
    """`--ci-outputs`, as `ci_outputs`."""
    return click.option("--ci-outputs", is_flag=True, help="Also write outputs and a summary where CI reads them.")(
        command
    )


def address_arguments(command: _Command) -> _Command:
    """Any number of addresses or campaign names, as `addresses`."""
    return click.argument("addresses", nargs=-1, metavar="[ADDRESS]...")(command)


def submission_options(command: _Command) -> _Command:
    """`--parallelism`, `--lock-timeout` and `--settle-timeout` of what submits, as their names."""
    settling = "How long to wait for what became of submissions without an answer."
    for option in (
        click.option("--settle-timeout", type=SPAN, default="3m", show_default=True, metavar="SPAN", help=settling),
        click.option(
            "--lock-timeout", type=SPAN, default="0s", metavar="SPAN", help="How long to wait for the lock: 5m."
        ),
        click.option(
            "--parallelism", type=click.IntRange(1, 64), default=4, show_default=True, help="Submissions at once."
        ),
    ):
        command = option(command)
    return command
