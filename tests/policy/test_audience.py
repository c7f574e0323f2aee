from __future__ import annotations

import pytest

from rcsplan.policy.candidate import AudienceList, Touch
from tests.policy.candidates import NEWSLETTER, at, breaks, found, make_candidate

GROUPS, FIRST = ("groups",), ("groups", 0)
SEEDS = AudienceList(id=7, name="Seeds QA", contacts=5)
UNSUBSCRIBED = AudienceList(id=8, name="Unsubscribed UA", contacts=900)
TWICE_A_WEEK = {"fatigue": 2, "fatigue_days": 7}


def touches(*days, list_id=NEWSLETTER.id):
    """Sends to a list at noon of days such as `12-01`."""
    return [Touch(list_id=list_id, address=f"at-{day}", at=at(f"2026-{day} 12:00")) for day in days]


def tired(start, history=(), **fields):
    """Where a send of a start tires a list."""
    return breaks("fatigue", make_candidate(start), thresholds=TWICE_A_WEEK, history=touches(*history), **fields)


@pytest.mark.parametrize(("most", "broken"), [(1240, []), (1239, [GROUPS])])
def test_a_send_has_a_largest_number_of_contacts(most, broken):
    assert breaks("contacts-per-send", make_candidate(), thresholds={"contacts_per_send": most}) == broken


def test_a_mail_for_three_hundred_does_not_go_to_eight_million():
    """The New York Times, 2011 (incident 1)."""
    everybody = AudienceList(id=9, name="Everybody", contacts=8_000_000)
    candidate = make_candidate(lists=(everybody,))
    assert found("contacts-per-send", candidate, thresholds={"contacts_per_send": 300}) == [
        (GROUPS, "Its lists hold 8,000,000 contacts; a send may have 300.")
    ]


@pytest.mark.parametrize(
    ("most", "broken"), [(3720, [[], [], []]), (3719, [[], [], [GROUPS]]), (1240, [[], [GROUPS], [GROUPS]])]
)
def test_what_starts_last_is_too_much_for_a_run(most, broken):
    sends = [make_candidate(f"2026-12-0{day} 10:00", address=f"on-{day}") for day in (1, 2, 3)]
    limit = {"contacts_per_run": most}
    assert [
        breaks("contacts-per-run", send, thresholds=limit, candidates=tuple(reversed(sends))) for send in sends
    ] == broken


def test_what_opens_later_does_not_count_for_this_run():
    later, now = make_candidate(address="a", is_due=False), make_candidate(address="b")
    limit = {"contacts_per_run": 1240}
    assert [breaks("contacts-per-run", send, thresholds=limit, candidates=(later, now)) for send in (later, now)] == [
        [],
        [],
    ]


def test_the_default_list_is_found_at_its_place():
    default = AudienceList(id=1, name="All contacts", contacts=9, default=True)
    assert breaks("default-list", make_candidate(lists=(NEWSLETTER, default))) == [("groups", 1)]


@pytest.mark.parametrize("patterns", [("Seeds *",), ("seeds qa",), ("7",)])
def test_a_test_goes_to_its_seed_lists_alone(patterns):
    """HBO Max, 2021: lists of test and production overlapped (incident 2)."""
    candidate = make_candidate(lists=(SEEDS, NEWSLETTER))
    assert found("lists", candidate, thresholds={"allowed_lists": patterns}, environment="staging") == [
        (("groups", 1), "List 'Newsletter' (101) is not allowed in environment staging.")
    ]


def test_nobody_writes_to_those_who_unsubscribed():
    """A team mailed all of them (incident 18)."""
    candidate = make_candidate(lists=(UNSUBSCRIBED,))
    assert breaks("lists", candidate, thresholds={"forbidden_lists": ("*unsub*", "*suppress*")}) == [FIRST]


