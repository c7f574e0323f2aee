"""Which outcomes are kept when a store does not confirm them, and when recording them later is safe."""

import pytest
from hypothesis import given

from rcsplan.errors import StateDamaged, StateVersionUnsupported
from rcsplan.state.changes import make_changes
from rcsplan.state.journal import format_line
from rcsplan.state.model import DropRecord, PutRecord, RenameSend, StopCause, Superseded, UsePlan
from rcsplan.state.recovery import Fate, fate_of, format_unconfirmed, parse_unconfirmed, unconfirmed
from tests.builders import NOW, make_intent, make_record, make_remote, make_state, make_stop, make_unknown_record
from tests.state.strategies import CHANGES, STATES

A = "spring-sale"
OPEN = make_unknown_record()
SUBMITTED = make_record()
UNKNOWN = make_unknown_record(intent=make_intent(unknown_since=NOW, problem="No answer"))
STOPPING = make_record(stop=make_stop(confirmed_at=None))
STOPPED = make_record(stop=make_stop(), remote=make_remote("stopped"))


def put(record):
    return PutRecord(address=A, record=record)


def kept(before, change):
    """What is kept of a change that a state with this record was not confirmed."""
    (entry,) = unconfirmed(make_state([(A, before)] if before else []), [change])
    return entry


def fate(entry, present):
    return fate_of(entry, make_state([(A, present)] if present else []))


@pytest.mark.parametrize(
    ("change", "is_kept"),
    [
        (put(SUBMITTED), True),
        (put(UNKNOWN), True),
        (put(STOPPED), True),
        (DropRecord(address=A, revision=1), True),
        (put(OPEN), False),
        (put(STOPPING), False),
        (UsePlan(plan_id="p", at=NOW), False),
        (RenameSend(address="b", former=A), False),
    ],
    ids=["submitted", "unknown", "stopped", "withdrawn", "intent", "intent to stop", "plan", "rename"],
)
def test_what_happened_is_kept_and_what_was_only_about_to_is_not(change, is_kept):
    assert bool(unconfirmed(make_state([(A, OPEN)]), [change])) == is_kept


WITHDRAWN = DropRecord(address=A, revision=1)
LATER = make_record(remote_id=54000002)
ADOPTED = make_record(evidence="It starts in our second.", price=None)
LOOKED_AT = make_unknown_record(intent=make_intent(looked_at=NOW, candidates=(1, 2)))
ANOTHER = make_unknown_record(intent=make_intent(opened_at=NOW.replace(hour=12)))
NEVER_ARRIVED = make_record(remote_id=None, remote=None, submitted_at=None, watched=(make_intent(),))
SEEN_STOPPED = STOPPING.model_copy(update={"remote": make_remote("stopped")})
_OLD = (Superseded(remote_id=SUBMITTED.remote_id, digest="v1:old", stopped_at=NOW),)
REPLACED = LATER.model_copy(update={"superseded": _OLD})
REPLACING = OPEN.model_copy(update={"superseded": _OLD})
STOPPED_AGAIN = make_record(stop=make_stop(cause=StopCause.COMMAND), remote=make_remote("stopped"))


@pytest.mark.parametrize(
    ("before", "change", "present", "expected"),
    [
        (OPEN, put(SUBMITTED), OPEN, Fate.RECORD),
        (OPEN, put(SUBMITTED), LOOKED_AT, Fate.RECORD),
        (OPEN, put(SUBMITTED), SUBMITTED, Fate.KNOWN),
        (OPEN, put(SUBMITTED), ADOPTED, Fate.KNOWN),
        (OPEN, put(SUBMITTED), STOPPED, Fate.KNOWN),
        (OPEN, put(SUBMITTED), LATER, Fate.CONFLICT),
        (OPEN, put(SUBMITTED), ANOTHER, Fate.CONFLICT),
        (OPEN, put(SUBMITTED), NEVER_ARRIVED, Fate.CONFLICT),
        (OPEN, put(SUBMITTED), None, Fate.CONFLICT),
        (OPEN, put(UNKNOWN), OPEN, Fate.RECORD),
        (OPEN, put(UNKNOWN), ADOPTED, Fate.KNOWN),
        (OPEN, put(UNKNOWN), NEVER_ARRIVED, Fate.KNOWN),
        (OPEN, WITHDRAWN, OPEN, Fate.RECORD),
        (OPEN, WITHDRAWN, None, Fate.KNOWN),
        (OPEN, WITHDRAWN, ADOPTED, Fate.CONFLICT),
        (STOPPING, put(STOPPED), STOPPING, Fate.RECORD),
        (STOPPING, put(STOPPED), SEEN_STOPPED, Fate.RECORD),
        (STOPPING, put(STOPPED), STOPPED_AGAIN, Fate.KNOWN),
        (SUBMITTED, put(STOPPED), SUBMITTED, Fate.RECORD),
        (SUBMITTED, put(STOPPED), SEEN_STOPPED.model_copy(update={"stop": None}), Fate.RECORD),
        (SUBMITTED, put(STOPPED), OPEN, Fate.CONFLICT),
        (STOPPING, put(STOPPED), LATER, Fate.CONFLICT),
        (STOPPING, put(STOPPED), REPLACED, Fate.KNOWN),
        (STOPPING, put(STOPPED), REPLACING, Fate.KNOWN),
        (OPEN, put(SUBMITTED), REPLACED, Fate.KNOWN),
    ],
)
def test_an_outcome_is_recorded_only_where_the_state_still_waits_for_it(before, change, present, expected):
    assert fate(kept(before, change), present) == expected


@given(STATES, CHANGES)
def test_what_was_recorded_once_is_known(state, change):
    entries = unconfirmed(state, [change])
    make_changes(state, [entry.change for entry in entries])
    assert {fate_of(entry, state) for entry in entries} <= {Fate.KNOWN}


@given(STATES, CHANGES)
def test_the_state_as_it_was_still_waits(state, change):
    assert Fate.CONFLICT not in {fate_of(entry, state) for entry in unconfirmed(state, [change])}


@given(STATES, CHANGES)
def test_what_is_kept_is_read_back(state, change):
    entries = unconfirmed(state, [change, change])
    assert parse_unconfirmed(format_unconfirmed(entries), name="recovery") == entries


def test_a_torn_last_line_adds_nothing():
    entry = kept(OPEN, put(SUBMITTED))
    text = format_unconfirmed([entry, entry])
    assert parse_unconfirmed(text[:-9], name="recovery") == (entry,)


def test_a_damaged_line_before_the_last_is_told():
    text = format_unconfirmed([kept(OPEN, put(SUBMITTED))])
    with pytest.raises(StateDamaged, match="recovery is damaged in line 1"):
        parse_unconfirmed(text.replace("spring", "winter") + text, name="recovery")


def test_what_a_newer_release_kept_is_not_guessed_at():
    with pytest.raises(StateVersionUnsupported, match="not known to this rcsplan"):
        parse_unconfirmed(format_line('{"lineage":"x","serial":1,"news":[]}'), name="recovery")
