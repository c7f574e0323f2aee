"""Sends that look like another: the same message twice, and a campaign that came back under another name."""

from datetime import timedelta

import pytest

from rcsplan.campaign.model import ListRef
from rcsplan.plan.facts import ContactList, Source
from rcsplan.plan.planner import make_plan
from rcsplan.state.model import GONE
from tests.builders import (
    NEWSLETTER,
    NOW,
    make_desired,
    make_facts,
    make_instant,
    make_record,
    make_remote,
    make_rules,
    make_scheduled,
    make_send,
    make_state,
    make_stop,
    make_unknown_record,
)

VIP = ContactList(id=1864280, name="VIP", contacts=85)
BOTH = (ListRef(id=NEWSLETTER.id), ListRef(id=VIP.id))
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
#: Of another campaign, with another text, to another list, and a day from everything else.
UNLIKE = {"text": "Something else", "lists": (ListRef(id=VIP.id),), "schedule": make_scheduled("2026-12-05 10:00:00")}


def plan_of(*sends, was=(), now=NOW, **sets):
    facts = make_facts(lists=(NEWSLETTER, VIP), now=now)
    rules = make_rules()
    return make_plan(make_desired(*sends, **sets), make_state(was), facts, rules, source=Source())


def verdicts(*sends, **world):
    return {action.address: action.reason or action.action for action in plan_of(*sends, **world).actions}


def at(wall, address="b", **fields):
    return make_send(address, schedule=make_scheduled(wall), **fields)


def test_the_same_message_twice_is_blocked_on_both_sides():
    assert verdicts(make_send("a"), make_send("b")) == {"a": "duplicate", "b": "duplicate"}


@pytest.mark.parametrize(
    "twin",
    [
        make_send("b", text="Another text"),
        make_send("b", lists=(ListRef(id=VIP.id),)),
        at("2026-12-02 00:00:00"),
        at("2026-11-30 23:59:59"),
        make_send("b", allow_duplicate="the second wave"),
    ],
    ids=["another text", "no common list", "the day after", "the day before", "allowed"],
)
def test_what_differs_or_is_allowed_is_no_duplicate(twin):
    assert verdicts(make_send("a"), twin) == {"a": "submit", "b": "submit"}


@pytest.mark.parametrize(
    "twin",
    [
        make_send("b", lists=BOTH),
        at("2026-12-01 00:00:00"),
        at("2026-12-01 23:59:59"),
        make_send("b", schedule=make_instant("2026-12-01 23:59:59")),
        make_send("b", source_digest="v1:other", revision=4, declared_new=True, owner="someone@example.com"),
    ],
    ids=["one common list", "first second of the day", "last second of the day", "instant of the day", "other words"],
)
def test_a_duplicate_has_the_content_a_list_and_the_day_of_another(twin):
    assert verdicts(make_send("a"), twin) == {"a": "duplicate", "b": "duplicate"}


@pytest.mark.parametrize(
    ("status", "of_the_first"),
    [("scheduled", "none"), ("sending", "none"), ("done", "none"), ("spam", "drift")],
)
def test_a_new_send_may_not_repeat_what_was_submitted(status, of_the_first):
    was = [("a", make_record(make_send("a"), remote=make_remote(status)))]
    assert verdicts(make_send("a"), make_send("b"), was=was) == {"a": of_the_first, "b": "duplicate"}


def test_a_replacement_may_not_repeat_another():
    was = [("a", make_record(make_send("a"))), ("b", make_record(make_send("b", text="Old"), remote_id=54000002))]
    assert verdicts(make_send("a"), make_send("b"), was=was) == {"a": "none", "b": "duplicate"}


def test_a_duplicate_names_the_other_and_its_place():
    (action, _) = plan_of(make_send("a"), make_send("b")).actions
    assert action.detail == "It has the same content as b (b.yaml:1), for a common list, on the same day."


def renamed(send, record, **world):
    """What becomes of a new send beside the record of `spring-promo`, which no manifest declares any more."""
    return verdicts(send, was=[("spring-promo", record)], **world)[str(send.address)]


def unlike(address="brand-new", **fields):
    return make_send(address, **UNLIKE | fields)


