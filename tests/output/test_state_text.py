"""The state as text."""

from __future__ import annotations

from datetime import timedelta

import pytest

from rcsplan.output.state_history import format_history, history_rows
from rcsplan.output.state_text import format_entry, format_state_list, list_rows
from rcsplan.output.terminal import Style
from rcsplan.state.model import Delivery, Provenance, StopCause, Superseded
from tests.builders import (
    NOW,
    make_intent,
    make_record,
    make_remote,
    make_scheduled,
    make_send,
    make_state,
    make_stop,
    make_unknown_record,
)
from tests.output.plans import HOSTILE

PLAIN = Style()
RECORDS = {
    "scheduled": make_record(),
    "sending": make_record(remote=make_remote("sending", sent=700, delivered=650)),
    "ended": make_record(remote=make_remote("done", sent=1240, delivered=1200), price="24.8", currency="EUR"),
    "stopped": make_record(remote=make_remote("stopped"), stop=make_stop()),
    "unknown": make_unknown_record(intent=make_intent(problem="The connection was cut.")),
    "archived": make_record(remote=make_remote("stopped"), stop=make_stop(cause=StopCause.REMOVE), archived_at=NOW),
    "instant": make_record(start_at=None, wire_start_at=None),
}


def state_of(records):
    return make_state(
        [
            (name, record.model_copy(update={"remote_id": record.remote_id and 54000001 + number}))
            for number, (name, record) in enumerate(records.items())
        ]
    )


@pytest.mark.parametrize("name", RECORDS)
def test_each_record(name, golden):
    golden(f"state/{name}.txt", format_entry(name, state_of(RECORDS).sends[name], PLAIN) + "\n")


def test_the_list_has_one_line_a_record(golden):
    golden("state/list.txt", format_state_list(list_rows(state_of(RECORDS), campaigns=(), with_archived=True), PLAIN))


def test_the_list_leaves_out_what_is_archived():
    rows = list_rows(state_of(RECORDS), campaigns=(), with_archived=False)
    assert [row.address for row in rows if row.archived] == []


def test_the_list_is_narrowed_by_campaign_and_by_address():
    send = make_send("spring[locale=uk]", schedule=make_scheduled())
    state = state_of({"spring[locale=uk]": make_record(send), "autumn": make_record()})
    names = [
        [row.address for row in list_rows(state, campaigns=(name,), with_archived=True)]
        for name in ("spring", "spring[locale=uk]", "autumn", "spring[locale=en]")
    ]
    assert names == [["spring[locale=uk]"], ["spring[locale=uk]"], ["autumn"], []]


def test_the_list_is_in_order_of_start():
    starts = {"later": "2026-12-11 10:00:00", "first": "2026-12-01 10:00:00", "second": "2026-12-02 10:00:00"}
    records = {name: make_record(make_send(name, schedule=make_scheduled(start))) for name, start in starts.items()}
    rows = list_rows(state_of(records), campaigns=(), with_archived=True)
    assert [row.address for row in rows] == ["first", "second", "later"]


def test_as_json_a_start_is_an_instant():
    (row,) = list_rows(state_of({"spring": make_record()}), campaigns=(), with_archived=True)
    assert row.as_json()["start_at"] == "2026-12-01T08:00:00+00:00"


def test_no_state_is_said():
    assert format_state_list(list_rows(None, campaigns=(), with_archived=True), PLAIN) == "The state has no sends.\n"


def test_the_history_is_in_order_of_time(golden):
    records = {"second": make_record(), "first": make_record(submitted_at=NOW - timedelta(days=3))}
    golden("state/history.txt", format_history(history_rows(state_of(records)), PLAIN))


def test_each_submission_is_credited_to_who_made_it_and_a_stop_to_nobody():
    earlier = [
        Superseded(remote_id=1, digest="v1:1", stopped_at=NOW - timedelta(hours=5)),
        Superseded(
            remote_id=2,
            digest="v1:2",
            submitted_at=NOW - timedelta(hours=4),
            stopped_at=NOW - timedelta(hours=3),
            provenance=Provenance(who="ada", commit="aaa"),
        ),
    ]
    last = make_record(superseded=tuple(earlier), stop=make_stop(), archived_at=NOW, provenance=Provenance(who="bob"))
    rows = history_rows(make_state([("spring", last)]))
    assert [(row.what, row.remote_id, row.who, row.commit) for row in rows] == [
        ("replaced", 1, "", ""),
        ("submitted", 2, "ada", "aaa"),
        ("replaced", 2, "", ""),
        ("submitted", 54000001, "bob", ""),
        ("archived", 54000001, "", ""),
        ("stopped", 54000001, "", ""),
    ]


def test_what_was_reached_is_shown_once_it_is_counted():
    delivery = Delivery(
        rcs={"read": 900, "delivered": 200}, sms={"delivered": 70}, phones=1240, price="24.8", currency="EUR",
        observed_at=NOW,
    )  # fmt: skip
    text = format_entry("spring", state_of({"spring": make_record(delivery=delivery)}).sends["spring"], PLAIN)
    assert "reached      1,100 by RCS, 70 by SMS of 1,240 phones, for 24.8 EUR" in text


def test_hostile_records_are_inert():
    remote = make_remote().model_copy(update={"status": HOSTILE})
    record = make_record(timezone=HOSTILE, sender=HOSTILE, wire_start_at=HOSTILE, remote=remote, digest=HOSTILE)
    state = state_of({"spring": record})
    text = format_entry("spring", state.sends["spring"], PLAIN)
    text += format_state_list(list_rows(state, campaigns=(), with_archived=True), PLAIN)
    text += format_history(history_rows(state), PLAIN)
    assert [character for character in text if character != "\n" and not character.isprintable()] == []
