"""Progress of an apply: a live display on a terminal, plain lines elsewhere, JSON lines for machines."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

from rcsplan.apply.events import Event, Happening
from rcsplan.output.apply_text import Counter, format_event
from rcsplan.output.stream import format_event_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from rcsplan.apply.events import Listener
    from rcsplan.output.terminal import Style


@contextmanager
def progress(
    stream: IO[str], style: Style, *, as_json: bool, is_screen: bool, total: int, now: Callable[[], datetime]
) -> Iterator[Listener]:
    """A listener that shows what happens on `stream` while the context lasts; `total` is how many steps there are.

    Only a screen is painted: other terminals, as those that read aloud, get lines.
    """
    if not as_json and is_screen:
        with _live(stream, style, total=total) as listener:
            yield listener
    else:
        yield lines(stream, style, as_json=as_json, now=now, total=total)


def lines(stream: IO[str], style: Style, *, as_json: bool, now: Callable[[], datetime], total: int = 0) -> Listener:
    """A listener that writes a line for what happens, as text or for machines; `total` steps are numbered in text."""
    lock, counter = threading.Lock(), Counter(total=total)

    def tell(event: Event) -> None:
        with lock:
            line = format_event_json(event, now()) if as_json else counter.lead(event) + format_event(event, style)
            if as_json or _is_news(event):
                stream.write(line + "\n")
                stream.flush()

    return tell


@contextmanager
def _live(stream: IO[str], style: Style, *, total: int) -> Iterator[Listener]:
    # Imported here: it takes longer than most commands run.
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
    from rich.text import Text

    console = Console(file=stream, no_color=not style.color, highlight=False)
    display = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    )
    lock, counter = threading.Lock(), Counter(total=total)
    with display:
        task = display.add_task("Applying", total=total)

        def show(event: Event) -> None:
            with lock:
                line = counter.lead(event) + format_event(event, style)
                if _is_news(event):
                    display.console.print(Text.from_ansi(line), soft_wrap=True)
            if event.is_final:
                display.advance(task)

        yield show


def _is_news(event: Event) -> bool:
    return event.happening is not Happening.STARTED
