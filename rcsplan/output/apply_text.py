"""An apply as text: one line for each thing that happened, and the result first at the end."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rcsplan.apply.events import Happening
from rcsplan.diagnostics import commands_in
from rcsplan.output.moments import count
from rcsplan.output.problems import told
from rcsplan.output.terminal import hanging, visible
from rcsplan.plan.model import Reason
from rcsplan.plan.verdict import WAYS_OUT

if TYPE_CHECKING:
    from rcsplan.apply.events import Event
    from rcsplan.operations.apply import Applied
    from rcsplan.output.terminal import Style

#: What each happening is called, in the order in which results are counted.
_WORDS = {
    Happening.FAILED: "failed",
    Happening.UNKNOWN: "outcome unknown",
    Happening.NOT_STARTED: "not started",
    Happening.SHIFTED: "submitted, but with another start",
    Happening.SUBMITTED: "submitted",
    Happening.ADOPTED: "found at the provider",
    Happening.NEVER_ARRIVED: "never arrived",
    Happening.STOPPED: "stopped",
    Happening.RENAMED: "renamed",
    Happening.ARCHIVED: "archived",
    Happening.STARTED: "started",
    Happening.RETRYING: "trying again",
}


#: What is left to do where an outcome is not known.
_UNKNOWN = ("It may have been accepted: nothing more is sent for this address until that is known.\n") + WAYS_OUT[
    Reason.UNKNOWN_OUTCOME
]


def format_event(event: Event, style: Style) -> str:
    """One line: what became of which send, and why."""
    paint = {
        Happening.SUBMITTED: style.good,
        Happening.STOPPED: style.good,
        Happening.FAILED: style.bad,
        Happening.UNKNOWN: style.bad,
        Happening.NOT_STARTED: style.changed,
        Happening.RETRYING: style.changed,
    }.get(event.happening, style.dim)
    campaign = f" as campaign {event.remote_id}" if event.happening is Happening.SUBMITTED else ""
    why = f": {visible(event.detail)}" if event.detail else ""
    return f"{visible(event.address) or 'account'}: {paint(_WORDS[event.happening])}{campaign}{why}"


@dataclass(slots=True)
class Counter:
    """Counts the steps of a plan that ended, `[3/11] `; what happens without a plan, or after it, is not counted."""

    total: int = 0
    done: int = 0

    def lead(self, event: Event) -> str:
        """What stands before the line of an event: its number where it ends a step, else nothing."""
        if not event.is_final or self.done >= self.total:
            return ""
        self.done += 1
        return f"[{self.done:,}/{self.total:,}] "


def format_applied(applied: Applied, style: Style) -> str:
    """The result of an apply, then what is left to a person."""
    lines = hanging("", style.bold(_verdict(applied)), style.prose, margin=2)
    for event in applied.last.values():
        if event.error is not None:
            name = visible(event.address) or "account"
            lines += hanging("  ", f"{name}: {visible(event.error.summary)}", style.prose, margin=4)
            lines += told(event.error.detail, style, margin=4)
            lines += told(event.error.hint, style, margin=4)
        if event.happening is Happening.UNKNOWN:
            lines += told(_what_to_do(event.address, applied.plan.environment), style, margin=4)
    return "\n".join(lines) + "\n"


def _what_to_do(address: str, environment: str) -> str:
    """What a person can do about an outcome that is not known: a sentence or a command a line."""
    return commands_in(_UNKNOWN.replace("ADDRESS", shlex.quote(address)), environment)


def _verdict(applied: Applied) -> str:
    if not applied.confirmed:
        return "Not applied."
    counts = applied.counts
    listed = ", ".join(f"{counts[happening]} {word}" for happening, word in _WORDS.items() if counts[happening])
    blocked = f" {count(len(applied.plan.blocked), 'send')} blocked." if applied.plan.blocked else ""
    where = "" if applied.plan.reaches_people else " This is a sandbox: nothing was sent to people."
    if not listed:
        return f"Nothing to do.{blocked}{where}"
    return f"Applied: {listed}.{blocked}{where}"
