"""What a store did not confirm is kept on this machine, blocks the next run, and is recorded when the store is back."""

from datetime import timedelta

import pytest

from rcsplan.errors import LockLost, StateError, StateMissing, StateUnwritable
from rcsplan.operations.recover import discard, kept_outcomes, recover
from rcsplan.operations.stop import live_campaigns, stop_campaigns
from rcsplan.state.model import PutRecord
from rcsplan.state.recovery import Fate
from tests.backend.stores import lock
from tests.operations.faulty import FaultyStore, Outage, lock_lost, unwritable
from tests.operations.kinds import THOROUGH
from tests.proof.campaigns import Campaign
from tests.proof.world import BEGINNING

SALE = Campaign("sale", at=BEGINNING + timedelta(days=3))
NEWS = Campaign("news", at=BEGINNING + timedelta(days=4), sender="Other")

#: The writes of a first apply: the intent is the first, the outcome the second.
INTENT, OUTCOME = 1, 2


@pytest.fixture
def broken(world, open_at):
    """A world whose store was away when the outcome of a submission was to be recorded, and is back; and that run."""

    def break_down(*, at=OUTCOME, error=unwritable, taken=False):
        outage = Outage(at=at, error=error(), taken=taken)
        world.open_store = lambda _: FaultyStore(open_at("state"), outage)
        world.declare(SALE)
        run = world.apply()
        world.open_store = lambda _: open_at("state")
        return run

    return break_down


def fates(world):
    return {result.entry.address: result.fate for result in recover(world.target())}


def test_the_error_tells_what_was_not_recorded_and_how_it_gets_into_the_state(world, broken):
    run = broken()
    assert (run.error.summary, type(run.error)) == ("The store cannot be written", StateUnwritable)
    assert f"sale: campaign {world.ledger()[0]['id']}" in run.error.detail
    assert "rcsplan state recover" in run.error.hint


def test_an_intent_that_was_not_confirmed_was_not_posted_and_is_not_kept(world, broken):
    run = broken(at=INTENT)
    assert (run.error.hint, world.ledger(), kept_outcomes(world.target())) == ("Wait until it is back.", [], ())


def test_after_a_broken_lock_nothing_is_kept_for_its_next_holder_looks_into_the_account(world, broken):
    assert (type(broken(error=lock_lost).error), kept_outcomes(world.target())) == (LockLost, ())
    assert (world.converge().code, world.lost(), len(world.ledger())) == (0, [], 1)


@pytest.mark.parametrize("command", ["apply", "plan"])
def test_until_it_is_recorded_nothing_is_planned_or_applied(world, broken, command):
    broken()
    run = getattr(world, command)()
    assert (run.code, run.error.hint) == (1, "Record it first:\nrcsplan state recover")
    assert (run.error.detail.endswith("of sale."), len(world.ledger())) == (True, 1)


def test_it_is_recorded_and_everything_goes_on(world, broken):
    broken()
    assert fates(world) == {"sale": Fate.RECORD}
    assert (world.lost(), world.apply().code, len(world.ledger())) == ([], 0, 1)


def test_recording_it_again_changes_nothing(world, broken):
    broken()
    recover(world.target())
    before = world.state()
    assert (recover(world.target()), world.state().serial) == ((), before.serial)


def test_a_write_that_arrived_without_an_answer_is_known(world, broken):
    broken(taken=True)
    assert fates(world) == {"sale": Fate.KNOWN}
    assert (world.apply().code, len(world.ledger())) == (0, 1)


def test_what_another_machine_found_out_meanwhile_is_known(world, broken):
    broken()
    recovery = world.target().recovery
    aside = world.folder / "aside"
    (world.project / ".rcsplan/production.recovery").rename(aside)
    world.converge()
    aside.rename(recovery.location)
    assert fates(world) == {"sale": Fate.KNOWN}
    assert (world.lost(), len(world.ledger())) == ([], 1)


