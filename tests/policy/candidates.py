"""Candidates and the world around them, each built whole by one call; what matters to a test is said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from rcsplan.policy.candidate import AudienceList, Candidate, Thresholds, World
from rcsplan.policy.rules import RULES
from tests.builders import KYIV, NOW

NEWSLETTER = AudienceList(id=101, name="Newsletter", contacts=1240)


def at(wall, zone="Europe/Kyiv"):
    """The instant of a wall time such as `2026-12-01 10:00`."""
    return datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def make_payload(text="Hello from Acme", *, sms=None, sms_sender="ACME", cards=None, **fields):
    """A request body of a text, or of cards, with an SMS where its text is given."""
    alternative = {"alternative_channel": {"sms": {"sender": sms_sender, "text": sms}}} if sms is not None else {}
    options = {"text": text} if cards is None else {"cards": cards}
    return {"sender": "Acme", "options": options, **alternative, **fields}


def make_candidate(start="2026-12-01 10:00", *, validity=None, zones=("Europe/Kyiv",), lists=(NEWSLETTER,), **fields):
    """A send a week from NOW to one list; with a validity in hours there is an SMS clock."""
    start_at = at(start) if start is not None else None
    clocks = {"fallback_at": (start_at or NOW) + timedelta(hours=validity)} if validity is not None else {}
    payload = {name: fields.pop(name) for name in ("text", "sms", "sms_sender", "cards", "body") if name in fields}
    body = payload.pop("body", {})
    return Candidate(
        **{
            "address": "sale",
            "payload": make_payload(**payload, **body),
            "start_at": start_at,
            "zones": tuple(map(ZoneInfo, zones)),
            "lists": lists,
            **clocks,
            **fields,
        }
    )


def make_world(*candidates, thresholds=None, **fields):
    """The world at NOW, in Kyiv."""
    return World(
        **{
            "now": NOW,
            "zone": KYIV,
            "environment": "production",
            "reaches_people": True,
            "thresholds": Thresholds(**(thresholds or {})),
            "candidates": candidates,
            **fields,
        }
    )


def found(rule, candidate, **fields):
    """What a rule has against a candidate: places, as text, with details."""
    world = make_world(*fields.pop("candidates", (candidate,)), **fields)
    return [(finding.path, finding.detail) for finding in RULES[rule].check(candidate, world)]


def breaks(rule, candidate, **fields):
    """The places at which a candidate breaks a rule."""
    return [path for path, _ in found(rule, candidate, **fields)]
