"""One stop: recorded before it is asked for, repeated until its outcome is known, and checked to have sent nothing."""

from datetime import timedelta

import pytest

from rcsplan.apply.gate import Limits
from rcsplan.bsg.wire import CampaignInfo
from rcsplan.errors import LockLost, NotSent, OutcomeUnknown, ProviderError, Rejected
from rcsplan.state.model import StopCause
from rcsplan.state.phase import Phase, phase_of
from tests.apply.rig import SEND_PATH, STOP, happenings
from tests.builders import NOW, make_scheduled, make_scheduled_in, make_send

OLD, NEW = make_send(text="Old"), make_send(text="New")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def live(rig):
    """A rig whose old version is submitted and scheduled, a minute ago."""
    return submitted(rig, OLD)


def submitted(rig, send):
    rig.apply(send)
    rig.apply(send)  # now the state also holds what the provider tells of it
    rig.arrivals.clear()
    rig.told.clear()
    rig.clock.tick(60)
    rig.clock.slept.clear()
    return rig


def statuses(rig):
    return [entry["status"] for entry in rig.ledger()]


def test_a_replacement_stops_confirms_and_submits(live):
    events = live.apply(NEW)
    assert [str(event.happening) for event in events] == ["stopped", "submitted"]
    assert [path.rpartition("/")[2] for path, _ in live.arrivals] == ["stop", "send-groups"]
    assert statuses(live) == ["stopped", "scheduled"]


def test_a_replacement_remembers_what_it_replaced(live):
    old = live.record().remote_id
    live.apply(NEW)
    (superseded,) = live.record().superseded
    assert (superseded.remote_id, superseded.digest, superseded.stopped_at) == (old, OLD.digest, live.clock())


def test_a_raised_revision_keeps_both_records(live):
    live.apply(make_send(text="New", revision=2))
    first, second = live.record(revision=1), live.record(revision=2)
    assert (phase_of(first), phase_of(second)) == (Phase.WITHDRAWN, Phase.WAITING)


def test_a_removal_stops_and_archives(live):
    (event,) = live.apply()
    record = live.record()
    assert (str(event.happening), statuses(live)) == ("stopped", ["stopped"])
    assert (record.archived_at, record.stop.cause, record.stop.confirmed_at) == (
        live.clock(),
        StopCause.REMOVE,
        live.clock(),
    )


def test_a_stop_for_a_start_beyond_the_horizon_keeps_the_record_current(live):
    live.apply(make_send(schedule=make_scheduled("2027-01-20 10:00:00")))
    record = live.record()
    assert (record.archived_at, record.stop.cause) == (None, StopCause.REPLACE)


def test_a_stop_is_on_disk_before_it_is_asked_for(live):
    seen = []
    live.on_arrival.append(lambda *_: seen.append(live.record().stop))
    live.apply()
    assert [(stop.opened_at, stop.confirmed_at) for stop in seen] == [(live.clock(), None)]


@pytest.mark.parametrize("fault", ["drop_request", "drop_response", "error_before", "error_after", "refuse", "garbage"])
def test_a_stop_is_repeated_until_its_outcome_is_known(live, fault):
    live.break_with(f"{STOP}={fault}:x2")
    events = live.apply(NEW)
    assert [str(event.happening) for event in events] == ["stopped", "submitted"]
    assert (len(live.stops()), live.clock.slept) == (3, [0.5, 1.0])


@pytest.mark.parametrize("fault", ["drop_request", "drop_response", "error_before"])
def test_after_a_stop_of_unknown_outcome_nothing_is_submitted(live, fault):
    live.break_with(f"{STOP}={fault}")
    stop, submit = live.apply(NEW)
    assert (str(stop.happening), type(stop.error), len(live.stops())) == ("unknown", OutcomeUnknown, 4)
    assert (str(submit.happening), submit.detail) == ("not_started", "its earlier version was not stopped")
    assert (live.posts(), live.record().stop.confirmed_at) == ([], None)


def test_a_lost_stop_that_was_executed_is_ours_when_it_is_seen(live):
    live.break_with(f"{STOP}=drop_response")
    live.apply(NEW)
    live.break_with()
    assert happenings(live.apply(NEW)) == {"spring-sale": "submitted"}


def test_a_stop_that_never_left_is_taken_back(live):
    live.break_with(f"{STOP}=refuse")
    stop, submit = live.apply(NEW)
    assert (str(stop.happening), type(stop.error), str(submit.happening)) == ("failed", NotSent, "not_started")
    assert (live.record().stop, statuses(live)) == (None, ["scheduled"])


def test_after_a_stop_that_never_left_the_stop_of_somebody_else_is_theirs(live):
    live.break_with(f"{STOP}=refuse")
    live.apply(NEW)
    live.break_with()
    with live.running() as (_, client):
        client.stop(live.record().remote_id)
    assert (live.apply(OLD), live.posts(), phase_of(live.record())) == ((), [], Phase.STOPPED_OUTSIDE)


