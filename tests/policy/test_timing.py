from __future__ import annotations

from datetime import time, timedelta

import pytest

from rcsplan.policy.candidate import ClosedDays
from tests.builders import NOW
from tests.policy.candidates import at, breaks, found, make_candidate

NIGHT = {"quiet_hours": (time(21), time(9))}
NOON = {"quiet_hours": (time(12), time(13))}
START, VALIDITY = ("start_at",), ("validity",)
HOLIDAYS = ClosedDays(name="ua-holidays", days={"2026-12-25": "Christmas"})


@pytest.mark.parametrize(
    ("start", "broken"),
    [
        ("20:59:59", []), ("21:00:00", [START]), ("23:59:59", [START]), ("00:00:00", [START]),
        ("08:59:59", [START]), ("09:00:00", []),
    ],
)  # fmt: skip
def test_quiet_hours_over_midnight_begin_and_end_to_the_second(start, broken):
    assert breaks("quiet-hours", make_candidate(f"2026-12-01 {start}"), thresholds=NIGHT) == broken


@pytest.mark.parametrize(("start", "broken"), [("11:59", []), ("12:00", [START]), ("12:59", [START]), ("13:00", [])])
def test_quiet_hours_may_lie_within_a_day(start, broken):
    assert breaks("quiet-hours", make_candidate(f"2026-12-01 {start}"), thresholds=NOON) == broken


def test_an_sms_at_four_in_the_morning_is_found_although_the_start_is_fine():
    """Start 18:00, validity 10 h (domain.md 0, finding 1)."""
    candidate = make_candidate("2026-12-01 18:00", validity=10)
    assert found("quiet-hours", candidate, thresholds=NIGHT) == [
        (
            VALIDITY,
            "Its SMS leaves Wed 2026-12-02 04:00 Europe/Kyiv, within the quiet hours from 21:00 to 09:00.",
        )
    ]


def test_promotions_meant_for_before_ten_that_leave_by_sms_at_01_19_are_found():
    """Countdown NZ, 2017 (incident 3)."""
    late = {**NIGHT, "quiet_hours": (time(22), time(8))}
    assert breaks("quiet-hours", make_candidate("2026-12-01 21:19", validity=4), thresholds=late) == [VALIDITY]


@pytest.mark.parametrize(
    ("zones", "broken"), [(("America/New_York",), 0), (("America/New_York", "America/Los_Angeles"), 1)]
)
def test_the_hours_must_fit_in_each_zone_of_the_audience(zones, broken):
    """10:00 in New York is 07:00 in Los Angeles (incidents 21 and 24)."""
    candidate = make_candidate("2026-12-01 17:00", zones=zones)
    assert len(breaks("quiet-hours", candidate, thresholds=NIGHT)) == broken


@pytest.mark.parametrize(
    ("start", "validity", "clock"), [("2026-10-24 12:00", 20, "07:00"), ("2026-03-28 12:00", 20, "09:00")]
)
def test_the_sms_clock_counts_real_hours_over_a_change_of_the_clocks(start, validity, clock):
    (detail,) = [
        detail
        for _, detail in found(
            "quiet-hours", make_candidate(start, validity=validity), thresholds={"quiet_hours": (time(0), time(10))}
        )
    ]
    assert f" {clock} Europe/Kyiv" in detail


@pytest.mark.parametrize(("until", "broken"), [("2026-11-24 20:00", 0), ("2026-11-24 22:00", 1)])
def test_an_instant_send_must_fit_until_its_last_moment(until, broken):
    assert len(breaks("quiet-hours", make_candidate(None, until=at(until)), thresholds=NIGHT)) == broken


@pytest.mark.parametrize(
    ("start", "validity", "broken"),
    [
        ("2026-12-05 10:00", None, []), ("2026-12-06 10:00", None, [START]), ("2026-12-05 20:00", 10, [VALIDITY]),
        ("2026-12-05 23:59", None, []), ("2026-12-06 00:00", None, [START]), ("2026-12-06 20:00", 10, [START]),
    ],
)  # fmt: skip
def test_sundays_can_be_forbidden_for_both_clocks(start, validity, broken):
    candidate = make_candidate(start, validity=validity)
    assert breaks("weekdays", candidate, thresholds={"weekdays": frozenset(range(6))}) == broken


@pytest.mark.parametrize(
    ("start", "validity", "broken"),
    [
        ("2026-12-24 10:00", None, []), ("2026-12-25 00:00", None, [START]), ("2026-12-25 23:59", None, [START]),
        ("2026-12-24 20:00", 9, [VALIDITY]), ("2026-12-26 00:00", None, []),
    ],
)  # fmt: skip
def test_nothing_is_sent_on_a_day_of_a_calendar(start, validity, broken):
    candidate = make_candidate(start, validity=validity)
    assert breaks("blackout", candidate, thresholds={"calendars": (HOLIDAYS,)}) == broken


def test_a_calendar_that_knows_nothing_of_the_year_never_passes_silently():
    """The library of holidays has none for Ukraine in 2026 (domain.md 5.2)."""
    (detail,) = [
        detail
        for _, detail in found("blackout", make_candidate("2027-01-07 10:00"), thresholds={"calendars": (HOLIDAYS,)})
    ]
    assert detail == "It starts Thu 2027-01-07 10:00 Europe/Kyiv, of which year calendar ua-holidays knows no day."


@pytest.mark.parametrize(("left", "broken"), [(timedelta(hours=4), []), (timedelta(hours=4, seconds=-1), [START])])
def test_a_send_that_was_approved_late_fails_instead_of_leaving_at_once(left, broken):
    """GetResponse (incident 25)."""
    candidate = make_candidate(None, start_at=NOW + left)
    assert breaks("lead", candidate, thresholds={"lead": timedelta(hours=4)}) == broken


def test_a_lead_is_told_in_hours_and_minutes():
    candidate = make_candidate(None, start_at=NOW + timedelta(minutes=45))
    assert found("lead", candidate, thresholds={"lead": timedelta(minutes=90)}) == [
        (START, "It starts in 45 min; 1 h 30 min are demanded.")
    ]


@pytest.mark.parametrize(("start", "broken"), [(None, [START]), ("2026-12-01 10:00", [])])
def test_only_a_send_without_a_start_is_instant(start, broken):
    assert breaks("instant", make_candidate(start)) == broken


@pytest.mark.parametrize("rule", ["quiet-hours", "weekdays", "blackout", "lead"])
def test_without_a_threshold_every_hour_is_allowed(rule):
    assert breaks(rule, make_candidate("2026-11-24 11:03", validity=12)) == []
