"""`state resolve`: a person's word on a lost submission, after another look at the account."""

import pytest

from rcsplan.errors import UsageError
from rcsplan.operations.resolve import resolve_as_not_sent, resolve_as_sent
from rcsplan.output.state_history import format_cost
from tests.operations.shop import CONCLUSIVE, SEND

OURS, TWIN = 54000000, 54000001


@pytest.fixture
def disputed(shop):
    """A shop whose submission was accepted without an answer, beside another campaign just like it."""
    shop.declare("spring")
    shop.break_with(f"{SEND}=drop_response:x1", "list_lag:30")
    shop.apply()
    shop.break_with()
    shop.submit_by_hand(start_at=shop.record().wire_start_at)
    shop.apply()
    return shop


def not_sent(shop, address="spring", *, answer=True):
    """What was said before the question, and what came of the answer."""
    said = []
    done = resolve_as_not_sent(shop.target, address, confirm=lambda cost: said.append(cost) or answer)
    return said[0], done


def test_as_sent_the_campaign_is_the_send_and_nothing_is_left_to_do(disputed):
    resolve_as_sent(disputed.target, "spring", OURS)
    assert (disputed.record().remote_id, disputed.record().intent) == (OURS, None)
    assert disputed.verdicts() == {"spring": "none"}


def test_as_sent_it_is_recorded_who_said_so(disputed):
    resolve_as_sent(disputed.target, "spring", OURS)
    assert disputed.record().evidence == "tester@desk resolved it as campaign 54000000."


def test_a_campaign_that_the_account_does_not_hold_is_no_answer(disputed):
    with pytest.raises(UsageError, match="The account has no campaign 7"):
        resolve_as_sent(disputed.target, "spring", 7)


def test_a_campaign_of_another_sender_is_no_answer(disputed):
    other = disputed.submit_by_hand(start_at="2026-12-01 10:00:00", sender="Other")
    with pytest.raises(UsageError, match="another sender") as caught:
        resolve_as_sent(disputed.target, "spring", other)
    assert caught.value.detail == "It was submitted as Other, and the send as Acme."


def test_a_campaign_of_another_record_is_no_answer(disputed):
    disputed.declare("summer", at="2026-12-02 10:00")
    disputed.apply()
    with pytest.raises(UsageError, match="belongs to another record"):
        resolve_as_sent(disputed.target, "spring", disputed.record("summer").remote_id)


@pytest.mark.parametrize("resolve", [lambda shop: resolve_as_sent(shop.target, "spring", OURS), not_sent])
def test_where_nothing_is_open_nothing_is_resolved(shop, resolve):
    shop.declare("spring")
    shop.apply()
    with pytest.raises(UsageError, match="Nothing of 'spring' is open"):
        resolve(shop)


def test_an_address_without_a_record_is_an_error_with_a_suggestion(disputed):
    with pytest.raises(UsageError, match="no record of 'sprin'") as caught:
        not_sent(disputed, "sprin")
    assert "spring" in caught.value.hint


def test_before_a_not_sent_the_account_is_searched_again(disputed):
    third = disputed.submit_by_hand(start_at=disputed.record().wire_start_at, text="Third")
    cost, _ = not_sent(disputed, answer=False)
    assert ({one.id for one in cost.similar}, cost.contacts) == ({OURS, TWIN, third}, 1240)


def test_campaigns_of_another_sender_or_from_before_are_not_similar(disputed):
    disputed.submit_by_hand(start_at="2026-12-01 10:00:00", sender="Other")
    cost, _ = not_sent(disputed, answer=False)
    assert {one.id for one in cost.similar} == {OURS, TWIN}


def test_what_a_wrong_answer_costs_is_said(disputed):
    cost, _ = not_sent(disputed, answer=False)
    text = format_cost(cost)
    assert "If it was sent after all, 1,240 contacts of spring get the message twice." in text
    assert "It may be campaign 54000000: same sender, starts 2026-12-01 08:00:" in text


@pytest.mark.parametrize(("seconds", "warned"), [(CONCLUSIVE - 10, True), (CONCLUSIVE, False)])
def test_while_it_may_still_be_on_its_way_that_is_said(disputed, seconds, warned):
    disputed.clock.tick(seconds)
    cost, _ = not_sent(disputed, answer=False)
    assert ("may still be on its way, until 2026-11-24 09:02:30 UTC" in format_cost(cost)) == warned


def test_a_no_changes_nothing(disputed):
    before = disputed.record()
    assert (not_sent(disputed, answer=False)[1], disputed.record()) == (False, before)


def test_as_not_sent_its_candidates_are_of_others_and_it_is_submitted_again(disputed):
    assert not_sent(disputed)[1]
    assert disputed.state().not_ours == (OURS, TWIN)
    assert disputed.verdicts() == {"spring": "resubmit"}
    disputed.clock.tick(60)
    disputed.apply()
    assert (len(disputed.ledger()), disputed.verdicts()) == (3, {"spring": "none"})


def test_as_not_sent_a_lost_one_is_watched_until_its_start(shop):
    shop.declare("spring")
    shop.break_with(f"{SEND}=drop_request:x1")
    shop.apply()
    cost, _ = not_sent(shop)
    assert (cost.similar, len(shop.record().watched)) == ((), 1)
    assert "it shows no campaign that looks like it" in format_cost(cost)
