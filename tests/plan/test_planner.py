"""The planner's specification (design section 5): every action and every block of one address, in one table."""

from dataclasses import dataclass, replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from rcsplan.campaign.model import AudienceExpectation, ListRef
from rcsplan.plan.facts import Sighting, Source
from rcsplan.plan.model import ActionKind, Reason
from rcsplan.plan.planner import make_plan
from rcsplan.state.changes import make_changes
from rcsplan.state.model import GONE, Refusal, SkipSend, StopCause
from tests.builders import (
    NEWSLETTER,
    NOW,
    make_desired,
    make_facts,
    make_instant,
    make_intent,
    make_record,
    make_remote,
    make_rules,
    make_scheduled,
    make_scheduled_in,
    make_send,
    make_state,
    make_stop,
    make_unknown_record,
)

SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)
WAITING = ("creation", "moderation", "scheduled", "paused")
EXCLUSIVE, RESTORE = {"exclusive": True}, {"restore": {"spring-sale"}}

#: The provider takes starts until 23:59:59 of the 30th day, the day of NOW included, in the account's zone.
HORIZON, BEYOND = make_scheduled("2026-12-23 23:59:59"), make_scheduled("2026-12-24 00:00:00")

WISH, DEFERRED, AT_ONCE = make_send(), make_send(schedule=BEYOND), make_send(schedule=make_instant())
BEFORE, CHANGED, RAISED = make_send(text="Old"), make_send(text="New"), make_send(revision=2)
#: The same manifest, rendered with other variables.
VARIED_BEFORE, VARIED = make_send(text="Old", source_digest="v1:same"), make_send(text="New", source_digest="v1:same")
MOVED = make_send(moved_from=("first-name", "spring-promo"))


@dataclass(frozen=True, kw_only=True)
class Case:
    """What is wanted and what was done for one address; `expected` is its action, or the reason of its block."""

    expected: str
    wish: object
    records: tuple
    recorded_as: str
    skipped: tuple
    rules: dict
    facts: dict

    def action(self):
        state = make_state((self.recorded_as, record) for record in self.records)
        make_changes(state, [SkipSend(address=self.recorded_as, revision=revision) for revision in self.skipped])
        desired = make_desired(*(() if self.wish is None else (self.wish,)))
        facts, rules = make_facts(**self.facts), make_rules(**self.rules)
        (action,) = make_plan(desired, state, facts, rules, source=Source()).actions
        return action


def case(title, expected, wish=None, was=(), *, recorded_as="spring-sale", skipped=(), rules=(), **facts):
    """A row: its title, what is expected, the send that is wanted, and the record or records that stand."""
    row = Case(
        expected=expected,
        wish=wish,
        records=was if isinstance(was, tuple) else (was,),
        recorded_as=recorded_as,
        skipped=skipped,
        rules=dict(rules),
        facts=facts,
    )
    return pytest.param(row, id=title)


def starting(left, **fields):
    """A send whose start is `left` away from now."""
    return make_send(schedule=make_scheduled_in(left), **fields)


def told(status, send=None, *, sent=0, **fields):
    """A record of which the provider last told this status."""
    return make_record(send, remote=make_remote(status, sent=sent), **fields)


def stopped(send=None, *, sent=0, cause=StopCause.REPLACE, **fields):
    """A record that rcsplan stopped."""
    return told("stopped", send, sent=sent, stop=make_stop(cause=cause), **fields)


def lost(send=None, *, times=1, duplicate=False):
    """A record of submissions that never arrived."""
    watched = (make_intent(duplicate=duplicate),) * times
    return make_record(send, remote=None, remote_id=None, watched=watched)


def refused(send=None, **fields):
    """A record that was stopped for a new version, which the provider refused."""
    refusal = Refusal(digest=CHANGED.digest, problem="too long.", at=NOW)
    return stopped(send, refusal=refusal, **fields)


def sighted(*, minute=0, second=0, **fields):
    """A campaign of the account in the minute of the wish, or so many minutes later."""
    start = make_scheduled().start + minute * MINUTE + second * SECOND
    known = {"id": 7, "name": "RCS api campaign / 1", "sender": "Acme", "start_at": start, "status": "scheduled"}
    return Sighting(**known | fields)


