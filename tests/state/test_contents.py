"""Two stores that say the same have the same digest, whatever they are made of."""

import pytest
from hypothesis import given

from rcsplan.state.contents import contents_of
from rcsplan.state.sends import Sends, State
from rcsplan.state.text import format_state, parse_state
from tests.builders import NOW, make_record, make_remote, make_send, make_state, make_unknown_record
from tests.state.strategies import STATES


def make_whole(**fields):
    records = [("a", make_record()), ("a", make_record(make_send(revision=2))), ("b", make_unknown_record())]
    return make_state([*records, ("c", make_record(remote=make_remote("done", sent=1)))], **fields)


@given(STATES)
def test_a_state_that_was_read_back_has_the_same_contents(state):
    assert contents_of(parse_state(format_state(state), name="copy")) == contents_of(state)


def test_contents_are_counted():
    contents = contents_of(make_whole())
    assert (contents.addresses, contents.records, contents.live) == (3, 4, 3)


def test_serial_and_place_are_no_contents():
    assert contents_of(make_whole(serial=7, moved_to="elsewhere")) == contents_of(make_whole())


def test_the_order_of_addresses_is_no_content():
    state = make_whole()
    turned = State(
        lineage=state.lineage,
        serial=state.serial,
        environment=state.environment,
        account=state.account,
        sends=Sends(dict(reversed(state.sends.as_json().items()))),
    )
    assert contents_of(turned) == contents_of(state)


@pytest.mark.parametrize(
    "fields",
    [
        {"lineage": "another"},
        {"environment": "staging"},
        {"series": {"weekly": NOW}},
        {"used_plans": {"p": NOW}},
        {"baseline_id": 1},
        {"not_ours": (1,)},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_everything_else_is(fields):
    assert contents_of(make_whole(**fields)) != contents_of(make_whole())


def test_what_a_record_says_is():
    other = make_state([("a", make_record(remote_id=2))])
    assert contents_of(other) != contents_of(make_state([("a", make_record())]))
