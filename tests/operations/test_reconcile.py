"""Lost answers, end to end: what the account shows decides, at every plan and at every apply."""

import pytest

from rcsplan.operations.state_edits import disown
from rcsplan.output.state_text import format_entry
from rcsplan.output.terminal import Style
from rcsplan.state.phase import Phase, phase_of
from tests.operations.shop import CONCLUSIVE, SEND, counts

LOST_ANSWER, LOST_REQUEST = f"{SEND}=drop_response:x1", f"{SEND}=drop_request:x1"
A_DAY = 86400


@pytest.fixture
def lost(shop):
    """A shop whose only submission was accepted, while its answer was lost."""
    return begun(shop, LOST_ANSWER)


def begun(shop, *faults, **send):
    """The shop after an apply that did not wait for what became of its only submission."""
    shop.declare("spring", **send)
    shop.break_with(*faults, "list_lag:30")
    assert shop.apply().exit_code == 3
    shop.break_with()
    return shop


def submit_by_hand(shop, starts):
    """Somebody else submits a campaign for each start."""
    for number, start in enumerate(starts):
        shop.submit_by_hand(start_at=start, text=f"Of others {number}")


def test_a_plan_adopts_what_it_finds(lost):
    assert lost.verdicts() == {"spring": "adopt"}


def test_a_plan_writes_nothing(lost):
    before = (lost.folder / "state.json").read_bytes()
    lost.plan()
    assert ((lost.folder / "state.json").read_bytes(), phase_of(lost.record())) == (before, Phase.UNKNOWN)


def test_an_apply_records_what_it_finds_and_submits_nothing(lost):
    applied = lost.apply()
    assert (counts(applied), applied.exit_code, len(lost.ledger())) == ({"spring": "adopted"}, 0, 1)
    assert (lost.record().remote_id, lost.record().intent) == (lost.ledger()[0]["id"], None)


def test_after_an_adoption_nothing_is_to_do(lost):
    lost.apply()
    assert lost.verdicts() == {"spring": "none"}


def test_the_evidence_of_an_adoption_is_shown(lost):
    lost.apply()
    shown = format_entry("spring", lost.state().sends["spring"], Style())
    told = "Campaign 54000000 was the only unclaimed one with this sender and start, told by a start second of its own."
    assert told in " ".join(shown.split())


def test_an_adopted_campaign_has_no_price_for_none_was_told(lost):
    lost.apply()
    assert (lost.record().price, lost.record().currency) == (None, None)


def test_what_shows_up_late_in_the_list_is_awaited(shop):
    shop.declare("spring")
    shop.break_with(LOST_ANSWER, "list_lag:30")
    applied = shop.apply(settle=180)
    assert (counts(applied), applied.exit_code, len(shop.ledger())) == ({"spring": "adopted"}, 0, 1)
    assert 30 <= sum(shop.clock.slept) < CONCLUSIVE


def test_what_never_arrived_is_submitted_again_in_the_same_run(shop):
    shop.declare("spring")
    shop.break_with(LOST_REQUEST)
    applied = shop.apply(settle=180)
    assert (counts(applied), applied.exit_code, len(shop.ledger())) == ({"spring": "submitted"}, 0, 1)
    assert sum(shop.clock.slept) > CONCLUSIVE - 2


def test_before_its_absence_is_conclusive_a_lost_submission_blocks_its_address_alone(shop):
    shop = begun(shop, LOST_REQUEST)
    shop.declare("summer")
    applied = shop.apply()
    assert (counts(applied)["summer"], applied.exit_code) == ("submitted", 3)
    assert shop.verdicts() == {"spring": "unknown_outcome", "summer": "none"}


@pytest.mark.parametrize(("seconds", "verdict"), [(CONCLUSIVE - 2, "unknown_outcome"), (CONCLUSIVE, "resubmit")])
def test_a_later_plan_submits_again_what_never_arrived(shop, seconds, verdict):
    shop = begun(shop, LOST_REQUEST)
    shop.clock.tick(seconds)
    assert shop.verdicts() == {"spring": verdict}


