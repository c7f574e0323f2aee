"""What was given up for lost and arrives after all: nothing of it goes out unseen, and a person has a way out."""

import pytest

from rcsplan.errors import Blocked, UsageError
from rcsplan.operations.resolve import resolve_as_not_sent, resolve_as_sent
from rcsplan.operations.state_edits import disown, forget
from rcsplan.operations.stop import live_campaigns, stop_campaigns
from rcsplan.output.state_text import format_entry
from rcsplan.output.terminal import Style
from rcsplan.state.phase import Phase, phase_of
from tests.operations.shop import CONCLUSIVE, SEND, counts

LATE, NEWER = 54000000, 54000001


def give_up(shop, **send):
    """The shop when a submission that did arrive, and is not to be seen, counts as lost."""
    shop.declare("spring", **send)
    shop.break_with(f"{SEND}=drop_response:x1", "list_lag:3600")
    shop.apply()
    shop.clock.tick(CONCLUSIVE)
    return shop


@pytest.fixture
def twice(shop):
    """A shop whose send was submitted again, and whose first submission is there by now."""
    give_up(shop).apply()
    shop.clock.tick(3600)
    shop.break_with()
    return shop


@pytest.fixture
def blocked(twice):
    """The shop after the apply that noticed: stopping one of two copies is no stop of the last one."""
    twice.apply()
    return twice


def yes(_):
    return True


def test_two_copies_were_accepted(twice):
    assert (twice.statuses(), twice.record().remote_id) == (["scheduled", "scheduled"], NEWER)


def test_the_newer_copy_is_to_be_stopped_and_the_plan_says_why(twice):
    (action,) = twice.plan().actions
    assert (str(action.action), action.prior.remote_id) == ("stop", NEWER)
    assert action.notes == (
        "A submission that had seemed lost arrived after all, as campaign 54000000. The newer copy has to be stopped.",
    )


def test_the_newer_copy_is_stopped_and_the_address_blocked(blocked):
    assert (blocked.statuses(), blocked.verdicts()) == (["scheduled", "stopped"], {"spring": "ambiguous"})
    assert blocked.apply().exit_code == 3


def test_the_block_names_its_way_out(blocked):
    (action,) = blocked.plan().actions
    assert "54000000" in action.detail
    assert action.way_out == (
        "If it is campaign 54000000: rcsplan state resolve spring --remote-id 54000000\n"
        "If it is none of these: rcsplan state resolve spring --not-sent"
    )


def test_what_arrived_late_is_shown_with_the_record(blocked):
    shown = format_entry("spring", blocked.state().sends["spring"], Style())
    assert "campaign 54000000 arrived after it had been submitted again" in shown


def test_what_arrived_late_is_claimed(blocked):
    assert LATE in blocked.state().sends.claimed_ids()
    with pytest.raises(UsageError):
        disown(blocked.target, (LATE,))


def test_resolved_as_sent_the_late_copy_is_the_send_and_the_plan_is_clean(blocked):
    resolve_as_sent(blocked.target, "spring", LATE)
    assert (blocked.record().remote_id, blocked.verdicts()) == (LATE, {"spring": "none"})
    assert (blocked.apply().exit_code, blocked.statuses()) == (0, ["scheduled", "stopped"])


def test_resolved_as_sent_the_stopped_copy_is_remembered(blocked):
    resolve_as_sent(blocked.target, "spring", LATE)
    assert [past.remote_id for past in blocked.record().superseded] == [NEWER]


def test_before_the_newer_copy_is_stopped_nothing_is_resolved_as_sent(twice):
    """An apply that is on hold sees the late copy, and records it."""
    with pytest.raises(Blocked):
        twice.apply(hold=lambda: "there is a HOLD")
    with pytest.raises(UsageError) as caught:
        resolve_as_sent(twice.target, "spring", LATE)
    assert (caught.value.summary, caught.value.hint) == (
        "The newer copy, campaign 54000001, may still send",
        "Stop it first: rcsplan stop spring",
    )


def test_resolved_as_not_sent_the_late_copy_is_of_others_and_the_send_is_submitted_anew(blocked):
    assert resolve_as_not_sent(blocked.target, "spring", confirm=yes)
    assert (blocked.state().not_ours, blocked.verdicts()) == ((LATE,), {"spring": "submit"})
    blocked.apply()
    assert (blocked.statuses(), blocked.verdicts()) == (["scheduled", "stopped", "scheduled"], {"spring": "none"})


def test_what_a_wrong_answer_would_cost_names_the_late_copy(blocked):
    told = []
    resolve_as_not_sent(blocked.target, "spring", confirm=told.append)
    ((contacts, similar),) = [(cost.contacts, [one.id for one in cost.similar]) for cost in told]
    assert (contacts, similar) == (1240, [LATE])


def test_what_is_only_given_up_for_lost_is_adopted_when_it_arrives(shop):
    shop = give_up(shop)
    assert shop.verdicts() == {"spring": "resubmit"}
    shop.break_with()
    assert shop.verdicts() == {"spring": "adopt"}
    shop.apply()
    assert (shop.record().remote_id, len(shop.ledger())) == (LATE, 1)


