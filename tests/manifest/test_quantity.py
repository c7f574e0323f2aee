from __future__ import annotations

from datetime import timedelta

import pytest
from pydantic_core import PydanticCustomError

from rcsplan.manifest.quantity import check_zone, format_duration, parse_duration, parse_share


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("0s", timedelta()),
        ("60s", timedelta(seconds=60)),
        ("5m", timedelta(minutes=5)),
        ("2h", timedelta(hours=2)),
        ("7d", timedelta(days=7)),
    ],
)
def test_a_duration_is_a_number_and_a_unit(text, span):
    assert parse_duration(text) == span


@pytest.mark.parametrize("text", ["90s", "5m", "2h", "7d", "36h"])
def test_a_duration_is_written_as_it_is_read(text):
    assert format_duration(parse_duration(text)) == text


@pytest.mark.parametrize("value", ["5", 5, "5 m", "-5m", "5w", "1.5h", "", None, True, "9999999d"])
def test_anything_else_is_no_duration(value):
    with pytest.raises(PydanticCustomError):
        parse_duration(value)


@pytest.mark.parametrize(
    ("value", "share"), [("10%", 0.1), ("0%", 0), ("100 %", 1), (0.25, 0.25), (1, 1), ("12.5%", 0.125)]
)
def test_a_share_is_a_percentage_or_a_number_up_to_one(value, share):
    assert parse_share(value) == share


@pytest.mark.parametrize("value", ["101%", 1.1, -0.1, "10", True, None, "%"])
def test_anything_else_is_no_share(value):
    with pytest.raises(PydanticCustomError):
        parse_share(value)


@pytest.mark.parametrize("name", ["Europe/Kiyv", "", "../etc/passwd", "/etc/hosts", "Europe", "x\0y"])
def test_what_is_no_zone_is_refused(name):
    with pytest.raises(PydanticCustomError):
        check_zone(name)
