"""Events of the C parser, and what it lacks of YAML 1.2: colons and question marks inside the scalars of `{}`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from _ruamel_yaml import CParser  # type: ignore[import-not-found]  # compiled, ships without stubs
from ruamel.yaml.events import ScalarEvent

if TYPE_CHECKING:
    from collections.abc import Callable

_INDICATORS = ":?"
#: An indicator that YAML 1.2 takes for a character of the scalar it stands in, as in `{url: https://example.com/?a=b}`.
_INNER_INDICATOR = re.compile(r"""(?<=[^\s"'\[\]{},])[:?](?=[^\s\[\]{},])""")
#: Where the stand-ins for such characters are taken from: each one character as well, so that positions stay.
_PRIVATE_USE = range(0xE000, 0xF900)


def event_source(text: str) -> Callable[[], Any]:
    """What gives the next event of a text."""
    next_event: Callable[[], Any] = CParser(text).get_event
    return next_event


def may_be_misread(text: str) -> bool:
    """Whether a text holds characters at which the C parser, which knows YAML 1.1 here, may stumble without reason."""
    return _INNER_INDICATOR.search(text) is not None


def masked_event_source(text: str) -> Callable[[], Any]:
    """What gives the next event of a text with such characters: hidden from the parser, and put back after it."""
    unused = (chr(code) for code in _PRIVATE_USE if chr(code) not in text)
    masks = {indicator: next(unused) for indicator in _INDICATORS}
    unmasking = str.maketrans({mask: indicator for indicator, mask in masks.items()})
    next_event = event_source(_INNER_INDICATOR.sub(lambda match: masks[match[0]], text))

    def unmasked() -> Any:
        event = next_event()
        if event.__class__ is ScalarEvent:
            event.value = event.value.translate(unmasking)
        return event

    return unmasked
