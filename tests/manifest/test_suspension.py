"""`suspend`: until when, in whose zone."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from tests.manifest.projects import PROJECT, make_project, problems_of

KYIV = ZoneInfo("Europe/Kyiv")


def ends_at(folder, until):
    project = make_project(folder, suspend={"reason": "Stock-taking", "until": until})
    return project.environment().suspensions[0].ends_at(KYIV)


@pytest.mark.parametrize(
    ("until", "hour"),
    [
        ("2026-12-24 09:00", 7),
        ("2026-12-24T09:00", 7),
        ("2026-12-24T09:00+01:00", 8),
        ("2026-12-24T09:00:00Z", 9),
    ],
)
def test_it_ends_in_the_accounts_zone_or_by_its_offset(tmp_path, until, hour):
    assert ends_at(tmp_path, until) == datetime(2026, 12, 24, hour, tzinfo=UTC)


def test_of_a_time_that_happens_twice_it_is_the_later_one(tmp_path):
    assert ends_at(tmp_path, "2026-10-25 03:30") == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_without_an_end_only_an_edit_ends_it(tmp_path):
    project = make_project(tmp_path, suspend={"reason": "Stock-taking"})
    assert project.environment().suspensions[0].ends_at(KYIV) is None


@pytest.mark.parametrize(
    "until",
    ["tomorrow", "2026-12-24", "2026-13-24 09:00", "09:00", "0001-01-01 00:00", "9999-12-31T23:59-12:00"],
)
def test_anything_else_is_no_time(tmp_path, until):
    problems = problems_of(tmp_path, {**PROJECT, "suspend": {"reason": "Stock-taking", "until": until}})
    assert [problem.code for problem in problems] == ["wrong-time"]


def test_a_reason_is_demanded(tmp_path):
    problems = problems_of(tmp_path, {**PROJECT, "suspend": {"until": "2026-12-24 09:00"}})
    assert [problem.code for problem in problems] == ["missing-key"]


def test_the_projects_and_the_environments_both_hold(tmp_path):
    environments = {"sandbox": {"provider": {"type": "sandbox"}, "suspend": {"reason": "Here"}}}
    project = make_project(tmp_path, suspend={"reason": "Everywhere"}, environments=environments)
    assert [pause.reason for pause in project.environment().suspensions] == ["Everywhere", "Here"]
