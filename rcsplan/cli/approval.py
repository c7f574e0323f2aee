"""Approval: a person types yes, or the command line said so."""

from __future__ import annotations

import sys

import click

from rcsplan.errors import UsageError


def is_attended() -> bool:
    """Whether there is a terminal at which somebody can answer; standard input may even be closed."""
    return sys.stdin is not None and sys.stdin.isatty()


def demand_somebody(*, auto_approve: bool) -> None:
    """Make sure that there is somebody to ask.

    Raises:
        UsageError: there is no terminal, and nobody approved beforehand.
    """
    if not auto_approve and not is_attended():
        raise UsageError("Nobody is here to approve", hint="Without a terminal say so beforehand: --auto-approve")


def approved(question: str, *, auto_approve: bool) -> bool:
    """Whether it was approved, beforehand or by typing yes.

    Raises:
        UsageError: as `demand_somebody`.
    """
    demand_somebody(auto_approve=auto_approve)
    return auto_approve or click.prompt(f"{question} Only 'yes' is accepted", default="", show_default=False) == "yes"
