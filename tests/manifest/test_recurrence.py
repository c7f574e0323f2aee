from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rcsplan.campaign.address import Address
from rcsplan.manifest.occasion import Occasion
from rcsplan.manifest.recurrence import RecurringSettings
from tests.builders import NOW
from tests.manifest.projects import codes, load, make_manifest, make_spec, places

FRIDAYS = {"rrule": "FREQ=WEEKLY;BYDAY=FR", "at": "10:00", "from": "2026-11-01", "timezone": "Europe/Kyiv"}
HOLIDAYS = {
    "apiVersion": "rcsplan/v1",
    "kind": "Calendar",
    "metadata": {"name": "ua"},
    "days": {"2026-12-04": "a day off", "2027-01-01": "New Year"},
}


def load_rule(folder, schedule=None, *, occasion=None, files=None, text="{{ occurrence.date }}", **changes):
    manifest = make_manifest("deals", schedule=FRIDAYS | (schedule or {}), spec=make_spec(options={"text": text}))
    return load(folder, {**manifest, **changes}, occasion=occasion, files=files)


def starts(loaded):
    """When each occurrence starts, in the words of its schedule, by its part of the address."""
    assert loaded.diagnostics == ()
    return {send.address.occurrence: f"{send.schedule.wall:%m-%d %H:%M}" for send in loaded.desired}


def days(loaded):
    return list(starts(loaded))


def test_a_rule_comes_to_the_occurrences_up_to_the_horizon_and_the_next(tmp_path):
    # The horizon of 24 November is 23 December.
    assert days(load_rule(tmp_path)) == ["2026-11-27", "2026-12-04", "2026-12-11", "2026-12-18", "2026-12-25"]


def test_what_began_before_it_was_first_seen_is_nothing(tmp_path):
    assert "2026-11-20" not in days(load_rule(tmp_path))


def test_what_begins_within_the_lead_of_the_first_look_is_nothing(tmp_path):
    rule = {"rrule": "FREQ=DAILY", "until": "2026-11-24", "at": "11:01"}
    assert (days(load_rule(tmp_path, rule)), days(load_rule(tmp_path, rule | {"at": "11:03"}))) == ([], ["2026-11-24"])


def rule_of(**schedule):
    return RecurringSettings.model_validate(FRIDAYS | schedule).digest


def seen(since, *, settled=(), **schedule):
    """An occasion on which the series was first seen at a time, and some occurrences have begun."""
    return Occasion(
        now=NOW,
        first_seen={"deals": datetime.fromisoformat(since).replace(tzinfo=UTC)},
        rules={"deals": rule_of(**schedule)},
        is_settled=lambda address: str(address) in settled,
    )


def test_what_nobody_submitted_since_it_was_first_seen_is_declared(tmp_path):
    assert days(load_rule(tmp_path, occasion=seen("2026-11-10")))[:2] == ["2026-11-13", "2026-11-20"]


def test_what_another_rule_declared_is_no_miss_of_this_one(tmp_path):
    assert days(load_rule(tmp_path, occasion=seen("2026-11-10", at="11:00")))[0] == "2026-11-27"


def test_what_has_begun_is_left_as_it_is(tmp_path):
    loaded = load_rule(tmp_path, occasion=seen("2026-11-10", settled=["deals@2026-11-13", "deals@2026-11-27"]))
    assert loaded.desired.frozen == {Address("deals", (), "2026-11-13")}
    assert days(loaded)[:2] == ["2026-11-20", "2026-11-27"]


def test_what_was_missed_long_ago_holds_up_nothing(tmp_path):
    loaded = load_rule(tmp_path, {"from": "2026-01-01"}, occasion=seen("2026-01-01", **{"from": "2026-01-01"}))
    assert days(loaded)[0] == "2026-10-23"


def test_a_renamed_series_was_seen_under_its_former_name(tmp_path):
    occasion = Occasion(now=NOW, first_seen={"offers": NOW - timedelta(days=9)}, rules={"offers": rule_of()})
    loaded = load_rule(tmp_path, occasion=occasion, metadata={"name": "deals", "moved_from": ["offers"]})
    assert days(loaded)[0] == "2026-11-20"