def test_a_list_that_is_forbidden_is_not_allowed_by_another_pattern():
    limits = {"allowed_lists": ("*",), "forbidden_lists": ("*unsub*",)}
    assert breaks("lists", make_candidate(lists=(UNSUBSCRIBED,)), thresholds=limits) == [FIRST]


@pytest.mark.parametrize(
    ("allowed", "broken"),
    [
        (("Acme", "ACME"), []), (("acme",), []), (("Kvitka",), [("sender",), ("alternative_channel", "sms", "sender")]),
    ],
)  # fmt: skip
def test_senders_of_both_channels_must_be_allowed(allowed, broken):
    assert breaks("senders", make_candidate(sms="Hello"), thresholds={"allowed_senders": allowed}) == broken


@pytest.mark.parametrize(
    ("start", "history", "broken"),
    [
        ("2026-12-08 10:00", ["12-02"], []),
        ("2026-12-08 10:00", ["12-02", "12-07"], [FIRST]),
        ("2026-12-08 10:00", ["12-01", "12-07"], []),
        ("2026-12-08 10:00", ["12-09", "12-14"], [FIRST]),
        ("2026-12-08 10:00", ["12-09", "12-15"], []),
        ("2026-12-08 10:00", ["12-05", "12-11"], [FIRST]),
        ("2026-12-08 10:00", ["12-03", "12-12"], []),
        ("2026-12-08 10:00", ["12-08", "12-08"], [FIRST]),
    ],
)
def test_a_list_is_tired_by_any_span_of_days_that_holds_the_send(start, history, broken):
    assert tired(start, history) == broken


def test_days_are_those_of_the_account():
    """23:30 in UTC is the next day in Kyiv; counted in hours, or in UTC, it would be six days."""
    night = [Touch(list_id=101, address="night", at=at("2026-12-01 23:30", "UTC"))] * 2
    assert breaks("fatigue", make_candidate("2026-12-08 23:00"), thresholds=TWICE_A_WEEK, history=night) == [FIRST]


def test_another_list_is_not_tired():
    assert (
        breaks("fatigue", make_candidate(), thresholds=TWICE_A_WEEK, history=touches("12-01", "12-01", list_id=102))
        == []
    )


def test_what_tires_a_list_is_named_with_its_day():
    (detail,) = [
        detail
        for _, detail in found("fatigue", make_candidate(), thresholds=TWICE_A_WEEK, history=touches("12-01", "11-30"))
    ]
    assert detail == (
        "List 'Newsletter' (101) may be written to 2 times in 7 days; there are at-11-30 on 2026-11-30, "
        "at-12-01 on 2026-12-01."
    )


def test_of_new_sends_to_one_list_the_later_ones_are_held_back():
    """A loop made five identical schedules, and 13 SMS within ten minutes (incident 14)."""
    sends = [make_candidate(f"2026-12-01 10:0{minute}", address=f"copy-{minute}") for minute in range(5)]
    assert [breaks("fatigue", send, thresholds=TWICE_A_WEEK, candidates=tuple(sends)) for send in sends] == [
        [], [], [FIRST], [FIRST], [FIRST],
    ]  # fmt: skip


def test_an_earlier_revision_of_the_same_send_counts():
    before = [Touch(list_id=101, address="sale", at=at("2026-11-30 10:00"))]
    assert breaks("fatigue", make_candidate(), thresholds={"fatigue": 1}, history=before) == [FIRST]


@pytest.mark.parametrize(("expected", "broken"), [(False, [GROUPS]), (True, [])])
def test_a_campaign_says_what_it_expects(expected, broken):
    assert breaks("expectation", make_candidate(has_expectation=expected)) == broken


def test_the_stop_list_is_kept_in_both_channels():
    body = {
        "check_stop_list": False,
        "alternative_channel": {"sms": {"sender": "A", "text": "b", "check_stop_list": False}},
    }
    assert breaks("stop-list", make_candidate(body=body)) == [
        ("check_stop_list",),
        ("alternative_channel", "sms", "check_stop_list"),
    ]


