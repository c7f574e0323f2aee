"""Progress of an apply: a live display on a terminal, plain lines elsewhere, JSON lines for machines."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

from rcsplan.apply.events import Event, Happening
from rcsplan.output.apply_text import format_event
from rcsplan.output.terminal import inert_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rcsplan.apply.events import Listener
    from rcsplan.output.terminal import Style


@contextmanager
def progress(stream: IO[str], style: Style, *, as_json: bool, total: int) -> Iterator[Listener]:
    """A listener that shows what happens on `stream` while the context lasts; `total` is how many steps there are."""
    lock = threading.Lock()
    if as_json:
        yield lambda event: _write(stream, lock, format_event_json(event))
    elif stream.isatty():
        with _live(stream, style, total=total) as listener:
            yield listener
    else:
        yield lambda event: _write(stream, lock, format_event(event, style)) if _is_news(event) else None


def format_event_json(event: Event) -> str:
    """An event as one JSON object on one line."""
    document = {
        "event": event.happening.value,
        "address": event.address,
        "revision": event.revision,
        "remote_id": event.remote_id,
        "detail": event.detail,
    }
    return inert_json(json.dumps(document, ensure_ascii=False))


@contextmanager
def _live(stream: IO[str], style: Style, *, total: int) -> Iterator[Listener]:
    # Imported here: it takes longer than most commands run.
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
    from rich.text import Text

    console = Console(file=stream, no_color=not style.color, highlight=False)
    display = Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console
    )
    with display:
        task = display.add_task("Applying", total=total)

        def show(event: Event) -> None:
            if _is_news(event):
                display.console.print(Text.from_ansi(format_event(event, style)), soft_wrap=True)
            if event.is_final:
                display.advance(task)

        yield show


def _is_news(event: Event) -> bool:
    return event.happening is not Happening.STARTED


def _write(stream: IO[str], lock: threading.Lock, line: str) -> None:
    with lock:
        stream.write(line + "\n")
        stream.flush()
