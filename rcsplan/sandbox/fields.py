"""Checks of single fields of a request body, which collect complaints rather than stop at the first."""

from __future__ import annotations

import re

from rcsplan.sandbox.answers import Complaint

_SURROGATE = re.compile("[\ud800-\udfff]")


def utf16_length(text: str) -> int:
    """The length in UTF-16 code units, in which the provider counts (bsg-api.md section 3.2)."""
    return len(text.encode("utf-16-le")) // 2


class Complaints:
    """Everything that is wrong with one request body, in the order in which it was found."""

    def __init__(self) -> None:
        self.found: list[Complaint] = []

    def add(self, path: str, text: str) -> None:
        """Note that the field at `path` is wrong; `text` continues "The field"."""
        self.found.append(Complaint(path=path, text=f"The {path} {text}."))

    def text(self, value: object, path: str, *, longest: int, shortest: int = 1) -> str | None:
        """The value if it is a text within its bounds, both in UTF-16 units."""
        if not isinstance(value, str):
            self.add(path, "field is required" if value is None else "must be a string")
            return None
        if _SURROGATE.search(value):
            self.add(path, "must be valid Unicode")
            return None
        if not shortest <= utf16_length(value) <= longest:
            self.add(path, f"must be between {shortest} and {longest} characters")
            return None
        return value

    def url(self, value: object, path: str) -> None:
        """Demand an absolute http or https address of at most 1000 characters (bsg-api.md section 3.3)."""
        text = self.text(value, path, longest=1000)
        if text is not None and not text.startswith(("http://", "https://")):
            self.add(path, "format is invalid")

    def integer(self, value: object, path: str, *, smallest: int, largest: int) -> int | None:
        """The value if it is an integer within its bounds."""
        if not isinstance(value, int) or isinstance(value, bool):
            self.add(path, "must be an integer")
            return None
        if not smallest <= value <= largest:
            self.add(path, f"must be between {smallest} and {largest}")
            return None
        return value

    def optional_boolean(self, value: object, path: str) -> None:
        """Demand true or false, where anything is given at all."""
        if value is not None and not isinstance(value, bool):
            self.add(path, "field must be true or false")

    def json_object(self, value: object, path: str) -> dict[str, object] | None:
        """The value if it is a JSON object."""
        if isinstance(value, dict):
            return value
        self.add(path, "field is required" if value is None else "must be an object")
        return None

    def items(self, value: object, path: str, *, fewest: int, most: int) -> list[object]:
        """The items of a JSON array of bounded length, or none."""
        if not isinstance(value, list):
            self.add(path, "field is required" if value is None else "must be an array")
            return []
        if not fewest <= len(value) <= most:
            self.add(path, f"must have between {fewest} and {most} items")
            return []
        return value
