"""What a plan tells beside the verdicts: differences, notes, times, drift, and when to come back."""

from datetime import UTC, date, datetime, timedelta

import pytest

from rcsplan.campaign.model import ListRef, Waiver
from rcsplan.plan.facts import ContactList, Source
from rcsplan.plan.model import Drift, FieldChange, Place, PlannedList, PlannedState, Prior
from rcsplan.plan.planner import make_plan
from rcsplan.state.model import GONE
from tests.builders import (
    LINEAGE,
    NEWSLETTER,
    NOW,
    make_body,
    make_desired,
    make_facts,
    make_instant,
    make_record,
    make_remote,
    make_rules,
    make_scheduled,
    make_scheduled_in,
    make_send,
    make_state,
)

BEYOND = make_scheduled("2027-01-20 10:00:00")
WITH_SMS = make_body(alternative_channel={"sms": {"sender": "ACME", "text": "Hi", "validity": 24}})

DONE = make_record(make_send(text="Bye", schedule=make_scheduled("2026-11-01 10:00:00")), remote=make_remote("done"))


def plan_of(*sends, was=(), rules=None, warnings=(), state=None, **facts):
    state = state or make_state(was)
    rules = rules or make_rules()
    return make_plan(make_desired(*sends), state, make_facts(**facts), rules, source=Source(), warnings=warnings)


def action_of(*sends, **world):
    (action,) = plan_of(*sends, **world).actions
    return action


def test_a_submission_holds_the_body_as_it_will_be_posted():
    assert action_of(make_send(lists=(ListRef(name="Newsletter UA"),))).payload == {
        "groups": [NEWSLETTER.id],
        "sender": "Acme",
        "validity": 24,
        "options": {"text": "Hello from Acme"},
        "start_at": "2026-12-01 10:00:00",
    }


def test_an_instant_campaign_is_posted_without_a_start():
    action = action_of(make_send(schedule=make_instant()))
    assert ("start_at" in action.payload, action.start_at, action.wire_start_at) == (False, None, None)
    assert action.until == datetime(2026, 12, 1, 16, 0, tzinfo=UTC)


def test_a_start_is_shown_as_an_instant_as_declared_and_on_the_wire():
    action = action_of(make_send(schedule=make_scheduled("2026-12-01 10:00:00", zone="Europe/London")))
    assert action.start_at == datetime(2026, 12, 1, 10, 0, tzinfo=UTC)
    assert (action.declared_start, action.wire_start_at) == ("2026-12-01T10:00:00 Europe/London", "2026-12-01 12:00:00")


@pytest.mark.parametrize(
    ("schedule", "fallback"),
    [
        (make_scheduled(), datetime(2026, 12, 2, 8, 0, tzinfo=UTC)),
        (make_instant(), NOW + timedelta(hours=24)),
    ],
)
def test_the_sms_fallback_leaves_when_the_validity_ends(schedule, fallback):
    assert action_of(make_send(schedule=schedule, body=WITH_SMS)).fallback_at == fallback


def test_without_an_sms_nothing_falls_back():
    assert action_of(make_send()).fallback_at is None


def test_a_replacement_shows_what_differs_from_what_was_submitted():
    action = action_of(make_send(text="New"), was=[("spring-sale", make_record(make_send(text="Old")))])
    assert action.diff == (FieldChange(path="options.text", before="Old", after="New"),)


@pytest.mark.parametrize(
    "was",
    [[], [("spring-sale", make_record())], [("spring-sale", make_record(payload=None, remote=make_remote(GONE)))]],
    ids=["new", "nothing to do", "payload no longer kept"],
)
def test_where_nothing_can_be_compared_there_is_no_difference(was):
    assert action_of(make_send(), was=was).diff == ()


