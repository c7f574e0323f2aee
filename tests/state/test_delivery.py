"""Counts of messages, and from when on they are final."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rcsplan.state.delivery import Counts, counts_of, numbers_are_final
from rcsplan.state.model import Delivery
from tests.builders import NOW, make_body, make_record, make_remote, make_send

HOUR, DAY = timedelta(hours=1), timedelta(days=1)

#: Every status that a detail is documented to count.
STATUSES = [
    "delivered",
    "sent",
    "scheduled",
    "moderation",
    "accepted",
    "sending",
    "expired",
    "failed",
    "undelivered",
    "unknown",
    "read",
    "not_viber_user",
    "not_rcs_user",
]


def test_what_was_read_was_delivered_and_what_was_delivered_was_sent():
    counted = counts_of(Delivery(rcs={"sent": 1, "delivered": 10, "read": 100}, observed_at=NOW))
    assert counted == Counts(rcs_sent=111, rcs_delivered=110, rcs_read=100)


def test_a_phone_without_rcs_failed_and_got_nothing():
    counted = counts_of(Delivery(rcs={"not_rcs_user": 7, "expired": 2}, sms={"delivered": 8}, observed_at=NOW))
    assert counted == Counts(rcs_sent=2, rcs_failed=9, sms_sent=8, sms_delivered=8)


@pytest.mark.parametrize("status", ["scheduled", "moderation", "frobnicated"])
def test_what_waits_or_has_no_meaning_counts_nowhere(status):
    assert counts_of(Delivery(rcs={status: 5}, sms={status: 5}, observed_at=NOW)) == Counts()


def test_counts_add_up():
    assert Counts(rcs_sent=1, sms_failed=2) + Counts(rcs_sent=3, rcs_read=4) == Counts(
        rcs_sent=4, rcs_read=4, sms_failed=2
    )


@given(st.dictionaries(st.sampled_from(STATUSES), st.integers(0, 10**6)))
def test_no_message_is_counted_twice(statistics):
    counted = counts_of(Delivery(rcs=statistics, observed_at=NOW))
    assert counted.rcs_read <= counted.rcs_delivered <= counted.rcs_sent
    assert counted.rcs_delivered + counted.rcs_failed <= sum(statistics.values())


def ended(*, seen, **fields):
    """A record of a campaign that was seen done at a moment; it started on 1 December at 08:00 UTC."""
    return make_record(**{"remote": make_remote("done", sent=9, observed_at=seen), **fields})


START = make_record().start_at


@pytest.mark.parametrize(
    ("record", "final_after"),
    [
        pytest.param(ended(seen=START + HOUR), HOUR + DAY, id="a day after it was seen ended"),
        pytest.param(ended(seen=START + 30 * DAY), 24 * HOUR + DAY, id="a day after the validity of RCS"),
        pytest.param(ended(seen=START + 30 * DAY, payload=None), 96 * HOUR + DAY, id="an SMS that is not known of"),
    ],
)
def test_numbers_are_final_a_day_after_the_end(record, final_after):
    moments = [START + final_after - HOUR, START + final_after]
    assert [numbers_are_final(record, now=now) for now in moments] == [False, True]


@pytest.mark.parametrize(
    ("validity", "hours"), [({"validity": 6}, 6), ({"validity_seconds": 7200, "validity": 6}, 2), ({}, 72)]
)
def test_the_fallback_has_its_own_validity(validity, hours):
    sms = {"sender": "A", "text": "B", **validity}
    send = make_send(body=make_body(alternative_channel={"sms": sms}))
    record = make_record(send, remote=make_remote("done", sent=9, observed_at=START + 30 * DAY))
    over = START + timedelta(hours=24 + hours) + DAY
    assert [numbers_are_final(record, now=now) for now in (over - HOUR, over)] == [False, True]


def test_of_an_instant_campaign_the_submission_is_the_start():
    record = ended(seen=NOW + 30 * DAY, start_at=None, submitted_at=NOW)
    assert [numbers_are_final(record, now=NOW + span) for span in (47 * HOUR, 48 * HOUR)] == [False, True]