def test_dates_are_left_out(tmp_path):
    assert "2026-12-11" not in days(load_rule(tmp_path, {"except": ["2026-12-11"]}))


def test_a_rule_ends_with_its_last_date(tmp_path):
    assert days(load_rule(tmp_path, {"until": "2026-12-04"})) == ["2026-11-27", "2026-12-04"]


def test_a_rule_may_count(tmp_path):
    assert days(load_rule(tmp_path, {"rrule": "FREQ=WEEKLY;BYDAY=FR;COUNT=5"})) == ["2026-11-27", "2026-12-04"]


def test_intervals_count_from_the_first_date(tmp_path):
    fortnight = {"rrule": "FREQ=WEEKLY;BYDAY=FR;INTERVAL=2", "from": "2026-11-06"}
    assert days(load_rule(tmp_path, fortnight)) == ["2026-12-04", "2026-12-18", "2027-01-01"]


def test_several_times_of_a_day_are_part_of_the_address(tmp_path):
    found = starts(load_rule(tmp_path, {"at": ["18:00", "10:00"], "until": "2026-11-30"}))
    assert found == {"2026-11-27T1000": "11-27 10:00", "2026-11-27T1800": "11-27 18:00"}


def test_times_with_seconds_keep_them(tmp_path):
    loaded = load_rule(tmp_path, {"at": "10:00:30"})
    assert {(send.schedule.wall.second, send.schedule.keeps_seconds) for send in loaded.desired} == {(30, True)}


def test_templates_know_the_occurrence(tmp_path):
    text = "{{ occurrence.date }} {{ occurrence.at }} {{ occurrence.index }} {{ occurrence.date | date(locale='en') }}"
    loaded = load_rule(tmp_path, text=text)
    first = next(iter(loaded.desired))
    assert first.body["options"]["text"] == "2026-11-27 2026-11-27 10:00 4 November 27, 2026"


def test_the_number_of_an_occurrence_does_not_depend_on_what_is_left_out(tmp_path):
    loaded = load_rule(tmp_path, {"except": ["2026-11-27"]}, text="n{{ occurrence.index }}")
    assert next(iter(loaded.desired)).body["options"]["text"] == "n5"


def test_variables_of_the_manifest_may_need_the_occurrence(tmp_path):
    loaded = load_rule(tmp_path, vars={"when": "on {{ occurrence.date }}"}, text="{{ when }}")
    assert next(iter(loaded.desired)).body["options"]["text"] == "on 2026-11-27"


def test_where_nothing_recurs_there_is_no_occurrence(tmp_path):
    loaded = load(tmp_path, make_manifest(spec=make_spec(options={"text": "{{ occurrence.date }}"})))
    assert codes(loaded) == ["undefined-variable"]


def test_every_cell_recurs(tmp_path):
    loaded = load_rule(tmp_path, {"at": "{{ hour }}:00"}, matrix={"hour": [10, 18]})
    assert {str(address) for address in loaded.desired.series} == {"deals[hour=10]", "deals[hour=18]"}
    assert [str(send.address) for send in loaded.desired][:1] == ["deals[hour=10]@2026-11-27"]


def test_nothing_is_sent_on_the_days_of_a_calendar(tmp_path):
    loaded = load_rule(tmp_path, {"calendars": ["ua"]}, files={"calendars/ua.yaml": HOLIDAYS})
    assert days(loaded) == ["2026-11-27", "2026-12-11", "2026-12-18", "2026-12-25"]


def test_a_calendar_that_is_empty_for_the_year_of_an_occurrence_is_an_error(tmp_path):
    old = {**HOLIDAYS, "days": {"2025-12-25": "Christmas"}}
    loaded = load_rule(tmp_path, {"calendars": ["ua"]}, files={"calendars/ua.yaml": old})
    assert [(problem.code, problem.location.path) for problem in loaded.diagnostics] == [
        ("empty-calendar", ("schedule", "calendars", 0))
    ]