def test_an_action_holds_the_record_that_it_was_planned_against():
    record = make_record(make_send(text="Old"))
    assert action_of(make_send(text="New"), was=[("spring-sale", record)]).prior == Prior(
        revision=1,
        digest=record.digest,
        remote_id=54000001,
        status="scheduled",
        wire_start_at="2026-12-01 10:00:00",
        start_at=record.start_at,
        lists=(PlannedList(id=1864275, name="Newsletter UA", contacts=1240),),
    )


@pytest.mark.parametrize(("until", "holds"), [(NOW.date(), True), (NOW.date() - timedelta(days=1), False)])
def test_a_waiver_is_shown_while_it_holds_and_said_to_have_ended_after(until, holds):
    waiver = Waiver(rule="links", reason="Meant so.", owner="me", until=until)
    action = action_of(make_send(waivers=(waiver,)))
    ended = "Its waiver of links by me ended on 2026-11-23, and lifts nothing any more."
    assert ([one.rule for one in action.waivers], action.notes) == ((["links"], ()) if holds else ([], (ended,)))


def test_an_ended_waiver_of_what_is_done_is_not_worth_a_word():
    waiver = Waiver(rule="links", reason="Meant so.", owner="me", until=NOW.date() - timedelta(days=1))
    send = make_send(waivers=(waiver,))
    assert action_of(send, was=[("spring-sale", make_record(send))]).notes == ()


def test_an_action_knows_its_place_in_the_manifests():
    assert action_of(make_send()).place == Place(file="spring-sale.yaml", line=1)


def test_a_removal_shows_to_whom_it_would_have_gone():
    action = action_of(was=[("spring-sale", make_record())])
    assert (action.audience.contacts, action.detail) == (1240, "No manifest declares it any more.")


def test_a_campaign_that_is_sending_goes_on_when_its_manifest_is_gone():
    record = make_record(remote=make_remote("sending", sent=7))
    assert action_of(was=[("spring-sale", record)]).notes == ("It is sending now and goes on.",)


def test_a_change_of_variables_after_the_campaign_began_is_a_note():
    before, after = make_send(text="Old", source_digest="v1:same"), make_send(text="New", source_digest="v1:same")
    notes = action_of(after, was=[("spring-sale", make_record(before, remote=make_remote("done")))]).notes
    assert notes == ("Variables, templates or defaults changed after it was sent; what was sent stays.",)


def test_a_deferred_send_opens_on_a_date_and_notes_what_is_wrong_with_its_lists():
    action = action_of(make_send(schedule=BEYOND, lists=(ListRef(id=9),)))
    assert (action.opens_on, action.notes) == (date(2026, 12, 22), ("The account has no list 9.",))


def test_a_stop_because_of_the_horizon_says_when_the_new_start_opens():
    action = action_of(make_send(schedule=BEYOND), was=[("spring-sale", make_record())])
    assert (action.opens_on, action.archives) == (date(2026, 12, 22), False)
    assert "can be submitted from 2026-12-22 on" in action.notes[0]


@pytest.mark.parametrize("seconds", [-1, 0])
def test_drift_after_its_time_is_a_note(seconds):
    send = make_send(schedule=make_scheduled_in(timedelta(seconds=seconds)))
    notes = action_of(send, was=[("spring-sale", make_record(send, remote=make_remote("spam")))]).notes
    assert notes == ("Moderation refused campaign 54000001. Its time has passed.",)


@pytest.mark.parametrize(
    ("status", "detail"),
    [
        ("stopped", "Campaign 54000001 was stopped outside rcsplan."),
        ("spam", "Moderation refused campaign 54000001."),
        (GONE, "The provider no longer knows campaign 54000001."),
    ],
)
def test_drift_is_listed_with_the_plan(status, detail):
    plan = plan_of(make_send(), was=[("spring-sale", make_record(remote=make_remote(status)))])
    assert plan.drift == (Drift(address="spring-sale", remote_id=54000001, detail=detail),)