def test_a_later_apply_submits_again_what_never_arrived_and_watches_the_lost_one(shop):
    shop = begun(shop, LOST_REQUEST)
    shop.clock.tick(CONCLUSIVE)
    assert (counts(shop.apply()), len(shop.ledger()), len(shop.record().watched)) == ({"spring": "submitted"}, 1, 1)
    assert shop.verdicts() == {"spring": "none"}


def test_a_lost_submission_is_reconciled_although_its_manifest_is_gone(shop):
    shop = begun(shop, LOST_ANSWER)
    shop.remove("spring")
    shop.apply(allow_mass_stop=True)
    assert (shop.statuses(), phase_of(shop.record())) == (["stopped"], Phase.WITHDRAWN)


def test_a_lost_submission_is_reconciled_as_it_was_although_its_manifest_changed(shop):
    shop = begun(shop, LOST_ANSWER)
    shop.declare("spring", text="Changed", at="2026-12-02 11:00")
    shop.apply()
    assert shop.statuses() == ["stopped", "scheduled"]


def test_several_campaigns_that_may_be_it_are_for_a_person(lost):
    twin = lost.submit_by_hand(start_at=lost.record().wire_start_at)
    assert lost.verdicts() == {"spring": "ambiguous"}
    assert (lost.apply().exit_code, len(lost.ledger())) == (3, 2)
    assert lost.record().intent.candidates == (54000000, twin)


def test_the_candidates_of_a_dispute_are_shown(lost):
    lost.submit_by_hand(start_at=lost.record().wire_start_at)
    lost.apply()
    shown = format_entry("spring", lost.state().sends["spring"], Style(width=200))
    assert ("54000000, 54000001" in shown, "several campaigns" in shown) == (True, True)


def test_a_dispute_ends_where_one_candidate_is_left(lost):
    twin = lost.submit_by_hand(start_at=lost.record().wire_start_at)
    lost.apply()
    disown(lost.target, (twin,))
    assert lost.verdicts() == {"spring": "adopt"}


def test_other_peoples_campaigns_of_the_same_sender_and_minute_do_not_disturb(lost):
    minute = {f"2026-12-01 10:00:{second:02}" for second in range(60)}
    submit_by_hand(lost, minute - {lost.record().wire_start_at})
    assert lost.verdicts() == {"spring": "adopt"}


def test_a_campaign_that_another_record_claims_is_not_taken_for_it(shop):
    shop.declare("first", at="2026-12-01 10:00:30")
    shop.apply()
    shop = begun(shop, LOST_REQUEST, at="2026-12-01 10:00:30")
    assert shop.verdicts() == {"first": "none", "spring": "unknown_outcome"}
    shop.clock.tick(CONCLUSIVE)
    assert (counts(shop.apply()), len(shop.ledger())) == ({"spring": "submitted"}, 2)


def test_a_campaign_is_not_given_to_two_records(shop):
    """Both were lost; one was given up, and either may be the campaign that is there now."""
    written = {"at": "2026-12-01 10:00:30"}
    shop = begun(shop, LOST_REQUEST, **written)
    shop.clock.tick(CONCLUSIVE)
    shop.remove("spring")
    shop.apply()  # given up for lost, and archived
    shop.declare("second", **written)
    shop.break_with(LOST_ANSWER)
    shop.apply()
    shop.break_with()
    assert shop.verdicts() == {"second": "ambiguous"}


@pytest.mark.parametrize(
    ("reading", "why"),
    [
        ({"start_timezone": "Europe/London", "response_timezone": "Europe/Kyiv"}, "zone"),
        ({"response_timezone": "UTC"}, "zone"),
        ({"start_seconds": "dropped"}, "seconds"),
    ],
    ids=["the account is elsewhere", "answers are in UTC", "seconds are dropped"],
)
def test_a_provider_that_shows_another_start_is_for_a_person(shop, reading, why):
    shop.seed(readings=reading)
    shop = begun(shop, LOST_ANSWER)
    shop.clock.tick(CONCLUSIVE)
    (action,) = shop.plan().actions
    assert (action.reason, why in action.detail, "54000000" in action.detail) == ("ambiguous", True, True)
    assert (shop.apply().exit_code, len(shop.ledger())) == (3, 1)


ZONES = ["Pacific/Kiritimati", "Europe/London", "America/New_York"]


