"""The sends of a plan as a table, a line each: what happens to it, when, to how many, for how much."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rcsplan.campaign.message import sms_of
from rcsplan.output.moments import date_of, declared, money, parts_of
from rcsplan.output.plan_send import SIGNS, paint, remarks_of
from rcsplan.output.terminal import columns, hanging, visible, width_of
from rcsplan.plan.model import ActionKind

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator
    from datetime import datetime

    from rcsplan.output.terminal import Style
    from rcsplan.plan.model import Action

#: What stands where there is nothing to say.
_NOTHING = "-"

#: Actions by which messages go out now; and those for which, later or once nothing is in the way.
_SENDING = frozenset({ActionKind.SUBMIT, ActionKind.RESUBMIT, ActionKind.REPLACE})
_PRICED = _SENDING | {ActionKind.DEFER, ActionKind.BLOCKED}

_HEADING = ("  ACTION", "SEND", "START", "SMS", "CONTACTS", "COST")
_SEND, _SMS, _CONTACTS, _COST = 1, 3, 4, 5


def table_of(actions: Iterable[Action], style: Style, *, year: int, in_full: Container[str]) -> list[str]:
    """The table in a style's width; `in_full` are the addresses of sends that are shown in full elsewhere.

    A year that all starts share with the plan is not said, nor a zone that they share in every line. Where there is
    little room, a long address has its line to itself; the time of the SMS is left to what is shown in full.
    """
    listed = list(actions)
    zones = {action.timezone for action in listed if action.start_at is not None}
    times = _Times(zone=zones.pop() if len(zones) == 1 else "", year=year)
    rows = [_HEADING, *(_cells(action, times) for action in listed)]
    left_out = set() if any(action.estimate is not None for action in listed) else {_COST}
    says_sms = any(action.address not in in_full and action.action in _SENDING for action in listed)
    if not says_sms and _width(rows, left_out) > style.width:
        left_out.add(_SMS)
    lines = [style.dim(line) for line in [f"Times are of {visible(times.zone)}."] if times.zone]
    heading, *sends = _aligned(rows, left_out, width=style.width)
    lines += [style.dim(line) for line in heading]
    for action, drawn in zip(listed, sends, strict=True):
        is_in_full = action.address in in_full
        words = ", ".join(_remark_words(action, is_in_full=is_in_full))
        lines += _painted(action, _remarked(drawn, words, width=style.width), style)
        lines += () if is_in_full else remarks_of(action, style)
    return lines


@dataclass(frozen=True, slots=True, kw_only=True)
class _Times:
    """How times are said in a table of one zone, empty where there are several, and a year."""

    zone: str
    year: int

    def start(self, action: Action) -> str:
        if action.start_at is None:
            return "once applied"
        return self._moment(declared(action, action.start_at), action.timezone)

    def fallback(self, action: Action) -> str:
        if action.fallback_at is None or sms_of(action.payload or {}) is None:
            return _NOTHING
        at = declared(action, action.fallback_at)
        day, clock, _ = parts_of(at, action.timezone)
        same_day = action.start_at is not None and day == parts_of(action.start_at, action.timezone)[0]
        return clock if same_day else self._moment(at, action.timezone)

    def _moment(self, instant: datetime, zone: str) -> str:
        day, clock, zone = parts_of(instant, zone)
        return f"{day.removesuffix(f' {self.year}')} {clock}{'' if zone == self.zone else f' {zone}'}"


def _cells(action: Action, times: _Times) -> tuple[str, ...]:
    return (
        f"{SIGNS[action.action]} {action.action}",
        visible(action.address),
        times.start(action),
        times.fallback(action),
        f"{action.audience.contacts:,}",
        _cost(action),
    )


def _cost(action: Action) -> str:
    estimate = action.estimate
    if estimate is None or action.action not in _PRICED:
        return _NOTHING
    if estimate.expected is not None:
        return money(estimate.expected, estimate.currency)
    return "not known" if estimate.worst is None else f"up to {money(estimate.worst, estimate.currency)}"


def _width(rows: list[tuple[str, ...]], left_out: set[int]) -> int:
    widths = [max(width_of(row[index]) for row in rows) for index in range(len(_HEADING)) if index not in left_out]
    return sum(widths) + 2 * (len(widths) - 1)


def _aligned(rows: list[tuple[str, ...]], left_out: set[int], *, width: int) -> Iterator[list[str]]:
    """The lines of each row: one, or two where its address is wider than the room that the other columns leave."""
    others = _width([(row[0], "", *row[_SEND + 1 :]) for row in rows], left_out)
    room = max(width - others, width_of(_HEADING[_SEND]))
    kept = [index for index in range(len(_HEADING)) if index not in left_out]
    short = [
        tuple(row[index] if width_of(row[_SEND]) <= room or index != _SEND else "" for index in kept) for row in rows
    ]
    right = frozenset(kept.index(index) for index in (_CONTACTS, _COST) if index in kept)
    margin = max(width_of(row[0]) for row in rows)
    for row, line in zip(rows, columns(short, right=right), strict=True):
        if width_of(row[_SEND]) <= room:
            yield [line]
        else:
            yield [f"{row[0].ljust(margin)}  {row[_SEND]}", " " * margin + line[margin:]]


def _painted(action: Action, lines: list[str], style: Style) -> list[str]:
    """The row with its action in colour, which begins its first line."""
    word = f"{SIGNS[action.action]} {action.action}"
    return [paint(action, word, style) + lines[0].removeprefix(word), *lines[1:]]


def _remarked(lines: list[str], words: str, *, width: int) -> list[str]:
    """The lines of a row with what has no column, at their end where there is room for it."""
    *others, last = lines
    if not words or width_of(last) + 2 + width_of(words) <= width:
        return [*others, f"{last}  {words}".rstrip()]
    return [*lines, *hanging("    ", words, width, margin=4)]


def _remark_words(action: Action, *, is_in_full: bool) -> Iterator[str]:
    """What has no column: why it is blocked, when it opens; and what is said elsewhere of a send that is in full."""
    if action.reason is not None:
        yield action.reason
    if action.opens_on is not None:
        yield f"opens {date_of(action.opens_on)}"
    if not is_in_full and action.revision > 1:
        yield f"revision {action.revision}"
    if not is_in_full and action.moved_from:
        yield f"moved from {visible(action.moved_from)}"
