"""Start seconds: each submission has its own within its minute, the same one at every plan, for good once submitted."""

from dataclasses import replace
from datetime import timedelta

import pytest

from rcsplan.plan.seconds import with_own_seconds
from tests.builders import make_body, make_desired, make_instant, make_record, make_scheduled, make_send, make_state

AT_TEN = make_scheduled("2026-12-01 10:00:00")


def at_ten(address, **fields):
    return make_send(address, **{"text": address, "schedule": AT_TEN, **fields})


def seconds(*sends, was=(), **state):
    """The second of each address."""
    given = with_own_seconds(make_desired(*sends), make_state(was, **state))
    return {str(send.address): send.schedule.start.second for send in given}


def submitted(send, second):
    return (str(send.address), make_record(replace(send, schedule=_starting_at(send.schedule, second))))


def _starting_at(schedule, second):
    return replace(schedule, start=schedule.start + timedelta(seconds=second))


def test_a_start_declared_to_the_minute_has_a_second_of_its_own():
    (second,) = seconds(at_ten("a")).values()
    assert 1 <= second <= 59


def test_the_second_is_the_same_at_every_plan():
    assert seconds(at_ten("a")) == seconds(at_ten("a"))


@pytest.mark.parametrize(
    "other",
    [
        seconds(at_ten("a"), lineage="11111111-1111-1111-1111-111111111111"),
        seconds(at_ten("b")),
        seconds(at_ten("a", revision=2)),
    ],
    ids=["lineage", "address", "revision"],
)
def test_the_second_depends_on(other):
    assert [*seconds(at_ten("a")).values()] != [*other.values()]


def test_neighbours_of_one_sender_and_minute_never_share_a_second():
    given = seconds(*(at_ten(f"a{number:02}") for number in range(59)))
    assert sorted(given.values()) == list(range(1, 60))


def test_the_sixtieth_of_a_minute_shares_one_and_is_still_planned():
    given = seconds(*(at_ten(f"a{number:02}") for number in range(60)))
    assert (len(given), min(given.values()), max(given.values())) == (60, 1, 59)


@pytest.mark.parametrize(
    "send",
    [at_ten("b", body=make_body(sender="Other")), at_ten("b", schedule=make_scheduled("2026-12-01 10:01:00"))],
    ids=["sender", "minute"],
)
def test_of_another_sender_or_minute_a_second_is_free(send):
    taken = seconds(send)["b"]
    assert seconds(send, was=[submitted(at_ten("a"), taken)])["b"] == taken


def test_a_second_that_was_submitted_is_taken():
    free = seconds(at_ten("b"))["b"]
    assert seconds(at_ten("b"), was=[submitted(at_ten("a"), free)])["b"] != free


@pytest.mark.parametrize("second", [0, 1, 42])
def test_what_was_submitted_keeps_its_second(second):
    assert seconds(at_ten("a"), was=[submitted(at_ten("a"), second)]) == {"a": second}


def test_what_was_submitted_keeps_its_second_under_a_new_name():
    assert seconds(at_ten("new", moved_from=("a",)), was=[submitted(at_ten("a"), 42)]) == {"new": 42}


def test_a_moved_start_gets_a_second_anew():
    moved = at_ten("a", schedule=make_scheduled("2026-12-01 10:01:00"))
    assert seconds(moved, was=[submitted(at_ten("a"), 42)]) == seconds(moved)


def test_a_start_with_seconds_is_kept_as_written():
    assert seconds(at_ten("a", schedule=make_scheduled("2026-12-01 10:00:00", keeps_seconds=True))) == {"a": 0}


def test_an_instant_campaign_has_no_start():
    send = at_ten("a", schedule=make_instant())
    assert list(with_own_seconds(make_desired(send), make_state())) == [send]


def test_what_a_run_leaves_out_has_its_second_all_the_same():
    both = [at_ten(f"a{number:02}") for number in range(40)]
    whole = seconds(*both)
    desired = make_desired(both[-1], filtered=[str(send.address) for send in both[:-1]])
    narrowed = with_own_seconds(replace(desired, beside={send.address: send for send in both[:-1]}), make_state())
    assert {str(send.address): send.schedule.start.second for send in narrowed} == {"a39": whole["a39"]}


def test_digests_are_of_the_declared_time():
    (send,) = with_own_seconds(make_desired(at_ten("a")), make_state())
    assert send.digest == at_ten("a").digest
