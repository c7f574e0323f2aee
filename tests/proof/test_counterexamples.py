"""What drawn histories found, each as the shortest history that shows the truth it broke."""

from dataclasses import replace
from datetime import timedelta

import pytest

from rcsplan.errors import UsageError
from rcsplan.operations.state_edits import skip
from rcsplan.plan.model import Reason
from tests.proof.account import SharedAccount
from tests.proof.campaigns import Campaign
from tests.proof.people import resolve_truthfully, stop_what_came_too_late
from tests.proof.world import BEGINNING

MORNING = BEGINNING.replace(day=25)
SPRING = Campaign("spring", MORNING)


@pytest.fixture
def account(tmp_path):
    opened = SharedAccount(tmp_path)
    opened.init()
    yield opened
    opened.close()


def apply_and_lose(account, *campaigns, for_hours):
    """An apply whose first submission arrives hours later, and is made once more meanwhile."""
    account.declare(*campaigns)
    account.hold_back = timedelta(hours=for_hours)
    account.apply()


def waiting(account):
    return [entry["payload"]["options"]["text"] for entry in account.ledger() if entry["status"] == "scheduled"]


def test_an_earlier_version_that_arrives_late_is_known_by_the_start_that_it_had(account):
    apply_and_lose(account, SPRING, for_hours=2)
    account.declare(replace(SPRING, at=MORNING + timedelta(hours=5)))
    account.apply()
    account.wait(hours=3)
    run = account.apply()
    assert [str(action.action) for action in run.plan.actions] == ["stop"]
    assert (account.doubles(), account.lost()) == ([], [])


def test_an_earlier_version_that_arrives_late_is_replaced_by_what_the_manifest_says(account):
    apply_and_lose(account, SPRING, for_hours=2)
    account.declare(replace(SPRING, at=MORNING + timedelta(hours=5), sender="Beta", version=2))
    account.apply()
    account.wait(hours=3)
    account.apply()
    resolve_truthfully(account, "spring")
    run = account.converge()
    assert (run.code, account.doubles(), account.lost(), account.undone()) == (0, [], [], [])
    assert waiting(account) == ["spring r1 v2"]


def test_an_earlier_revision_that_arrives_late_is_stopped_also_where_its_copy_was(account):
    apply_and_lose(account, SPRING, for_hours=5)
    account.stop("spring")
    account.declare(replace(SPRING, revision=2))
    account.apply()
    account.wait(hours=6)
    account.apply()
    assert (account.doubles(), account.lost(), waiting(account)) == ([], [], ["spring r2 v1"])
    assert account.converge().code == 0


def test_a_late_copy_of_what_was_sent_meanwhile_blocks_until_it_is_stopped(account):
    apply_and_lose(account, SPRING, for_hours=5)
    account.declare(replace(SPRING, at=BEGINNING + timedelta(hours=1)))
    account.apply()
    account.wait(hours=6)
    (action,) = account.apply().plan.blocked
    assert action.way_out.startswith("To stop the late one before it starts: rcsplan stop spring\n")
    stop_what_came_too_late(account)
    assert (account.doubles(), account.lost(), waiting(account)) == ([], [], [])


def test_what_is_still_scheduled_is_not_put_to_rest(account):
    account.declare(SPRING)
    account.apply()
    account.declare(replace(SPRING, at=account.clock() + timedelta(minutes=1)))
    with pytest.raises(UsageError, match="is still scheduled"):
        skip(account.target(), ("spring",), missed=False)
    assert skip(account.target(), (), missed=True) == ()


def test_what_others_stopped_blocks_also_when_it_gets_a_new_time_after_its_own(account):
    account.declare(SPRING)
    account.apply()
    account.others_stop(54000000)
    account.wait(days=2)
    account.declare(replace(SPRING, at=SPRING.at + timedelta(days=3)))
    (action,) = account.apply().plan.actions
    assert (str(action.action), action.reason) == ("blocked", Reason.DRIFT)
