"""What happens during an apply, as values that outputs draw and reports count."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rcsplan.errors import RcsplanError


class Happening(StrEnum):
    """What became of a step."""

    STARTED = "started"
    RETRYING = "retrying"
    RENAMED = "renamed"
    ARCHIVED = "archived"
    STOPPED = "stopped"
    SUBMITTED = "submitted"
    SHIFTED = "shifted"
    ADOPTED = "adopted"
    NEVER_ARRIVED = "never_arrived"
    FAILED = "failed"
    UNKNOWN = "unknown"
    NOT_STARTED = "not_started"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened to one address; `detail` is for people."""

    address: str
    revision: int | None
    happening: Happening
    detail: str = ""
    remote_id: int | None = None
    error: RcsplanError | None = None

    @property
    def is_final(self) -> bool:
        """Whether nothing more will happen to this step."""
        return self.happening not in {Happening.STARTED, Happening.RETRYING}


Listener = Callable[[Event], None]
