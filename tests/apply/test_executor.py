"""Many steps: stops before submissions, bounded parallelism, and what an error or an interruption leaves undone."""

import threading
import time
from collections import Counter

import pytest

from rcsplan.apply.events import Happening
from rcsplan.apply.executor import OnError
from rcsplan.apply.gate import Limits
from rcsplan.errors import ConfigurationError, LockLost, ProviderError, StateError, StateUnwritable
from rcsplan.plan.steps import Archive, StopCampaign
from rcsplan.sandbox.account import parse_account
from rcsplan.state.model import StopCause
from rcsplan.state.phase import Phase, phase_of
from tests.apply.rig import SEND, happenings, make_sends
from tests.builders import make_record, make_remote, make_scheduled, make_send, make_state, make_unknown_record

ONE = Limits(parallelism=1)
TOO_LONG = "x" * 4000


class Traffic:
    """Counts the requests that are at the provider at the same time."""

    def __init__(self, rig, *, stay=0.0, barrier=None):
        self._lock = threading.Lock()
        self._stay = stay
        self._barrier = barrier
        self.now = self.most = 0
        rig.on_arrival.append(self._arrive)
        rig.on_answer.append(self._leave)

    def _arrive(self, *_):
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)
        if self._barrier:
            self._barrier.wait(5)
        time.sleep(self._stay)

    def _leave(self, _):
        with self._lock:
            self.now -= 1


def kinds(rig):
    return [path.rpartition("/")[2] for path, _ in rig.arrivals]


def test_all_stops_come_before_all_submissions(rig):
    old, new = make_sends(4), make_sends(8, declared_new=True)
    rig.apply(*old)
    rig.arrivals.clear()
    rig.clock.tick(60)
    rig.apply(*new[4:], make_send("send-0", text="changed", schedule=old[0].schedule))
    assert kinds(rig) == ["stop"] * 4 + ["send-groups"] * 5


def test_submissions_begin_in_order_of_their_starts(rig):
    rig.limits = ONE
    rig.apply(*reversed(make_sends(6)))
    assert rig.posts() == [f"text {n}" for n in range(6)]


@pytest.mark.parametrize("parallelism", [1, 2, 4])
def test_no_more_is_in_flight_than_allowed(rig, parallelism):
    rig.limits = Limits(parallelism=parallelism)
    traffic = Traffic(rig, stay=0.005)
    rig.apply(*make_sends(8))
    assert (traffic.most <= parallelism, len(rig.ledger())) == (True, 8)


def test_as_much_is_in_flight_as_allowed(rig):
    rig.limits = Limits(parallelism=3)
    rig.apply(*make_sends(1))
    traffic = Traffic(rig, barrier=threading.Barrier(3))
    rig.apply(*make_sends(7))
    assert (traffic.most, len(rig.ledger())) == (3, 7)


def test_the_same_sender_and_start_are_never_in_flight_together(rig):
    traffic = Traffic(rig, stay=0.005)
    rig.apply(*make_sends(4, schedule=make_scheduled()))
    assert (traffic.most, len(rig.ledger())) == (1, 4)


def test_after_an_unknown_outcome_the_same_sender_and_start_wait(rig):
    rig.break_with(f"{SEND}=drop_response:x1")
    events = rig.apply(*make_sends(3, schedule=make_scheduled()))
    assert [str(event.happening) for event in events] == ["unknown", "not_started", "not_started"]
    assert events[1].detail == "send-0, with the same sender and start, has an unknown outcome"


def test_what_waited_for_an_unknown_outcome_waits_in_later_runs_too(rig):
    same = make_sends(3, schedule=make_scheduled())
    rig.break_with(f"{SEND}=drop_response:x1")
    rig.apply(*same)
    rig.break_with()
    assert happenings(rig.apply(*same)) == {"send-1": "not_started", "send-2": "not_started"}
    assert len(rig.ledger()) == 1


