"""Showing one look after another: painted over each other on a terminal, elsewhere one below the other."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

from rcsplan.operations.status import Status
from rcsplan.output.delivery_rows import status_row
from rcsplan.output.terminal import shortened, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rcsplan.errors import ProviderError

#: Wipe the screen; go to its first line; forget the rest of a line; forget all lines below.
_WIPE, _HOME, _END_OF_LINE, _BELOW = "\x1b[2J", "\x1b[H", "\x1b[K", "\x1b[J"


def show_changes(
    looks: Iterable[Status | ProviderError],
    stream: IO[str],
    *,
    draw: Callable[[Status], str],
    complain: Callable[[str], None],
) -> None:
    """Write each look that tells something new; a failure is one line by `complain`."""
    shown: Status | None = None
    for look in looks:
        if not isinstance(look, Status):
            complain(_failure(look))
        elif shown is None or _content(look) != _content(shown):
            stream.write(draw(look))
            stream.flush()
            shown = look


def repaint(
    looks: Iterable[Status | ProviderError],
    stream: IO[str],
    *,
    draw: Callable[[Status, int], str],
    size: Callable[[], tuple[int, int]],
) -> None:
    """Paint each look over the one before, as much of it as the terminal holds; the last one is left there whole.

    `size` tells columns and lines of the terminal, which may change; `draw` is given the columns.
    """
    last: Status | None = None
    stream.write(_WIPE)
    for look in looks:
        width, height = size()
        last = look if isinstance(look, Status) else last
        lines = draw(last, width).splitlines() if last is not None else []
        if not isinstance(look, Status):
            lines += ["", shortened(_failure(look), width)]
        stream.write(_HOME + "".join(f"{line}{_END_OF_LINE}\n" for line in _fitting(lines, height)) + _BELOW)
        stream.flush()
    if last is not None:
        stream.write(_WIPE + _HOME + draw(last, size()[0]))
        stream.flush()


def _fitting(lines: list[str], height: int) -> list[str]:
    # A line stays free below, for the cursor.
    room = max(2, height - 1)
    return lines if len(lines) <= room else [*lines[: room - 1], f"… {len(lines) - room + 1:,} more lines"]


def _failure(error: ProviderError) -> str:
    return f"{visible(error.summary)}; trying again. {visible(error.detail)}".rstrip()


def _content(status: Status) -> list[dict[str, object]]:
    """What a look tells, whenever that was."""
    return [{**status_row(send), "counted_at": None} for send in status.sends]
