"""Names of fields as the provider's errors spell them: paths without their punctuation (bsg-api.md section 5)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rcsplan.diagnostics import KeyPath

_PUNCTUATION = re.compile(r"[^a-z0-9]")


def find_wire_key(key: str, body: dict[str, Any]) -> KeyPath | None:
    """The path in a body that a key such as `optionscards0text` speaks of, or of its nearest parent there.

    >>> find_wire_key("options.cards[0].title", {"options": {"cards": [{"text": "Hi"}]}})
    ('options', 'cards', 0)
    """
    wanted = _stripped(key)
    parents = [path for path in _paths(body, ()) if _begins(wanted, path)]
    return max(parents, key=len, default=None)


def _begins(wanted: str, path: KeyPath) -> bool:
    """Whether a path is the wanted one or a parent; a number must not be the beginning of a larger one."""
    name = _stripped("".join(map(str, path)))
    rest = wanted.removeprefix(name)
    return wanted.startswith(name) and not (isinstance(path[-1], int) and rest[:1].isdigit())


def _stripped(key: str) -> str:
    return _PUNCTUATION.sub("", key.lower())


def _paths(node: Any, path: KeyPath) -> Iterator[KeyPath]:
    entries = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in entries:
        yield (*path, key)
        yield from _paths(value, (*path, key))
