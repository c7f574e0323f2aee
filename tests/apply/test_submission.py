"""One submission: its intent is durable before the POST leaves, its outcome after, and each fate has its conclusion."""

from datetime import timedelta

import pytest

from rcsplan.apply.gate import Limits
from rcsplan.errors import ConfigurationError, LockLost, NotSent, OutcomeUnknown, Rejected
from rcsplan.state.phase import Phase, phase_of
from tests.apply.rig import PROVENANCE, SEND, Crash
from tests.builders import NOW, make_instant, make_scheduled_in, make_send

SEND_ONE = make_send()
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)


def outcome(rig, send=SEND_ONE):
    (event,) = rig.apply(send)
    return event


def test_an_accepted_submission_stands_in_the_state_with_its_campaign(rig):
    event = outcome(rig)
    (accepted,) = rig.ledger()
    record = rig.record()
    assert (str(event.happening), event.remote_id, record.remote_id) == ("submitted", accepted["id"], accepted["id"])
    assert (record.intent, record.submitted_at, phase_of(record)) == (None, NOW, Phase.WAITING)


def test_what_was_posted_is_what_is_recorded(rig):
    outcome(rig)
    ((_, body),) = rig.arrivals
    assert body == rig.record().payload


def test_a_record_knows_by_whom_and_what_it_will_cost(rig):
    outcome(rig)
    record = rig.record()
    assert (record.provenance, record.currency, record.price) == (PROVENANCE, "EUR", "14.88")


def test_the_intent_is_on_disk_before_the_post_leaves(rig):
    seen = []
    rig.on_arrival.append(lambda *_: seen.append(rig.record()))
    outcome(rig)
    (record,) = seen
    assert (record.intent.opened_at, record.intent.not_after) == (NOW, NOW + 30 * SECOND)
    assert (record.payload["options"]["text"], record.remote_id, record.intent.attempt) == ("Hello from Acme", None, 1)


def test_the_baseline_is_the_newest_campaign_before_the_submission(rig):
    seen = []
    outcome(rig, make_send("first", text="First"))
    rig.on_arrival.append(lambda *_: seen.append(rig.record().intent.baseline_id))
    rig.apply(make_send("first", text="First"), SEND_ONE)
    assert seen == [rig.record("first").remote_id]


def test_the_outcome_is_on_disk_before_the_event_is_told(rig):
    seen = []
    rig.on_event.append(lambda event: seen.append((str(event.happening), rig.record() and rig.record().remote_id)))
    outcome(rig)
    assert seen == [("started", None), ("submitted", rig.ledger()[0]["id"])]


def test_a_crash_at_the_post_leaves_an_open_intent(rig):
    def crash(*_):
        raise Crash

    rig.on_arrival.append(crash)
    with pytest.raises(Crash):
        rig.apply(SEND_ONE)
    assert phase_of(rig.record()) is Phase.UNKNOWN


@pytest.mark.parametrize(
    ("fault", "posts", "accepted"),
    [
        ("drop_request", 1, 0),
        ("drop_response", 1, 1),
        ("error_before", 1, 0),
        ("error_after", 1, 1),
        ("truncate", 1, 1),
        ("garbage", 1, 1),
        ("duplicate", 1, 0),
    ],
)
def test_an_outcome_that_is_not_known_stays_an_open_intent_and_is_posted_once(rig, fault, posts, accepted):
    rig.break_with(f"{SEND}={fault}")
    event = outcome(rig)
    intent = rig.record().intent
    assert (str(event.happening), type(event.error)) == ("unknown", OutcomeUnknown)
    assert (len(rig.posts()), len(rig.ledger()), intent.unknown_since) == (posts, accepted, NOW)
    assert intent.problem.startswith("The provider")


def test_an_unknown_outcome_is_not_posted_again_by_later_runs(rig):
    rig.break_with(f"{SEND}=drop_request")
    rig.apply(SEND_ONE)
    rig.break_with()
    rig.clock.tick(3600)
    assert (rig.apply(SEND_ONE), len(rig.posts())) == ((), 1)


@pytest.mark.parametrize("fault", ["refuse", "too_many"])
def test_what_was_not_sent_is_sent_again_with_a_fresh_intent(rig, fault):
    intents = []
    rig.on_arrival.append(lambda *_: intents.append((rig.record().intent.attempt, rig.record().intent.opened_at)))
    rig.break_with(f"{SEND}={fault}:x1")
    event = outcome(rig)
    assert (str(event.happening), rig.clock.slept) == ("submitted", [0.5])
    assert intents == [(1, NOW), (2, NOW + 0.5 * SECOND)]
    assert len(rig.ledger()) == 1


def test_pauses_between_attempts_double_and_none_follows_the_last(rig):
    rig.break_with(f"{SEND}=refuse")
    event = outcome(rig)
    assert (str(event.happening), type(event.error), len(rig.posts())) == ("failed", NotSent, 4)
    assert rig.clock.slept == [0.5, 1.0, 2.0]


def test_between_attempts_nothing_is_left_of_the_intent(rig):
    seen = []
    rig.on_event.append(lambda event: seen.append((str(event.happening), rig.record())))
    rig.break_with(f"{SEND}=refuse:x1")
    rig.apply(SEND_ONE)
    assert seen[:2] == [("started", None), ("retrying", None)]


def test_a_second_refusal_for_too_many_requests_is_unknown(rig):
    rig.break_with(f"{SEND}=too_many")
    assert str(outcome(rig).happening) == "unknown"
    assert len(rig.posts()) == 2


