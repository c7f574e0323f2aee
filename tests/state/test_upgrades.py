"""Every format that was ever written is still read, and written in the present one."""

import json
from pathlib import Path

import pytest

from rcsplan.state.model import FORMAT_VERSION, Awaited
from rcsplan.state.text import format_state, parse_state
from tests.builders import NOW

FORMATS = Path(__file__).parent / "formats"
RELEASED = sorted(FORMATS.glob("*.json"))


def read(path):
    return parse_state(path.read_text("utf-8"), name=path.name)


def test_of_every_version_there_is_a_file():
    assert [int(path.stem) for path in RELEASED] == list(range(1, FORMAT_VERSION + 1))


@pytest.mark.parametrize("path", RELEASED, ids=lambda path: path.stem)
def test_a_state_of_every_version_says_the_same(path):
    state = read(path)
    assert (state.serial, sorted(state.sends), state.sends.claimed_ids(), state.baseline_id, state.not_ours) == (
        41,
        ["missed", "summer", "weekly-deals@2026-12-04", "winter[brand=acme,locale=uk]"],
        {54000000, 54000001},
        53999999,
        (54000007,),
    )


@pytest.mark.parametrize("path", RELEASED, ids=lambda path: path.stem)
def test_a_state_of_every_version_is_written_in_the_present_one(path):
    state = read(path)
    text = format_state(state)
    assert json.loads(text)["format_version"] == FORMAT_VERSION
    written = parse_state(text, name="written")
    assert (written.header, dict(written.sends)) == (state.header, dict(state.sends))


def test_a_state_of_the_first_version_was_never_moved():
    assert read(FORMATS / "1.json").moved_to == ""


def test_a_state_of_the_second_version_says_where_it_is_what_it_awaits_and_by_which_rules():
    state = read(FORMATS / "2.json")
    assert (state.moved_to, state.rules, state.awaited) == (
        "s3://acme-rcsplan/crm.json",
        {"weekly-deals": "v1:FREQ=WEEKLY"},
        {"weekly-deals@2026-12-25": Awaited(revision=1, digest="v1:later", contacts=1240, seen_at=NOW)},
    )
