"""What a send changes of what was last submitted, as all outputs tell it: its fields, and in a few words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rcsplan.output.moments import has_own_second
from rcsplan.plan.model import FieldChange

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rcsplan.plan.model import Action

#: What a field is called by those who write campaigns; the first that fits.
_WORDS = (
    (re.compile(r"groups"), "lists"),
    (re.compile(r"start_at"), "start"),
    (re.compile(r"alternative_channel"), "SMS"),
    (re.compile(r"options\..*suggestions"), "buttons"),
    (re.compile(r"options\..*media"), "media"),
    (re.compile(r"options\.(text|cards\[[0-9]+\]\.(title|text))$"), "text"),
    (re.compile(r"options"), "cards"),
    (re.compile(r"revision"), "revision"),
    (re.compile(r"sender"), "sender"),
    (re.compile(r"validity"), "validity"),
)


def changes_of(action: Action) -> tuple[FieldChange, ...]:
    """The revision where it rose, then each field; not the second of its own that comes with a revision."""
    prior = action.prior
    if prior is None or action.revision <= prior.revision:
        return action.diff
    is_same_minute = (
        has_own_second(action)
        and action.start_at is not None
        and prior.start_at is not None
        and action.start_at.replace(second=0) == prior.start_at.replace(second=0)
    )
    raised = FieldChange(path="revision", before=prior.revision, after=action.revision)
    return (raised, *(one for one in action.diff if not (one.path == "start_at" and is_same_minute)))


def changed_words(action: Action) -> str:
    """`text, buttons`: words of ours, whatever a plan says; nothing where nothing changed."""
    return ", ".join(dict.fromkeys(_words(action)))


def list_names(action: Action) -> dict[int, str]:
    """The names of lists by their ids, of those that were written to as well."""
    before = action.prior.lists if action.prior is not None else ()
    return {entry.id: entry.name for entry in (*before, *action.audience.lists)}


def _words(action: Action) -> Iterator[str]:
    for change in changes_of(action):
        found = (word for pattern, word in _WORDS if pattern.match(change.path))
        yield next(found, "settings")