def expecting(low=None, high=None):
    return make_send(expect=AudienceExpectation(min=low, max=high))


def holding(contacts):
    return (replace(NEWSLETTER, contacts=contacts),)


NEW_ADDRESSES = [
    case("never seen", "submit", WISH),
    case("start is the lead away", "submit", starting(2 * MINUTE)),
    case("start is a second less than the lead away", "missed", starting(2 * MINUTE - SECOND)),
    case("the lead is a rule", "missed", starting(10 * MINUTE), rules={"min_lead": 11 * MINUTE}),
    case("starts now", "missed", starting(0 * SECOND)),
    case("started a second ago", "missed", starting(-SECOND)),
    case("last second of the horizon", "submit", make_send(schedule=HORIZON)),
    case("first second beyond the horizon", "defer", DEFERRED),
    case("last second of the day before it opens", "defer", DEFERRED, now=NOW + timedelta(hours=13) - SECOND),
    case("first second of the day on which it opens", "submit", DEFERRED, now=NOW + timedelta(hours=13)),
    case("instant", "submit", AT_ONCE),
    case("instant at its last moment", "submit", make_send(schedule=make_instant("2026-11-24 11:00:00"))),
    case("instant a second late", "missed", make_send(schedule=make_instant("2026-11-24 10:59:59"))),
]

UNCHANGED = [
    *(case(f"waits: {status}", "none", WISH, told(status)) for status in WAITING),
    case("sending", "none", WISH, told("sending", sent=7)),
    case("paused after some", "none", WISH, told("paused", sent=7)),
    case("done", "none", WISH, told("done", sent=1240)),
    case("a status that nobody knows", "none", WISH, told("thinking")),
    case("done, its start long past", "none", starting(-DAY), told("done", starting(-DAY))),
    case("no status was ever told", "none", WISH, make_record(remote=None)),
]

REVISED = [
    *(case(f"new text while it waits: {status}", "replace", CHANGED, told(status, BEFORE)) for status in WAITING),
    case("variables alone changed while it waits", "replace", VARIED, make_record(VARIED_BEFORE)),
    case("new start", "replace", starting(3 * DAY), make_record(starting(2 * DAY))),
    case("new list", "replace", make_send(lists=(ListRef(name="Newsletter UA"),)), make_record()),
    case("same instant, another account zone", "replace", WISH, make_record(), zone=ZoneInfo("Europe/Berlin")),
    case("revision raised", "replace", RAISED, make_record()),
    case("stop margin is left", "replace", starting(DAY), make_record(starting(5 * MINUTE))),
    case("stop margin is a second short", "too_late", starting(DAY), make_record(starting(5 * MINUTE - SECOND))),
    case("margin and lead are left", "replace", starting(7 * MINUTE), make_record(starting(DAY))),
    case("margin and lead are a second short", "too_late", starting(7 * MINUTE - SECOND), make_record(starting(DAY))),
    case("stop margin is a rule", "too_late", CHANGED, make_record(BEFORE), rules={"stop_margin": 30 * DAY}),
    case("new start has passed", "missed", starting(-DAY), make_record(starting(DAY))),
    case("new start is beyond the horizon", "stop", DEFERRED, make_record()),
    case("instant instead", "replace", AT_ONCE, make_record()),
    case("scheduled instead of instant", "replace", WISH, told("moderation", AT_ONCE)),
    case("revision lowered", "already_sent", RAISED, make_record(make_send(revision=3))),
    case("revision lowered after a stop with nothing sent", "already_sent", WISH, stopped(RAISED)),
]

