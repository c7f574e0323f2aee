"""The watch over a loop: its health and its metrics, kept together and served; imported libraries only where asked."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rcsplan.cli.health import Health, parse_place, serving
from rcsplan.cli.surroundings import utc_now, version

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import timedelta

    from rcsplan.cli.metrics import Metrics
    from rcsplan.operations.run import Round


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What is known of a loop, and where it is told."""

    health: Health
    metrics: Metrics
    url: str

    def observe(self, done: Round, pause: timedelta) -> None:
        """A round ended."""
        self.health.observe(done)
        self.metrics.observe(done, pause, at=utc_now())


@contextmanager
def watched(listen: str, every: timedelta) -> Iterator[Watch]:
    """Serve health and metrics of a loop while the context lasts.

    Raises:
        UsageError: `listen` is no address.
        ConfigurationError: nobody can listen there.
    """
    from rcsplan.cli.metrics import Metrics

    health = Health(every=every.total_seconds(), monotonic=time.monotonic)
    health.sign()
    metrics = Metrics(version())
    with serving(parse_place(listen), health, metrics) as url:
        yield Watch(health=health, metrics=metrics, url=url)
