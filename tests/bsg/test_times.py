"""Wall times of the provider and instants."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from rcsplan.bsg.times import from_wire, parse_wire_time, to_wire

KYIV = ZoneInfo("Europe/Kyiv")


@pytest.mark.parametrize(
    ("instant", "zone", "text"),
    [
        (datetime(2026, 12, 1, 8, 0, 37, tzinfo=UTC), KYIV, "2026-12-01 10:00:37"),
        (datetime(2026, 7, 1, 8, 0, tzinfo=UTC), KYIV, "2026-07-01 11:00:00"),
        (datetime(2026, 12, 1, 8, 0, tzinfo=timezone(timedelta(hours=5))), ZoneInfo("UTC"), "2026-12-01 03:00:00"),
        (datetime(2026, 12, 31, 23, 0, tzinfo=UTC), KYIV, "2027-01-01 01:00:00"),
        # Right beside the change to and from summer time.
        (datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC), KYIV, "2026-03-29 02:59:59"),
        (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), KYIV, "2026-03-29 04:00:00"),
        (datetime(2026, 10, 24, 23, 59, 59, tzinfo=UTC), KYIV, "2026-10-25 02:59:59"),
        (datetime(2026, 10, 25, 2, 0, tzinfo=UTC), KYIV, "2026-10-25 04:00:00"),
    ],
)
def test_an_instant_becomes_the_wall_time_of_the_zone_and_returns(instant, zone, text):
    assert to_wire(instant, zone) == text
    assert from_wire(text, zone) == instant


@pytest.mark.parametrize("hour", [0, 1])
def test_a_wall_time_that_occurs_twice_is_refused(hour):
    with pytest.raises(ValueError, match=r"2026-10-25 03:30:00 occurs twice in Europe/Kyiv"):
        to_wire(datetime(2026, 10, 25, hour, 30, tzinfo=UTC), KYIV)


def test_a_naive_time_is_no_instant():
    with pytest.raises(ValueError, match="time zone"):
        to_wire(datetime(2026, 12, 1), KYIV)  # noqa: DTZ001 - the point of the test


def test_an_ambiguous_answer_is_read_as_the_earlier_instant():
    assert from_wire("2026-10-25 03:30:00", KYIV) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_naive_time_of_an_answer_is_read_in_the_zone():
    assert from_wire(parse_wire_time("2026-12-01 10:00:37"), KYIV) == datetime(2026, 12, 1, 8, 0, 37, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["2026-12-01T10:00:37", " 2026-12-01 10:00:37 ", "2026-12-01T10:00:37+02:00", "2026-12-01T10:00:37Z"]
)
def test_every_form_of_a_time_is_read_as_its_wall_time(text):
    assert parse_wire_time(text) == datetime(2026, 12, 1, 10, 0, 37)  # noqa: DTZ001 - as on the wire
