"""Replacing and stopping, end to end: the old one is stopped with nothing sent before a new one is submitted."""

from datetime import timedelta

import pytest

from rcsplan.errors import Blocked
from rcsplan.state.phase import Phase, phase_of
from tests.apply.rig import Crash
from tests.builders import NOW
from tests.operations.shop import STOP, counts

MINUTE, HOUR, DAY = 60, 3600, 86400


@pytest.fixture
def sold(shop):
    """A shop with one send, at 10:00 on Tuesday in a week, submitted a minute ago."""
    shop.declare("spring")
    shop.apply()
    shop.clock.tick(MINUTE)
    return shop


def until_start(shop, minutes):
    """Let time pass until so many minutes before the start."""
    start = shop.record().start_at
    shop.clock.tick((start - shop.clock() - timedelta(minutes=minutes)) / timedelta(seconds=1))


def test_a_changed_send_is_replaced_and_the_plan_is_clean(sold):
    sold.declare("spring", text="Changed")
    assert sold.verdicts() == {"spring": "replace"}
    assert (sold.apply().exit_code, sold.statuses()) == (0, ["stopped", "scheduled"])
    assert sold.verdicts() == {"spring": "none"}


def test_a_raised_revision_replaces_what_is_still_scheduled(sold):
    sold.declare("spring", revision=2)
    assert (sold.verdicts(), sold.apply().exit_code) == ({"spring": "replace"}, 0)
    assert (sold.statuses(), sold.verdicts()) == (["stopped", "scheduled"], {"spring": "none"})
    assert [phase_of(sold.record(revision=number)) for number in (1, 2)] == [Phase.WITHDRAWN, Phase.WAITING]


def test_a_revision_that_rises_while_the_earlier_is_sending_waits(sold):
    until_start(sold, -3)
    sold.declare("spring", revision=2, at="2026-12-20 10:00")
    assert sold.verdicts() == {"spring": "too_late"}
    sold.clock.tick(5 * DAY)
    assert sold.verdicts() == {"spring": "submit"}


def test_a_lowered_revision_is_in_the_past(sold):
    sold.declare("spring", revision=2)
    sold.apply()
    sold.declare("spring", revision=1)
    assert sold.verdicts() == {"spring": "already_sent"}


@pytest.mark.parametrize("reading", ["PATCH", "PUT", "both"])
@pytest.mark.parametrize("setting", ["PATCH", "PUT"])
def test_a_stop_goes_by_the_method_that_the_provider_takes(sold, reading, setting):
    sold.seed(readings={"stop_method": reading})
    sold.provider.stop_method = setting
    sold.declare("spring", text="Changed")
    applied = sold.apply()
    stopped = ["stopped", "scheduled"] if (setting, reading) != ("PUT", "PATCH") else ["scheduled"]
    assert (sold.statuses(), applied.exit_code == 0) == (stopped, len(stopped) == 2)


@pytest.mark.parametrize(("minutes", "verdict"), [(5.1, "replace"), (4.9, "too_late")])
def test_inside_the_stop_margin_nothing_is_replaced(sold, minutes, verdict):
    until_start(sold, minutes)
    sold.declare("spring", text="Changed", at="2026-12-02 10:00")
    assert sold.verdicts() == {"spring": verdict}


@pytest.mark.parametrize(("minutes", "verdict"), [(7.1, "replace"), (6.9, "too_late")])
def test_a_replacement_needs_room_for_the_stop_and_for_the_lead(sold, minutes, verdict):
    until_start(sold, minutes)
    sold.declare("spring", text="Changed")
    assert sold.verdicts() == {"spring": verdict}


def test_the_stop_margin_is_a_setting(sold):
    until_start(sold, 4.9)
    sold.policy["stop_margin"] = "1m"
    sold.declare("spring", text="Changed", at="2026-12-02 10:00")
    assert sold.verdicts() == {"spring": "replace"}