def test_a_submission_that_was_never_sent_leaves_nothing(rig):
    rig.break_with(f"{SEND}=refuse")
    rig.apply(SEND_ONE)
    assert "spring-sale" not in rig.state().sends


def test_a_refusal_withdraws_the_intent_and_names_the_fields(rig):
    event = outcome(rig, make_send(text="x" * 4000))
    assert (str(event.happening), type(event.error)) == ("failed", Rejected)
    assert [found.key for found in event.error.fields] == ["optionstext"]
    assert ("spring-sale" in rig.state().sends, len(rig.posts())) == (False, 1)


def test_what_was_refused_is_submitted_when_it_was_mended(rig):
    outcome(rig, make_send(text="x" * 4000))
    assert str(outcome(rig).happening) == "submitted"


class ClosedToUs:
    """A client whose key the provider does not take any more."""

    def __init__(self, client):
        self._client = client

    def __getattr__(self, name):
        return getattr(self._client, name)

    def send_groups(self, *_, **__):
        raise ConfigurationError("The provider did not accept the login")


def test_a_key_that_is_not_taken_withdraws_the_intent(rig):
    rig.open_client = ClosedToUs
    event = outcome(rig)
    assert (str(event.happening), type(event.error), rig.record()) == ("failed", ConfigurationError, None)


class TestBetweenIntentAndPost:
    """What changes after the intent was written is noticed before anything leaves."""

    def test_a_hold(self, rig):
        (event,) = rig.apply(SEND_ONE, meddle=lambda: setattr(rig, "hold", "there is a HOLD"))
        assert (str(event.happening), event.detail) == ("not_started", "there is a HOLD")
        assert (rig.posts(), rig.record()) == ([], None)

    def test_a_broken_lock(self, rig):
        with pytest.raises(LockLost):
            rig.apply(SEND_ONE, meddle=rig.store.unlock)
        assert (rig.posts(), phase_of(rig.record())) == ([], Phase.UNKNOWN)

    @pytest.mark.parametrize(
        ("seconds", "happening", "posts"), [(29, "submitted", 1), (30, "not_started", 0), (3600, "not_started", 0)]
    )
    def test_an_intent_that_grew_old(self, rig, seconds, happening, posts):
        writes = iter([seconds])
        (event,) = rig.apply(SEND_ONE, meddle=lambda: rig.clock.tick(next(writes, 0)))
        assert (str(event.happening), len(rig.posts())) == (happening, posts)

    @pytest.mark.parametrize(("left", "happening"), [(122, "submitted"), (121, "not_started")])
    def test_the_time_to_the_start(self, rig, left, happening):
        writes = iter([2])
        send = make_send(schedule=make_scheduled_in(left * SECOND))
        (event,) = rig.apply(send, meddle=lambda: rig.clock.tick(next(writes, 0)))
        assert str(event.happening) == happening

    def test_the_last_moment_of_an_instant_campaign(self, rig):
        writes = iter([2])
        send = make_send(schedule=make_instant("2026-11-24 11:00:01"))
        (event,) = rig.apply(send, meddle=lambda: rig.clock.tick(next(writes, 0)))
        assert (str(event.happening), rig.posts(), rig.record()) == ("not_started", [], None)


@pytest.mark.parametrize(
    ("seconds", "happening"), [(0, "submitted"), (599, "submitted"), (601, "not_started"), (7200, "not_started")]
)
def test_the_time_to_the_start_is_checked_when_the_submission_begins(rig, seconds, happening):
    rig.on_event.append(lambda _: rig.clock.tick(seconds))
    (event,) = rig.apply(make_send(schedule=make_scheduled_in(12 * MINUTE)))
    assert str(event.happening) == happening


def test_the_lead_is_a_limit(rig):
    rig.limits = Limits(min_lead=8 * 24 * 60 * MINUTE)
    (event,) = rig.apply(SEND_ONE)
    assert (str(event.happening), rig.posts()) == ("not_started", [])


def test_a_hold_before_the_intent_leaves_no_trace(rig):
    rig.hold = "there is a HOLD"
    rig.apply(SEND_ONE)
    assert (rig.posts(), rig.store.load().serial) == ([], 0)


def test_a_hold_between_attempts_ends_them(rig):
    rig.break_with(f"{SEND}=refuse")
    rig.on_arrival.append(lambda *_: setattr(rig, "hold", "there is a HOLD"))
    (event,) = rig.apply(SEND_ONE)
    assert (str(event.happening), len(rig.posts()), rig.record()) == ("not_started", 1, None)


def test_what_was_withdrawn_keeps_the_memory_of_earlier_campaigns(rig):
    rig.apply(SEND_ONE)
    first = rig.record().remote_id
    rig.break_with(f"{SEND}=refuse")
    rig.clock.tick(60)
    rig.apply(make_send(text="New"))
    assert first in rig.state().sends.claimed_ids()


def test_an_instant_campaign_is_submitted_once(rig):
    send = make_send(schedule=make_instant())
    rig.apply(send)
    rig.clock.tick(3600)
    assert (rig.apply(send), len(rig.ledger())) == ((), 1)


def test_planning_after_an_apply_finds_nothing_to_do(rig):
    rig.apply(SEND_ONE)
    rig.clock.tick(60)
    assert (rig.apply(SEND_ONE), len(rig.posts())) == ((), 1)
