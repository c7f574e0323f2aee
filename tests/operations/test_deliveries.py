"""Counting what has ended: once, when it is final, and never in the way of an apply."""

from datetime import timedelta

import pytest

from rcsplan.bsg.client import NotFound
from rcsplan.operations.apply import ApplyOptions, Attendance, apply_saved
from rcsplan.operations.deliveries import count_deliveries
from tests.builders import NOW, make_record, make_remote, make_state

HOUR, DAY = 3600, 86400
DETAIL = "GET /api/campaigns/*/detail"


@pytest.fixture
def sent(shop):
    """A shop whose send has gone out and ended, and was seen so by an apply."""
    shop.declare("spring")
    shop.apply()
    shop.clock.tick(11 * DAY)
    shop.apply()
    return shop


@pytest.fixture
def sent_and_uncounted(shop):
    """A shop whose send has gone out and ended, while nobody looked."""
    shop.declare("spring")
    shop.apply()
    shop.clock.tick(11 * DAY)
    return shop


def test_the_numbers_are_recorded_once_they_are_final(sent):
    recorded = sent.record().delivery
    assert (recorded.phones, recorded.currency, sum(recorded.rcs.values())) == (1240, "EUR", 1240)


def test_a_run_names_what_it_recorded_and_not_what_one_before_it_did(shop):
    """Also where both run in the same second."""
    shop.declare("spring")
    shop.apply()
    shop.clock.tick(11 * DAY)
    assert [[address for address, _ in shop.apply().ended] for _ in range(2)] == [["spring"], []]


def test_what_is_recorded_is_not_read_again(sent):
    before = sent.record()
    sent.clock.tick(DAY)
    sent.apply()
    assert sent.record() == before


def test_a_saved_plan_counts_as_well(shop):
    shop.declare("spring")
    shop.apply()
    shop.clock.tick(11 * DAY)
    attendance = Attendance(show=lambda _: None, confirm=lambda _: True, listen=lambda _: None, hold=lambda: "")
    apply_saved(shop.target, shop.plan(), ApplyOptions(), attendance)
    assert shop.record().delivery.phones == 1240


def test_after_it_the_plan_is_clean(sent):
    assert sent.verdicts() == {"spring": "none"}


def test_while_numbers_may_still_change_none_are_recorded(shop):
    shop.declare("spring")
    shop.apply()
    shop.clock.tick((shop.record().start_at - shop.clock()) / timedelta(seconds=1) + 2 * HOUR)
    shop.apply()
    assert (shop.record().remote.status in {"sending", "done"}, shop.record().delivery) == (True, None)


def test_what_was_withdrawn_has_no_numbers(shop):
    shop.declare("spring")
    shop.declare("autumn")
    shop.apply()
    shop.remove("spring")
    shop.apply(allow_mass_stop=True)
    shop.clock.tick(11 * DAY)
    shop.apply()
    assert (shop.record("spring").delivery, shop.record("autumn").delivery is None) == (None, False)


@pytest.mark.parametrize("fault", ["error_before", "garbage", "drop_response", "refuse"])
def test_a_provider_that_does_not_tell_breaks_no_apply(shop, fault):
    shop.declare("spring")
    shop.apply()
    shop.clock.tick(11 * DAY)
    shop.break_with(f"{DETAIL}={fault}")
    assert (shop.apply().exit_code, shop.record().delivery) == (0, None)
    shop.break_with()
    assert (shop.apply().exit_code, shop.record().delivery.phones) == (0, 1240)


def test_what_fails_is_asked_for_once_in_a_run(sent_and_uncounted):
    shop = sent_and_uncounted
    shop.break_with(f"{DETAIL}=error_before")
    before = shop.clock()
    shop.apply()
    assert shop.clock() == before


def test_a_provider_that_tells_slowly_holds_no_apply_up(shop):
    for number in range(4):
        shop.declare(f"spring-{number}")
    shop.apply()
    shop.clock.tick(11 * DAY)
    shop.break_with(f"{DETAIL}=slow:20")
    shop.apply()
    counted = [shop.record(f"spring-{number}").delivery is not None for number in range(4)]
    assert counted.count(True) == 2


class Details:
    """A client of which only the numbers of campaigns are asked."""

    def __init__(self):
        self.asked = []

    def detail(self, remote_id, **_):
        self.asked.append(remote_id)
        raise NotFound("unknown")


class Session:
    """A session that must not be written to."""


def ended(number):
    remote = make_remote("done", sent=1, observed_at=NOW - timedelta(days=9))
    start = NOW - timedelta(days=10, minutes=number)
    return f"send-{number}", make_record(remote_id=number, remote=remote, start_at=start)


def test_one_run_counts_the_newest_hundred():
    client = Details()
    state = make_state([ended(number) for number in range(1, 151)])
    count_deliveries(client, state, Session(), now=NOW, hold=lambda: "", clock=lambda: NOW)
    assert client.asked == list(range(1, 101))


def test_what_began_long_ago_is_not_asked_for():
    client = Details()
    count_deliveries(client, make_state([ended(100_000)]), Session(), now=NOW, hold=lambda: "", clock=lambda: NOW)
    assert client.asked == []


def test_a_run_that_shall_end_asks_nothing_more():
    client = Details()
    count_deliveries(
        client, make_state([ended(1)]), Session(), now=NOW, hold=lambda: "the run was interrupted", clock=lambda: NOW
    )
    assert client.asked == []


def test_a_campaign_that_the_provider_knows_no_more_keeps_no_numbers():
    state = make_state([ended(1)])
    count_deliveries(Details(), state, Session(), now=NOW, hold=lambda: "", clock=lambda: NOW)
    assert state.sends["send-1"].revisions[1].delivery is None


def test_another_campaign_in_its_place_has_no_numbers_yet(sent):
    sent.declare("spring", revision=2, at="2026-12-20 10:00")
    sent.apply()
    assert [sent.record(revision=number).delivery is None for number in (1, 2)] == [False, True]


def test_counters_are_kept_by_their_lower_case_names_and_only_where_they_count(sent):
    assert all(name == name.lower() and number for name, number in sent.record().delivery.rcs.items())