@pytest.fixture
def refused(sold):
    """The shop when the new version was refused after the old one was stopped for it."""
    sold.seed(agents=["Acme"])
    sold.declare("spring", sender="Nobody")
    applied = sold.apply()
    assert (counts(applied), applied.exit_code, sold.statuses()) == ({"spring": "failed"}, 1, ["stopped"])
    sold.clock.tick(MINUTE)
    return sold


def test_a_version_that_was_refused_is_not_tried_again(refused):
    calls = len(refused.provider.arrivals)
    assert (refused.verdicts(), refused.apply().exit_code) == ({"spring": "replace_refused"}, 4)
    assert len(refused.provider.arrivals) == calls


def test_the_block_of_a_refused_version_names_both_ways_out(refused):
    (action,) = refused.plan().actions
    assert action.way_out == ("Mend the manifest.\nTo bring the stopped version back: rcsplan apply --restore spring")


def test_a_mended_version_is_submitted(refused):
    refused.declare("spring", text="Mended")
    assert (refused.apply().exit_code, refused.statuses()) == (0, ["stopped", "scheduled"])
    assert refused.verdicts() == {"spring": "none"}


def test_the_stopped_version_is_brought_back(refused):
    assert counts(refused.apply(restore=("spring",))) == {"spring": "submitted"}
    restored = refused.ledger()[-1]
    assert (refused.statuses(), restored["payload"]["sender"]) == (["stopped", "scheduled"], "Acme")


def test_the_version_brought_back_is_not_replaced_by_the_refused_one_again(refused):
    refused.apply(restore=("spring",))
    assert (refused.verdicts(), refused.apply().exit_code) == ({"spring": "replace_refused"}, 4)
    assert refused.statuses() == ["stopped", "scheduled"]


def test_a_reverted_manifest_after_a_restore_is_clean(refused):
    refused.apply(restore=("spring",))
    refused.declare("spring")
    assert refused.verdicts() == {"spring": "none"}


@pytest.mark.parametrize("command", ["after the restore", "where nothing was refused"])
def test_there_is_nothing_to_restore_twice(refused, command):
    refused.apply(restore=("spring",))
    refused.declare("spring", sender="Nobody" if command == "after the restore" else "Acme")
    refused.apply(restore=("spring",))
    assert refused.statuses() == ["stopped", "scheduled"]


def test_what_was_to_start_too_soon_is_not_brought_back(refused):
    until_start(refused, 1)
    assert (refused.apply(restore=("spring",)).exit_code, refused.statuses()) == (4, ["stopped"])


def test_a_stop_that_somebody_else_made_first_is_as_good(sold):
    """The provider answers 422; the campaign is read again, and it is stopped with nothing sent."""
    stopping = []
    sold.declare("spring", text="Changed")

    def stop_first(_):
        stopping.append(1)
        if len(stopping) == 1:
            sold.stop_by_hand(54000000)

    assert sold.apply(listen=stop_first).exit_code == 0
    assert sold.statuses() == ["stopped", "scheduled"]


def test_a_campaign_that_began_before_its_stop_is_not_replaced(sold):
    """The provider's clock runs on while the request is on its way, and it answers 422."""
    until_start(sold, 8)
    sold.declare("spring", text="Changed")
    applied = sold.apply(listen=lambda _: sold.sandbox.advance(timedelta(days=5)))
    assert (counts(applied), len(sold.ledger())) == ({"spring": "not_started"}, 1)


def test_what_is_sending_goes_on_when_its_manifest_is_gone(sold):
    until_start(sold, -3)
    sold.remove("spring")
    assert sold.verdicts() == {"spring": "archive"}
    sold.apply()
    assert (sold.statuses(), sold.provider.arrivals[1:]) == (["sending"], [])


def test_what_is_sending_is_stopped_on_request_alone(sold):
    until_start(sold, -3)
    sold.remove("spring")
    sold.apply(allow_stop_sending=True, allow_mass_stop=True)
    assert (sold.statuses(), phase_of(sold.record()), sold.verdicts()) == (["stopped"], Phase.ENDED, {})


