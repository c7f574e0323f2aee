"""What a run's webhook is told: one notice an event, of addresses and counts alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rcsplan.apply.events import Happening
from rcsplan.manifest.notice import Notice, NoticedSend
from rcsplan.plan.model import UNSETTLED, ActionKind, Reason
from rcsplan.web.redaction import Redaction

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from rcsplan.apply.events import Event
    from rcsplan.manifest.notice import NoticeEvent
    from rcsplan.operations.apply import Applied
    from rcsplan.operations.deliveries import Ended
    from rcsplan.operations.target import Runtime
    from rcsplan.plan.model import Action, Plan
    from rcsplan.state.model import Delivery

#: How many sends a notice lists; the others are counted.
_MOST = 50

#: What happened to the account, and is worth telling.
_DONE = (
    Happening.SUBMITTED,
    Happening.SHIFTED,
    Happening.ADOPTED,
    Happening.STOPPED,
    Happening.FAILED,
    Happening.NOT_STARTED,
    Happening.NEVER_ARRIVED,
)
_REDACTION = Redaction()


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """An event of a run and the sends that it is about; `repeats` says that the next run would find it again."""

    event: NoticeEvent
    sends: tuple[NoticedSend, ...]
    repeats: bool

    @property
    def keys(self) -> frozenset[str]:
        """What tells its sends from those of other notifications, to tell each of them once."""
        return frozenset(self._key(send) for send in self.sends)

    def untold(self, told: frozenset[str]) -> Notification:
        """The notification without the sends that were told before."""
        kept = tuple(send for send in self.sends if self._key(send) not in told)
        return Notification(event=self.event, sends=kept, repeats=self.repeats)

    def _key(self, send: NoticedSend) -> str:
        # The run that lost an answer and those that still wait for it call the same trouble by different names.
        what = "" if self.event == "unknown" else send.what
        return f"{self.event} {send.address} {send.revision} {what}"


def notifications_of_plan(plan: Plan) -> tuple[Notification, ...]:
    """What a plan has to tell by itself: sends that are blocked, missed, or of which nobody knows what became."""
    groups: tuple[tuple[NoticeEvent, list[Action]], ...] = (
        ("blocked", [one for one in plan.blocked if one.reason not in UNSETTLED and one.reason is not Reason.MISSED]),
        ("unknown", [one for one in plan.blocked if one.reason in UNSETTLED]),
        ("missed", [one for one in plan.blocked if one.reason is Reason.MISSED]),
    )
    return tuple(
        Notification(event=event, sends=tuple(_planned(action) for action in actions), repeats=True)
        for event, actions in groups
        if actions
    )


def notifications_of_refusal(plan: Plan) -> tuple[Notification, ...]:
    """What a plan has to tell that was refused: also what it would stop, where that is why the whole of it is."""
    found = notifications_of_plan(plan)
    held = tuple(
        _planned(action, what=guard.code)
        for guard in plan.guards[:1]
        for action in plan.actions
        if action.action in {ActionKind.STOP, ActionKind.REPLACE}
    )
    blocked = (*(send for one in found if one.event == "blocked" for send in one.sends), *held)
    others = (one for one in found if one.event != "blocked")
    return tuple(one for one in (Notification(event="blocked", sends=blocked, repeats=True), *others) if one.sends)


def notifications_of(applied: Applied, *, poor_below: float) -> tuple[Notification, ...]:
    """What an apply has to tell: what it did, what is blocked, missed or unknown after it, and what was delivered ill.

    `poor_below` is the share of delivered messages below which a delivery is poor.
    """
    last = applied.last
    contacts = {action.address: action.audience.contacts for action in applied.plan.actions}
    done = tuple(_happened(event, contacts) for event in last.values() if event.happening in _DONE)
    unknown = tuple(_happened(event, contacts) for event in last.values() if event.happening is Happening.UNKNOWN)
    poor = tuple(_poor(applied.ended, below=poor_below))
    found = {one.event: one for one in notifications_of_plan(applied.plan)}
    earlier = tuple(send for send in (found["unknown"].sends if "unknown" in found else ()) if send.address not in last)
    of_run: tuple[Notification, ...] = (
        Notification(event="applied", sends=done, repeats=False),
        *(found[event] for event in ("blocked", "missed") if event in found),
        Notification(event="unknown", sends=(*unknown, *earlier), repeats=True),
        Notification(event="poor_delivery", sends=poor, repeats=False),
    )
    return tuple(one for one in of_run if one.sends)


def delivered_share(delivery: Delivery) -> float | None:
    """The share of the messages of a send that were delivered, read ones included; None where none are counted.

    A phone that RCS did not reach and the SMS did counts as reached: the share is that of the phones where they are
    counted, else of the messages of RCS, each of which is one phone.
    """
    reached = sum(counts.get(status, 0) for counts in (delivery.rcs, delivery.sms) for status in ("delivered", "read"))
    phones = delivery.phones or sum(delivery.rcs.values())
    return min(1.0, reached / phones) if phones else None


def notice_of(notification: Notification, plan: Plan, runtime: Runtime, *, at: datetime) -> Notice:
    """The document of a notification: who ran, from which commit, by which plan."""
    counts: dict[str, int] = {}
    for send in notification.sends:
        counts[send.what] = counts.get(send.what, 0) + 1
    source = plan.source
    return Notice(
        event=notification.event,
        project=plan.project,
        environment=plan.environment,
        reaches_people=plan.reaches_people,
        summary=_summary(notification, counts),
        counts=counts,
        sends=notification.sends[:_MOST],
        more=max(0, len(notification.sends) - _MOST),
        who=_REDACTION.quote(runtime.who),
        commit=source.commit,
        ci_url=runtime.ci_url,
        plan=plan.checksum,
        at=at,
    )


def _planned(action: Action, *, what: str = "") -> NoticedSend:
    return NoticedSend(
        address=_REDACTION.quote(action.address),
        revision=action.revision,
        what=what or (action.reason.value if action.reason is not None else action.action.value),
        contacts=action.audience.contacts or None,
    )


def _happened(event: Event, contacts: Mapping[str, int]) -> NoticedSend:
    return NoticedSend(
        address=_REDACTION.quote(event.address),
        revision=event.revision,
        what=event.happening.value,
        contacts=contacts.get(event.address) or None,
        campaign=event.remote_id,
    )


def _poor(ended: Ended, *, below: float) -> Iterator[NoticedSend]:
    for address, record in ended:
        share = delivered_share(record.delivery) if record.delivery is not None else None
        if share is not None and share < below:
            yield NoticedSend(
                address=_REDACTION.quote(address),
                revision=record.revision,
                what="poor_delivery",
                contacts=record.contacts or None,
                campaign=record.remote_id,
                share=round(share, 4),
            )


def _summary(notification: Notification, counts: Mapping[str, int]) -> str:
    number = len(notification.sends)
    sends = "1 send" if number == 1 else f"{number:,} sends"
    match notification.event:
        case "applied":
            return f"Applied: {_listed(counts)}."
        case "blocked":
            return f"Blocked: {sends} ({_listed(counts)})."
        case "missed":
            return f"Missed: {sends}."
        case "unknown":
            return f"Outcome unknown: {sends}."
        case "poor_delivery":
            return f"Poor delivery: {sends}."


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{number:,} {what.replace('_', ' ')}" for what, number in counts.items())