def test_a_stop_that_may_have_arrived_is_unknown_though_later_ones_never_left(live):
    live.break_with(f"{STOP}=drop_response:x1", f"{STOP}=refuse")
    stop, _ = live.apply(NEW)
    assert (str(stop.happening), live.record().stop is not None, live.posts()) == ("unknown", True, [])


def test_a_campaign_that_had_sent_something_is_not_followed_by_another(rig):
    live = submitted(rig, make_send(text="Old", schedule=make_scheduled_in(10 * MINUTE)))
    live.on_arrival.append(lambda *_: live.clock.tick(600))
    stop, submit = live.apply(make_send(text="New"))
    assert (str(stop.happening), str(submit.happening), live.posts()) == ("failed", "not_started", [])
    assert "had sent" in stop.detail
    assert (phase_of(live.record()), statuses(live)) == (Phase.ENDED, ["stopped"])


def test_a_campaign_that_has_ended_refuses_its_stop(rig):
    live = submitted(rig, make_send(text="Old", schedule=make_scheduled_in(10 * MINUTE)))
    live.on_arrival.append(lambda *_: live.clock.tick(7 * 86400))
    stop, submit = live.apply(make_send(text="New"))
    assert (str(stop.happening), type(stop.error), str(submit.happening)) == ("failed", Rejected, "not_started")
    assert (live.record().stop, live.posts()) == (None, [])


class Blind:
    """A client that, after a stop, cannot see what became of the campaign, or sees something else."""

    shown = None

    def __init__(self, client):
        self._client = client
        self._asked = False

    def __getattr__(self, name):
        return getattr(self._client, name)

    def stop(self, campaign_id):
        self._asked = True
        return self._client.stop(campaign_id)

    def campaign(self, campaign_id):
        if not self._asked:
            return self._client.campaign(campaign_id)
        if self.shown is None:
            raise ProviderError("The provider did not answer")
        return CampaignInfo(id=campaign_id, status=self.shown)


class SeesItScheduled(Blind):
    shown = "scheduled"


class LosesSight(Blind):
    """A client whose stop is executed, its answer lost, and which then finds out no more."""

    def stop(self, campaign_id):
        if self._asked:
            raise ProviderError("The provider answered with status 500")
        super().stop(campaign_id)
        raise OutcomeUnknown("The provider's answer did not arrive")


def test_a_stop_that_may_have_arrived_is_unknown_though_a_later_one_failed(live):
    live.open_client = LosesSight
    (event,) = live.apply()
    assert (str(event.happening), statuses(live)) == ("unknown", ["stopped"])
    assert live.record().stop is not None


@pytest.mark.parametrize(("client", "happening"), [(Blind, "unknown"), (SeesItScheduled, "failed")])
def test_a_stop_that_is_not_confirmed_is_not_followed_by_another(live, client, happening):
    live.open_client = client
    stop, submit = live.apply(NEW)
    assert (str(stop.happening), str(submit.happening), live.posts()) == (happening, "not_started", [])
    assert live.record().stop.confirmed_at is None


@pytest.mark.parametrize(("seconds", "happening"), [(60, "stopped"), (61, "not_started")])
def test_the_stop_margin_is_checked_right_before_the_stop(rig, seconds, happening):
    live = submitted(rig, make_send(text="Old", schedule=make_scheduled_in(7 * MINUTE)))
    ticks = iter([seconds])
    live.on_event.append(lambda _: live.clock.tick(next(ticks, 0)))
    assert str(live.apply(NEW)[0].happening) == happening


@pytest.mark.parametrize(("seconds", "happening"), [(60, "stopped"), (61, "not_started")])
def test_nothing_is_stopped_where_no_room_is_left_for_its_successor(live, seconds, happening):
    successor = make_send(text="New", schedule=make_scheduled_in(8 * MINUTE, now=live.clock()))
    ticks = iter([seconds])
    live.on_event.append(lambda _: live.clock.tick(next(ticks, 0)))
    assert str(live.apply(successor)[0].happening) == happening


def test_a_margin_that_ran_out_while_the_stop_was_recorded_takes_it_back(rig):
    live = submitted(rig, make_send(text="Old", schedule=make_scheduled_in(7 * MINUTE)))
    ticks = iter([61])
    stop, _ = live.apply(NEW, meddle=lambda: live.clock.tick(next(ticks, 0)))
    assert (str(stop.happening), live.stops(), live.record().stop) == ("not_started", [], None)


def test_a_hold_while_the_stop_was_recorded_takes_it_back(live):
    stop, submit = live.apply(NEW, meddle=lambda: setattr(live, "hold", "there is a HOLD"))
    assert (stop.detail, str(submit.happening)) == ("there is a HOLD", "not_started")
    assert (live.arrivals, live.record().stop) == ([], None)


def test_a_margin_that_runs_out_between_attempts_ends_them(rig):
    live = submitted(rig, make_send(text="Old", schedule=make_scheduled_in(7 * MINUTE)))
    live.break_with(f"{STOP}=drop_request")
    live.on_arrival.append(lambda *_: live.clock.tick(61))
    stop, _ = live.apply(NEW)
    assert (str(stop.happening), len(live.stops())) == ("unknown", 1)


