"""What was sent is kept for a while after the campaign has ended; that it was sent is kept for ever."""

from datetime import timedelta

import pytest

from rcsplan.state.changes import make_changes
from rcsplan.state.retention import payloads_to_drop
from rcsplan.state.sends import Sends
from tests.builders import NOW, make_intent, make_record, make_remote, make_state, make_stop

KEEP = timedelta(days=90)
DONE = make_remote("done", sent=9)
LONG_AGO = NOW - KEEP - timedelta(hours=25)


def dropped(record, *, now=NOW):
    return tuple(payloads_to_drop(make_state([("spring-sale", record)]), now=now, keep=KEEP))


@pytest.mark.parametrize(
    ("fields", "is_dropped"),
    [
        ({"remote": DONE}, True),
        ({"remote": make_remote("stopped"), "stop": make_stop()}, True),
        ({"remote": make_remote("stopped")}, True),
        ({"remote": make_remote("spam")}, True),
        ({"remote": DONE, "archived_at": NOW}, True),
        ({"remote": make_remote("scheduled")}, False),
        ({"remote": make_remote("sending", sent=1)}, False),
        ({"remote": None, "remote_id": None, "intent": make_intent()}, False),
    ],
)
def test_only_what_can_send_nothing_more_loses_its_payload(fields, is_dropped):
    record = make_record(**{"start_at": LONG_AGO, "validity_hours": 24, **fields})
    assert bool(dropped(record)) == is_dropped


@pytest.mark.parametrize(("age", "is_dropped"), [(timedelta(0), False), (timedelta(seconds=1), True)])
def test_the_time_is_counted_from_the_end_of_the_validity(age, is_dropped):
    record = make_record(remote=DONE, start_at=NOW - KEEP - timedelta(hours=24) - age, validity_hours=24)
    assert bool(dropped(record)) == is_dropped


def test_an_instant_campaign_began_when_it_was_submitted():
    assert dropped(make_record(remote=DONE, start_at=None, submitted_at=LONG_AGO, validity_hours=24))


def test_all_but_the_payload_stays():
    record = make_record(remote=DONE, start_at=LONG_AGO, validity_hours=24)
    (change,) = dropped(record)
    assert change.record == record.model_copy(update={"payload": None})


def test_what_was_dropped_is_not_looked_at_again():
    state = make_state([("spring-sale", make_record(remote=DONE, start_at=LONG_AGO, validity_hours=24))])
    make_changes(state, tuple(payloads_to_drop(state, now=NOW, keep=KEEP)))
    assert [*state.sends.with_payload(), *Sends(state.sends.as_json()).with_payload()] == []
