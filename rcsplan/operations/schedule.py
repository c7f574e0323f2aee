"""The loop: round after round, asleep in between until something is due or the interval is over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from rcsplan.operations.waits import pause_after

if TYPE_CHECKING:
    from collections.abc import Callable

    from rcsplan.operations.run import Round
    from rcsplan.plan.steps import Attempt


@dataclass(slots=True, kw_only=True)
class Loop:
    """Rounds until somebody asks it to end; what was refused once it does not submit again.

    `reconcile` makes a round and is told what was refused before; `jitter` gives numbers from 0 to 1; `tell` hears of
    each round, and how long the pause after it is.
    """

    every: timedelta
    reconcile: Callable[[frozenset[Attempt]], Round]
    sleep: Callable[[float], None]
    jitter: Callable[[], float]
    is_leaving: Callable[[], bool]
    tell: Callable[[Round, timedelta], None]
    refused: frozenset[Attempt] = frozenset()
    outages: int = 0

    def run(self) -> None:
        """Make rounds until the run is asked to end."""
        while not self.is_leaving():
            done = self.reconcile(self.refused)
            self.refused |= done.refused
            self.outages = self.outages + 1 if done.is_outage else 0
            pause = pause_after(done.waits, every=self.every, outages=self.outages, jitter=self.jitter())
            self.tell(done, pause)
            if not self.is_leaving():
                self.sleep(pause / timedelta(seconds=1))