def test_a_calendar_that_is_not_there_is_an_error_with_a_suggestion(tmp_path):
    loaded = load_rule(tmp_path, {"calendars": ["ua-holiday"]}, files={"calendars/ua-holidays.yaml": HOLIDAYS})
    assert [(problem.code, problem.hint) for problem in loaded.diagnostics] == [
        ("unknown-calendar", "Did you mean 'ua-holidays'?")
    ]


@pytest.mark.parametrize(
    ("calendar", "place"),
    [
        ({**HOLIDAYS, "days": {"2026-13-01": "x"}}, "calendars/ua.yaml:1:87 wrong-time"),
        ({**HOLIDAYS, "days": {"1 May": "x"}}, "calendars/ua.yaml:1:87 wrong-time"),
        ({**HOLIDAYS, "dayz": {}}, "calendars/ua.yaml:1:141 unknown-key"),
        ("a: [", "calendars/ua.yaml:1:5 yaml-syntax"),
        ("---\n---\n", "calendars/ua.yaml:1:1 wrong-document"),
    ],
)
def test_what_is_wrong_with_a_calendar_is_told_once_at_its_place(tmp_path, calendar, place):
    manifests = [make_manifest(name, schedule=FRIDAYS | {"calendars": ["ua"]}) for name in "ab"]
    loaded = load(tmp_path, *manifests, files={"calendars/ua.yaml": calendar})
    assert [one for one in places(loaded) if one.startswith("calendars")] == [place]
    assert loaded.desired.sends == {}


@pytest.mark.parametrize(
    ("change", "code", "path"),
    [
        ({"rrule": "FREQ=HOURLY"}, "wrong-rule", ("schedule", "rrule")),
        ({"rrule": "BYDAY=FR"}, "wrong-rule", ("schedule", "rrule")),
        ({"rrule": "FREQ=WEEKLY;BYDAY=XX"}, "wrong-rule", ("schedule", "rrule")),
        ({"rrule": "FREQ=WEEKLY;BYHOUR=9"}, "wrong-rule", ("schedule", "rrule")),
        ({"rrule": "FREQ=WEEKLY;UNTIL=20261201"}, "wrong-rule", ("schedule", "rrule")),
        ({"rrule": "FREQ=WEEKLY;FREQ=DAILY"}, "wrong-rule", ("schedule", "rrule")),
        ({"rrule": "FREQ=WEEKLY;NONSENSE=1"}, "wrong-rule", ("schedule", "rrule")),
        ({"rrule": "every friday"}, "wrong-rule", ("schedule", "rrule")),
        ({"rrule": "FREQ=WEEKLY;INTERVAL=x"}, "wrong-rule", ("schedule", "rrule")),
        ({"rrule": "FREQ=DAILY;INTERVAL=0"}, "wrong-rule", ("schedule", "rrule")),
        ({"rrule": "FREQ=DAILY;COUNT=-3"}, "wrong-rule", ("schedule", "rrule")),
        ({"rrule": "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=2"}, "wrong-rule", ("schedule", "rrule")),
        ({"at": "2026-12-01 10:00"}, "wrong-time", ("schedule", "at")),
        ({"at": "25:00"}, "wrong-time", ("schedule", "at")),
        ({"at": []}, "too-short", ("schedule", "at")),
        ({"at": ["10:00", "10:00"]}, "wrong-value", ("schedule", "at", 1)),
        ({"at": ["10:00", "10:00:30"]}, "wrong-value", ("schedule", "at")),
        ({"from": "2026-12-01 10:00"}, "wrong-time", ("schedule", "from")),
        ({"until": "2026-10-01"}, "out-of-range", ("schedule", "until")),
        ({"except": ["Christmas"]}, "wrong-time", ("schedule", "except", 0)),
        ({"timezone": "Kyiv"}, "unknown-timezone", ("schedule", "timezone")),
        ({"catch_up": "soon"}, "wrong-duration", ("schedule", "catch_up")),
        ({"clock_change": "ignore"}, "wrong-value", ("schedule", "clock_change")),
        ({"repeat": 3}, "unknown-key", ("schedule", "repeat")),
        ({"from": "0001-01-01", "rrule": "FREQ=DAILY", "at": ["10:00", "{{ nope }}"]}, "undefined-variable", None),
    ],
)
def test_what_is_wrong_with_a_rule_is_a_problem_at_its_place(tmp_path, change, code, path):
    loaded = load_rule(tmp_path, change)
    assert [problem.code for problem in loaded.diagnostics] == [code]
    assert path in {None, loaded.diagnostics[0].location.path}
    assert loaded.desired.sends == {}


