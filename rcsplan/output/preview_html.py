"""The preview as one HTML page: the calendar, then each campaign as phones are likely to show it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from rcsplan.output.approval_text import demand_words
from rcsplan.output.calendar_html import calendar_days, calendar_line, collisions_of, message_of
from rcsplan.output.changes import changes_of
from rcsplan.output.cost_text import cost_of_plan, cost_of_send
from rcsplan.output.moments import count, moment, paused
from rcsplan.output.page import format_page
from rcsplan.output.plan_text import verdict
from rcsplan.plan.model import ActionKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from rcsplan.operations.calendar import CalendarEntry
    from rcsplan.operations.preview import Preview, PreviewedSend
    from rcsplan.output.message import ShownMessage
    from rcsplan.plan.model import Action, PolicyFinding

#: More days than this are folded, so that the campaigns are not far below.
_DAYS_OPEN = 12

_BUTTON = re.compile(r"(suggestions\[[0-9]+\])\..*")

#: How an action is coloured; its name stands beside it.
_TONES = {
    ActionKind.SUBMIT: "good",
    ActionKind.RESUBMIT: "good",
    ActionKind.REPLACE: "changed",
    ActionKind.STOP: "bad",
    ActionKind.BLOCKED: "bad",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fact:
    """Something to know about a send; `tone` is its colour, and never its only meaning."""

    name: str
    text: str
    tone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Version:
    """A send, or what was last submitted of it."""

    anchor: str
    name: str
    badge: str
    tone: str
    facts: tuple[_Fact, ...]
    message: ShownMessage | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Campaign:
    """The sends of a campaign, to be looked at side by side."""

    anchor: str
    name: str
    sends: int
    versions: tuple[_Version, ...]


def format_preview(preview: Preview) -> str:
    """The page; blocked sends are in it like all others."""
    anchors = {send.entry.address: f"send-{number}" for number, send in enumerate(preview.sends, start=1)}
    lines = (
        calendar_line(send.entry, anchor=anchors[send.entry.address], remark=_remark(send.action))
        for send in preview.calendar
    )
    groups = [tuple(sends) for _, sends in groupby(preview.sends, key=lambda send: send.campaign)]
    days = calendar_days(lines)
    return format_page(
        "preview.html.j2",
        title=f"Preview of {preview.project}, {preview.environment}" if preview.project else preview.environment,
        summary=_summary(preview),
        remarks=tuple(_remarks(preview)),
        days=days,
        is_open=len(days) <= _DAYS_OPEN,
        campaigns=[_campaign(sends, number, anchors) for number, sends in enumerate(groups, start=1)],
    )


def _summary(preview: Preview) -> str:
    made = moment(preview.made_at.replace(second=0, microsecond=0), preview.zone)
    if preview.plan is None:
        return f"{count(len(preview.sends), 'send')} as the manifests declare them, without the account. {made}."
    return f"{verdict(preview.plan)} Planned {made}."


def _remarks(preview: Preview) -> Iterator[_Fact]:
    plan = preview.plan
    if plan is None:
        return
    if not plan.reaches_people:
        yield _Fact(name="Simulated", text="Nothing is sent to people.")
    cost = cost_of_plan(plan.estimate)
    if cost:
        yield _Fact(name="Cost", text=cost)
    for demand in plan.approvals:
        yield _Fact(name="Approval", text=demand_words(demand), tone="changed")
    if plan.suspension is not None:
        text = f"{paused(plan.suspension, plan.account_timezone)} An apply by hand goes on."
        yield _Fact(name="Suspended", text=text, tone="changed")
    for guard in plan.guards:
        yield _Fact(name="Refused as a whole", text=f"{guard.detail}\n{guard.way_out}", tone="bad")
    for drift in plan.drift:
        yield _Fact(name="Drift", text=f"{drift.address}: {drift.detail}", tone="changed")
    for warning in plan.diagnostics:
        yield _Fact(name="Warning", text=warning, tone="changed")


def _campaign(sends: Sequence[PreviewedSend], number: int, anchors: dict[str, str]) -> _Campaign:
    return _Campaign(
        anchor=f"campaign-{number}",
        name=sends[0].campaign,
        sends=len(sends),
        versions=tuple(version for send in sends for version in _versions(send, anchors[send.entry.address])),
    )


def _versions(send: PreviewedSend, anchor: str) -> Iterator[_Version]:
    """What was last submitted, where it is something else, and what would be now."""
    action = send.action
    if send.before is not None:
        yield _Version(
            anchor=f"{anchor}-before",
            name=send.entry.address,
            badge=f"before: revision {action.prior.revision}" if action is not None and action.prior else "before",
            tone="",
            facts=tuple(_facts_before(send.before)),
            message=message_of(send.before),
        )
    badge = _standing(action)
    if action is not None and action.revision > 1:
        badge += f", revision {action.revision}"
    yield _Version(
        anchor=anchor,
        name=send.entry.address,
        badge=f"after: {badge}" if send.before is not None else badge,
        tone=_TONES.get(action.action, "") if action is not None else "",
        facts=tuple(_facts(send)),
        message=message_of(send.entry),
    )


def _standing(action: Action | None) -> str:
    if action is None:
        return ""
    return f"{action.action}: {action.reason}".replace("_", " ") if action.reason else str(action.action)


def _remark(action: Action | None) -> str:
    """What a calendar has to say of a send beside its time: that it would not go out as things are."""
    return _standing(action) if action is not None and action.action is ActionKind.BLOCKED else ""


def _facts(send: PreviewedSend) -> Iterator[_Fact]:
    entry, action = send.entry, send.action
    yield _Fact(name="To", text=_audience(send))
    yield from _times(entry)
    if entry.collides_with:
        yield _Fact(name="Same list, same day", text="\n".join(collisions_of(entry)), tone="changed")
    if action is None:
        return
    if action.estimate is not None:
        yield _Fact(name="Cost", text=cost_of_send(action.estimate))
    if action.detail:
        yield _Fact(name="Why", text=action.detail, tone="bad" if action.action is ActionKind.BLOCKED else "")
    if action.way_out:
        yield _Fact(name="Way out", text=action.way_out)
    for finding in action.policy:
        yield _finding(finding)
    changed = "\n".join(_changed(action))
    if changed:
        yield _Fact(name="Changed", text=changed, tone="changed")
    for note in action.notes:
        yield _Fact(name="Note", text=note)


def _facts_before(entry: CalendarEntry) -> Iterator[_Fact]:
    if entry.lists:
        yield _Fact(name="To", text=", ".join(entry.lists))
    yield from _times(entry)


def _audience(send: PreviewedSend) -> str:
    lists = ", ".join(send.entry.lists) or "nobody: no list was found"
    contacts = send.action.audience.contacts if send.action is not None else 0
    return f"{count(contacts, 'contact')} in {lists}" if contacts else lists


def _times(entry: CalendarEntry) -> Iterator[_Fact]:
    """Both moments of a send."""
    start = moment(_minute(entry.start), entry.zone)
    yield _Fact(name="Starts", text=f"as soon as it is applied, until {start}" if entry.is_instant else start)
    yield _Fact(name="SMS", text=moment(_minute(entry.fallback_at), entry.zone) if entry.fallback_at else "none")


def _changed(action: Action) -> Iterator[str]:
    """The fields that changed, a button as a whole."""
    yield from dict.fromkeys(_BUTTON.sub(r"\1", change.path) for change in changes_of(action))


def _finding(finding: PolicyFinding) -> _Fact:
    if finding.waiver is not None:
        return _Fact(name="Waived", text=f"{finding.rule}: {finding.detail} Until {finding.waiver.until}.")
    tone = "bad" if finding.denies else "changed"
    return _Fact(name=finding.severity.capitalize(), text=f"{finding.rule}: {finding.detail}", tone=tone)


def _minute(instant: datetime) -> datetime:
    """Without the second that rcsplan chose, which no reader looks for."""
    return instant.replace(second=0)
