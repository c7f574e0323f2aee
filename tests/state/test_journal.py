from bisect import bisect_right
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rcsplan.errors import StateDamaged, StateVersionUnsupported
from rcsplan.state.journal import format_entry, format_line, parse_journal
from rcsplan.state.model import PutRecord, UsePlan
from tests.builders import NOW, make_record, make_send, make_state
from tests.state.strategies import CHANGES

STATE = make_state(serial=5)
PUTS = [PutRecord(address=name, record=make_record(make_send(text=f"Весна\u2028{name}"))) for name in "abc"]
LINES = [format_entry(STATE, [put]) for put in PUTS]
JOURNAL = "".join(LINES)
ENDS = list(accumulate(map(len, LINES), initial=0))


def parse(text):
    return parse_journal(text, STATE, name="crm.json.journal")


@given(st.lists(st.lists(CHANGES, max_size=3), max_size=3))
def test_changes_are_read_back_as_they_were_written(batches):
    text = "".join(format_entry(STATE, batch) for batch in batches)
    assert parse(text) == tuple(change for batch in batches for change in batch)


@given(st.lists(CHANGES, max_size=3))
def test_a_batch_is_one_line(batch):
    assert format_entry(STATE, batch).find("\n") == len(format_entry(STATE, batch)) - 1


def test_characters_that_python_takes_for_line_breaks_are_no_end_of_a_line():
    breaks = "\u2028\u2029\x85\x0b\x0c\x1c\x1d\x1e\r\n"
    put = PutRecord(address="a", record=make_record(make_send(text=breaks)))
    assert parse(format_entry(STATE, [put])) == (put,)


def test_a_journal_torn_at_any_character_keeps_the_lines_before():
    kept = [len(parse(JOURNAL[:length])) for length in range(len(JOURNAL) + 1)]
    assert kept == [bisect_right(ENDS, length) - 1 for length in range(len(JOURNAL) + 1)]


def complaint_about(text):
    with pytest.raises(StateDamaged) as caught:
        parse(text)
    return caught.value.summary


@pytest.mark.parametrize("number", [1, 2])
def test_any_damage_before_the_last_line_is_an_error_that_names_the_line(number):
    # Its line break aside: without that, it is one with the line after it.
    places = range(ENDS[number - 1], ENDS[number] - 1)
    damaged = [JOURNAL[:place] + chr(ord(JOURNAL[place]) ^ 1) + JOURNAL[place + 1 :] for place in places]
    assert {complaint_about(text) for text in damaged} == {f"crm.json.journal is damaged in line {number}"}


def test_zeros_that_a_crash_of_the_machine_left_at_the_end_are_a_torn_line():
    assert parse(JOURNAL + "\0" * 100) == tuple(PUTS)


@pytest.mark.parametrize(
    "other", [make_state(serial=5, lineage="another"), make_state(serial=4), make_state(serial=9, lineage="another")]
)
def test_entries_of_another_lineage_or_an_earlier_serial_add_nothing(other):
    stale = format_entry(other, [UsePlan(plan_id="p", at=NOW)])
    assert parse(stale + LINES[0]) == (PUTS[0],)


def test_entries_of_a_later_serial_say_that_the_state_was_put_back():
    later = format_entry(make_state(serial=6), [PUTS[0]])
    with pytest.raises(StateDamaged, match="newer than the state beside it"):
        parse(later)


@pytest.mark.parametrize("after", ["", LINES[0]])
def test_a_whole_line_of_a_newer_rcsplan_is_never_taken_for_a_torn_one(after):
    body = LINES[0].partition(" ")[2].rstrip("\n").replace('"kind":"put"', '"kind":"approve"')
    with pytest.raises(StateVersionUnsupported, match=r"line 1 of crm\.json\.journal"):
        parse(format_line(body) + after)
