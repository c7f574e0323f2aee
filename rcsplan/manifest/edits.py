"""Edits of a YAML text at paths: everything else of it, comments and layout included, stays as it is."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ruamel.yaml.events import (
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from rcsplan.manifest.events import masked_event_source
from rcsplan.manifest.scalar import WORDS
from rcsplan.manifest.source import SourceText
from rcsplan.manifest.yaml import parse_documents

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rcsplan.diagnostics import KeyPath
    from rcsplan.manifest.document import Document

#: What needs no quotes, whatever stands around it; but for words that YAML 1.1 or 1.2 takes for something else.
_PLAIN = re.compile(r"[a-z][a-z0-9-]*")
_WORDS = frozenset({*WORDS, "y", "n", "yes", "no", "on", "off"})


class Removed:
    """Stands for a key that is to be removed."""


REMOVED = Removed()


class UneditableError(Exception):
    """A text in which an edit cannot be made without changing something else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """An entry of a mapping: where its key and its value begin, and where the value ends; `inline`: inside braces."""

    key: int
    value: int
    end: int
    inline: bool


def document_text(document: Document) -> str:
    """The part of a file that is one of its documents, without the line that divides it from the one before."""
    text = document.source.text
    dividers = [(0, 0)]
    next_event = masked_event_source(text)
    while (event := next_event()) is not None:
        if isinstance(event, DocumentStartEvent):
            dividers.append((event.start_mark.index, event.end_mark.index))
    dividers.append((len(text), len(text)))
    number = document.index + 1
    begin = 0 if number == 1 else dividers[number][1]
    return text[begin : dividers[number + 1][0]].removeprefix("\n")


def edited(text: str, edits: Mapping[KeyPath, Any]) -> str:
    """A text of one document with other values at some paths: texts, numbers, mappings of them, or REMOVED.

    A key that is not there is added to its mapping; one to be removed that is not there is passed over.

    Raises:
        UneditableError: the text cannot be edited so.
    """
    tree = _tree(text)
    result = text
    for path, value in edits.items():
        if value is REMOVED and not _holds(tree, path):
            continue
        result = _edited(result, path, value)
        tree = _changed(tree, path, value)
        if _tree(result) != tree:
            raise UneditableError
    return result


def _edited(text: str, path: KeyPath, value: Any) -> str:
    entries = _entries(text)
    entry = entries.get(path)
    if value is REMOVED:
        return _without(text, path, entries)
    if entry is not None:
        space = "" if text[entry.value - 1 : entry.value].isspace() else " "
        return f"{text[: entry.value]}{space}{written(value)}{text[entry.end :]}"
    siblings = [one for known, one in entries.items() if known[:-1] == path[:-1]]
    if not siblings:
        raise UneditableError
    added = f"{path[-1]}: {written(value)}"
    # Before the last one: in a manifest that is the spec, and a schedule is read before it.
    place = siblings[-1]
    indent = " " * (place.key - (text.rfind("\n", 0, place.key) + 1))
    return f"{text[: place.key]}{added}{', ' if place.inline else chr(10) + indent}{text[place.key :]}"


def _without(text: str, path: KeyPath, entries: Mapping[KeyPath, _Entry]) -> str:
    if path not in entries:
        raise UneditableError
    entry = entries[path]
    if not entry.inline:
        start = text.rfind("\n", 0, entry.key) + 1
        end = text.find("\n", max(entry.end - 1, entry.key))
        return text[:start] + ("" if end < 0 else text[end + 1 :])
    siblings = [one for known, one in entries.items() if known[:-1] == path[:-1]]
    number = siblings.index(entry)
    if number + 1 < len(siblings):
        return text[: entry.key] + text[siblings[number + 1].key :]
    return text[: siblings[number - 1].end if number else entry.key] + text[entry.end :]


def _entries(text: str) -> dict[KeyPath, _Entry]:
    """The entries of all mappings of a text, by path and in order."""
    entries: dict[KeyPath, _Entry] = {}
    next_event = masked_event_source(text)
    while (event := next_event()) is not None:
        if isinstance(event, DocumentStartEvent):
            _read(next_event(), (), next_event, entries)
    return entries


def _read(event: Any, path: KeyPath, next_event: Callable[[], Any], entries: dict[KeyPath, _Entry]) -> int:
    """Read the node that begins with an event, and return where it ends."""
    end = int(event.end_mark.index)
    if isinstance(event, MappingStartEvent):
        while not isinstance(key := next_event(), MappingEndEvent):
            value = next_event()
            below = (*path, str(getattr(key, "value", "")))
            end = _read(value, below, next_event, entries)
            entries[below] = _Entry(
                key=key.start_mark.index, value=value.start_mark.index, end=end, inline=bool(event.flow_style)
            )
        return int(key.end_mark.index) if event.flow_style else end
    if isinstance(event, SequenceStartEvent):
        number = 0
        while not isinstance(item := next_event(), SequenceEndEvent):
            end = _read(item, (*path, number), next_event, entries)
            number += 1
        return int(item.end_mark.index) if event.flow_style else end
    return end


def _tree(text: str) -> Any:
    documents, problems = parse_documents(SourceText(name="", text=text))
    if problems or len(documents) != 1:
        raise UneditableError
    return documents[0].tree


def _holds(tree: Any, path: KeyPath) -> bool:
    for part in path:
        if not isinstance(tree, dict) or part not in tree:
            return False
        tree = tree[part]
    return True


def _changed(tree: Any, path: KeyPath, value: Any) -> Any:
    key, *rest = path
    if rest:
        return {**tree, key: _changed(tree.get(key, {}), tuple(rest), value)}
    return {name: child for name, child in {**tree, key: value}.items() if child is not REMOVED}


def written(value: Any) -> str:
    """A value as it is written in a manifest, on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {written(child)}" for key, child in value.items()) + "}"
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value not in _WORDS:
        return value
    return json.dumps(value, ensure_ascii=False)
