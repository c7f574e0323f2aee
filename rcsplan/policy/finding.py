"""What rules say of a send, and how much it weighs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rcsplan.campaign.model import Waiver
    from rcsplan.diagnostics import KeyPath


class Severity(StrEnum):
    """How much a rule weighs: it blocks the send, is said in the plan, or is not asked."""

    DENY = "deny"
    WARN = "warn"
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a rule has against a send; `path` is the place in the request body, `way_out` what to do."""

    detail: str
    path: KeyPath = ()
    way_out: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A finding with the rule that made it, its weight, and the waiver that lifts it."""

    rule: str
    severity: Severity
    finding: Finding
    waiver: Waiver | None = None