@pytest.fixture
def contradicted(world, broken):
    """A world in which a person settled the submission in another way before it was recorded."""
    broken()
    record = world.state().sends["sale"].newest
    settled = record.model_copy(update={"intent": None, "watched": (record.intent,)})
    with lock(world.target().store) as session:
        session.record([PutRecord(address="sale", record=settled)])
        session.save()
    return settled


def test_what_was_settled_in_another_way_is_shown_and_not_overwritten(world, contradicted):
    (result,) = recover(world.target())
    assert (result.fate, result.present, world.state().sends["sale"].newest) == (
        Fate.CONFLICT,
        contradicted,
        contradicted,
    )


def test_a_contradiction_stays_until_a_person_discards_it(world, contradicted):
    recover(world.target())
    assert isinstance(world.apply().error, StateError)
    discard(world.target())
    assert (kept_outcomes(world.target()), world.plan().error) == ((), None)


def test_a_stop_in_an_emergency_does_not_wait_for_what_is_to_be_recorded(world, broken):
    world.declare(NEWS)
    world.apply()
    broken()
    live = live_campaigns(world.target(), ("news",))
    assert [one.problem for one in stop_campaigns(world.target(), live, lock_timeout=0)] == [""]


@pytest.fixture
def stopped(world, open_at):
    """A world in which a campaign was stopped while the store was away, and is back; and what was told of it."""
    world.declare(NEWS)
    world.apply()
    outage = Outage(at=1, error=unwritable())
    live = live_campaigns(world.target(), ("news",))
    world.open_store = lambda _: FaultyStore(open_at("state"), outage)
    with pytest.raises(StateError) as caught:
        stop_campaigns(world.target(), live, lock_timeout=0)
    world.open_store = lambda _: open_at("state")
    return caught.value


def test_a_stop_that_could_not_be_recorded_is_kept(world, stopped):
    assert f"news: campaign {world.ledger()[0]['id']}, stopped" in stopped.detail
    assert fates(world) == {"news": Fate.RECORD}
    assert world.state().sends["news"].newest.stop.confirmed_at is not None


def test_a_stop_that_was_recorded_late_is_ours_and_no_drift(world, stopped):
    recover(world.target())
    assert (world.apply().code, [entry["status"] for entry in world.ledger()]) == (0, ["stopped"])


def test_what_is_kept_of_another_state_blocks_nobody(world, broken, open_at):
    broken()
    world.wait(minutes=1)
    world.open_store = lambda _: open_at("another")
    world.init()
    assert (world.plan().error, recover(world.target())) == (None, ())


def test_where_the_state_is_gone_nothing_can_be_recorded(world, broken, open_at):
    broken()
    world.open_store = lambda _: open_at("nowhere")
    with pytest.raises(StateMissing):
        recover(world.target())


def test_where_nothing_can_be_kept_either_the_error_says_so(world, broken):
    in_the_way = world.project / ".rcsplan/production.recovery"
    world.on_answer.append(lambda *_: in_the_way.mkdir(parents=True, exist_ok=True))
    run = broken()
    assert f"sale: campaign {world.ledger()[0]['id']}" in run.error.detail
    assert "These outcomes could not be kept on this machine either" in run.error.hint


@pytest.mark.parametrize("kind", THOROUGH, indirect=True)
@pytest.mark.parametrize("taken", [False, True])
@pytest.mark.parametrize("at", range(1, 9))
def test_wherever_the_store_fails_nothing_is_sent_twice_or_lost(world, open_at, at, taken):
    outage = Outage(at=at, error=unwritable(), taken=taken)
    world.open_store = lambda _: FaultyStore(open_at("state"), outage)
    world.declare(SALE, NEWS)
    world.apply(parallelism=2)
    world.open_store = lambda _: open_at("state")
    recover(world.target())
    assert (world.converge().code, world.doubles(), world.lost(), len(world.ledger())) == (0, [], [], 2)
