"""A campaign made from another one: its text under another name, with everything reset that belongs to the old one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from rcsplan.manifest.campaign import recurs
from rcsplan.manifest.edits import REMOVED, document_text, edited
from rcsplan.manifest.timing import DATE_TO_CHOOSE, NOW

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rcsplan.diagnostics import KeyPath
    from rcsplan.manifest.document import Document

#: What is true of the campaign that is copied, and not of its copy.
_OF_THE_OLD_ONE = ("moved_from", "new", "allow_duplicate")
_CLOCK = re.compile(r"\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(?::\d{2})?)")


def cloned(document: Document, *, name: str, at: str | None) -> str:
    """The text of a manifest for another campaign that starts `at` a wall time.

    Without a time, the date is left for the author to choose: where it stood there is a word that is no date, which
    validation reports. A rule is kept, and begins anew.

    Raises:
        UneditableError: its text cannot be kept, as where an alias stands for what must be changed.
    """
    tree = document.tree
    metadata = tree["metadata"]
    edits: dict[KeyPath, Any] = {("metadata", "name"): name}
    if "revision" in metadata:
        edits["metadata", "revision"] = 1
    edits.update({("metadata", key): REMOVED for key in _OF_THE_OLD_ONE})
    edits.update(_times(tree, at))
    return edited(document_text(document), edits)


def _times(tree: dict[str, Any], at: str | None) -> Iterator[tuple[KeyPath, Any]]:
    schedule, spec = tree.get("schedule"), tree.get("spec")
    start = spec.get("start_at") if isinstance(spec, dict) else None
    if isinstance(schedule, dict):
        for key, value in (_new_rule if recurs(schedule) else _new_time)(schedule, at):
            yield ("schedule", key), value
        yield ("spec", "start_at"), REMOVED
    elif start is not None and schedule is None:
        yield ("spec", "start_at"), at or _open(start)
    else:
        yield ("schedule",), {"at": at or _open(None)}


def _new_time(schedule: dict[str, Any], at: str | None) -> Iterator[tuple[str, Any]]:
    if at is not None:
        yield "at", at
        yield "until", REMOVED
    elif schedule.get("at") == NOW:
        yield "until", _open(schedule.get("until"))
    else:
        yield "at", _open(schedule.get("at"))


def _new_rule(schedule: dict[str, Any], at: str | None) -> Iterator[tuple[str, Any]]:
    if at is None:
        yield "from", DATE_TO_CHOOSE
        return
    yield "from", at[: len(DATE_TO_CHOOSE)]
    if isinstance(schedule.get("at"), str):
        yield "at", at[len(DATE_TO_CHOOSE) + 1 :]


def _open(time: object) -> str:
    """A wall time whose date is to be chosen, and whose clock is that of another time, where it has one."""
    match = _CLOCK.fullmatch(time) if isinstance(time, str) else None
    return DATE_TO_CHOOSE + (match[1] if match else " HH:MM")
