"""`--online`: whether links and media are looked at, and by what."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    from rcsplan.operations.online import Look

_Command = TypeVar("_Command", bound="Callable[..., object]")


def online_option(command: _Command) -> _Command:
    """`--online`, as `online`."""
    return click.option(
        "--online", is_flag=True, help="Also look at links and media, which asks their servers; never private ones."
    )(command)


def look_online(*, wanted: bool) -> Look | None:
    """What looks at the addresses of messages, None where nobody wants to."""
    if not wanted:
        return None
    from rcsplan.web.looking import look_at

    return look_at
