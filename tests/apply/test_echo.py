"""Whether a start that the provider shows otherwise than it was sent stands in the way of others."""

import pytest

from rcsplan.apply.echo import is_proven, standing_shift
from rcsplan.state.model import StopCause
from tests.builders import KYIV, make_record, make_remote, make_scheduled, make_send, make_state, make_stop

AT = make_scheduled("2026-12-01 10:00:37")
SENT, IN_UTC, CUT = "2026-12-01 10:00:37", "2026-12-01 08:00:37", "2026-12-01 10:00:00"


def shown(start, *, status="scheduled", **fields):
    remote = make_remote(status).model_copy(update={"start_at": start})
    return make_record(make_send(schedule=AT), remote=remote, **fields)


def shift(*records, seconds=True):
    state = make_state([(f"send-{number}", record) for number, record in enumerate(records)])
    return standing_shift(state, zone=KYIV, response_zone=KYIV, fingerprint_seconds=seconds)


@pytest.mark.parametrize("start", [IN_UTC, CUT])
def test_a_scheduled_campaign_that_is_shown_otherwise_stands_in_the_way(start):
    assert "shows another start" in shift(shown(start)).summary


@pytest.mark.parametrize(
    "record",
    [
        shown(SENT),
        shown(None),
        make_record(remote=None),
        shown(IN_UTC, status="done"),
        shown(IN_UTC, status="stopped", stop=make_stop(cause=StopCause.COMMAND)),
        shown(IN_UTC, wire_start_at="2026-12-01 08:00:37"),
        shown(IN_UTC, start_at=None, wire_start_at=None),
    ],
    ids=["right", "no echo", "not looked at", "ended", "stopped", "sent under another zone", "instant"],
)
def test_nothing_else_does(record):
    assert shift(record) is None


def test_what_once_was_right_shows_that_the_settings_are():
    assert shift(shown(IN_UTC), shown(SENT)) is None


@pytest.mark.parametrize(("start", "stands"), [(CUT, False), (IN_UTC, True)])
def test_without_seconds_of_their_own_dropped_ones_do_no_harm(start, stands):
    assert (shift(shown(start), seconds=False) is not None) == stands


@pytest.mark.parametrize(("start", "proven"), [(SENT, True), (CUT, False), (None, False)])
def test_an_echo_to_the_second_is_a_proof(start, proven):
    assert is_proven(make_state([("send", shown(start))]), KYIV) == proven


def test_an_echo_of_a_full_minute_proves_nothing_of_seconds():
    send = make_send(schedule=make_scheduled("2026-12-01 10:00:00"))
    record = make_record(send, remote=make_remote().model_copy(update={"start_at": CUT}))
    assert not is_proven(make_state([("send", record)]), KYIV)
