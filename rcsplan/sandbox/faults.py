"""Faults that a simulator commits on request: what kind, for which requests, how often."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Literal

from rcsplan.errors import ConfigurationError

_FAULT = re.compile(
    r"(?:(?P<method>[A-Z]+|\*) +(?P<path>/?\S+)=)?"
    r"(?P<kind>[a-z_]+?)"
    r"(?::(?P<number>\d+(?:\.\d+)?|\.\d+)|:?x(?P<count>\d+))?"
    r"(?:@(?P<seed>\S+))?"
)


class FaultKind(StrEnum):
    """What goes wrong, as design section 8 names it; the last two take seconds."""

    REFUSE = "refuse"
    DROP_REQUEST = "drop_request"
    DROP_RESPONSE = "drop_response"
    ERROR_BEFORE = "error_before"
    ERROR_AFTER = "error_after"
    TOO_MANY = "too_many"
    DUPLICATE = "duplicate"
    TRUNCATE = "truncate"
    GARBAGE = "garbage"
    SLOW = "slow"
    LIST_LAG = "list_lag"


_TAKES_SECONDS = frozenset({FaultKind.SLOW, FaultKind.LIST_LAG})


class ConnectionDropped(Exception):
    """The line went dead instead of an answer.

    Attributes:
        stage: "connect", before anything was sent; "request", before it was processed; "response", after that.
    """

    def __init__(self, stage: Literal["connect", "request", "response"]) -> None:
        super().__init__(f"connection dropped at stage {stage!r}")
        self.stage = stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One kind of failure for the requests whose method and path match.

    Every time unless `count` (only the first so many matching requests) or `probability` says otherwise; `seed` makes
    the chances repeatable. `seconds` are real ones.
    """

    text: str
    kind: FaultKind
    method: str = "*"
    path: str = "*"
    probability: float | None = None
    count: int | None = None
    seed: str | None = None
    seconds: float = 0.0

    @property
    def is_counted(self) -> bool:
        """Whether it depends on how many requests have matched before."""
        return self.probability is not None or self.count is not None

    def matches(self, method: str, path: str) -> bool:
        """Whether a request is meant; `*` in the path stands for anything."""
        return self.method in {"*", method} and fnmatchcase(path, self.path)

    def strikes(self, earlier: int, *, seed: str) -> bool:
        """Whether it strikes after so many earlier matching requests; `seed` stands in where it has none itself."""
        if self.count is not None:
            return earlier < self.count
        if self.probability is not None:
            draw = hashlib.sha256(f"{self.seed or seed}:{earlier}".encode()).digest()
            return int.from_bytes(draw[:8]) < self.probability * 2**64
        return True


def parse_fault(text: str) -> Fault:
    """The fault of a text `[METHOD PATH-GLOB=]KIND[:PROBABILITY or xCOUNT][@SEED]`; slow and list_lag: `KIND:SECONDS`.

    >>> parse_fault("POST /api/campaigns/*=drop_response:x1").kind
    <FaultKind.DROP_RESPONSE: 'drop_response'>

    Raises:
        ConfigurationError: the text is no fault.
    """
    match = _FAULT.fullmatch(text.strip())
    if match is None or match["kind"] not in set(FaultKind):
        raise _unreadable(text, "it does not have the form [METHOD PATH-GLOB=]KIND[:PROBABILITY or xCOUNT][@SEED]")
    kind = FaultKind(match["kind"])
    number = None if match["number"] is None else float(match["number"])
    takes_seconds = kind in _TAKES_SECONDS
    if takes_seconds and number is None:
        raise _unreadable(text, f"{kind} takes seconds, as in {kind}:2")
    if not takes_seconds and number is not None and number > 1:
        raise _unreadable(text, f"a probability is from 0 to 1; for a count write {kind}:x{match['number']}")
    return Fault(
        text=text.strip(),
        kind=kind,
        method=match["method"] or "*",
        path=match["path"] or "*",
        probability=None if takes_seconds else number,
        count=None if match["count"] is None else int(match["count"]),
        seed=match["seed"],
        seconds=number if takes_seconds and number is not None else 0.0,
    )


def _unreadable(text: str, why: str) -> ConfigurationError:
    return ConfigurationError(
        f"The sandbox fault {text!r} is not readable.", detail=why, hint=f"The kinds are {', '.join(FaultKind)}."
    )
