"""Events of the C parser, and what it lacks of YAML 1.2: colons inside the plain scalars of flow collections."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from _ruamel_yaml import CParser  # type: ignore[import-not-found]  # compiled, ships without stubs
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import ScalarEvent

if TYPE_CHECKING:
    from collections.abc import Callable

#: A colon that YAML 1.2 takes for a character of the scalar it stands in, as in `{url: https://example.com}`.
_INNER_COLON = re.compile(r"""(?<=[^\s"'\[\]{},]):(?=[^\s\[\]{},])""")
#: Where the stand-in for such a colon is taken from: one character like the colon, so that positions stay.
_PRIVATE_USE = range(0xE000, 0xF900)


def event_source(text: str) -> Callable[[], Any]:
    """What gives the next event of a text."""
    next_event: Callable[[], Any] = CParser(text).get_event
    return next_event


def fails_at_inner_colon(error: YAMLError) -> bool:
    """Whether the C parser, which knows YAML 1.1 here, stumbled over a colon that YAML 1.2 allows."""
    return isinstance(error, MarkedYAMLError) and str(error.problem) == "found unexpected ':'"


def masked_event_source(text: str) -> Callable[[], Any]:
    """What gives the next event of a text with such colons: they are hidden from the parser and put back after it."""
    mask = next(chr(code) for code in _PRIVATE_USE if chr(code) not in text)
    next_event = event_source(_INNER_COLON.sub(mask, text))

    def unmasked() -> Any:
        event = next_event()
        if event.__class__ is ScalarEvent and mask in event.value:
            event.value = event.value.replace(mask, ":")
        return event

    return unmasked