BEGUN = [
    *(
        case(f"new text: {status}, {sent} sent", "already_sent", CHANGED, told(status, BEFORE, sent=sent))
        for status, sent in (("sending", 0), ("sending", 7), ("paused", 7), ("scheduled", 7), ("done", 9), ("new", 0))
    ),
    *(
        case(f"variables alone changed: {status}", "none", VARIED, told(status, VARIED_BEFORE))
        for status in ("sending", "done", "thinking")
    ),
    *(
        case(f"revision raised while {status}", "too_late", RAISED, told(status, sent=7))
        for status in ("sending", "paused", "thinking")
    ),
    case("revision raised when done", "submit", RAISED, told("done", sent=1240)),
    case("both revisions are done", "none", RAISED, (told("done"), told("done", RAISED))),
    case("raised again", "submit", make_send(revision=3), (told("done"), told("done", RAISED))),
    case("raised, but its start has passed", "missed", starting(-DAY, revision=2), told("done", starting(-DAY))),
    case("raised, for later than the horizon", "defer", make_send(revision=2, schedule=BEYOND), told("done")),
]

STOPPED_BY_US = [
    case("nothing sent, wanted again", "submit", WISH, stopped()),
    case("nothing sent, wanted with a new text", "submit", CHANGED, stopped(BEFORE)),
    case("nothing sent, revision raised", "submit", RAISED, stopped()),
    case("nothing sent, now beyond the horizon", "defer", DEFERRED, stopped()),
    case("nothing sent, time has passed", "missed", starting(-DAY), stopped(starting(-DAY))),
    case("removed and back", "submit", WISH, stopped(cause=StopCause.REMOVE, archived_at=NOW - DAY)),
    case("by command it stays stopped", "none", WISH, stopped(cause=StopCause.COMMAND)),
    case("by command, new text", "none", CHANGED, stopped(BEFORE, cause=StopCause.COMMAND)),
    case("by command, revision raised", "submit", RAISED, stopped(cause=StopCause.COMMAND)),
    case("after some were sent", "none", WISH, stopped(sent=7)),
    case("after some were sent, new text", "already_sent", CHANGED, stopped(BEFORE, sent=7)),
    case("after some were sent, revision raised", "submit", RAISED, stopped(sent=7)),
    case("asked for, but still scheduled", "none", WISH, make_record(stop=make_stop(confirmed_at=None))),
    case("never accepted", "submit", WISH, make_record(remote_id=None, remote=None)),
]

DRIFTED = [
    row
    for status in ("stopped", "spam", GONE)
    for row in (
        case(f"{status} outside", "drift", WISH, told(status)),
        case(f"{status} outside, a second before its start", "drift", starting(SECOND), told(status, starting(SECOND))),
        case(f"{status} outside, at its start", "none", starting(0 * DAY), told(status, starting(0 * DAY))),
        case(f"{status} outside, instant", "drift", AT_ONCE, told(status, AT_ONCE)),
        case(f"{status} outside, new text", "drift", CHANGED, told(status, BEFORE)),
        case(f"{status} outside, revision raised", "submit", RAISED, told(status)),
        case(f"{status} outside, gone from the manifests", "archive", was=told(status)),
    )
]

UNKNOWN = [
    case("outcome unknown", "unknown_outcome", WISH, make_unknown_record()),
    case("outcome unknown, new text", "unknown_outcome", CHANGED, make_unknown_record(BEFORE)),
    case("outcome unknown, revision raised", "unknown_outcome", RAISED, make_unknown_record()),
    case("outcome unknown, past", "unknown_outcome", starting(-DAY), make_unknown_record(starting(-DAY))),
    case("outcome of the older unknown", "unknown_outcome", RAISED, (make_unknown_record(), make_record(RAISED))),
    case("outcome unknown, gone from the manifests", "unknown_outcome", was=make_unknown_record()),
    case("outcome disputed", "ambiguous", WISH, make_unknown_record(intent=make_intent(dispute="two match"))),
    case("outcome just found", "adopt", WISH, make_record(), adopted=frozenset({"spring-sale"})),
    case("found, and changed", "replace", CHANGED, make_record(BEFORE), adopted=frozenset({"spring-sale"})),
    case("found after it moved", "adopt", MOVED, make_record(), recorded_as="first-name", adopted={"first-name"}),
]

