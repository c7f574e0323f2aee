from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rcsplan.campaign.schedule import (
    AmbiguousTimeError,
    NonexistentTimeError,
    horizon,
    instant_of,
    opens_on,
    wall_time_of,
)
from tests.builders import make_instant, make_scheduled

ZONES = st.sampled_from(
    ["UTC", "Europe/Kyiv", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia"]
).map(ZoneInfo)
INSTANTS = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)).map(  # noqa: DTZ001  hypothesis adds the zone after
    lambda moment: moment.replace(microsecond=0, tzinfo=UTC)
)


def wall(text):
    return datetime.fromisoformat(text)


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "text", "instant"),
    [
        ("Europe/Kyiv", "2026-12-01 10:00", "2026-12-01 08:00"),
        ("Europe/Kyiv", "2026-07-01 10:00", "2026-07-01 07:00"),
        ("Europe/Kyiv", "2026-03-29 02:59:59", "2026-03-29 00:59:59"),
        ("Europe/Kyiv", "2026-03-29 04:00", "2026-03-29 01:00"),
        ("Europe/Kyiv", "2026-10-25 02:59:59", "2026-10-24 23:59:59"),
        ("Europe/Kyiv", "2026-10-25 04:00", "2026-10-25 02:00"),
        ("America/New_York", "2026-03-08 01:59:59", "2026-03-08 06:59:59"),
        ("America/New_York", "2026-03-08 03:00", "2026-03-08 07:00"),
        ("Australia/Lord_Howe", "2026-10-04 01:59:59", "2026-10-03 15:29:59"),
        ("Australia/Lord_Howe", "2026-10-04 02:30", "2026-10-03 15:30"),
        ("Australia/Lord_Howe", "2026-04-05 01:29:59", "2026-04-04 14:29:59"),
        ("Australia/Lord_Howe", "2026-04-05 02:00", "2026-04-04 15:30"),
    ],
)
def test_a_wall_time_names_an_instant_in_its_zone(zone, text, instant):
    assert instant_of(wall(text), ZoneInfo(zone)) == utc(instant)


@pytest.mark.parametrize(
    ("zone", "text", "before", "after"),
    [
        ("Europe/Kyiv", "2026-03-29 03:00", "2026-03-29T02:00:00+02:00", "2026-03-29T04:00:00+03:00"),
        ("Europe/Kyiv", "2026-03-29 03:59:59", "2026-03-29T02:59:59+02:00", "2026-03-29T04:59:59+03:00"),
        ("America/New_York", "2026-03-08 02:30", "2026-03-08T01:30:00-05:00", "2026-03-08T03:30:00-04:00"),
        ("Australia/Lord_Howe", "2026-10-04 02:15", "2026-10-04T01:45:00+10:30", "2026-10-04T02:45:00+11:00"),
    ],
)
def test_a_time_that_the_clocks_skip_names_no_instant_but_its_neighbours(zone, text, before, after):
    with pytest.raises(NonexistentTimeError, match=f"does not exist in {zone}") as caught:
        instant_of(wall(text), ZoneInfo(zone))
    assert (caught.value.before.isoformat(), caught.value.after.isoformat()) == (before, after)


@pytest.mark.parametrize(
    ("zone", "text", "first", "second"),
    [
        ("Europe/Kyiv", "2026-10-25 03:00", "2026-10-25T03:00:00+03:00", "2026-10-25T03:00:00+02:00"),
        ("Europe/Kyiv", "2026-10-25 03:59:59", "2026-10-25T03:59:59+03:00", "2026-10-25T03:59:59+02:00"),
        ("America/New_York", "2026-11-01 01:30", "2026-11-01T01:30:00-04:00", "2026-11-01T01:30:00-05:00"),
        ("Australia/Lord_Howe", "2026-04-05 01:45", "2026-04-05T01:45:00+11:00", "2026-04-05T01:45:00+10:30"),
    ],
)
def test_a_time_that_happens_twice_names_no_instant_but_both_readings(zone, text, first, second):
    with pytest.raises(AmbiguousTimeError, match=f"happens twice in {zone}") as caught:
        instant_of(wall(text), ZoneInfo(zone))
    assert [reading.isoformat() for reading in caught.value.readings] == [first, second]


def test_an_instant_that_the_account_shows_twice_has_no_wall_time():
    with pytest.raises(AmbiguousTimeError):
        wall_time_of(utc("2026-10-25 00:30"), ZoneInfo("Europe/Kyiv"))


def is_shown_twice(instant, zone):
    local = instant.astimezone(zone)
    return local.utcoffset() != local.replace(fold=1 - local.fold).utcoffset()


@given(INSTANTS, ZONES)
def test_the_wall_time_of_an_instant_names_that_instant(instant, zone):
    assume(not is_shown_twice(instant, zone))
    assert instant_of(wall_time_of(instant, zone), zone) == instant


@pytest.mark.parametrize(
    ("now", "last"),
    [
        ("2026-11-24 09:00", "2026-12-23 21:59:59"),
        ("2026-11-24 21:59:59", "2026-12-23 21:59:59"),
        ("2026-11-24 22:00", "2026-12-24 21:59:59"),
        ("2026-03-10 12:00", "2026-04-08 20:59:59"),
    ],
)
def test_the_horizon_is_the_end_of_the_thirtieth_day_of_the_account_today_included(now, last):
    assert horizon(utc(now), ZoneInfo("Europe/Kyiv")) == utc(last)


@pytest.mark.parametrize(
    ("start", "day"),
    [
        ("2026-12-23 21:59:59", date(2026, 11, 24)),
        ("2026-12-23 22:00", date(2026, 11, 25)),
    ],
)
def test_a_start_opens_twenty_nine_days_before_its_date_in_the_account(start, day):
    assert opens_on(utc(start), ZoneInfo("Europe/Kyiv")) == day


@given(INSTANTS, st.timedeltas(timedelta(), timedelta(days=60)), ZONES)
def test_a_start_is_inside_the_horizon_exactly_from_the_day_on_which_it_opens(now, left, zone):
    start = (now + left).replace(microsecond=0)
    assert (start <= horizon(now, zone)) == (opens_on(start, zone) <= now.astimezone(zone).date())


def test_a_scheduled_start_is_declared_by_its_wall_time_and_zone():
    assert make_scheduled("2026-12-01 10:00:07", zone="UTC").declared == "2026-12-01T10:00:07 UTC"


def test_an_instant_start_is_declared_by_its_end():
    assert make_instant("2026-12-01 18:00:00").declared == "now until 2026-12-01T18:00:00 Europe/Kyiv"
