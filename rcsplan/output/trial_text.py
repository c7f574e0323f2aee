"""A test send as text: what is about to be sent to whom, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rcsplan.output.moments import count, moment
from rcsplan.output.terminal import visible, wrapped

if TYPE_CHECKING:
    from rcsplan.operations.trial import Prepared, Tried
    from rcsplan.output.terminal import Style

_WIDTH = 80
_NAMED = 3


def format_prepared(prepared: Prepared, style: Style) -> str:
    """What is about to be sent, with a warning where the list is no list of seeds alone."""
    seeds = prepared.seeds
    to = f"{count(seeds.contacts or 0, 'contact')} in {visible(seeds.name)} ({seeds.id})"
    lines = wrapped(f"Test of {style.bold(visible(str(prepared.send.address)))} to {to}.", _WIDTH)
    if prepared.also:
        named = ", ".join(prepared.also[:_NAMED]) + (", …" if len(prepared.also) > _NAMED else "")
        lines = [*lines, *wrapped(f"{style.changed('Warning:')} campaigns go to that list: {visible(named)}.", _WIDTH)]
    return "\n".join(lines)


def format_tried(tried: Tried) -> str:
    """What became of a test."""
    trial = tried.trial
    if trial is None:
        return "Nothing was sent."
    to = f"{visible(trial.seeds.name)} ({trial.seeds.id})"
    if trial.is_unknown:
        text = f"Unknown whether the test of {visible(trial.address)} to {to} was sent: {visible(trial.problem)}"
        return "\n".join([*wrapped(text, _WIDTH), "Look whether it arrived; it is not sent again without --again."])
    if tried.is_old and trial.submitted_at is not None:
        at = moment(trial.submitted_at.replace(second=0), "UTC")
        text = f"The same was sent to {to} before: campaign {trial.remote_id}, {at}. To send it once more: --again"
        return "\n".join(wrapped(text, _WIDTH))
    return "\n".join(wrapped(f"Sent the test of {visible(trial.address)} to {to}: campaign {trial.remote_id}.", _WIDTH))