NEVER_ARRIVED = [
    case("never arrived", "resubmit", WISH, lost()),
    case("never arrived, new text", "resubmit", CHANGED, lost(BEFORE)),
    case("never arrived, revision raised", "submit", RAISED, lost()),
    case("never arrived, time has passed", "missed", starting(-DAY), lost(starting(-DAY))),
    case("never arrived, now beyond the horizon", "defer", DEFERRED, lost()),
    case("never arrived, gone from the manifests", "archive", was=lost()),
    case("once refused as a duplicate", "resubmit", WISH, lost(duplicate=True)),
    case("twice refused as a duplicate", "duplicate_guard", WISH, lost(times=2, duplicate=True)),
    case("twice refused as a duplicate, revision raised", "submit", RAISED, lost(times=2, duplicate=True)),
    case("lost, repeated, and waiting", "none", WISH, make_record(watched=(make_intent(),))),
    case("arrived after all beside a waiting copy", "stop", WISH, make_record(late_id=9)),
    case("arrived after all, start too near", "too_late", starting(MINUTE), make_record(starting(MINUTE), late_id=9)),
    case("arrived after all beside a begun copy", "ambiguous", WISH, told("sending", late_id=9)),
    case("arrived after all, copy stopped", "ambiguous", WISH, stopped(late_id=9)),
    case("arrived after all, revision raised", "ambiguous", RAISED, stopped(late_id=9)),
    case("arrived after all, gone from the manifests", "stop", was=make_record(late_id=9)),
]

REFUSED = [
    case("the new version was refused", "replace_refused", CHANGED, refused(BEFORE)),
    case("another new version", "submit", make_send(text="Third"), refused(BEFORE)),
    case("the old version is wanted again", "submit", BEFORE, refused(BEFORE)),
    case("the refused one is to be restored", "resubmit", CHANGED, refused(BEFORE), rules=RESTORE),
    case("nothing was refused", "submit", CHANGED, stopped(BEFORE), rules=RESTORE),
    case("restored, lead is left", "resubmit", CHANGED, refused(starting(2 * MINUTE)), rules=RESTORE),
    case("restored too late", "replace_refused", CHANGED, refused(starting(2 * MINUTE - SECOND)), rules=RESTORE),
    case("restored, payload no longer kept", "replace_refused", CHANGED, refused(payload=None), rules=RESTORE),
]

SKIPPED = [
    case("put to rest", "none", starting(-DAY), skipped=(1,)),
    case("put to rest, new time", "none", WISH, skipped=(1,)),
    case("put to rest, revision raised", "submit", RAISED, skipped=(1,)),
    case("put to rest, an earlier revision was sent", "none", RAISED, told("done"), skipped=(2,)),
]

SIGHTED = [
    case("a stranger in the same minute", "lookalike", WISH, sightings=(sighted(second=59),)),
    case("a stranger in the same minute, replacing", "lookalike", CHANGED, make_record(BEFORE), sightings=(sighted(),)),
    case("a stranger in the same minute, submitted", "none", WISH, make_record(), sightings=(sighted(),)),
    case("a stranger a minute later", "submit", WISH, sightings=(sighted(minute=1),)),
    case("a stranger of another sender", "submit", WISH, sightings=(sighted(sender="Other"),)),
    case("a stranger made in the panel", "submit", WISH, sightings=(sighted(name="Spring"),)),
    case("a stranger that is stopped", "submit", WISH, sightings=(sighted(status="stopped"),)),
    case("a campaign of another record", "none", WISH, make_record(), sightings=(sighted(id=54000001),)),
    case("a stranger in an account of ours alone", "foreign", WISH, rules=EXCLUSIVE, sightings=(sighted(minute=9),)),
    case("nobody else in an account of ours alone", "submit", WISH, rules=EXCLUSIVE),
]

SENDING_MAY_STOP = {"allow_stop_sending": True}
DESPITE_SENDING = [
    case("gone while sending, stop allowed", "stop", was=told("sending", sent=7), rules=SENDING_MAY_STOP),
    case("gone within the margin, stop allowed", "stop", was=make_record(starting(MINUTE)), rules=SENDING_MAY_STOP),
    case("gone when done, stop allowed", "archive", was=told("done"), rules=SENDING_MAY_STOP),
    case("changed within the margin", "too_late", WISH, make_record(starting(MINUTE)), rules=SENDING_MAY_STOP),
    case("changed while sending", "already_sent", CHANGED, told("sending", BEFORE), rules=SENDING_MAY_STOP),
]

