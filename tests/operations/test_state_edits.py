"""Mending the state: what is moved, forgotten, put to rest, disowned and accepted, and what is refused."""

import dataclasses

import pytest

from rcsplan.errors import StateMismatch, UsageError
from rcsplan.operations.state_edits import accept_account, disown, forget, move, skip
from rcsplan.state.model import Account
from tests.operations.shop import SEND

OTHER = Account(base_url="https://other.example", key_fingerprint="ffffffffffffffff")


@pytest.fixture
def sold(shop):
    """A shop with one scheduled send."""
    shop.declare("spring")
    shop.apply()
    return shop


def test_a_moved_record_is_the_same_send_under_another_name(sold):
    move(sold.target, "spring", "summer")
    sold.remove("spring")
    sold.declare("summer", text="Hello from spring")
    assert (sold.verdicts(), sold.state().sends["summer"].former) == ({"summer": "none"}, ("spring",))


def test_a_move_onto_records_is_refused(sold):
    sold.declare("summer", at="2026-12-02 10:00")
    sold.apply()
    with pytest.raises(UsageError, match="already has records of 'summer'"):
        move(sold.target, "spring", "summer")


def test_a_move_of_what_has_no_record_is_refused_with_a_suggestion(sold):
    with pytest.raises(UsageError, match="no record of 'sprin'") as caught:
        move(sold.target, "sprin", "summer")
    assert "spring" in caught.value.hint


def test_a_move_to_what_is_no_address_is_refused(sold):
    with pytest.raises(UsageError, match="That is no address"):
        move(sold.target, "spring", "Spring Sale!")


def test_what_is_stopped_is_forgotten_and_may_be_submitted_again(sold):
    sold.remove("spring")
    sold.apply(allow_mass_stop=True)
    (forgotten,) = forget(sold.target, "spring")
    sold.declare("spring")
    assert (forgotten.remote_id, sold.verdicts()) == (54000000, {"spring": "submit"})


def test_what_may_still_send_is_not_forgotten(sold):
    with pytest.raises(UsageError, match="spring may still send: campaign 54000000") as caught:
        forget(sold.target, "spring")
    assert caught.value.hint == "Stop it first: rcsplan stop spring"


def test_what_may_have_been_sent_is_not_forgotten(shop):
    shop.declare("spring")
    shop.break_with(f"{SEND}=drop_request:x1")
    shop.apply()
    with pytest.raises(UsageError, match="What became of spring is not settled"):
        forget(shop.target, "spring")


def test_a_missed_send_is_put_to_rest_by_name(sold):
    sold.declare("late", at="2026-11-20 10:00")
    assert (sold.verdicts()["late"], skip(sold.target, ("late",), missed=False)) == ("missed", ("late",))
    assert sold.verdicts()["late"] == "none"


def test_all_missed_sends_are_put_to_rest_together(shop):
    shop.declare("one", at="2026-11-20 10:00")
    shop.declare("two", at="2026-11-21 10:00")
    assert sorted(skip(shop.target, (), missed=True)) == ["one", "two"]
    assert shop.verdicts() == {"one": "none", "two": "none"}


def test_where_nothing_was_missed_nothing_is_put_to_rest(sold):
    assert skip(sold.target, (), missed=True) == ()


def test_what_was_not_missed_is_not_put_to_rest(sold):
    with pytest.raises(UsageError, match="'spring' was not missed"):
        skip(sold.target, ("spring",), missed=False)


def test_a_missed_revision_that_rises_is_sent_after_all(shop):
    shop.declare("late", at="2026-11-20 10:00")
    skip(shop.target, (), missed=True)
    shop.declare("late", revision=2)
    assert shop.verdicts() == {"late": "submit"}


def test_a_disowned_lookalike_holds_up_nothing(shop):
    other = shop.submit_by_hand(start_at="2026-12-01 10:00:00")
    shop.declare("spring")
    assert shop.verdicts() == {"spring": "lookalike"}
    disown(shop.target, (other,))
    assert shop.verdicts() == {"spring": "submit"}


def test_campaigns_are_disowned_once(shop):
    disown(shop.target, (7, 8))
    disown(shop.target, (8, 7))
    assert shop.state().not_ours == (7, 8)


def test_a_campaign_of_ours_is_not_disowned(sold):
    with pytest.raises(UsageError, match="Campaign 54000000 belongs to a record of this state"):
        disown(sold.target, (54000000,))


def renamed(shop, account):
    """The target when the account is known by another key."""
    provider = dataclasses.replace(shop.provider)
    provider.account = account
    return dataclasses.replace(shop.target, provider=provider)


def test_an_account_is_accepted_where_it_holds_all_live_campaigns(sold):
    target = renamed(sold, OTHER)
    assert (accept_account(target), sold.state().account) == (1, OTHER)


def test_an_account_that_lacks_a_live_campaign_is_not_accepted(sold):
    sold.sandbox.reset()
    with pytest.raises(StateMismatch, match="Campaign 54000000 of spring is not in this account"):
        accept_account(renamed(sold, OTHER))
    assert sold.state().account != OTHER


def test_what_has_ended_needs_not_be_in_the_account(sold):
    sold.clock.tick(20 * 86400)
    sold.apply()
    sold.sandbox.reset()
    assert accept_account(renamed(sold, OTHER)) == 0


def test_without_a_state_no_account_is_accepted(shop):
    with pytest.raises(UsageError, match="There is no state"):
        accept_account(shop.target)
