from datetime import UTC, datetime, timedelta

import pytest

from rcsplan.sandbox.lifecycle import Campaign, Counters, Status, progress

CREATED = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
START = datetime(2026, 12, 1, 10, 0, tzinfo=UTC)


def make_campaign(**fields):
    usual = {
        "id": 54_000_000,
        "sender": "Acme",
        "created_at": CREATED,
        "start_at": START,
        "validity": timedelta(hours=24),
        "fallback": False,
        "contacts": 1200,
        "funded": 1200,
        "price": 20_000,
        "sms_price": 40_000,
    }
    return Campaign(**usual | fields)


def total(counters):
    return sum(getattr(counters, name) for name in Counters.__dataclass_fields__)


MODERATED = {"review": timedelta(minutes=30)}
REFUSED = {"review": timedelta(minutes=30), "spam": True}
LATE_REVIEW = {"review": timedelta(hours=3)}


@pytest.mark.parametrize(
    ("fields", "at", "status"),
    [
        ({}, CREATED, Status.SCHEDULED),
        ({}, START - timedelta(microseconds=1), Status.SCHEDULED),
        ({}, START, Status.SENDING),
        ({}, START + timedelta(hours=24), Status.SENDING),
        ({}, START + timedelta(hours=24, minutes=2), Status.DONE),
        ({"start_at": CREATED}, CREATED, Status.SENDING),
        ({"contacts": 3}, START + timedelta(minutes=1), Status.DONE),
        ({"contacts": 0}, START, Status.DONE),
        (MODERATED, CREATED, Status.MODERATION),
        (MODERATED, CREATED + timedelta(minutes=30), Status.SCHEDULED),
        (LATE_REVIEW, START, Status.MODERATION),
        (LATE_REVIEW, CREATED + timedelta(hours=3), Status.SENDING),
        (REFUSED, CREATED, Status.MODERATION),
        (REFUSED, CREATED + timedelta(minutes=30), Status.SPAM),
        (REFUSED, START + timedelta(days=3), Status.SPAM),
        ({"funded": 0}, START - timedelta(seconds=1), Status.SCHEDULED),
        ({"funded": 0}, START, Status.PAUSED),
        ({"funded": 100}, START + timedelta(seconds=4), Status.SENDING),
        ({"funded": 100}, START + timedelta(seconds=5), Status.PAUSED),
        ({"funded": 100}, START + timedelta(days=9), Status.PAUSED),
        ({"stopped_at": CREATED}, START + timedelta(days=9), Status.STOPPED),
        ({"stopped_at": START + timedelta(seconds=30)}, START, Status.STOPPED),
        ({"stopped_at": CREATED, **MODERATED}, CREATED, Status.STOPPED),
    ],
)
def test_the_status_follows_from_the_time(fields, at, status):
    assert progress(make_campaign(**fields), at).status == status


@pytest.mark.parametrize(
    ("fields", "at", "real_start_at", "finished_at"),
    [
        ({}, CREATED, None, None),
        ({}, START, START, None),
        (LATE_REVIEW, START + timedelta(days=1), CREATED + timedelta(hours=3), None),
        ({"contacts": 20}, START + timedelta(days=9), START, START + timedelta(hours=24, seconds=1)),
        ({"contacts": 2}, START + timedelta(days=9), START, START + timedelta(seconds=30.1)),
        (REFUSED, START, None, CREATED + timedelta(minutes=30)),
        ({"stopped_at": CREATED}, START, None, CREATED),
        ({"stopped_at": START + timedelta(seconds=9)}, START, START, START + timedelta(seconds=9)),
    ],
)
def test_timestamps_appear_when_their_moment_has_come(fields, at, real_start_at, finished_at):
    reached = progress(make_campaign(**fields), at)
    assert (reached.real_start_at, reached.finished_at) == (real_start_at, finished_at)


@pytest.mark.parametrize("minutes", [-120, -1, 0, 0.2, 0.6, 1, 2, 6, 30, 90, 1439, 1441, 9999])
@pytest.mark.parametrize("fields", [{}, MODERATED, REFUSED, {"funded": 500}, {"validity": timedelta(hours=1)}])
def test_every_message_counts_exactly_once(fields, minutes):
    reached = progress(make_campaign(**fields), START + timedelta(minutes=minutes))
    assert total(reached.rcs) == 1200


@pytest.mark.parametrize("minutes", [0.1, 0.6, 1, 2, 6, 30, 90, 1439, 1441])
def test_no_counter_is_ever_negative(minutes):
    reached = progress(make_campaign(fallback=True), START + timedelta(minutes=minutes))
    assert min(getattr(reached.rcs, name) for name in Counters.__dataclass_fields__) >= 0
    assert min(getattr(reached.sms, name) for name in Counters.__dataclass_fields__) >= 0


def test_nothing_is_sent_before_the_start():
    reached = progress(make_campaign(), START - timedelta(seconds=1))
    assert (reached.rcs.handed_over, reached.rcs.scheduled) == (0, 1200)


def test_messages_leave_at_an_even_pace():
    reached = progress(make_campaign(), START + timedelta(seconds=15))
    assert reached.rcs == Counters(scheduled=900, sent=300)


def test_a_campaign_that_ended_keeps_its_numbers():
    campaign = make_campaign()
    assert progress(campaign, START + timedelta(days=2)) == progress(campaign, START + timedelta(days=20))


def test_the_same_campaign_always_has_the_same_fate():
    later = START + timedelta(days=2)
    assert progress(make_campaign(), later) == progress(make_campaign(), later)


def test_other_campaigns_have_other_fates():
    later = START + timedelta(days=2)
    assert progress(make_campaign(id=54_000_001), later).rcs != progress(make_campaign(), later).rcs


def test_a_stop_while_sending_freezes_the_statistics():
    stop = START + timedelta(seconds=40)
    stopped = make_campaign(stopped_at=stop)
    assert progress(stopped, START + timedelta(days=3)).rcs == progress(make_campaign(), stop).rcs


def test_a_stop_before_the_start_leaves_nothing_sent():
    reached = progress(make_campaign(stopped_at=START - timedelta(seconds=1)), START + timedelta(days=3))
    assert (reached.rcs.handed_over, reached.rcs.arrived) == (0, 0)


def test_missing_funds_end_the_sending_at_what_they_cover():
    reached = progress(make_campaign(funded=500), START + timedelta(days=3))
    assert (reached.rcs.scheduled, total(reached.rcs)) == (700, 1200)


def test_phones_without_rcs_get_their_sms_at_once():
    reached = progress(make_campaign(fallback=True), START + timedelta(hours=1))
    assert (total(reached.sms), reached.rcs.expired) == (reached.rcs.not_rcs_user, 0)


def test_what_was_not_delivered_leaves_as_sms_after_start_and_validity():
    before = progress(make_campaign(fallback=True), START + timedelta(hours=24))
    after = progress(make_campaign(fallback=True), START + timedelta(hours=24, minutes=1))
    assert total(after.sms) - total(before.sms) == after.rcs.expired > 0


def test_without_fallback_no_sms_leaves():
    assert progress(make_campaign(), START + timedelta(days=3)).sms == Counters()


def test_only_what_arrived_is_charged():
    campaign = make_campaign(fallback=True)
    reached = progress(campaign, START + timedelta(days=3))
    expected = 20_000 * (reached.rcs.delivered + reached.rcs.read) + 40_000 * reached.sms.delivered
    assert reached.charge(campaign) == expected
