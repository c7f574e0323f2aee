"""Whatever the provider does to an apply, each send is made once when the trouble is over, and none is forgotten."""

from itertools import islice

import pytest

from rcsplan.plan.model import Reason
from tests.proof.campaigns import Campaign
from tests.proof.faults import Trouble, every_fault, mixtures_of, play_trouble, play_troubles, troubles_of
from tests.proof.world import BEGINNING, opened_world
from tests.sampling import sampled

CREATE = "POST /api/campaigns/rcs/send-groups"


def promises(played):
    return played.doubles, played.lost, played.undone


KEPT = ([], [], [])


@pytest.mark.parametrize(("endpoint", "kind"), sampled(every_fault(), every=3))
def test_every_send_is_made_once_where_a_fault_strikes_once(tmp_path, endpoint, kind):
    played = play_troubles(tmp_path, islice(troubles_of(endpoint, kind), 1))
    assert promises(played) == KEPT
    assert played.counts["faults"] >= played.counts["troubles"] == 1


@pytest.mark.parametrize(
    ("endpoint", "kind"),
    sampled(sorted(every_fault(), key=lambda fault: fault[0] != "create"), every=20),
)
def test_every_send_is_made_once_however_a_fault_strikes(tmp_path, endpoint, kind):
    played = play_troubles(tmp_path, troubles_of(endpoint, kind))
    assert promises(played) == KEPT
    assert played.counts["faults"] >= played.counts["troubles"] == 3


@pytest.mark.parametrize("seed", sampled(range(2), every=2))
def test_every_send_is_made_once_whatever_mixture_of_faults_strikes(tmp_path, seed):
    assert promises(play_troubles(tmp_path, mixtures_of(seed, 10))) == KEPT


@pytest.mark.full
@pytest.mark.parametrize("seed", range(10, 22))
def test_every_send_is_made_once_under_a_thousand_mixtures_of_faults(tmp_path, seed):
    assert promises(play_troubles(tmp_path, mixtures_of(seed, 100))) == KEPT


def test_a_provider_that_calls_everything_a_duplicate_leads_to_a_block_with_a_way_out(tmp_path):
    played = play_trouble(tmp_path, Trouble(faults=(f"{CREATE}=duplicate",)))
    assert promises(played) == KEPT
    assert played.counts[f"blocked as {Reason.DUPLICATE_GUARD}"] == 4


def test_an_answer_after_the_deadline_is_no_answer_and_its_campaign_is_adopted(tmp_path):
    with opened_world(tmp_path, faults=(f"{CREATE}=slow:61",)) as world:
        world.declare(Campaign("spring", BEGINNING.replace(day=26)))
        run = world.apply()
        record = world.state().sends["spring"].newest
    assert (run.code, record.remote_id, record.evidence[:8]) == (0, 54000000, "Campaign")


def test_an_answer_just_before_the_deadline_is_one(tmp_path):
    with opened_world(tmp_path, faults=(f"{CREATE}=slow:59",)) as world:
        world.declare(Campaign("spring", BEGINNING.replace(day=26)))
        run = world.apply()
        record = world.state().sends["spring"].newest
    assert (run.code, record.remote_id, record.evidence) == (0, 54000000, "")
