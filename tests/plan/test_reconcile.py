"""What became of a lost submission: every conclusion, from the campaigns that the account shows."""

from datetime import timedelta

import pytest

from rcsplan.plan.facts import API_NAME_PREFIX, Sighting
from rcsplan.plan.reconcile import (
    Ambiguous,
    Arrived,
    Evidence,
    NeverArrived,
    Waiting,
    arrived_late,
    conclusive_from,
    has_own_second,
    reconcile,
)
from tests.builders import NEWSLETTER, NOW, make_instant, make_intent, make_scheduled, make_send, make_unknown_record

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
TEN = make_scheduled("2026-12-01 10:00:00")
START = TEN.start + 37 * SECOND
BASELINE = 1000
CONTACTS = NEWSLETTER.contacts

#: Recognised by the second that rcsplan gave it; by nothing of its own; by a second that its author wrote; by nothing.
OWN = make_unknown_record(make_send(schedule=TEN), start_at=START)
BARE = make_unknown_record(make_send(schedule=TEN))
WRITTEN = make_unknown_record(make_send(schedule=make_scheduled("2026-12-01 10:00:37", keeps_seconds=True)))
AT_ONCE = make_unknown_record(make_send(schedule=make_instant()))

INTENT = make_intent(baseline_id=BASELINE)
#: The time to live of the intent, the deadline of the request, the settle time.
CONCLUSIVE = NOW + 30 * SECOND + MINUTE + MINUTE


def seen(number=1, *, start_at=START, sender="Acme", name=f"{API_NAME_PREFIX}2026-11-24 11:00:00", phones=None):
    return Sighting(
        id=BASELINE + number, name=name, sender=sender, start_at=start_at, status="scheduled", phones=phones
    )


def evidence(**fields):
    return Evidence(
        **{
            "looked_at": NOW,
            "claimed": frozenset(),
            "seconds_survive": True,
            "exclusive": False,
            "deadline": MINUTE,
            "settle": MINUTE,
            **fields,
        }
    )


def conclusion(*sightings, record=OWN, **known):
    return reconcile(record, INTENT, sightings, evidence(**known))


def test_the_only_campaign_with_our_sender_and_second_is_ours():
    assert conclusion(seen()) == Arrived(campaign=seen())


@pytest.mark.parametrize(
    "other",
    [
        seen(0),
        seen(-1),
        seen(sender="Other"),
        seen(name="Winter"),
        seen(start_at=START + SECOND),
        seen(start_at=START + MINUTE),
        seen(start_at=None),
    ],
    ids=["the baseline", "before it", "of another sender", "of the web", "other second", "other minute", "no start"],
)
def test_what_cannot_be_ours_is_no_candidate(other):
    assert conclusion(other) == Waiting(until=CONCLUSIVE)


@pytest.mark.parametrize("record", [OWN, BARE, AT_ONCE])
def test_what_another_record_claims_is_no_candidate(record):
    one = seen(start_at=record.start_at, phones=CONTACTS)
    assert conclusion(one, record=record, claimed={one.id}, exclusive=True) == Waiting(until=CONCLUSIVE)


def test_campaigns_of_others_in_the_same_minute_do_not_disturb():
    others = [seen(number, start_at=TEN.start + (number + 37) * SECOND) for number in range(2, 20)]
    assert conclusion(*others, seen()) == Arrived(campaign=seen())


def test_several_with_our_sender_and_second_are_for_a_person():
    found = conclusion(seen(2), seen(1))
    assert (found.candidates, found.why) == (
        (BASELINE + 1, BASELINE + 2),
        "several campaigns of the account have its sender and its start",
    )


@pytest.mark.parametrize("record", [BARE, WRITTEN], ids=["no second", "a second of the author's"])
@pytest.mark.parametrize(
    ("phones", "exclusive", "expected"),
    [
        (CONTACTS, False, "ours"),
        (CONTACTS + 1, False, "its start has no second of its own, and the audience of campaign 1001 is 1,241, not"),
        (None, False, "its start has no second of its own, and the audience of campaign 1001 is not known yet"),
        (None, True, "ours"),
        (CONTACTS + 1, True, "ours"),
    ],
)
def test_without_a_second_of_its_own_the_audience_must_agree(record, phones, exclusive, expected):
    found = conclusion(seen(start_at=record.start_at, phones=phones), record=record, exclusive=exclusive)
    assert getattr(found, "why", "ours").startswith(expected)


