"""What a part of the proof came to: how much was tried, and what was sent twice, lost or left unsettled."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.proof.world import World


@dataclass
class Tally:
    """Histories that were played, each with its commands, kills and faults, and what was found wrong in them."""

    histories: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    doubles: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    unsettled: list[str] = field(default_factory=list)

    @property
    def problems(self) -> list[str]:
        """Everything that was found wrong."""
        return [*self.doubles, *self.lost, *self.unsettled]

    def look(self, world: World, when: str) -> None:
        """Count what is twice and what is lost at this moment."""
        self.doubles += [f"{when}: {double}" for double in world.doubles()]
        self.lost += [f"{when}: {lost}" for lost in world.lost()]

    def close(self, world: World) -> None:
        """Add what a world counted: its history is over."""
        self.histories += 1
        self.counts += world.counts