def test_a_rule_needs_its_first_date(tmp_path):
    schedule = {key: value for key, value in FRIDAYS.items() if key != "from"}
    assert codes(load(tmp_path, make_manifest(schedule=schedule))) == ["missing-key"]


def test_a_time_that_does_not_exist_is_an_error_that_names_the_ways_out(tmp_path):
    occasion = Occasion(now=datetime(2027, 3, 20, tzinfo=UTC))
    loaded = load_rule(tmp_path, {"rrule": "FREQ=DAILY", "at": "03:30"}, occasion=occasion)
    (problem,) = loaded.diagnostics
    assert (problem.code, problem.location.path) == ("nonexistent-time", ("schedule", "at"))
    assert "The nearest times are 02:30 and 04:30." in problem.detail
    assert "clock_change" in problem.hint


def test_a_time_that_happens_twice_is_an_error_that_names_the_readings(tmp_path):
    occasion = Occasion(now=datetime(2026, 10, 20, tzinfo=UTC))
    loaded = load_rule(tmp_path, {"rrule": "FREQ=DAILY", "at": "03:30", "from": "2026-10-01"}, occasion=occasion)
    (problem,) = loaded.diagnostics
    assert problem.code == "ambiguous-time"
    assert "2026-10-25 03:30:00 +0300 or 2026-10-25 03:30:00 +0200" in problem.detail


def test_a_change_of_the_clocks_far_away_is_no_error_today(tmp_path):
    assert load_rule(tmp_path, {"rrule": "FREQ=DAILY", "at": "03:30"}).diagnostics == ()


def test_what_is_moved_by_a_change_of_the_clocks_says_so(tmp_path):
    occasion = Occasion(now=datetime(2027, 3, 20, tzinfo=UTC))
    rule = {"rrule": "FREQ=DAILY", "at": "03:30", "clock_change": "later"}
    loaded = load_rule(tmp_path, rule, occasion=occasion)
    assert {send.address.occurrence: send.notes for send in loaded.desired if send.notes} == {
        "2027-03-28": ("The clocks change: it starts 04:30 instead of 03:30.",)
    }


def test_more_occurrences_than_anybody_looks_at_are_an_error(tmp_path):
    minutes = [f"{hour:02}:{minute:02}" for hour in range(24) for minute in range(0, 60, 10)]
    assert codes(load_rule(tmp_path, {"rrule": "FREQ=DAILY", "at": minutes})) == ["too-long"]


@given(st.integers(0, 200 * 24))
def test_an_occurrence_has_the_same_address_and_start_on_every_day_on_which_it_is_ahead(tmp_path_factory, hours):
    now = NOW + timedelta(hours=hours)
    folder = tmp_path_factory.mktemp("rule")
    loaded = load_rule(folder, occasion=Occasion(now=now))
    fridays = {address.occurrence: send.schedule.start for address, send in loaded.desired.sends.items()}
    assert all(datetime.fromisoformat(day).weekday() == 4 for day in fridays)
    assert all(f"{start.astimezone(UTC):%Y-%m-%d}" == day for day, start in fridays.items())
    assert min(fridays.values()) - now < timedelta(days=7, hours=1)