@pytest.mark.parametrize("dated_by", ["start", "creation"])
@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("hour", [0, 23], ids=lambda hour: f"{hour} h later")
def test_no_account_zone_hides_a_campaign_of_the_last_minute_before_the_horizon(shop, zone, dated_by, hour):
    """The filter and the start are walls in one zone, whichever it is: what may start is never beyond the filter."""
    shop.seed(readings={"start_timezone": zone, "response_timezone": "Europe/Kyiv", "list_filter": dated_by})
    shop.clock.tick(3600 * hour)
    day = 23 if hour < 13 else 24
    shop.declare("spring", at=f"2026-12-{day} 23:59")
    shop.break_with(LOST_ANSWER)
    shop.apply()
    shop.break_with()
    shop.clock.tick(CONCLUSIVE)
    assert (len(shop.ledger()), shop.verdicts()) == (1, {"spring": "ambiguous"})


def test_more_campaigns_than_a_page_holds_hide_nothing(lost):
    submit_by_hand(lost, ["2026-12-01 11:00:00"] * 505)
    assert lost.verdicts() == {"spring": "adopt"}


@pytest.fixture
def bare(shop):
    """A shop that gives its starts no second of their own."""
    shop.settings["fingerprint_start_at"] = False
    return shop


def test_without_seconds_a_campaign_of_another_audience_is_for_a_person(bare):
    bare = begun(bare, LOST_REQUEST)
    bare.submit_by_hand(start_at="2026-12-01 10:00:00", lists=(1864276,))
    (action,) = bare.plan().actions
    assert (action.reason, "is 640, not 1,240" in action.detail) == ("ambiguous", True)


def test_without_seconds_a_campaign_of_the_same_audience_is_adopted(bare):
    bare = begun(bare, LOST_ANSWER)
    assert bare.verdicts() == {"spring": "adopt"}
    bare.apply()
    assert "the same audience or an exclusive account" in bare.record().evidence


def test_an_instant_campaign_is_never_adopted_by_a_machine(shop):
    shop = begun(shop, LOST_ANSWER, at=None)
    shop.clock.tick(CONCLUSIVE)
    assert shop.verdicts() == {"spring": "ambiguous"}


def test_an_instant_campaign_of_an_exclusive_account_is_adopted(shop):
    shop.settings["exclusive"] = True
    shop = begun(shop, LOST_ANSWER, at=None)
    assert shop.verdicts() == {"spring": "adopt"}


def test_an_instant_campaign_of_an_exclusive_account_that_never_arrived_is_submitted_again(shop):
    shop.settings["exclusive"] = True
    shop = begun(shop, LOST_REQUEST, at=None)
    shop.clock.tick(CONCLUSIVE)
    assert (counts(shop.apply()), len(shop.ledger())) == ({"spring": "submitted"}, 1)


def test_a_second_refusal_as_a_duplicate_without_a_copy_is_for_a_person(shop):
    shop.declare("spring")
    shop.break_with(f"{SEND}=duplicate:x2")
    assert (shop.apply(settle=600).exit_code, shop.verdicts()) == (1, {"spring": "duplicate_guard"})
    assert (len(shop.provider.arrivals), shop.ledger()) == (2, [])


def test_a_duplicate_whose_copy_is_there_is_adopted(shop):
    """The answer to the first POST was lost in the provider's own network, which sent it twice."""
    shop.declare("spring")
    shop.break_with(f"{SEND}=duplicate:x1")
    start = shop.plan().actions[0].wire_start_at
    shop.provider.on_answer.append(lambda *_: shop.provider.on_answer.clear() or shop.submit_by_hand(start_at=start))
    applied = shop.apply(settle=180)
    assert (counts(applied), len(shop.ledger())) == ({"spring": "adopted"}, 1)


def test_the_settle_timeout_bounds_how_long_an_apply_waits(shop):
    shop.declare("spring")
    shop.break_with(LOST_REQUEST)
    applied = shop.apply(settle=20)
    assert (applied.exit_code, 20 <= sum(shop.clock.slept) < 31) == (3, True)


def test_what_a_lost_submission_is_told_by_survives_a_day(lost):
    lost.clock.tick(A_DAY)
    assert lost.verdicts() == {"spring": "adopt"}
