"""Plans that are built to be shown: every action, every block, every remark."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

from rcsplan.plan.model import (
    Action,
    ActionKind,
    Audience,
    ChannelEstimate,
    Drift,
    Estimate,
    FieldChange,
    Guard,
    Place,
    Plan,
    PlanEstimate,
    PlannedList,
    PlannedSource,
    PlannedState,
    PlannedWaiver,
    PolicyFinding,
    Prior,
)
from rcsplan.plan.verdict import WAYS_OUT
from tests.builders import ACCOUNT, LINEAGE, NOW

#: Moves the cursor, reverses the line, rings, breaks the line, hides.
HOSTILE = "\x1b[2J\x1b]0;owned\x07\u202egnp\u2066\r\nFAKE\x9b1m\u200b\u2028end\x00"

START = NOW + timedelta(days=7)
NEWSLETTER = PlannedList(id=1864275, name="Newsletter UA", contacts=1240)

PAYLOAD = {
    "groups": [1864275],
    "sender": "Acme",
    "validity": 9,
    "options": {
        "cards": [
            {
                "title": "Winter",
                "text": "Coats, boots and knitwear, in the shop and on the way to you within two days.",
                "suggestions": [
                    {"type": "link", "text": "Shop", "url": "https://acme.example/winter"},
                    {"type": "call", "text": "Call us", "phone": "380441234567"},
                ],
            }
        ]
    },
    "alternative_channel": {"sms": {"sender": "ACME", "text": "Acme: winter is here", "validity": 9}},
}


WAIVER = PlannedWaiver(
    rule="quiet-hours", reason="The shop opens at midnight.", owner="growth@example.com", until=date(2026, 12, 31)
)
#: What the policy may find: denied, warned of, waived.
FOUND = (
    PolicyFinding(
        rule="residue",
        severity="deny",
        detail="'%%name%%' looks like something that was to be filled in.",
        way_out="Write the text that is meant.",
        path="options.cards[0].text",
        place=Place(file="acme/winter.yaml", line=12),
    ),
    PolicyFinding(
        rule="links", severity="warn", detail="http://a.example is not https.", way_out="Give it with https."
    ),
    PolicyFinding(
        rule="quiet-hours",
        severity="deny",
        detail="Its SMS leaves Wed 2026-12-02 04:00 Europe/Kyiv.",
        way_out="Shorten spec.validity.",
        place=Place(file="acme/_defaults.yaml", line=3),
        waiver=WAIVER,
    ),
)


#: A cost whose words are hostile: its currency, names of lists, and what a state taught.
HOSTILE_ESTIMATE = Estimate(
    currency=HOSTILE,
    expected=Decimal(1),
    worst=Decimal(2),
    reach=0.5,
    reach_origin=HOSTILE,
    learned=HOSTILE,
    channels=(ChannelEstimate(channel="sms", messages=1, worst_messages=2, price=Decimal(1), origin=HOSTILE),),
    unknown=(HOSTILE,),
)


def make_action(kind, reason=None, **fields):
    """An action on a card, a week from NOW, to one list."""
    return Action(
        **{
            "address": f"{kind}-{reason}".replace("_", "-") if reason else f"{kind}-it",
            "revision": 1,
            "action": kind,
            "reason": reason,
            "detail": f"Why it is {reason.replace('_', ' ')}." if reason else "",
            "way_out": WAYS_OUT[reason] if reason else "",
            "sender": "Acme",
            "payload": PAYLOAD,
            "start_at": START + timedelta(seconds=37),
            "wire_start_at": "2026-12-01 11:00:37",
            "declared_start": "2026-12-01 11:00:00 Europe/Kyiv",
            "timezone": "Europe/Kyiv",
            "validity_hours": 9,
            "fallback_at": START + timedelta(hours=9, seconds=37),
            "audience": Audience(lists=(NEWSLETTER,), contacts=1240),
            "place": Place(file="acme/winter.yaml", line=5),
            **fields,
        }
    )


def make_plan(*actions, **fields):
    """A plan of some actions, for an account that reaches people."""
    return Plan(
        **{
            "id": "0123456789abcdef",
            "environment": "production",
            "account": ACCOUNT,
            "account_timezone": "Europe/Kyiv",
            "reaches_people": True,
            "created_at": NOW,
            "expires_at": NOW + timedelta(days=1),
            "state": PlannedState(lineage=LINEAGE, serial=3),
            "source": PlannedSource(),
            "actions": actions,
            "summary": Counter(str(action.action) for action in actions),
            "applyable": True,
            "checksum": "sha256:0",
            **fields,
        }
    )


def hostile_plan():
    """A plan in which every text that comes from elsewhere is hostile."""
    payload = {
        "groups": [1],
        "sender": HOSTILE,
        "options": {"cards": [_hostile_card(), _hostile_card()]},
        "alternative_channel": {"sms": {"sender": HOSTILE, "text": HOSTILE}},
    }
    fields = {
        "address": HOSTILE,
        "detail": HOSTILE,
        "way_out": HOSTILE,
        "notes": (HOSTILE,),
        "sender": HOSTILE,
        "payload": payload,
        "wire_start_at": HOSTILE,
        "declared_start": HOSTILE,
        "timezone": HOSTILE,
        "moved_from": HOSTILE,
        "audience": Audience(lists=(PlannedList(id=1, name=HOSTILE, contacts=7),), contacts=7),
        "diff": (
            FieldChange(path=HOSTILE, before=HOSTILE, after="new"),
            FieldChange(path=HOSTILE, before=[HOSTILE], after={HOSTILE: HOSTILE}),
            FieldChange(path=HOSTILE, before=None, after=HOSTILE),
        ),
        "place": Place(file=HOSTILE, line=1),
        "policy": (
            PolicyFinding(
                rule="links", severity="warn", detail=HOSTILE, way_out=HOSTILE, place=Place(file=HOSTILE, line=1)
            ),
        ),
        "estimate": HOSTILE_ESTIMATE,
        "waivers": (PlannedWaiver(rule="links", reason=HOSTILE, owner=HOSTILE, until=date(2026, 12, 31)),),
        "prior": Prior(revision=1, digest=HOSTILE, status=HOSTILE),
        "opens_on": date(2026, 12, 10),
    }
    text = {**fields, "payload": {**payload, "options": {"text": HOSTILE}}}
    return make_plan(
        *(make_action(kind, **fields) for kind in ActionKind),
        make_action(ActionKind.SUBMIT, **text),
        id=HOSTILE,
        environment=HOSTILE,
        account=ACCOUNT.model_copy(update={"base_url": HOSTILE}),
        account_timezone=HOSTILE,
        drift=(Drift(address=HOSTILE, remote_id=1, detail=HOSTILE),),
        diagnostics=(HOSTILE,),
        guards=(Guard(code="x", detail=HOSTILE, way_out=HOSTILE),),
        next_due=NOW,
        estimate=PlanEstimate(currency=HOSTILE, worst=Decimal(1)),
    )


def _hostile_card():
    button = {"type": HOSTILE, "text": HOSTILE, "url": HOSTILE}
    return {"title": HOSTILE, "text": HOSTILE, "media": {"url": HOSTILE}, "suggestions": [button]}