def test_after_a_failed_stop_the_next_run_tries_again(live):
    live.break_with(f"{STOP}=refuse")
    live.apply(NEW)
    live.break_with()
    live.clock.tick(60)
    assert [str(event.happening) for event in live.apply(NEW)] == ["stopped", "submitted"]


def test_a_replacement_that_is_refused_leaves_nothing_live(live):
    stop, submit = live.apply(make_send(text="x" * 4000))
    assert (str(stop.happening), str(submit.happening)) == ("stopped", "failed")
    assert (statuses(live), len(live.posts())) == (["stopped"], 1)


def test_the_only_post_of_a_replacement_is_the_new_version(live):
    live.apply(NEW)
    assert [body["options"]["text"] for path, body in live.arrivals if path == SEND_PATH] == ["New"]
    assert live.record().stop is None
    assert live.record().submitted_at > NOW


#: The intent's time to live, the deadline of a request, the settle time.
CONCLUSIVE = 30 + 60 + 60


def lose_a_stop(live, fault="drop_request"):
    live.limits = Limits(attempts=1)
    live.break_with(f"{STOP}={fault}")
    live.apply(NEW)
    live.break_with()


def stop_by_hand(live):
    with live.running() as (_, client):
        client.stop(live.record().remote_id)


def test_until_when_a_stop_may_be_asked_for_is_on_disk_before_it_is(live):
    seen = []
    live.on_arrival.append(lambda *_: seen.append(live.record().stop))
    live.apply()
    assert [stop.not_after for stop in seen] == [live.clock() + timedelta(seconds=30)]
    assert live.record().stop.not_after is None


@pytest.mark.parametrize(("seconds", "forgotten"), [(CONCLUSIVE, False), (CONCLUSIVE + 1, True)])
def test_a_lost_stop_is_forgotten_when_it_can_no_longer_happen(live, seconds, forgotten):
    lose_a_stop(live)
    live.clock.tick(seconds)
    live.apply(OLD)
    assert (live.record().stop is None, statuses(live)) == (forgotten, ["scheduled"])


def test_after_that_the_stop_of_somebody_else_is_theirs(live):
    lose_a_stop(live)
    live.clock.tick(CONCLUSIVE + 1)
    live.apply(OLD)
    stop_by_hand(live)
    assert (live.apply(OLD), phase_of(live.record())) == ((), Phase.STOPPED_OUTSIDE)


def test_while_a_lost_stop_may_still_happen_it_is_ours_when_it_is_seen(live):
    lose_a_stop(live)
    live.clock.tick(CONCLUSIVE)
    live.apply(OLD)
    stop_by_hand(live)  # as if the lost request had arrived at last
    live.clock.tick(3600)
    assert (happenings(live.apply(OLD)), statuses(live)) == ({"spring-sale": "submitted"}, ["stopped", "scheduled"])


def test_a_lost_stop_that_happened_stays_ours_for_good(live):
    lose_a_stop(live, "drop_response")
    live.clock.tick(3600)
    assert happenings(live.apply(NEW)) == {"spring-sale": "submitted"}


def test_each_attempt_is_announced_for_itself(live):
    seen = []
    live.on_arrival.append(lambda *_: seen.append(live.record().stop.not_after - live.clock()))
    live.break_with(f"{STOP}=drop_request:x2")
    live.apply()
    assert seen == [timedelta(seconds=30)] * 3


def test_a_stop_that_took_too_long_to_record_is_taken_back(live):
    ticks = iter([30])
    stop, submit = live.apply(NEW, meddle=lambda: live.clock.tick(next(ticks, 0)))
    assert (str(stop.happening), live.stops(), live.record().stop) == ("not_started", [], None)
    assert (stop.detail, str(submit.happening)) == ("recording the stop took longer than it is valid", "not_started")


def test_a_hold_between_attempts_leaves_a_stop_of_unknown_outcome(live):
    live.break_with(f"{STOP}=drop_request")
    live.clock.on_sleep.append(lambda: setattr(live, "hold", "there is a HOLD"))
    stop, _ = live.apply(NEW)
    assert (str(stop.happening), len(live.stops()), live.record().stop is not None) == ("unknown", 1, True)


def test_a_lock_that_was_lost_between_attempts_ends_the_run(live):
    live.break_with(f"{STOP}=drop_request")
    live.clock.on_sleep.append(live.store.unlock)
    with pytest.raises(LockLost):
        live.apply(NEW)
    assert len(live.stops()) == 1


def test_a_lost_stop_is_confirmed_when_it_is_seen(live):
    lose_a_stop(live, "drop_response")
    live.apply(make_send("spring-sale", text="Old", schedule=make_scheduled("2027-01-20 10:00:00")))
    stop = live.record().stop
    assert (stop.confirmed_at, stop.not_after) == (live.clock(), None)