REMOVED = [
    *(case(f"gone while it waits: {status}", "stop", was=told(status)) for status in WAITING),
    case("gone, stop margin is left", "stop", was=make_record(starting(5 * MINUTE))),
    case("gone, stop margin is a second short", "too_late", was=make_record(starting(5 * MINUTE - SECOND))),
    case("gone, instant in moderation", "stop", was=told("moderation", AT_ONCE)),
    *(case(f"gone: {status}", "archive", was=told(status, sent=7)) for status in ("sending", "paused", "done", "new")),
    case("gone, stopped by us", "archive", was=stopped()),
    case("gone, stopped by us after some", "archive", was=stopped(sent=7)),
    case("archived when done, and back", "none", WISH, told("done", archived_at=NOW)),
]

RENAMED = [
    case("moved", "none", MOVED, make_record(), recorded_as="spring-promo"),
    case("moved and changed", "replace", MOVED, make_record(BEFORE), recorded_as="spring-promo"),
    case("moved after it was sent", "none", MOVED, told("done"), recorded_as="spring-promo"),
    case("moved, outcome unknown", "unknown_outcome", MOVED, make_unknown_record(), recorded_as="spring-promo"),
    case("moved from an older name", "none", MOVED, make_record(), recorded_as="first-name"),
    case("moved long ago", "none", MOVED, make_record()),
    case("moved from nowhere", "submit", MOVED),
]

AUDIENCES = [
    case("list is unknown", "unresolved_list", WISH, lists=()),
    case("list is unknown, replacing", "unresolved_list", CHANGED, make_record(BEFORE), lists=()),
    case("list is unknown, already submitted", "none", WISH, make_record(), lists=()),
    case("list is unknown, still deferred", "defer", DEFERRED, lists=()),
    case("list is unknown, and its start has passed", "missed", starting(-DAY), lists=()),
    case("as many as the provider takes", "submit", WISH, lists=holding(5000)),
    case("one more than the provider takes", "oversize", WISH, lists=holding(5001)),
    case("what the provider takes is a rule", "oversize", WISH, rules={"max_contacts": 1239}),
    case("as few as expected", "submit", expecting(low=1240)),
    case("fewer than expected", "audience", expecting(low=1241)),
    case("as many as expected", "submit", expecting(high=1240)),
    case("more than expected", "audience", expecting(high=1239)),
    case("not counted, but expected", "audience", expecting(low=1), lists=holding(None)),
]

TABLE = [
    row
    for rows in (
        NEW_ADDRESSES, UNCHANGED, REVISED, BEGUN, STOPPED_BY_US, DRIFTED, UNKNOWN, NEVER_ARRIVED, REFUSED, SKIPPED,
        SIGHTED, REMOVED, DESPITE_SENDING, RENAMED, AUDIENCES,
    )
    for row in rows
]  # fmt: skip


@pytest.mark.parametrize("row", TABLE)
def test_an_address_gets_the_action_that_its_records_and_the_clock_demand(row):
    action = row.action()
    assert (action.reason or action.action) == row.expected


@pytest.mark.parametrize("row", TABLE)
def test_a_block_has_a_reason_a_sentence_that_says_why_and_a_way_out(row):
    action = row.action()
    is_blocked = action.action is ActionKind.BLOCKED
    assert (action.reason is not None, bool(action.way_out)) == (is_blocked, is_blocked)
    assert not is_blocked or action.detail.endswith(".")
    assert "ADDRESS" not in action.way_out


def test_the_table_knows_every_reason_that_is_found_here():
    of_others = {Reason.DUPLICATE, Reason.POSSIBLE_RENAME, Reason.POLICY, Reason.APPROVAL}
    assert {row.values[0].expected for row in TABLE} & set(Reason) | of_others == set(Reason)


def test_the_table_knows_every_action():
    assert {row.values[0].expected for row in TABLE} & set(ActionKind) | {ActionKind.BLOCKED} == set(ActionKind)
