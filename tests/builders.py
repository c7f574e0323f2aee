"""What tests speak of, each built whole by one call; what matters to a test is said, the rest is ordinary."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from rcsplan.campaign.address import parse_address
from rcsplan.campaign.message import WIRE_TIME, wire_payload
from rcsplan.campaign.model import DesiredSet, ListRef, Send
from rcsplan.campaign.schedule import Instant, Scheduled, instant_of, wall_time_of
from rcsplan.diagnostics import Location
from rcsplan.plan.facts import ContactList, Facts, Rules
from rcsplan.state.changes import make_changes
from rcsplan.state.model import (
    Account,
    Intent,
    ListSnapshot,
    PutRecord,
    Record,
    RemoteStatus,
    Stop,
    StopCause,
    Trial,
)
from rcsplan.state.sends import State

KYIV = ZoneInfo("Europe/Kyiv")

#: A Tuesday, 11:00 in Kyiv, where 30 days do not cross a change of the clocks.
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)

ACCOUNT = Account(base_url="https://one-api.example", key_fingerprint="0123456789abcdef")
LINEAGE = "5d0c6b64-6f0e-4d3c-9c0a-8f2d5b1f7a10"
NEWSLETTER = ContactList(id=1864275, name="Newsletter UA", contacts=1240)


def make_scheduled(wall="2026-12-01 10:00:00", *, zone="Europe/Kyiv", keeps_seconds=False):
    """A start at a wall time such as `2026-12-01 10:00:00`."""
    naive = datetime.fromisoformat(wall)
    start = instant_of(naive, ZoneInfo(zone))
    return Scheduled(wall=naive, zone=zone, start=start, keeps_seconds=keeps_seconds)


def make_scheduled_in(left, *, now=NOW, zone="Europe/Kyiv"):
    """A start that is `left` (a timedelta) away from now."""
    wall = (now + left).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return Scheduled(wall=wall, zone=zone, start=now + left, keeps_seconds=True)


def make_instant(until="2026-12-01 18:00:00", *, zone="Europe/Kyiv"):
    """A start as soon as it is applied, until a wall time."""
    naive = datetime.fromisoformat(until)
    return Instant(wall=naive, zone=zone, until=instant_of(naive, ZoneInfo(zone)))


def make_body(*, text="Hello from Acme", sender="Acme", **fields):
    """The request body of a text message, without groups and start."""
    return {"sender": sender, "validity": 24, "options": {"text": text}, **fields}


def make_send(address="spring-sale", *, text="Hello from Acme", body=None, **fields):
    """A send of revision 1 to one list, a week from NOW."""
    return Send(
        **{
            "address": parse_address(address),
            "revision": 1,
            "body": make_body(text=text) if body is None else body,
            "lists": (ListRef(id=NEWSLETTER.id),),
            "schedule": make_scheduled(),
            "source_digest": f"v1:{text}",
            "location": Location(file=f"{address}.yaml", line=1),
            **fields,
        }
    )


def make_desired(*sends, frozen=(), filtered=()):
    """Every send that the manifests declare; `frozen` and `filtered` are addresses as text."""
    return DesiredSet(
        sends={send.address: send for send in sends},
        frozen=frozenset(map(parse_address, frozen)),
        filtered=frozenset(map(parse_address, filtered)),
    )


def make_remote(status="scheduled", *, sent=0, delivered=0, observed_at=NOW):
    """What the provider told of a campaign."""
    return RemoteStatus(status=status, sent=sent, delivered=delivered, observed_at=observed_at)


def make_intent(*, opened_at=NOW, **fields):
    """An intent that may be posted for the next 30 seconds."""
    return Intent(
        **{"opened_at": opened_at, "not_after": opened_at + timedelta(seconds=30), "baseline_id": 0, **fields}
    )


def make_stop(*, cause=StopCause.REMOVE, opened_at=NOW, confirmed_at=NOW):
    """A stop of ours, confirmed by the provider."""
    return Stop(cause=cause, opened_at=opened_at, confirmed_at=confirmed_at)


def make_record(send=None, *, zone=KYIV, lists=(NEWSLETTER,), **fields):
    """The record of a send that the provider accepted an hour before NOW, and last told to be scheduled."""
    send = send or make_send()
    start = send.schedule.start if isinstance(send.schedule, Scheduled) else None
    wire = wall_time_of(start, zone).strftime(WIRE_TIME) if start else None
    return Record(
        **{
            "revision": send.revision,
            "digest": send.digest,
            "content_digest": send.content_digest,
            "source_digest": send.source_digest,
            "sender": send.sender,
            "start_at": start,
            "wire_start_at": wire,
            "declared_start": send.schedule.declared,
            "timezone": send.schedule.zone,
            "validity_hours": int(send.validity.total_seconds() // 3600),
            "payload": wire_payload(send.body, list_ids=[entry.id for entry in lists], start_at=wire),
            "lists": tuple(ListSnapshot(id=entry.id, name=entry.name, contacts=entry.contacts) for entry in lists),
            "remote_id": 54000001,
            "remote": make_remote(),
            "submitted_at": NOW - timedelta(hours=1),
            **fields,
        }
    )


def make_unknown_record(send=None, **fields):
    """The record of a send whose submission was begun and whose outcome nobody knows."""
    return make_record(
        send, **{"remote_id": None, "remote": None, "submitted_at": None, "intent": make_intent()} | fields
    )


def make_trial(send=None, **fields):
    """A test send to three seeds that the provider accepted at NOW."""
    send = send or make_send()
    return Trial(
        **{
            "address": str(send.address),
            "revision": send.revision,
            "content_digest": send.content_digest,
            "seeds": ListSnapshot(id=3, name="Seeds", contacts=3),
            "opened_at": NOW,
            "remote_id": 54000009,
            "submitted_at": NOW,
            **fields,
        }
    )


def make_state(records=(), **fields):
    """A state with pairs of address and record."""
    state = State(**{"lineage": LINEAGE, "serial": 0, "environment": "production", "account": ACCOUNT, **fields})
    make_changes(state, [PutRecord(address=address, record=record) for address, record in records])
    return state


def make_facts(**fields):
    """The account at NOW, with one contact list."""
    return Facts(**{"account": ACCOUNT, "zone": KYIV, "now": NOW, "lists": (NEWSLETTER,), **fields})


def make_rules(**fields):
    """The rules of a project that configures none."""
    return Rules(**{"environment": "production", **fields})