def test_a_stop_list_that_is_not_mentioned_is_kept():
    assert breaks("stop-list", make_candidate(sms="Hello")) == []


@pytest.mark.parametrize("rule", ["contacts-per-send", "contacts-per-run", "lists", "senders", "fatigue"])
def test_without_a_threshold_everybody_may_be_written_to(rule):
    assert breaks(rule, make_candidate(sms="Hello"), history=touches("12-01", "12-01")) == []


def hourly(start, *before, most=1, hours=24, **fields):
    """Where a send of a start tires a list that got others at these times."""
    history = [Touch(list_id=NEWSLETTER.id, address="before", at=at(other)) for other in before]
    limits = {"fatigue_hourly": most, "fatigue_hours": hours}
    return breaks("fatigue-hours", make_candidate(start), thresholds=limits, history=history, **fields)


@pytest.mark.parametrize(
    ("start", "before", "broken"),
    [
        ("2026-12-02 00:00", ["2026-12-01 23:00"], [FIRST]),
        ("2026-12-02 09:59", ["2026-12-01 10:00"], [FIRST]),
        ("2026-12-02 10:00", ["2026-12-01 10:00"], []),
        ("2026-12-02 10:00:12", ["2026-12-01 10:00:49"], []),
        ("2026-12-01 10:00", ["2026-12-02 09:00"], [FIRST]),
    ],
)
def test_hours_roll_on_over_midnight(start, before, broken):
    """A tool of the trade lets 23:00 and 00:00 both through, as two days."""
    assert hourly(start, *before) == broken


def test_three_within_a_day_are_a_law_of_some_states():
    before = ("2026-12-01 10:00", "2026-12-01 14:00", "2026-12-01 18:00")
    assert [hourly(start, *before, most=3) for start in ("2026-12-02 09:00", "2026-12-02 10:00")] == [[FIRST], []]


def test_an_hour_that_the_clocks_repeat_counts():
    """25 hours pass between two midnights of 2026-10-25 in Kyiv."""
    assert hourly("2026-10-26 00:00", "2026-10-25 00:00", hours=25) == []


def test_what_was_written_to_a_tired_list_is_told_with_its_time():
    history = [Touch(list_id=NEWSLETTER.id, address="before", at=at("2026-12-01 09:00"))]
    limits = {"fatigue_hourly": 1, "fatigue_hours": 2}
    assert found("fatigue-hours", make_candidate(), thresholds=limits, history=history) == [
        (FIRST, "List 'Newsletter' (101) may be written to once in 2 hours; there is before at 2026-12-01 09:00.")
    ]


@pytest.mark.parametrize(
    "name",
    ["Unsubscribed UA", "suppression list", "Opt-outs", "DO NOT CONTACT", "Stop list", "Відписані", "Отписались"],
)
def test_a_list_that_is_named_like_one_of_the_unsubscribed_is_found(name):
    """A team mailed all of them (incident 18)."""
    assert breaks("stop-list", make_candidate(lists=(AudienceList(id=8, name=name, contacts=900),))) == [FIRST]


@pytest.mark.parametrize("name", ["Newsletter", "One-stop shop", "Subscribers", "Options", "Adopters out of town"])
def test_other_lists_are_left_alone(name):
    assert breaks("stop-list", make_candidate(lists=(AudienceList(id=8, name=name, contacts=900),))) == []


def test_of_many_other_sends_some_are_named():
    history = [Touch(list_id=NEWSLETTER.id, address=f"at-{hour}", at=at(f"2026-12-01 0{hour}:00")) for hour in range(8)]
    limits = {"fatigue_hourly": 1, "fatigue_hours": 24}
    ((_, detail),) = found("fatigue-hours", make_candidate(), thresholds=limits, history=history)
    assert detail.endswith("at-4 at 2026-12-01 04:00 and 3 others.")
