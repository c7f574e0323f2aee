"""How far the sends are: fresh from the provider, with nothing locked and nothing saved."""

from datetime import timedelta

import pytest

from rcsplan.errors import ProviderError, StateMismatch, UsageError
from rcsplan.operations.status import SendStatus, Status, status
from rcsplan.operations.watch import watch
from rcsplan.state.model import Account, Delivery, ListSnapshot
from rcsplan.state.phase import Phase
from tests.builders import NOW, make_record, make_unknown_record
from tests.operations.shop import SEND

HOUR, DAY = 3600, 86400
DETAIL = "GET /api/campaigns/*/detail"


@pytest.fixture
def sold(shop):
    """A shop with one send, at 10:00 on Tuesday in a week."""
    shop.declare("spring")
    shop.apply()
    return shop


def begin(shop, *, after=timedelta()):
    """Let time pass until so long after the start of the send."""
    shop.clock.tick((shop.record().start_at + after - shop.clock()) / timedelta(seconds=1))


def phases(shop, *addresses):
    return {send.address: send.phase for send in status(shop.target, addresses).sends}


def test_what_is_scheduled_has_planned_contacts_and_no_numbers_yet(sold):
    (send,) = status(sold.target).sends
    assert (send.phase, send.planned, send.phones, send.counts) == (Phase.WAITING, 1240, None, None)


def test_while_it_is_sent_the_numbers_are_those_of_now(sold):
    begin(sold, after=timedelta(seconds=40))
    (send,) = status(sold.target).sends
    assert (send.phase, send.phones, send.is_final) == (Phase.BEGUN, 1240, False)
    assert 0 < send.counts.rcs_delivered < send.counts.rcs_sent < 1240
    assert send.price > 0


def test_nothing_is_saved_and_nothing_locked(sold):
    begin(sold, after=timedelta(days=4))
    before = (sold.folder / "state.json").read_bytes()
    with sold.target.store.lock(sold.target.lock_info("apply"), timeout=0):
        assert status(sold.target).has_ended
    assert (sold.folder / "state.json").read_bytes() == before


def test_numbers_that_were_recorded_are_final_and_not_read_again(sold):
    sold.clock.tick(11 * DAY)
    sold.apply()
    sold.break_with(f"{DETAIL}=error_before")
    (send,) = status(sold.target).sends
    assert (send.is_final, send.phones) == (True, 1240)


def test_what_ended_over_a_week_ago_is_shown_where_it_is_asked_for(sold):
    begin(sold, after=timedelta(days=30))
    assert (phases(sold), phases(sold, "spring")) == ({}, {"spring": Phase.ENDED})


def test_of_a_campaign_that_is_asked_for_all_revisions_are_shown(sold):
    sold.declare("spring", revision=2)
    sold.declare("autumn")
    sold.apply()
    shown = {send.record.revision: send.phase for send in status(sold.target, ("spring",)).sends}
    assert shown == {1: Phase.WITHDRAWN, 2: Phase.WAITING}


def test_what_was_withdrawn_is_not_shown_unasked(sold):
    sold.remove("spring")
    sold.declare("autumn")
    sold.apply(allow_mass_stop=True)
    assert phases(sold) == {"autumn": Phase.WAITING}


def test_what_is_archived_while_it_is_sent_is_shown(sold):
    begin(sold, after=timedelta(seconds=40))
    sold.remove("spring")
    sold.apply(allow_mass_stop=True)
    assert (phases(sold), sold.record().archived_at is None) == ({"spring": Phase.BEGUN}, False)


def test_a_submission_that_may_have_been_lost_is_unknown(shop):
    shop.declare("spring")
    shop.break_with(f"{SEND}=drop_response", "list_lag:600")
    shop.apply()
    assert phases(shop) == {"spring": Phase.UNKNOWN}


def test_what_somebody_else_stopped_is_drift(sold):
    sold.stop_by_hand(sold.record().remote_id)
    assert phases(sold) == {"spring": Phase.STOPPED_OUTSIDE}


def test_an_address_that_was_never_submitted_is_a_mistake_with_a_suggestion(sold):
    with pytest.raises(UsageError) as refused:
        status(sold.target, ("sprang",))
    assert (refused.value.summary, "spring" in refused.value.hint) == ("Nothing was submitted under 'sprang'", True)


def test_where_nothing_was_ever_applied_there_is_nothing(shop):
    assert (status(shop.target).sends, status(shop.target).has_ended) == ((), True)


def test_the_state_of_another_account_is_refused(sold):
    sold.provider.account = Account(base_url="https://other.example", key_fingerprint="0" * 16)
    with pytest.raises(StateMismatch):
        status(sold.target)


def test_a_provider_that_does_not_tell_the_numbers_is_said(sold):
    begin(sold, after=timedelta(hours=1))
    sold.break_with(f"{DETAIL}=error_before")
    with pytest.raises(ProviderError):
        status(sold.target)


def send_of(*, planned=1000, phones=None, **fields):
    lists = (ListSnapshot(id=1, name="A", contacts=planned),)
    return SendStatus(
        address="spring", record=make_record(lists=()).model_copy(update={"lists": lists}),
        delivery=Delivery(phones=phones, observed_at=NOW, **fields),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("planned", "phones", "drift", "is_adrift"),
    [
        (1000, 1000, 0, False),
        (1000, 980, -0.02, False),
        (1000, 979, -0.021, True),
        (1000, 1021, 0.021, True),
        (0, 5, 1, True),
        (0, 0, None, False),
        (None, 5, None, False),
        (1000, None, None, False),
    ],
)
def test_an_audience_that_is_off_by_more_than_two_percent_is_adrift(planned, phones, drift, is_adrift):
    send = send_of(planned=planned, phones=phones)
    assert (send.drift, send.is_adrift) == (pytest.approx(drift) if drift is not None else None, is_adrift)


@pytest.mark.parametrize(("told", "price"), [("24.80", "24.80"), (None, "None"), ("much", "None")])
def test_a_price_that_is_none_is_not_known(told, price):
    assert str(send_of(price=told).price) == price


def test_an_instant_send_of_unknown_outcome_began_when_it_was_tried():
    record = make_unknown_record(start_at=None)
    assert SendStatus(address="spring", record=record).began == NOW


def looks(shop, *addresses, interval=60):
    return watch(shop.target, addresses, interval=interval)


def test_a_watch_ends_when_everything_has_ended(sold):
    begin(sold, after=timedelta(minutes=-2))
    seen = [look.sends[0].phase for look in looks(sold, interval=4 * HOUR)]
    assert (seen[0], seen[1], seen[-1]) == (Phase.WAITING, Phase.BEGUN, Phase.ENDED)


def test_a_watch_goes_on_after_a_failure(sold):
    begin(sold, after=timedelta(hours=1))
    # As often as one read is tried.
    sold.break_with(f"{DETAIL}=error_before:x5")
    watched = looks(sold)
    assert [isinstance(next(watched), kind) for kind in (ProviderError, Status)] == [True, True]


def test_a_watch_reads_what_has_ended_once(sold):
    begin(sold, after=timedelta(days=5))
    first = status(sold.target)
    sold.break_with(f"{DETAIL}=error_before")
    assert [send.delivery for send in status(sold.target, before=first).sends] == [first.sends[0].delivery]