def test_actions_are_in_order_of_start_and_address():
    later = make_scheduled("2026-12-02 10:00:00")
    sends = (make_send("c", text="c"), make_send("b", text="b"), make_send("a", text="a", schedule=later))
    assert [action.address for action in plan_of(*sends).actions] == ["b", "c", "a"]


def test_a_summary_counts_actions():
    plan = plan_of(make_send(), make_send("b", text="B", schedule=BEYOND), make_send("c", text="C"), was=[("d", DONE)])
    assert plan.summary == {"submit": 2, "archive": 1, "defer": 1}


@pytest.mark.parametrize(
    ("send", "has_changes", "applyable"),
    [
        (make_send(), True, True),
        (make_send(schedule=BEYOND), False, True),
        (make_send(lists=(ListRef(id=9),)), False, False),
    ],
    ids=["submit", "defer", "blocked"],
)
def test_a_plan_knows_whether_it_changes_anything_and_may_be_applied(send, has_changes, applyable):
    plan = plan_of(send)
    assert (plan.has_changes, plan.applyable) == (has_changes, applyable)


@pytest.mark.parametrize(
    ("left", "valid"),
    [
        (timedelta(days=7), timedelta(hours=24)),
        (timedelta(hours=3), timedelta(hours=3) - timedelta(minutes=2)),
        (timedelta(minutes=2), timedelta(0)),
    ],
)
def test_a_plan_expires_after_a_day_or_at_the_first_start_less_its_lead(left, valid):
    assert plan_of(make_send(schedule=make_scheduled_in(left))).expires_at - NOW == valid


def test_how_long_a_plan_is_valid_is_a_rule():
    assert plan_of(rules=make_rules(plan_ttl=timedelta(hours=1))).expires_at == NOW + timedelta(hours=1)


def test_a_plan_says_when_the_next_deferred_send_opens():
    later = make_scheduled("2027-01-25 10:00:00")
    plan = plan_of(make_send(schedule=later), make_send("b", text="B", schedule=BEYOND))
    assert plan.next_due == datetime(2026, 12, 21, 22, 0, tzinfo=UTC)


def test_a_plan_without_deferred_sends_has_no_next_date():
    assert plan_of(make_send()).next_due is None


def test_a_plan_knows_its_state_its_warnings_and_whether_it_reaches_people():
    plan = plan_of(state=make_state(serial=7), warnings=("a.yaml:1: Odd.",), reaches_people=True)
    assert plan.state == PlannedState(lineage=LINEAGE, serial=7)
    assert (plan.diagnostics, plan.reaches_people) == (("a.yaml:1: Odd.",), True)


def test_an_audience_is_shown_by_list():
    lists = (NEWSLETTER, ContactList(id=2, name="VIP", contacts=85))
    action = action_of(make_send(lists=(ListRef(name="VIP"), ListRef(id=NEWSLETTER.id))), lists=lists)
    assert [(entry.id, entry.contacts) for entry in action.audience.lists] == [(2, 85), (NEWSLETTER.id, 1240)]
    assert action.audience.contacts == 1325


def test_a_cell_that_its_manifest_no_longer_has_says_so():
    polish = make_record(make_send("sale[locale=pl]", text="Rabat"))
    plan = plan_of(make_send("sale[locale=uk]"), was=[("sale[locale=pl]", polish)])
    details = {action.address: action.detail for action in plan.actions}
    assert details["sale[locale=pl]"] == "Its manifest no longer comes to this address."


def test_the_second_that_tells_sends_apart_is_no_order_to_read_them_in():
    seconds = {"en": 47, "pl": 12, "uk": 30}
    sends = [
        make_send(f"sale[locale={one}]", text=one, schedule=make_scheduled(f"2026-12-01 10:00:{second}"))
        for one, second in seconds.items()
    ]
    actions = make_plan(make_desired(*sends), make_state(), make_facts(), make_rules(), source=Source()).actions
    assert [action.address for action in actions] == [str(send.address) for send in sends]
