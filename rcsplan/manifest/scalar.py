"""Plain scalars of YAML 1.2's core schema: `no`, `21:00` and dates stay strings, and no number is octal by accident."""

from __future__ import annotations

import re
from typing import Final

Scalar = str | int | float | bool | None

#: The characters with which a plain scalar that is no string can begin; everything else needs no closer look.
SUSPECTS: Final = "-+.0123456789~ntfNTF"
#: More digits than any number of ours has; what is longer is an identifier that lacks its quotes.
_MAX_DIGITS = 40
WORDS: Final[dict[str, bool | None]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?[0-9]+")
_RADIX = re.compile(r"0o(?P<octal>[0-7]+)|0x(?P<hex>[0-9a-fA-F]+)")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")


class UnusableNumberError(ValueError):
    """A number that JSON cannot say, or that is longer than any number of ours."""


def resolve_plain(text: str) -> Scalar:
    """The value that an unquoted scalar has in the core schema.

    Raises:
        UnusableNumberError: it is infinite, not a number, or absurdly long.
    """
    if text in WORDS:
        return WORDS[text]
    if text[0].isalpha():
        return text
    if _INTEGER.fullmatch(text):
        return int(_bounded(text))
    if match := _RADIX.fullmatch(text):
        _bounded(text)
        return int(match["octal"], 8) if match["octal"] else int(match["hex"], 16)
    if _NOT_FINITE.fullmatch(text):
        raise UnusableNumberError("Infinity and not-a-number have no form in the provider's JSON.")
    if _FLOAT.fullmatch(text):
        return _finite(float(_bounded(text)))
    return text


def _bounded(text: str) -> str:
    if len(text) > _MAX_DIGITS:
        raise UnusableNumberError(f"A number of {len(text)} characters is more than any field can hold.")
    return text


def _finite(number: float) -> float:
    if number in {float("inf"), float("-inf")}:
        raise UnusableNumberError("The number is too large.")
    return number
