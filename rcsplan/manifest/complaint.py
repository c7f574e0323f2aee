"""Complaints of validators, in the words of a diagnostic: they travel through pydantic and come out unchanged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic_core import PydanticCustomError

if TYPE_CHECKING:
    from rcsplan.diagnostics import KeyPath

#: Marks a pydantic error as one of ours: its context holds code, summary, detail, hint and the place inside the value.
COMPLAINT = "complaint"


def complaint(code: str, summary: str, *, detail: str = "", hint: str = "", at: KeyPath = ()) -> PydanticCustomError:
    """A validation error in a diagnostic's own words, which validators raise.

    `at` is the place inside the validated value, for a rule that speaks of several keys.
    """
    context = {"code": code, "summary": summary, "detail": detail, "hint": hint, "at": at}
    return PydanticCustomError(COMPLAINT, "{summary}", context)
