"""`calendar`: who gets what when, as text, as iCalendar and as a page; hostile text is inert in each."""

from __future__ import annotations

import re

import pytest
from icalendar import Calendar

from tests.output.previews import without_style

_SERIES = """\
apiVersion: rcsplan/v1
kind: Campaign
metadata: {name: acme-fridays}
schedule: {rrule: FREQ=WEEKLY;BYDAY=FR, at: "15:00", from: "2026-12-01", until: "2026-12-31"}
spec:
  groups: [Acme VIP]
  sender: Acme
  options: {text: "%s"}
"""


@pytest.fixture
def series(project):
    """The example project with a campaign for every Friday, one of which meets another on a list."""
    project.write("acme/fridays.yaml", _SERIES % "Friday deals of {{ occurrence.date }}")
    return project


def starts(text):
    """Summary and start of every event."""
    return [
        (str(event["summary"]), event["dtstart"].dt.isoformat()) for event in Calendar.from_ical(text).walk("VEVENT")
    ]


def test_the_calendar_as_text(series, golden):
    golden("calendar.txt", series.run("calendar").out)


def test_a_list_that_two_sends_reach_on_one_day_is_said_at_both(series):
    out = series.run("calendar").out
    assert out.count("! a list also gets acme-fridays@2026-12-04") == 1
    assert out.count("! a list also gets acme-winter-sale-uk") == 1
    assert "2 of which share a list on one day." in out


def test_it_looks_as_far_ahead_as_it_is_asked_to(series):
    assert "acme-fridays@2026-12-25" in series.run("calendar", "--ahead", "30d").out
    assert "acme-fridays@2026-12-25" not in series.run("calendar", "--ahead", "20d").out


def test_a_message_of_several_lines_is_one_line_of_words(project):
    project.write("acme/fridays.yaml", _SERIES % "Friday deals.\\nUntil midnight.")
    assert "         Friday deals. Until midnight.\n" in project.run("calendar").out


def test_where_nothing_is_declared_it_says_so(project):
    assert project.run("calendar", "--ahead", "1h").out == "Nothing is declared for these days.\n"


def test_the_calendar_as_icalendar_has_both_moments_of_each_send(series):
    found = starts(series.run("calendar", "--format", "ics", "--ahead", "5d").out)
    assert ("Acme: acme-winter-sale-uk", "2026-12-04T08:00:00+00:00") in found
    assert ("SMS fallback: acme-winter-sale-uk", "2026-12-04T17:00:00+00:00") in found


def test_an_event_keeps_its_identity_when_its_time_changes(series):
    ids = re.findall(r"UID:(\S+)", series.run("calendar", "--format", "ics").out)
    series.edit("acme/winter-sale-uk.yaml", "2026-12-04 10:00", "2026-12-04 11:00")
    assert sorted(re.findall(r"UID:(\S+)", series.run("calendar", "--format", "ics").out)) == sorted(ids)
    assert len(set(ids)) == len(ids)


def test_the_calendar_as_a_page(series, golden):
    golden("calendar.html", without_style(series.run("calendar", "--format", "html").out))


def test_a_page_shows_each_message_as_phones_do(series):
    page = series.run("calendar", "--format", "html").out
    assert page.count("<summary>On the phone</summary>") == page.count("<time ")
    assert "<figcaption>iPhone</figcaption>" in page


def test_a_line_break_of_a_text_is_a_line_break_of_the_page(project):
    project.write("acme/fridays.yaml", _SERIES % "First line\\nsecond line")
    assert "First line\nsecond line" in project.run("calendar", "--format", "html").out


def test_foreign_text_is_inert_in_a_page(project):
    project.write("acme/fridays.yaml", _SERIES % "<script>alert(1)</script> &amp; <b>")
    page = project.run("calendar", "--format", "html").out
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp;amp; &lt;b&gt;" in page


def test_a_page_loads_nothing_and_runs_nothing(series):
    page = series.run("calendar", "--format", "html").out
    assert "default-src 'none'; style-src 'sha256-" in page
    assert re.findall(r"(?:src|href)=|<script", page) == []


def test_manifests_with_errors_are_told(series):
    series.write("acme/broken.yaml", "a: [")
    assert series.run("calendar").code == 1