@pytest.mark.parametrize(("after", "expected"), [(0 * SECOND, Waiting(until=CONCLUSIVE)), (SECOND, NeverArrived())])
def test_absence_is_conclusive_when_no_request_can_be_on_its_way_or_unseen(after, expected):
    assert conclusion(looked_at=CONCLUSIVE + after) == expected


def test_the_span_is_the_intents_life_the_deadline_and_the_settle_time():
    assert conclusive_from(INTENT, evidence(deadline=HOUR, settle=2 * HOUR)) == NOW + 30 * SECOND + 3 * HOUR


@pytest.mark.parametrize(
    "shift",
    [2 * HOUR, -2 * HOUR, 5 * HOUR + 45 * MINUTE, 26 * HOUR, -37 * SECOND, 2 * HOUR - 37 * SECOND],
    ids=["east", "west", "Nepal", "farthest", "seconds dropped", "shifted and dropped"],
)
def test_a_start_that_is_ours_but_for_zone_or_seconds_is_for_a_person(shift):
    found = conclusion(seen(start_at=START + shift), seconds_survive=False, looked_at=CONCLUSIVE + HOUR)
    assert (found.candidates, "provider.timezone" in found.why) == ((BASELINE + 1,), True)


@pytest.mark.parametrize("shift", [27 * HOUR, 2 * HOUR + SECOND, 7 * MINUTE])
def test_a_start_that_no_zone_explains_is_of_others(shift):
    found = conclusion(seen(start_at=START + shift), seconds_survive=False, looked_at=CONCLUSIVE + HOUR)
    assert found == NeverArrived()


def test_where_seconds_are_known_to_survive_a_shifted_start_is_of_others():
    assert conclusion(seen(start_at=START + 2 * HOUR), looked_at=CONCLUSIVE + HOUR) == NeverArrived()


def test_a_campaign_without_a_start_is_no_shifted_one():
    assert conclusion(seen(start_at=None), seconds_survive=False) == Waiting(until=CONCLUSIVE)


def test_an_instant_campaign_is_for_a_person():
    found = conclusion(seen(start_at=NOW), record=AT_ONCE, looked_at=CONCLUSIVE + HOUR)
    assert found == Ambiguous(
        candidates=(BASELINE + 1,), why="an instant campaign has no start by which it can be recognised"
    )


@pytest.mark.parametrize(
    ("sightings", "expected"),
    [
        ([seen(start_at=NOW)], Arrived(campaign=seen(start_at=NOW))),
        ([seen(start_at=NOW, phones=CONTACTS)], Arrived(campaign=seen(start_at=NOW, phones=CONTACTS))),
        ([seen(start_at=NOW, phones=1)], NeverArrived()),
        ([], NeverArrived()),
        (
            [seen(1, start_at=NOW), seen(2, start_at=NOW)],
            Ambiguous(candidates=(BASELINE + 1, BASELINE + 2), why="several campaigns may be this instant one"),
        ),
    ],
    ids=["one", "its audience", "another audience", "none", "several"],
)
def test_an_instant_campaign_of_an_exclusive_account_is_told_by_being_the_only_one(sightings, expected):
    assert conclusion(*sightings, record=AT_ONCE, exclusive=True, looked_at=CONCLUSIVE + HOUR) == expected


@pytest.mark.parametrize(
    ("record", "expected"), [(OWN, True), (BARE, False), (WRITTEN, False), (AT_ONCE, False)], ids=str
)
def test_only_a_second_that_rcsplan_gave_is_its_own(record, expected):
    assert has_own_second(record) is expected


def late(*sightings, record=OWN, **known):
    found = arrived_late(record, INTENT, sightings, evidence(**known))
    return found and found.id - BASELINE


@pytest.mark.parametrize(
    ("sightings", "number"),
    [
        ([], None),
        ([seen(7)], 7),
        ([seen(9), seen(8)], 8),
        ([seen(7, start_at=START + 2 * HOUR)], None),
        ([seen(7, sender="Other")], None),
    ],
    ids=["none", "one", "the first of several", "shifted", "of another sender"],
)
def test_what_was_given_up_for_lost_is_recognised_when_it_arrives(sightings, number):
    assert late(*sightings, seconds_survive=False) == number


@pytest.mark.parametrize(("phones", "number"), [(CONTACTS, 7), (None, None), (1, None)])
def test_without_a_second_of_its_own_a_late_one_is_told_by_its_audience(phones, number):
    assert late(seen(7, start_at=BARE.start_at, phones=phones), record=BARE) == number
