"""A state in two parts is the same state, however its history moved."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rcsplan.errors import StateDamaged
from rcsplan.state.changes import make_changes
from rcsplan.state.model import ForgetSend, PutRecord, RenameSend, Segment
from rcsplan.state.split import History, format_segment, parse_segment
from rcsplan.state.text import format_split, format_state, parse_split, parse_state
from tests.builders import NOW, make_intent, make_record, make_send, make_state

ARCHIVED = make_record(archived_at=NOW)
MANY = 5


class Store:
    """Where segments are kept, and a state that is written and read back through them."""

    def __init__(self):
        self.objects = {}
        self.text = ""

    def keep(self, entries):
        text = format_segment(entries)
        digest = hashlib.sha256(text.encode()).hexdigest()
        self.objects[digest] = text
        return Segment(sha256=digest, sends=len(entries))

    def write(self, state, history):
        document, beside = history.split(state, self.keep, worth_moving=MANY)
        self.text = format_split(document)
        return beside

    def read(self):
        document = parse_split(self.text, name="crm.json")
        fetch = lambda segment: parse_segment(self.objects[segment.sha256], name="segment")  # noqa: E731
        history = History.read(document.segments, fetch)
        return history.whole(document), history

    def rewrite(self, *changes):
        """The state after a run that made the changes."""
        state, history = self.read()
        make_changes(state, changes)
        self.write(state, history)
        return state


def archive(count, *, start=0):
    return [PutRecord(address=f"send-{number:05}", record=ARCHIVED) for number in range(start, start + count)]


def holding(count):
    """A store with so many archived sends."""
    store = Store()
    state = make_state()
    make_changes(state, archive(count))
    store.write(state, History())
    return store


def document_of(store):
    return parse_split(store.text, name="crm.json")


def test_few_archived_sends_stay_in_the_document():
    assert document_of(holding(MANY - 1)).segments == ()


def test_without_segments_the_document_is_that_of_a_whole_state():
    store = holding(3)
    assert store.text == format_state(parse_state(store.text, name="crm.json"))


def test_many_archived_sends_leave_the_document():
    document = document_of(holding(MANY))
    assert ([segment.sends for segment in document.segments], len(document.state.sends)) == ([MANY], 0)


def test_a_part_is_not_taken_for_the_whole():
    with pytest.raises(StateDamaged, match="only a part of a state"):
        parse_state(holding(MANY).text, name="crm.json")


@pytest.mark.parametrize("record", [make_record(), make_record(archived_at=NOW, intent=make_intent())])
def test_what_is_not_over_stays_in_the_document(record):
    store = holding(MANY)
    store.rewrite(*archive(MANY, start=MANY), PutRecord(address="live", record=record))
    assert list(document_of(store).state.sends) == ["live"]


def test_what_did_not_change_is_not_written_again():
    store = holding(MANY)
    before = set(store.objects)
    store.rewrite(PutRecord(address="live", record=make_record()))
    assert (set(store.objects), list(document_of(store).state.sends)) == (before, ["live"])


def test_the_number_of_segments_grows_with_the_logarithm_of_the_history():
    store = holding(MANY)
    for number in range(1, 32):
        store.rewrite(*archive(MANY, start=MANY * number))
    sizes = [segment.sends for segment in document_of(store).segments]
    assert (sum(sizes), len(sizes) <= 5) == (32 * MANY, True)


CHANGES = [
    PutRecord(address="send-00001", record=make_record(make_send(revision=2))),
    ForgetSend(address="send-00001"),
    RenameSend(address="other", former="send-00001"),
    RenameSend(address="send-00002", former="send-00001"),
    PutRecord(address="new", record=ARCHIVED),
]


@given(st.lists(st.lists(st.sampled_from([*CHANGES, *archive(3)]), max_size=3), max_size=4), st.booleans())
def test_whatever_changes_in_the_history_the_whole_is_what_was_written(runs, moves):
    store = holding(MANY)
    for number, changes in enumerate(runs, start=1):
        more = archive(MANY, start=number * MANY) if moves else []
        written = store.rewrite(*changes, *more)
        assert dict(store.read()[0].sends) == dict(written.sends)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format_version":2,"sends":{}}', '{"format_version":1,"sends":[]}'])
def test_what_is_no_segment_is_told(text):
    with pytest.raises(StateDamaged, match="not a segment"):
        parse_segment(text, name="segment")
