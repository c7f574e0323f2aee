"""`stop`: at once, whatever else goes on; recorded as ours, and over nothing that somebody did meanwhile."""

import pytest

from rcsplan.errors import StateLocked, UsageError
from rcsplan.operations.state_edits import forget
from rcsplan.operations.stop import live_campaigns, stop_campaigns
from rcsplan.state.model import StopCause
from rcsplan.state.phase import Phase, phase_of
from tests.operations.shop import SEND, STOP

IN_FLIGHT = 121


@pytest.fixture
def sold(shop):
    """A shop with one scheduled send."""
    shop.declare("spring")
    shop.apply()
    return shop


def stop(shop, *addresses, before=lambda: None):
    """What became of each campaign: what was sent, and the problem if any."""
    campaigns = live_campaigns(shop.target, addresses or ("spring",))
    before()
    return [(one.sent, one.problem) for one in stop_campaigns(shop.target, campaigns, lock_timeout=0)]


def test_a_stopped_campaign_stays_stopped_until_its_revision_rises(sold):
    assert (stop(sold), sold.statuses(), sold.verdicts()) == ([(0, "")], ["stopped"], {"spring": "none"})
    sold.declare("spring", revision=2)
    assert sold.verdicts() == {"spring": "submit"}


def test_the_stop_is_recorded_as_a_command_and_as_confirmed(sold):
    stop(sold)
    ours = sold.record().stop
    assert (ours.cause, ours.confirmed_at is not None, ours.not_after) == (StopCause.COMMAND, True, None)


def test_what_was_sent_before_it_is_told(sold):
    sold.clock.tick(7 * 86400 - 3600 + 300)
    ((sent, problem),) = stop(sold)
    assert (sent > 0, problem, sold.statuses()) == (True, "", ["stopped"])


def test_a_campaign_that_has_ended_is_not_stopped(sold):
    sold.clock.tick(20 * 86400)
    ((_, problem),) = stop(sold)
    assert (problem.startswith("The provider refused"), sold.record().stop) == (True, None)


@pytest.mark.parametrize("address", ["spring", "spring[locale=uk]", "summer"])
def test_what_is_not_live_cannot_be_stopped(shop, address):
    with pytest.raises(UsageError, match="can be stopped"):
        live_campaigns(shop.target, (address,))


def test_one_name_stops_all_sends_of_a_campaign_and_no_other(sold):
    sold.declare("summer", at="2026-12-02 10:00")
    sold.apply()
    stop(sold, "summer")
    assert sold.statuses() == ["scheduled", "stopped"]


def test_a_stop_is_repeated_while_its_outcome_is_not_known(sold):
    sold.break_with(f"{STOP}=drop_request:x3")
    assert (stop(sold), sold.clock.slept, sold.statuses()) == ([(0, "")], [0.5, 1.0, 2.0], ["stopped"])


def test_a_stop_that_never_left_leaves_no_trace(sold):
    sold.break_with(f"{STOP}=refuse")
    before = sold.record()
    ((_, problem),) = stop(sold)
    assert (problem != "", sold.record()) == (True, before)


def test_a_stop_whose_answers_were_all_lost_is_ours_when_it_is_seen(sold):
    sold.break_with(f"{STOP}=drop_response")
    ((_, problem),) = stop(sold)
    assert (problem != "", sold.record().stop.confirmed_at) == (True, None)
    assert (sold.verdicts(), sold.statuses()) == ({"spring": "none"}, ["stopped"])


def test_a_stop_that_could_not_be_looked_at_is_ours_when_it_is_seen(sold):
    sold.break_with("GET /api/campaigns/*=garbage")
    ((_, problem),) = stop(sold)
    sold.break_with()
    assert (problem != "", sold.verdicts()) == (True, {"spring": "none"})


def test_a_stop_that_did_not_happen_is_forgotten_when_it_no_longer_can(sold):
    sold.break_with(f"{STOP}=drop_request")
    stop(sold)
    sold.break_with()
    sold.clock.tick(IN_FLIGHT)
    sold.apply()
    sold.stop_by_hand(54000000)
    assert (sold.record().stop, sold.verdicts()) == (None, {"spring": "drift"})


def test_while_somebody_else_holds_the_state_it_is_stopped_all_the_same(sold):
    with sold.target.store.lock(sold.target.lock_info("apply"), timeout=0), pytest.raises(StateLocked):
        stop(sold)
    assert sold.statuses() == ["stopped"]


def test_what_could_not_be_recorded_is_recorded_by_the_same_command(sold):
    with sold.target.store.lock(sold.target.lock_info("apply"), timeout=0), pytest.raises(StateLocked):
        stop(sold)
    assert (stop(sold), phase_of(sold.record())) == ([(0, "")], Phase.WITHDRAWN)


@pytest.mark.parametrize("change", [{"text": "Changed"}, {"text": "Changed", "revision": 2}], ids=["edit", "revision"])
def test_what_an_apply_put_in_its_place_meanwhile_is_neither_lost_nor_hidden(sold, change):
    """The command read the state, then an apply replaced the campaign, and then the command records."""

    def replace():
        sold.declare("spring", **change)
        sold.apply()

    ((_, problem),) = stop(sold, before=replace)
    newest = sold.state().sends["spring"].newest
    assert (problem, newest.remote_id, phase_of(newest)) == (
        "meanwhile it was replaced by campaign 54000001: stop it once more",
        54000001,
        Phase.WAITING,
    )
    assert (stop(sold), sold.statuses()) == ([(0, "")], ["stopped", "stopped"])


def test_what_was_forgotten_meanwhile_stays_forgotten(sold):
    """Whoever forgets it knows what they do; the stop happened all the same."""

    def forget_it():
        sold.stop_by_hand(54000000)
        sold.apply()
        forget(sold.target, "spring")

    assert (stop(sold, before=forget_it), "spring" in sold.state().sends) == ([(0, "")], False)


def test_several_are_stopped_though_one_of_them_fails(sold):
    sold.declare("summer", at="2026-12-02 10:00")
    sold.apply()
    sold.break_with("PATCH /api/campaigns/54000000/stop=refuse")
    results = stop(sold, "spring", "summer")
    assert ([problem != "" for _, problem in results], sold.statuses()) == ([True, False], ["scheduled", "stopped"])


def test_an_unknown_submission_is_nothing_that_can_be_stopped(shop):
    shop.declare("spring")
    shop.break_with(f"{SEND}=drop_request:x1")
    shop.apply()
    with pytest.raises(UsageError, match="Nothing of 'spring' can be stopped"):
        live_campaigns(shop.target, ("spring",))