def test_what_was_removed_meanwhile_is_stopped_when_it_arrives(shop):
    shop = give_up(shop)
    shop.remove("spring")
    shop.apply()
    assert (shop.record().archived_at is not None, shop.statuses()) == (True, ["scheduled"])
    shop.clock.tick(3600)
    shop.break_with()
    shop.apply(allow_mass_stop=True)
    assert (shop.statuses(), phase_of(shop.record()), shop.verdicts()) == (["stopped"], Phase.WITHDRAWN, {})


def test_what_was_submitted_again_and_removed_is_blocked_when_it_arrives(twice):
    twice.break_with("list_lag:36000")
    twice.remove("spring")
    twice.apply(allow_mass_stop=True)
    twice.break_with()
    assert twice.verdicts() == {"spring": "ambiguous"}
    twice.apply()
    resolve_as_sent(twice.target, "spring", LATE)
    twice.apply(allow_mass_stop=True)
    assert (twice.statuses(), twice.verdicts()) == (["stopped", "stopped"], {})


def test_an_earlier_revision_that_arrives_beside_a_later_one_is_stopped(shop):
    shop = give_up(shop)
    shop.declare("spring", revision=2, text="Second")
    shop.apply()
    shop.clock.tick(3600)
    shop.break_with()
    (action,) = shop.plan().actions
    assert (str(action.action), action.prior.remote_id) == ("stop", LATE)
    assert action.notes == ("Revision 1 had seemed lost and arrived after all, as campaign 54000000.",)
    shop.apply()
    assert (shop.statuses(), shop.verdicts()) == (["stopped", "scheduled"], {"spring": "none"})


def test_an_earlier_revision_that_arrives_after_the_removal_of_both_is_stopped(shop):
    shop = give_up(shop)
    shop.declare("spring", revision=2, text="Second")
    shop.apply()
    shop.clock.tick(3600)
    shop.break_with()
    shop.remove("spring")
    shop.apply(allow_mass_stop=True)
    shop.apply(allow_mass_stop=True)
    assert (shop.statuses(), shop.verdicts()) == (["stopped", "stopped"], {})


def test_an_earlier_revision_that_arrives_when_all_is_archived_is_stopped(shop):
    shop = give_up(shop)
    shop.declare("spring", revision=2, text="Second")
    shop.apply()
    shop.remove("spring")
    shop.apply(allow_mass_stop=True)
    shop.clock.tick(3600)
    shop.break_with()
    shop.apply()
    assert (shop.statuses(), shop.verdicts()) == (["stopped", "stopped"], {})


def test_an_emergency_stop_stops_both_copies(twice):
    with pytest.raises(Blocked):
        twice.apply(hold=lambda: "there is a HOLD")
    live = live_campaigns(twice.target, ("spring",))
    results = stop_campaigns(twice.target, live, lock_timeout=0)
    assert ([one.problem for one in results], twice.statuses()) == (["", ""], ["stopped", "stopped"])


def test_an_emergency_stop_stops_what_arrived_late(blocked):
    stop_campaigns(blocked.target, live_campaigns(blocked.target, ("spring",)), lock_timeout=0)
    assert (blocked.statuses(), blocked.verdicts()) == (["stopped", "stopped"], {"spring": "ambiguous"})


def test_what_arrived_late_is_not_forgotten(blocked):
    with pytest.raises(UsageError, match="What became of spring is not settled"):
        forget(blocked.target, "spring")


def test_it_is_told_when_it_is_noticed(twice):
    told = []
    twice.apply(listen=told.append)
    (noticed,) = [event for event in told if str(event.happening) == "adopted"]
    assert noticed.detail == "campaign 54000000, which had seemed lost, arrived after it was submitted again"


def test_of_two_lost_copies_the_second_is_noticed_when_both_arrive(shop):
    shop = give_up(shop)
    shop.break_with(f"{SEND}=drop_response:x1", "list_lag:7200")
    shop.apply()
    shop.clock.tick(CONCLUSIVE)
    shop.apply(settle=0)
    shop.clock.tick(7200)
    shop.break_with()
    assert len(shop.ledger()) == 3
    shop.apply()
    assert shop.verdicts() == {"spring": "ambiguous"}
    resolve_as_sent(shop.target, "spring", LATE)
    shop.apply()
    shop.apply()
    assert shop.statuses().count("scheduled") == 1


def test_a_lost_repetition_is_watched_after_the_first_was_found(shop):
    """Nobody can tell which of the two copies was found, so that the other may still arrive."""
    shop = give_up(shop)
    shop.break_with(f"{SEND}=drop_response:x1", "list_lag:3600")
    shop.apply()
    shop.clock.tick(3600 - 10)
    assert counts(shop.apply()) == {"spring": "adopted"}
    assert (shop.record().remote_id, len(shop.record().watched)) == (LATE, 2)
    shop.break_with()
    assert shop.verdicts() == {"spring": "stop"}


def test_after_its_start_nothing_is_watched_any_more(twice):
    twice.clock.tick(8 * 86400)
    assert twice.verdicts() == {"spring": "none"}