def test_an_unknown_outcome_keeps_nobody_else_waiting(rig):
    rig.limits = ONE
    rig.break_with(f"{SEND}=drop_response:x1")
    assert Counter(happenings(rig.apply(*make_sends(4))).values()) == {"unknown": 1, "submitted": 3}


def with_a_refusal(number=4):
    first, *rest = make_sends(number)
    return make_send("send-0", text=TOO_LONG, schedule=first.schedule), *rest


def test_after_a_refusal_nothing_new_starts(rig):
    rig.limits = ONE
    events = rig.apply(*with_a_refusal())
    assert Counter(happenings(events).values()) == {"failed": 1, "not_started": 3}
    assert events[-1].detail == "send-0 failed, and --on-error is stop"
    assert len(rig.posts()) == 1


def test_after_a_refusal_the_others_go_on_where_that_is_wanted(rig):
    rig.on_error = OnError.CONTINUE
    assert Counter(happenings(rig.apply(*with_a_refusal())).values()) == {"failed": 1, "submitted": 3}


def test_a_refused_stop_keeps_the_submissions_from_starting(rig):
    rig.limits = ONE
    rig.apply(make_send("old", text="Old"))
    rig.break_with("PATCH /api/campaigns/*=refuse")
    assert happenings(rig.apply(make_send("new", text="New", declared_new=True))) == {
        "old": "failed",
        "new": "not_started",
    }


def test_an_interruption_lets_what_is_in_flight_finish(rig):
    rig.limits = ONE
    rig.on_arrival.append(lambda *_: setattr(rig, "hold", "the run was interrupted"))
    events = rig.apply(*make_sends(3))
    assert happenings(events) == {"send-0": "submitted", "send-1": "not_started", "send-2": "not_started"}
    assert (phase_of(rig.record("send-0")), len(rig.state().sends)) == (Phase.WAITING, 1)


def test_every_step_ends_in_one_final_event(rig):
    rig.break_with(f"{SEND}=drop_request:0.3@1", f"{SEND}=too_many:0.3@2", f"{SEND}=refuse:0.3@3")
    rig.on_error = OnError.CONTINUE
    events = rig.apply(*make_sends(12))
    told = Counter(event.address for event in rig.told if event.is_final)
    assert Counter(event.address for event in events) == told == {f"send-{n}": 1 for n in range(12)}


class Unreachable:
    """A client that cannot ask for the newest campaign."""

    error = ProviderError("The provider did not answer")

    def __init__(self, client):
        self._client = client

    def __getattr__(self, name):
        return getattr(self._client, name)

    def newest_campaign_id(self):
        raise self.error


class Unauthorised(Unreachable):
    error = ConfigurationError("The provider did not accept the login")


@pytest.mark.parametrize("client", [Unreachable, Unauthorised])
def test_without_a_baseline_nothing_is_submitted_and_every_step_says_so(rig, client):
    rig.open_client = client
    events = rig.apply(*make_sends(2))
    assert happenings(events) == {"": "failed", "send-0": "not_started", "send-1": "not_started"}
    assert (rig.posts(), rig.state().sends.as_json()) == ([], {})


def test_a_rename_and_an_archive_change_the_state_alone(rig):
    done = make_record(make_send("ended"), remote=make_remote("done"), remote_id=54000002)
    state = make_state([("old-name", make_record()), ("ended", done)])
    with rig.running() as (session, client):
        session.create(state)
        events = rig.executor(client, session).run((Archive(address="ended", revision=1),))
    assert [event.happening for event in events] == [Happening.ARCHIVED]
    assert (rig.record("ended").archived_at, rig.arrivals) == (rig.clock(), [])


def test_a_moved_send_keeps_its_campaign(rig):
    rig.apply(make_send("old-name"))
    rig.arrivals.clear()
    events = rig.apply(make_send("new-name", moved_from=("old-name",)))
    state = rig.state()
    assert (happenings(events), rig.arrivals) == ({"new-name": "renamed"}, [])
    assert (list(state.sends), state.records_of("new-name").former) == (["new-name"], ("old-name",))


