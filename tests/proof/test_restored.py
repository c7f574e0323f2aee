"""A state that was lost, or restored from an older copy, is noticed before anything is sent again."""

from dataclasses import replace
from datetime import timedelta

import pytest

from rcsplan.errors import StateDamaged, StateMissing
from rcsplan.plan.model import Reason
from tests.proof.account import SharedAccount
from tests.proof.campaigns import Campaign
from tests.proof.world import BEGINNING

SPRING = Campaign("spring", BEGINNING.replace(day=26))
MOVED = replace(SPRING, at=SPRING.at + timedelta(hours=1))


@pytest.fixture
def account(tmp_path):
    """An account with one send, and a copy of the state from before it was submitted."""
    opened = SharedAccount(tmp_path)
    opened.init()
    opened.copy_state("before")
    opened.declare(SPRING)
    opened.apply()
    opened.wait(minutes=2)
    yield opened
    opened.close()


def reasons(run):
    return [action.reason for action in run.plan.blocked]


def exclusively(account):
    settings = account.project / "rcsplan.yaml"
    settings.write_text(settings.read_text("utf-8").replace("timezone:", "exclusive: true, timezone:"), "utf-8")


def test_what_a_restored_state_does_not_know_is_not_submitted_again(account):
    account.restore_state("before", with_journal=True)
    run = account.apply()
    assert (run.code, reasons(run), len(account.ledger())) == (4, [Reason.LOOKALIKE], 1)


def test_a_state_that_is_gone_stops_everything(account):
    account.lose_state()
    run = account.apply()
    assert (run.code, type(run.error), len(account.ledger())) == (1, StateMissing, 1)


def test_what_a_state_that_was_begun_anew_does_not_know_is_not_submitted_again(account):
    account.lose_state()
    account.init()
    run = account.apply()
    assert (run.code, reasons(run), len(account.ledger())) == (4, [Reason.LOOKALIKE], 1)


def test_an_older_state_beside_the_journal_of_a_newer_one_is_an_error(account):
    account.declare(MOVED)
    account.on_answer.append(lambda method, _: method == "PATCH" and account.fuse.arm(1))
    assert account.apply().crashed
    account.on_answer.clear()
    account.fuse.arm(None)
    account.restore_state("before", with_journal=False)
    run = account.apply()
    assert (run.code, type(run.error), account.doubles()) == (1, StateDamaged, [])


def test_where_nobody_else_submits_a_restored_state_notices_also_what_moved_meanwhile(account):
    exclusively(account)
    account.restore_state("before", with_journal=True)
    account.declare(MOVED)
    run = account.apply()
    assert (run.code, reasons(run), len(account.ledger())) == (4, [Reason.FOREIGN], 1)


def test_where_others_submit_too_a_restored_state_cannot_know_what_moved_meanwhile(account):
    """The limit that the README names: nothing tells the forgotten campaign from one of other people."""
    account.restore_state("before", with_journal=True)
    account.declare(MOVED)
    account.apply()
    assert account.doubles() == ["spring r1 was accepted 2 times", "spring waits 2 times"]
