"""Whether a loop is alive and ready, judged by signs of life; and what its metrics count."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from rcsplan.apply.events import Event, Happening
from rcsplan.cli.health import Health, parse_place
from rcsplan.cli.metrics import Metrics
from rcsplan.errors import ExitCode, NotSent, UsageError
from rcsplan.operations.run import Result, Round
from tests.cli.running import ROOT

LIMIT = 3 * 60 + 300


def make_round(result, *events, error=None):
    return Round(result=result, exit_code=ExitCode.OK, events=events, error=error)


@pytest.fixture
def clock():
    """Seconds that a test moves."""
    return [1000.0]


@pytest.fixture
def health(clock):
    """The health of a loop of one-minute rounds that has just begun."""
    health = Health(every=60.0, monotonic=lambda: clock[0])
    health.sign()
    return health


@pytest.mark.parametrize(("silence", "alive"), [(0, True), (LIMIT, True), (LIMIT + 1, False)])
def test_a_loop_without_signs_of_life_is_not_alive(health, clock, silence, alive):
    clock[0] += silence
    assert health.is_alive is alive


def test_a_sign_of_life_counts_in_the_middle_of_a_round(health, clock):
    clock[0] += LIMIT
    health.sign()
    clock[0] += LIMIT
    assert health.is_alive


@pytest.mark.parametrize(
    ("result", "ready"),
    [
        (Result.DONE, True),
        (Result.BLOCKED, True),
        (Result.SUSPENDED, True),
        (Result.LOCKED, True),
        (Result.INVALID, False),
        (Result.STALE, False),
        (Result.UNAVAILABLE, False),
    ],
)
def test_a_loop_is_ready_while_its_rounds_see_what_they_need(health, result, ready):
    health.observe(make_round(result))
    assert health.is_ready is ready


def test_before_its_first_round_a_loop_is_not_ready(health):
    assert (health.is_alive, health.is_ready) == (True, False)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("127.0.0.1:9464", ("127.0.0.1", 9464)),
        ("9464", ("127.0.0.1", 9464)),
        (":0", ("127.0.0.1", 0)),
        ("0.0.0.0:80", ("0.0.0.0", 80)),
        ("[::1]:9464", ("::1", 9464)),
    ],
)
def test_without_a_host_it_is_this_machine_alone(text, place):
    assert parse_place(text) == place


@pytest.mark.parametrize("text", ["", "host", "host:", "host:70000", "::1:80", "a b:c"])
def test_anything_else_is_no_place(text):
    with pytest.raises(UsageError):
        parse_place(text)


def samples(metrics):
    families = text_string_to_metric_families(metrics.text().decode())
    return {(sample.name, *sample.labels.values()): sample.value for family in families for sample in family.samples}


def test_rounds_happenings_and_errors_are_counted():
    metrics = Metrics("0.1.0")
    lost = NotSent("No connection")
    failed = Event(address="spring", revision=1, happening=Happening.FAILED, error=lost)
    for done in (make_round(Result.DONE), make_round(Result.UNAVAILABLE, failed, error=lost)):
        metrics.observe(done, timedelta(seconds=5), at=datetime(2026, 12, 1, tzinfo=UTC))
    counted = samples(metrics)
    assert [counted["rcsplan_rounds_total", result] for result in ("done", "unavailable", "stale")] == [1, 1, 0]
    assert (counted["rcsplan_happenings_total", "failed"], counted["rcsplan_provider_errors_total",]) == (1, 2)


def test_a_failed_round_is_no_success():
    metrics = Metrics("0.1.0")
    first = datetime(2026, 12, 1, tzinfo=UTC)
    metrics.observe(make_round(Result.DONE), timedelta(), at=first)
    metrics.observe(make_round(Result.FAILED), timedelta(), at=first + timedelta(minutes=5))
    counted = samples(metrics)
    assert counted["rcsplan_last_success_timestamp_seconds",] == first.timestamp()
    assert counted["rcsplan_last_round_timestamp_seconds",] == first.timestamp() + 300


def test_the_readme_names_every_metric():
    readme = (ROOT / "README.md").read_text("utf-8")
    names = {name for name, *_ in samples(Metrics("0.1.0")) if not name.endswith("_created")}
    assert {name for name in names if f"`{name}" not in readme} == set()
