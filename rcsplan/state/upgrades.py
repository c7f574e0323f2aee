"""Older formats of the state document, brought up to the present one, a version at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def upgraded(document: Mapping[str, Any], *, version: int) -> dict[str, Any]:
    """A state document of an older version as one of the present version; what no version wrote stays as it is."""
    if version not in _UPGRADES:
        return dict(document)
    newer = _UPGRADES[version](document) | {"format_version": version + 1}
    return upgraded(newer, version=version + 1)


def _know_where_it_was_moved(document: Mapping[str, Any]) -> dict[str, Any]:
    """Version 2 has `moved_to` and `segments`: older releases must not read what was moved, nor a part for a whole."""
    return dict(document)


#: By the version that each one begins with; released ones are never changed.
_UPGRADES: Mapping[int, Callable[[Mapping[str, Any]], dict[str, Any]]] = {1: _know_where_it_was_moved}
