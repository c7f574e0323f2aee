"""What a part of the proof came to: how much was tried, and what was sent twice, lost or left unsettled."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.proof.world import Run, World


@dataclass
class Tally:
    """Histories that were played, each with its commands, kills and faults, and what was found wrong in them."""

    histories: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    doubles: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    unsettled: list[str] = field(default_factory=list)
    _seen: set[tuple[int, str]] = field(default_factory=set)

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            histories=self.histories + other.histories,
            counts=self.counts + other.counts,
            doubles=self.doubles + other.doubles,
            lost=self.lost + other.lost,
            unsettled=self.unsettled + other.unsettled,
        )

    @property
    def problems(self) -> list[str]:
        """Everything that was found wrong."""
        return [*self.doubles, *self.lost, *self.unsettled]

    def look(self, world: World, when: str) -> None:
        """Count what is twice and what is lost at this moment, each once in a history."""
        self.doubles += self._news(world.doubles(), when)
        self.lost += self._news(world.lost(), when)

    def end(self, world: World, last: Run, when: str) -> None:
        """Judge how a history ended, whose last apply should have left nothing to do."""
        if last.code:
            self.unsettled.append(f"{when}: apply exits {last.code}: {last.error}")
        self.unsettled += [f"{when}: {problem}" for problem in world.unsettled()]
        self.close(world)

    def close(self, world: World) -> None:
        """Add what a world counted: its history is over."""
        self.histories += 1
        self.counts += world.counts

    def _news(self, found: list[str], when: str) -> list[str]:
        news = [what for what in found if (self.histories, what) not in self._seen]
        self._seen.update((self.histories, what) for what in news)
        return [f"{when}: {what}" for what in news]
