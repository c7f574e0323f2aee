"""`preview`: each send with its message, its moments and what was last submitted of it; blocked ones as well."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from rcsplan.campaign.message import sms_of
from rcsplan.campaign.model import DEFAULT_VALIDITY
from rcsplan.diagnostics import did_you_mean
from rcsplan.errors import InvalidContent, UsageError
from rcsplan.manifest.load import load_sends
from rcsplan.manifest.occasion import Occasion
from rcsplan.operations.calendar import CalendarEntry, entry_of, in_order
from rcsplan.operations.plan import plan
from rcsplan.operations.render import chosen_sends
from rcsplan.plan.diff import payload_before
from rcsplan.plan.model import ActionKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from pydantic import JsonValue

    from rcsplan.manifest.project import Environment
    from rcsplan.manifest.variables import Variables
    from rcsplan.operations.target import Target
    from rcsplan.plan.model import Action, Plan
    from rcsplan.state.sends import State

#: Actions on what nobody wants to be sent any more.
_LEAVING = frozenset({ActionKind.STOP, ActionKind.ARCHIVE})


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewedSend:
    """A send as it would go out, or would have.

    `action` is what is planned for it, None where nothing was planned; `before` is what was last submitted of it, where
    that differs.
    """

    entry: CalendarEntry
    action: Action | None = None
    before: CalendarEntry | None = None

    @property
    def campaign(self) -> str:
        """The campaign of which it is a send."""
        return _names_of(self.entry.address)[-1]

    @property
    def is_leaving(self) -> bool:
        """Whether it is to be stopped, and not sent."""
        return self.action is not None and self.action.action in _LEAVING


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """The sends of an environment by campaign and time; `plan` is None where they were read from manifests alone."""

    project: str
    environment: str
    made_at: datetime
    zone: str
    sends: tuple[PreviewedSend, ...]
    plan: Plan | None = None

    @property
    def calendar(self) -> tuple[PreviewedSend, ...]:
        """What is still to start, in order of time."""
        ahead = (send for send in self.sends if not send.is_leaving and send.entry.start >= self.made_at)
        return tuple(sorted(ahead, key=lambda send: (send.entry.start, send.entry.address)))


def preview(target: Target, *, addresses: tuple[str, ...]) -> Preview:
    """The sends as an apply would submit them now; what is removed is shown as it was last submitted.

    Raises:
        InvalidContent: a manifest has an error.
        ProviderError: the account could not be read.
        StateError: the state cannot be used.
    """
    planned = plan(target, addresses=addresses).plan
    return _preview_of(planned, planned.actions, target.store.load())


def preview_of_plan(planned: Plan, *, addresses: tuple[str, ...]) -> Preview:
    """The sends of a saved plan.

    Raises:
        UsageError: an address of which the plan does not speak.
    """
    known = [action.address for action in planned.actions]
    for text in addresses:
        if not any(text in _names_of(address) for address in known):
            raise UsageError(f"The plan does not speak of {text!r}", hint=did_you_mean(text, known))
    wanted = [
        action
        for action in planned.actions
        if not addresses or not set(addresses).isdisjoint(_names_of(action.address))
    ]
    return _preview_of(planned, wanted, None)


def preview_offline(
    environment: Environment, variables: Variables, *, now: datetime, addresses: tuple[str, ...]
) -> Preview:
    """The sends as the manifests declare them, without account and state.

    Raises:
        InvalidContent: a manifest has an error.
        UsageError: an address that nothing declares.
    """
    loaded = load_sends(environment, variables=variables, occasion=Occasion(now=now))
    if loaded.has_errors:
        raise InvalidContent(loaded.diagnostics)
    sends = (PreviewedSend(entry=entry_of(send)) for send in chosen_sends(tuple(loaded.desired), addresses))
    return Preview(
        project=environment.project.metadata.name,
        environment=environment.name,
        made_at=now,
        zone=environment.provider.timezone,
        sends=_with_collisions(sends, now),
    )


def _preview_of(planned: Plan, actions: Iterable[Action], state: State | None) -> Preview:
    return Preview(
        project=planned.project,
        environment=planned.environment,
        made_at=planned.created_at,
        zone=_known_zone(planned.account_timezone),
        sends=_with_collisions(_sends(planned, actions, state), planned.created_at),
        plan=planned,
    )


def _sends(planned: Plan, actions: Iterable[Action], state: State | None) -> Iterator[PreviewedSend]:
    for action in actions:
        body = action.payload or _recorded(action, state)
        if body is None and action.action is not ActionKind.STOP:
            continue
        entry = _entry(action, body or {}, planned.created_at)
        yield PreviewedSend(entry=entry, action=action, before=_before(action, entry))


def _before(action: Action, entry: CalendarEntry) -> CalendarEntry | None:
    """What was last submitted, as far as the plan still has it."""
    if not action.payload or not action.diff or action.prior is None:
        return None
    body = payload_before(action.payload, action.diff)
    start, hours = action.prior.start_at or entry.start, body.get("validity")
    validity = timedelta(hours=hours if isinstance(hours, int) else DEFAULT_VALIDITY)
    return replace(
        entry,
        start=start,
        is_instant=action.prior.start_at is None,
        fallback_at=start + validity if sms_of(body) is not None else None,
        sender=str(body.get("sender", entry.sender)),
        lists=tuple(one.name for one in action.prior.lists),
        body=body,
        collides_with=(),
    )


def _recorded(action: Action, state: State | None) -> Mapping[str, JsonValue] | None:
    """What was submitted of a send that is to be stopped, as far as the state still has it."""
    if state is None or action.action is not ActionKind.STOP:
        return None
    record = state.records_of(action.address).revisions.get(action.revision)
    return record.payload if record is not None else None


def _entry(action: Action, body: Mapping[str, JsonValue], now: datetime) -> CalendarEntry:
    return CalendarEntry(
        address=action.address,
        start=action.start_at or action.until or now,
        fallback_at=action.fallback_at,
        zone=_known_zone(action.timezone),
        sender=action.sender,
        lists=tuple(entry.name for entry in action.audience.lists),
        body=body,
        is_instant=action.start_at is None,
    )


def _with_collisions(sends: Iterable[PreviewedSend], now: datetime) -> tuple[PreviewedSend, ...]:
    """The sends by campaign and time; what goes out no more collides with nothing."""
    sends = tuple(sends)
    ahead = (send.entry for send in sends if not send.is_leaving and send.entry.start >= now)
    entries = {entry.address: entry for entry in in_order(ahead)}
    told = (replace(send, entry=entries.get(send.entry.address, send.entry)) for send in sends)
    return tuple(sorted(told, key=lambda send: (send.campaign, send.entry.start, send.entry.address)))


def _names_of(address: str) -> tuple[str, str, str]:
    """The names by which a send is asked for: its own, its series', its campaign's."""
    series = address.partition("@")[0]
    return address, series, series.partition("[")[0]


def _known_zone(name: str) -> str:
    """A zone of this machine; a plan that comes from elsewhere may name others."""
    try:
        return ZoneInfo(name).key
    except (KeyError, ValueError, OSError):
        return "UTC"