@pytest.mark.parametrize(
    "send",
    [
        unlike("spring-promo[locale=uk]"),
        unlike("spring-promo@2026-12-05"),
        unlike(text="Hello from Acme"),
        unlike(lists=BOTH, schedule=make_scheduled("2026-12-02 10:00:00")),
        unlike(lists=BOTH, schedule=make_scheduled("2026-11-30 10:00:00")),
        unlike(lists=BOTH, schedule=make_instant("2026-12-02 10:00:00")),
    ],
    ids=["its campaign's name", "its series' name", "its content", "its list, a day later", "a day earlier", "at once"],
)
def test_what_looks_like_a_vanished_send_is_blocked(send):
    assert renamed(send, make_record()) == "possible_rename"


@pytest.mark.parametrize(
    "send",
    [
        unlike(),
        unlike("spring-promo-2"),
        unlike(lists=BOTH),
        unlike(lists=BOTH, schedule=make_scheduled("2026-12-02 10:00:01")),
        unlike(schedule=make_scheduled()),
        make_send("brand-new", declared_new=True),
        make_send("brand-new", moved_from=("spring-promo",)),
    ],
    ids=["unlike", "similar name", "later", "a day and a second later", "no common list", "declared new", "moved"],
)
def test_what_does_not_look_like_it_or_says_so_is_not_blocked(send):
    assert renamed(send, make_record()) in {"submit", "none"}


@pytest.mark.parametrize(
    "record",
    [
        make_record(remote=make_remote("sending", sent=7)),
        make_record(remote=make_remote("done", sent=1240)),
        make_record(remote=make_remote("stopped", sent=7), stop=make_stop()),
        make_unknown_record(),
        make_record(remote=make_remote("done"), archived_at=NOW - 30 * DAY),
    ],
    ids=["sending", "done", "stopped after some", "outcome unknown", "archived 30 days ago"],
)
def test_what_may_have_reached_people_is_remembered(record):
    assert renamed(make_send("brand-new"), record) == "possible_rename"


@pytest.mark.parametrize(
    "record",
    [
        make_record(remote=make_remote("stopped"), stop=make_stop()),
        make_record(remote=make_remote("stopped")),
        make_record(remote=make_remote("spam")),
        make_record(remote=make_remote(GONE)),
        make_record(remote=None, remote_id=None),
        make_record(remote=make_remote("done"), archived_at=NOW - 30 * DAY - SECOND),
    ],
    ids=["stopped by us", "stopped outside", "refused", "vanished", "never accepted", "archived longer ago"],
)
def test_what_reached_nobody_or_lies_long_back_is_no_rename(record):
    assert renamed(make_send("brand-new"), record) == "submit"


def test_the_window_of_renames_ends_for_raised_revisions_too():
    long_ago = NOW - 31 * DAY
    first = make_record(remote=make_remote("done"))
    second = make_record(make_send(revision=2), remote=make_remote("done"), archived_at=long_ago)
    was = [("spring-promo", first), ("spring-promo", second)]
    assert verdicts(make_send("brand-new"), was=was)["brand-new"] == "submit"


@pytest.mark.parametrize("left_out", ["frozen", "filtered"])
def test_what_a_run_leaves_out_has_not_vanished(left_out):
    assert renamed(make_send("brand-new"), make_record(), **{left_out: ("spring-promo",)}) == "submit"


def test_an_address_that_has_records_is_no_rename():
    was = [("spring-promo", make_record()), ("known", make_record(remote_id=54000002, remote=make_remote("done")))]
    assert verdicts(make_send("known", revision=2), was=was)["known"] == "submit"


def test_what_is_not_about_to_be_sent_is_not_judged():
    assert renamed(at("2027-01-20 10:00:00", "brand-new"), make_record()) == "defer"


def test_a_possible_rename_names_the_other():
    action = next(action for action in plan_of(make_send("new"), was=[("old", make_record())]).blocked)
    assert action.detail == "old is no longer declared, and this one has the same content."


def test_a_cell_that_became_another_of_its_campaign_is_moved_by_a_command_that_a_shell_takes():
    was = (("spring[locale=en]", make_record(make_send("spring[locale=en]"))),)
    plan = plan_of(make_send("spring[locale=uk]", **UNLIKE), was=was)
    (way_out,) = [action.way_out for action in plan.actions if action.reason]
    assert way_out.splitlines() == [
        "If it is another send, set metadata.new: true.",
        "If it is the same one: rcsplan state mv 'spring[locale=en]' 'spring[locale=uk]'",
    ]
