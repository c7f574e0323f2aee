"""The event stream: its names are those of the README, and each line can be read by itself."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rcsplan.output.stream import NAMES, Name, format_line

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
TABLE = README.partition("### Events\n")[2].partition("\n## ")[0]


def test_the_readme_names_the_events_that_there_are():
    rows = re.findall(r"^\| (`[^|]+) \|", TABLE, re.MULTILINE)
    assert sorted(re.findall(r"`([^`]+)`", " ".join(rows))) == sorted(NAMES)


@pytest.mark.parametrize("text", ["two\nlines", "\x1b[2J", "\u2028", 'a "quote"'])
def test_a_line_is_one_line_of_json(text):
    line = format_line(Name.ERROR, datetime(2026, 12, 1, tzinfo=UTC), detail=text)
    assert (line.count("\n"), json.loads(line)["detail"]) == (0, text)


def test_a_line_says_its_version_its_name_and_when():
    line = format_line(Name.RUN_WAITING, datetime(2026, 12, 1, 9, 30, tzinfo=UTC), seconds=1)
    assert line == '{"v": 1, "event": "run.waiting", "at": "2026-12-01T09:30:00.000Z", "seconds": 1}'
