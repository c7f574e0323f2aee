"""The table of sends in Markdown: what happens to each, to whom it goes, when both clocks strike, and what it costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rcsplan.campaign.message import sms_of
from rcsplan.output.markdown import cell, in_cell, prose
from rcsplan.output.markdown_send import SENDING, cost_words, mark, reason_words
from rcsplan.output.moments import date_of, declared, parts_of
from rcsplan.plan.model import ActionKind

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from rcsplan.plan.model import Action

_MOST_LISTS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The table of sends: a zone or a year that they share is not said in every row, nor that no cost is known."""

    zone: str | None
    year: int
    has_cost: bool

    def head(self) -> tuple[str, str]:
        """Its first two lines."""
        zone = f" ({in_cell(prose(self.zone))})" if self.zone else ""
        names = ["Action", "Send", "To", f"Starts{zone}", "SMS leaves", *(["Cost"] if self.has_cost else [])]
        return f"| {' | '.join(names)} |", "|---" * len(names) + "|"

    def row(self, action: Action) -> str:
        """A send."""
        cells = [_action(action), _name(action), _to(action), self._starts(action), self._sms_leaves(action)]
        return f"| {' | '.join([*cells, *([_cost(action)] if self.has_cost else [])])} |"

    def _starts(self, action: Action) -> str:
        if action.start_at is None:
            return "as soon as it is applied"
        opens = f"; opens {date_of(action.opens_on)}" if action.opens_on else ""
        return f"{self._time(declared(action, action.start_at), action.timezone)}{opens}"

    def _sms_leaves(self, action: Action) -> str:
        if action.action is ActionKind.STOP:
            return "-"
        if sms_of(action.payload or {}) is None:
            return "no SMS"
        if action.fallback_at is None:
            return f"{action.validity_hours} h later"
        at = declared(action, action.fallback_at)
        day, clock, _ = parts_of(at, action.timezone)
        is_same_day = action.start_at is not None and day == parts_of(action.start_at, action.timezone)[0]
        return f"**{clock}**" if is_same_day else self._time(at, action.timezone)

    def _time(self, instant: datetime, zone: str) -> str:
        day, clock, zone = parts_of(instant, zone)
        return (
            f"{day.removesuffix(f' {self.year}')} **{clock}**{'' if zone == self.zone else f' {in_cell(prose(zone))}'}"
        )


def table_of(actions: Iterable[Action], *, year: int) -> Table:
    """The table of some sends, in a plan of a year."""
    listed = list(actions)
    zones = {action.timezone for action in listed if action.start_at is not None}
    has_cost = any(action.estimate is not None for action in listed)
    return Table(zone=zones.pop() if len(zones) == 1 else None, year=year, has_cost=has_cost)


def time_of(instant: datetime, zone: str) -> str:
    """A moment in a line of Markdown, its clock in bold."""
    day, clock, zone = parts_of(instant, zone)
    return f"{day} **{clock}** {prose(zone)}"


def _action(action: Action) -> str:
    reason = f": {reason_words(action.reason)}" if action.reason else ""
    return f"{mark(action)}**{action.action}**{reason}"


def _name(action: Action) -> str:
    revision = f" revision {action.revision}" if action.revision > 1 else ""
    return f"{cell(action.address)}{revision}"


def _to(action: Action) -> str:
    names = [cell(entry.name, longest=40) for entry in action.audience.lists[:_MOST_LISTS]]
    more = f" and {len(action.audience.lists) - _MOST_LISTS} more" if len(action.audience.lists) > _MOST_LISTS else ""
    return f"**{action.audience.contacts:,}** in {', '.join(names)}{more}" if names else "nobody: no list was found"


def _cost(action: Action) -> str:
    is_priced = action.action in SENDING or action.action is ActionKind.BLOCKED
    if not is_priced and (action.action is not ActionKind.DEFER or action.estimate is None):
        return "-"
    return in_cell(cost_words(action.estimate))
