"""A state that was lost, or restored from an old backup, never makes anything be sent a second time."""

from datetime import timedelta

import pytest

from rcsplan.errors import StateMissing
from rcsplan.plan.model import Reason
from tests.backend.stores import lock
from tests.proof.campaigns import Campaign
from tests.proof.world import BEGINNING

SALE = Campaign("sale", at=BEGINNING + timedelta(days=3))
NEWS = Campaign("news", at=BEGINNING + timedelta(days=4))


@pytest.fixture
def restore(world, open_at):
    """Puts an old copy of the state in the place of the present one, in a store that knows nothing of later ones."""

    def put_back(copy):
        with lock(open_at("restored")) as session:
            session.create(copy)
        world.open_store = lambda _: open_at("restored")

    return put_back


def reasons(run):
    """Why what is blocked is blocked."""
    return {action.address: action.reason for action in run.plan.blocked}


def accepted(world):
    """How many submissions the provider accepted."""
    return len(world.ledger())


def test_a_restored_state_blocks_what_was_submitted_since(world, restore):
    world.declare(SALE)
    world.apply()
    backup = world.state()
    world.declare(NEWS)
    world.apply()
    restore(backup)
    run = world.apply()
    assert (run.code, reasons(run), accepted(world)) == (4, {"news": Reason.LOOKALIKE}, 2)


def test_a_restored_state_stays_blocked_however_often_it_is_applied(world, restore):
    backup = world.state()
    world.declare(SALE)
    world.apply()
    restore(backup)
    assert (world.converge().code, accepted(world)) == (4, 1)


def test_what_a_restored_state_still_knows_is_not_blocked(world, restore):
    world.declare(SALE)
    world.apply()
    restore(world.state())
    assert (world.apply().code, accepted(world)) == (0, 1)


def test_a_new_version_that_a_restored_state_does_not_know_is_not_sent_again(world, restore):
    world.declare(SALE)
    world.apply()
    backup = world.state()
    world.declare(Campaign("sale", at=SALE.at, version=2))
    world.apply()
    restore(backup)
    world.converge()
    assert (accepted(world), world.doubles()) == (2, [])


def test_a_new_revision_that_a_restored_state_does_not_know_is_not_sent_again(world, restore):
    world.declare(SALE)
    world.apply()
    backup = world.state()
    world.declare(Campaign("sale", at=SALE.at + timedelta(hours=2), revision=2))
    world.apply()
    restore(backup)
    world.converge()
    assert (accepted(world), world.doubles()) == (2, [])


def test_a_restored_state_with_an_open_intent_finds_its_campaign_again(world, restore):
    world.declare(SALE)
    world.faults = ("POST /api/campaigns/rcs/*=drop_response:x1",)
    world.apply(settle_timeout=0.0)
    backup = world.state()
    world.converge()
    restore(backup)
    assert (world.converge().code, accepted(world), world.lost()) == (0, 1, [])


def test_an_exclusive_account_notices_also_what_was_rescheduled_since(world, restore):
    project = world.project / "rcsplan.yaml"
    project.write_text(project.read_text().replace("timezone: Europe/Kyiv", "timezone: Europe/Kyiv, exclusive: true"))
    backup = world.state()
    world.declare(SALE)
    world.apply()
    restore(backup)
    world.declare(Campaign("sale", at=SALE.at + timedelta(hours=5)))
    run = world.apply()
    assert (run.code, reasons(run), accepted(world)) == (4, {"sale": Reason.FOREIGN}, 1)


def test_where_the_state_is_gone_nothing_is_planned_or_sent(world, open_at):
    world.declare(SALE)
    world.apply()
    world.open_store = lambda _: open_at("nowhere")
    assert [type(run.error) for run in (world.plan(), world.apply())] == [StateMissing, StateMissing]
    assert (accepted(world), open_at("nowhere").load()) == (1, None)


def test_a_state_that_is_begun_anew_remembers_the_newest_campaign(world, open_at):
    world.declare(SALE)
    world.apply()
    world.open_store = lambda _: open_at("anew")
    world.init()
    assert world.state().baseline_id == world.ledger()[-1]["id"]


def test_a_state_that_is_begun_anew_blocks_what_the_account_already_holds(world, open_at):
    world.declare(SALE, NEWS)
    world.apply()
    world.open_store = lambda _: open_at("anew")
    world.init()
    run = world.converge()
    assert (run.code, reasons(run)) == (4, {"sale": Reason.LOOKALIKE, "news": Reason.LOOKALIKE})
    assert accepted(world) == 2


def test_a_state_that_is_begun_anew_submits_what_is_new(world, open_at):
    world.declare(SALE)
    world.apply()
    world.open_store = lambda _: open_at("anew")
    world.init()
    world.declare(NEWS)
    world.apply()
    assert (accepted(world), world.doubles()) == (2, [])