def test_a_moved_and_changed_send_replaces_its_campaign(rig):
    rig.apply(make_send("old-name", text="Old"))
    rig.clock.tick(60)
    events = rig.apply(make_send("new-name", text="New", moved_from=("old-name",)))
    assert [str(event.happening) for event in events] == ["renamed", "stopped", "submitted"]
    assert [entry["status"] for entry in rig.ledger()] == ["stopped", "scheduled"]


def test_a_stop_of_what_the_state_does_not_know_ends_the_run(rig):
    step = StopCampaign(
        address="nobody",
        revision=1,
        remote_id=1,
        cause=StopCause.REMOVE,
        start_at=None,
        successor_start_at=None,
        archives=True,
    )
    with rig.running() as (session, client):
        session.create(make_state())
        with pytest.raises(StateError):
            rig.executor(client, session).run((step,))
    assert rig.arrivals == []


class FailingWrites:
    """Lets the first writes pass, and fails from then on."""

    def __init__(self, passing):
        self.passing = passing
        self.failed = threading.Event()

    def __call__(self):
        self.passing -= 1
        if self.passing < 0:
            self.failed.set()
            raise StateUnwritable("The disk is full")


def test_the_first_error_of_the_state_ends_the_run(rig):
    rig.limits = ONE
    with pytest.raises(StateUnwritable):
        rig.apply(*make_sends(3), meddle=FailingWrites(2))
    assert rig.posts() == ["text 0"]


def test_an_outcome_that_cannot_be_written_leaves_the_intent(rig):
    rig.limits = ONE

    def lose_the_lock(*_):
        rig.store.unlock()

    rig.on_arrival.append(lose_the_lock)
    with pytest.raises(LockLost):
        rig.apply(*make_sends(3))
    assert (rig.posts(), phase_of(rig.record("send-0"))) == (["text 0"], Phase.UNKNOWN)


def test_an_error_of_the_state_is_raised_after_what_was_in_flight_has_ended(rig):
    """One POST waits at the provider until the other send's write has failed; its answer still arrives."""
    rig.limits = Limits(parallelism=2)
    proof, *two = make_sends(3)
    rig.apply(proof)
    rig.apply(proof)
    rig.arrivals.clear()
    writes, in_flight = FailingWrites(1), threading.Event()
    answered = []
    rig.on_event.append(lambda event: event.address == "send-2" and in_flight.wait(5))
    rig.on_arrival.append(lambda *_: (in_flight.set(), writes.failed.wait(5)))
    rig.on_answer.append(answered.append)
    with pytest.raises(StateUnwritable):
        rig.apply(proof, *two, meddle=writes)
    assert (rig.posts(), len(answered), len(rig.ledger())) == (["text 1"], 1, 2)
    assert phase_of(rig.record("send-1")) is Phase.UNKNOWN


def test_the_first_scheduled_submission_of_a_state_goes_alone(rig):
    arrived_at_the_first_answer = []
    rig.on_answer.append(lambda _: arrived_at_the_first_answer.append(len(rig.arrivals)))
    rig.apply(*make_sends(4))
    assert arrived_at_the_first_answer[0] == 1


def test_a_start_that_is_shown_otherwise_is_recorded_and_ends_the_run(rig):
    rig.sandbox.seed(parse_account({"readings": {"start_seconds": "dropped"}}))
    first, *others = rig.apply(*make_sends(3))
    assert (str(first.happening), rig.record("send-0").remote_id) == ("shifted", first.remote_id)
    assert happenings(others) == {"send-1": "not_started", "send-2": "not_started"}


def test_an_unknown_outcome_of_an_earlier_run_blocks_its_start_for_others(rig):
    state = make_state([("earlier", make_unknown_record(make_send(text="Earlier")))])
    events = rig.apply(make_send("earlier", text="Earlier"), make_send("later", text="Later"), state=state)
    assert (happenings(events), rig.posts()) == ({"later": "not_started"}, [])
