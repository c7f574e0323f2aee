"""Recurring campaigns over a simulated year of daily applies: every occurrence once, none early, late or missing.

Whoever counts is the simulator; what is expected is found by going through the minutes of each day in UTC.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.proof.world import Clock, opened_world
from tests.sampling import sampled

ACCOUNT = ZoneInfo("Europe/Kyiv")
_MANIFEST = """\
apiVersion: rcsplan/v1
kind: Campaign
metadata: {{name: daily}}
schedule: {{rrule: "FREQ=DAILY", at: "{at}", timezone: "{zone}", from: "{first}", clock_change: {clock_change}}}
spec:
  groups: [{{name: VIP}}]
  sender: Acme
  options: {{text: "daily {{{{ occurrence.date }}}}"}}
"""


def showings(day, clock, zone):
    """The instants of a day at which the clocks of a zone show a time: one, none in a gap, two in a fold."""
    wall = datetime.combine(day, time.fromisoformat(clock))
    middle = wall.replace(tzinfo=UTC)
    minutes = (middle + timedelta(minutes=minute) for minute in range(-15 * 60, 15 * 60))
    return [one for one in minutes if one.astimezone(zone).replace(tzinfo=None) == wall]


def is_plain(instant, zone):
    """Whether the clocks of a zone show the wall time of an instant once."""
    wall = instant.astimezone(zone)
    return len(showings(wall.date(), f"{wall:%H:%M}", zone)) == 1


def expected_start(day, clock, zone, clock_change):
    """When an occurrence starts: at its time, or an hour to one side where a clock skips or repeats it; or never."""
    found = [one for one in showings(day, clock, zone) if is_plain(one, zone) and is_plain(one, ACCOUNT)]
    if found or clock_change == "skip":
        return found[0] if found else None
    hour = timedelta(hours=1 if clock_change == "later" else -1)
    wall = datetime.combine(day, time.fromisoformat(clock)) + hour
    return expected_start(wall.date(), f"{wall:%H:%M}", zone, clock_change)


def play(tmp_path, *, zone, at, first, days, clock_change="later"):
    """Apply once a day, and return what was expected and what the simulator accepted, by the date of occurrence."""
    beginning = datetime.combine(first, datetime.min.time(), tzinfo=UTC) - timedelta(hours=18)
    with opened_world(tmp_path, clock=Clock(beginning)) as world:
        text = _MANIFEST.format(at=at, zone=zone, first=first, clock_change=clock_change)
        (world.project / "daily.yaml").write_text(text, "utf-8")
        codes = set()
        for _ in range(days):
            codes.add(world.apply().code)
            world.wait(days=1)
        end = world.clock() - timedelta(days=1)
        accepted = [
            (entry["payload"]["options"]["text"].removeprefix("daily "), sent_at(entry), entry["status"])
            for entry in world.ledger()
        ]
        assert codes == {0}
        assert world.lost() == []
    wanted = {
        str(day): start
        for day in (first + timedelta(days=n) for n in range(days))
        if (start := expected_start(day, at, ZoneInfo(zone), clock_change)) is not None
    }
    return wanted, accepted, end


def sent_at(entry):
    """The minute at which an accepted submission starts."""
    wall = datetime.fromisoformat(entry["payload"]["start_at"])
    return wall.replace(tzinfo=ACCOUNT, second=0).astimezone(UTC)


def begun(wanted, end):
    """What should have begun by an instant."""
    return sorted((day, start) for day, start in wanted.items() if start <= end)


#: Zone, time, a day on which a clock changes, and when the occurrence of that day starts then, in UTC.
TABLE = [
    # Shown twice in the schedule's zone and the account's.
    ("Europe/Kyiv", "03:30", date(2026, 10, 25), {"later": "02:30", "earlier": "23:30", "skip": None}),
    # Skipped there.
    ("Europe/Kyiv", "03:30", date(2027, 3, 28), {"later": "01:30", "earlier": "00:30", "skip": None}),
    ("Europe/Kyiv", "10:00", date(2026, 10, 25), {"later": "08:00", "earlier": "08:00", "skip": "08:00"}),
    ("America/New_York", "02:30", date(2027, 3, 14), {"later": "07:30", "earlier": "06:30", "skip": None}),
    ("America/New_York", "01:30", date(2026, 11, 1), {"later": "07:30", "earlier": "04:30", "skip": None}),
    # Plain in New York, and the account's clock shows it twice: the provider could not tell which is meant.
    ("America/New_York", "20:30", date(2026, 10, 24), {"later": "02:30", "earlier": "23:30", "skip": None}),
    # Half an hour is skipped, or repeated.
    ("Australia/Lord_Howe", "02:15", date(2026, 10, 4), {"later": "16:15", "earlier": "14:45", "skip": None}),
    ("Australia/Lord_Howe", "01:45", date(2027, 4, 4), {"later": "16:15", "earlier": "13:45", "skip": None}),
    # The clocks change for Ramadan.
    ("Africa/Casablanca", "02:30", date(2027, 2, 7), {"later": "03:30", "earlier": "00:30", "skip": None}),
    ("Africa/Casablanca", "02:30", date(2027, 3, 14), {"later": "02:30", "earlier": "01:30", "skip": None}),
    # A zone without changes meets those of the account.
    ("Asia/Dubai", "04:30", date(2026, 10, 25), {"later": "02:30", "earlier": "23:30", "skip": None}),
]
CLOCK_CHANGES = ["later", "earlier", "skip"]
YEARS = sorted({(zone, at) for zone, at, _, _ in TABLE})


@pytest.mark.parametrize("clock_change", CLOCK_CHANGES)
@pytest.mark.parametrize(("zone", "at", "day", "starts"), sampled(TABLE, every=4))
def test_around_a_change_of_the_clocks_every_occurrence_is_sent_once_at_its_time(
    tmp_path, zone, at, day, starts, clock_change
):
    first = day - timedelta(days=1)
    wanted, accepted, end = play(tmp_path, zone=zone, at=at, first=first, days=4, clock_change=clock_change)
    assert sorted((day, start) for day, start, _ in accepted if start <= end) == begun(wanted, end)
    found = {occurrence: f"{start:%H:%M}" for occurrence, start, _ in accepted}
    assert found.get(str(day)) == starts[clock_change]


@pytest.mark.full
@pytest.mark.parametrize("clock_change", CLOCK_CHANGES)
@pytest.mark.parametrize(("zone", "at"), YEARS)
def test_in_a_year_of_daily_applies_every_occurrence_is_sent_once_at_its_time(tmp_path, zone, at, clock_change):
    wanted, accepted, end = play(
        tmp_path, zone=zone, at=at, first=date(2026, 10, 1), days=366, clock_change=clock_change
    )
    assert sorted((day, start) for day, start, _ in accepted if start <= end) == begun(wanted, end)
    assert {status for _, start, status in accepted if start + timedelta(days=5) <= end} == {"done"}