def test_what_is_about_to_start_is_stopped_on_request_alone(sold):
    until_start(sold, 3)
    sold.remove("spring")
    assert (sold.verdicts(), sold.apply(allow_mass_stop=True).exit_code) == ({"spring": "too_late"}, 4)
    sold.apply(allow_stop_sending=True, allow_mass_stop=True)
    assert sold.statuses() == ["stopped"]


def many(shop, number):
    for day in range(1, number + 1):
        shop.declare(f"s{day:02}", at=f"2026-12-{day:02} 10:00")
    shop.apply()
    shop.clock.tick(MINUTE)


def remove(shop, number):
    for day in range(1, number + 1):
        shop.remove(f"s{day:02}")


def change(shop, number):
    for day in range(1, number + 1):
        shop.declare(f"s{day:02}", text=f"Changed {day}", at=f"2026-12-{day:02} 10:00")


@pytest.mark.parametrize(("number", "removed"), [(8, 3), (20, 5)])
def test_a_quarter_and_always_three_may_be_stopped(shop, number, removed):
    many(shop, number)
    remove(shop, removed)
    shop.apply()
    assert shop.statuses().count("stopped") == removed


@pytest.mark.parametrize(("number", "removed"), [(8, 4), (20, 6)])
def test_more_are_not_stopped_unasked(shop, number, removed):
    many(shop, number)
    remove(shop, removed)
    with pytest.raises(Blocked) as caught:
        shop.apply()
    assert (caught.value.hint, set(shop.statuses())) == (
        "If that is meant: rcsplan apply --allow-mass-stop",
        {"scheduled"},
    )
    shop.apply(allow_mass_stop=True)
    assert shop.statuses().count("stopped") == removed


def test_replacements_count_as_stops(shop):
    many(shop, 8)
    change(shop, 4)
    with pytest.raises(Blocked):
        shop.apply()
    assert set(shop.statuses()) == {"scheduled"}


def test_the_last_one_is_not_stopped_unasked(sold):
    sold.remove("spring")
    with pytest.raises(Blocked, match="refused"):
        sold.apply()
    assert sold.statuses() == ["scheduled"]


@pytest.mark.parametrize("call", [1, 2], ids=["after the stop", "after the submission"])
def test_a_crash_in_the_middle_of_a_replacement_is_resumed(sold, call):
    sold.declare("spring", text="Changed")
    answered = []

    def crash(*_):
        answered.append(1)
        if len(answered) == call:
            raise Crash

    sold.provider.on_answer.append(crash)
    with pytest.raises(Crash):
        sold.apply()
    sold.provider.on_answer.clear()
    sold.clock.tick(MINUTE)
    assert (sold.apply().exit_code, sold.statuses()) == (0, ["stopped", "scheduled"])
    assert sold.verdicts() == {"spring": "none"}


def test_after_a_stop_of_unknown_outcome_the_next_apply_finishes_the_replacement(sold):
    sold.declare("spring", text="Changed")
    sold.break_with(f"{STOP}=drop_response")
    assert (sold.apply().exit_code, sold.statuses()) == (1, ["stopped"])
    sold.break_with()
    assert (sold.apply().exit_code, sold.statuses()) == (0, ["stopped", "scheduled"])


def test_what_was_stopped_for_a_time_beyond_the_horizon_is_submitted_when_it_opens(sold):
    sold.declare("spring", at="2027-01-20 10:00")
    assert sold.verdicts() == {"spring": "stop"}
    sold.apply(allow_mass_stop=True)
    assert (sold.statuses(), sold.verdicts()) == (["stopped"], {"spring": "defer"})
    sold.clock.tick((NOW + timedelta(days=30) - sold.clock()) / timedelta(seconds=1))
    assert (counts(sold.apply()), sold.statuses()) == ({"spring": "submitted"}, ["stopped", "scheduled"])


def test_who_submitted_a_replaced_version_is_remembered(sold):
    first = sold.record()
    sold.declare("spring", text="Changed")
    sold.apply()
    (past,) = sold.record().superseded
    assert (past.remote_id, past.submitted_at, past.provenance) == (
        first.remote_id,
        first.submitted_at,
        first.provenance,
    )
    assert sold.record().provenance != first.provenance
