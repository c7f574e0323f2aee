"""Metrics of the loop, as Prometheus reads them; no label has more values than the code has words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest

from rcsplan.operations.run import Result

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from rcsplan.operations.run import Round

#: What a sound round ends with: what it could do it did.
_SOUND = frozenset({Result.DONE, Result.BLOCKED, Result.SUSPENDED})


class Metrics:
    """Counts what rounds come to."""

    content_type = "text/plain; version=0.0.4; charset=utf-8"

    def __init__(self, version: str) -> None:
        self._registry = CollectorRegistry()
        self._gauge("build", "Version of rcsplan.", "version").labels(version).set(1)
        self._rounds = self._counter("rounds", "Rounds by what they came to.", "result")
        for result in Result:
            self._rounds.labels(result)
        self._happenings = self._counter("happenings", "What happened to sends: submitted, stopped, failed, …", "kind")
        self._provider_errors = self._counter("provider_errors", "Errors of the provider.")
        self._blocked = self._gauge("blocked_sends", "Sends that need a person, as of the last plan.")
        self._unknown = self._gauge("unknown_sends", "Sends whose outcome is unknown, as of the last plan.")
        self._passed_over = self._gauge(
            "refused_sends", "Sends that the provider refused, and that are not tried again."
        )
        self._next_due = self._gauge(
            "next_due_timestamp_seconds", "When the next deferred send opens; 0 where none is."
        )
        self._last_round = self._gauge("last_round_timestamp_seconds", "When the last round ended.")
        self._last_success = self._gauge(
            "last_success_timestamp_seconds", "When the last round ended that could do all it had to."
        )
        self._suspended = self._gauge("suspended", "Whether the project is suspended: 1 or 0.")
        self._pause = self._gauge("pause_seconds", "How long the loop sleeps before its next round.")

    def observe(self, done: Round, pause: timedelta, *, at: datetime) -> None:
        """Count a round that ended at a time of the local clock."""
        self._rounds.labels(done.result).inc()
        for happening, number in done.counts.items():
            self._happenings.labels(happening).inc(number)
        self._provider_errors.inc(done.provider_errors)
        if done.applied is not None:
            due = done.applied.plan.next_due
            self._next_due.set(due.timestamp() if due is not None else 0)
            self._blocked.set(len(done.applied.plan.blocked))
            self._unknown.set(len(done.unknown))
            self._passed_over.set(len(done.passed_over))
        self._suspended.set(done.suspension is not None)
        self._pause.set(pause.total_seconds())
        self._last_round.set(at.timestamp())
        if done.result in _SOUND:
            self._last_success.set(at.timestamp())

    def text(self) -> bytes:
        """All of it, to be scraped."""
        return generate_latest(self._registry)

    def _counter(self, name: str, sentence: str, *labels: str) -> Counter:
        return Counter(f"rcsplan_{name}", sentence, labels, registry=self._registry)

    def _gauge(self, name: str, sentence: str, *labels: str) -> Gauge:
        return Gauge(f"rcsplan_{name}", sentence, labels, registry=self._registry)
