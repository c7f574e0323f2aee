"""A plan as text that a reviewer reads in half a minute: verdict first, then who, when, what and what changed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from rcsplan.campaign.message import cards_of, sms_of, text_of
from rcsplan.output.moments import count, moment, span
from rcsplan.output.terminal import Style, shortened, visible
from rcsplan.output.words import word_diff
from rcsplan.plan.model import ActionKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import JsonValue

    from rcsplan.plan.model import Action, FieldChange, Plan

#: The sign before each send, for those who see no colour.
_SIGNS = {
    ActionKind.SUBMIT: "+",
    ActionKind.RESUBMIT: "+",
    ActionKind.ADOPT: "=",
    ActionKind.REPLACE: "~",
    ActionKind.STOP: "-",
    ActionKind.ARCHIVE: ".",
    ActionKind.DEFER: ">",
    ActionKind.NONE: " ",
    ActionKind.BLOCKED: "!",
}

#: How the verdict counts each action, in the order of its weight.
_COUNTS = (
    (ActionKind.BLOCKED, "blocked"),
    (ActionKind.SUBMIT, "to submit"),
    (ActionKind.RESUBMIT, "to submit again"),
    (ActionKind.REPLACE, "to replace"),
    (ActionKind.STOP, "to stop"),
    (ActionKind.ADOPT, "to adopt"),
    (ActionKind.DEFER, "deferred"),
    (ActionKind.ARCHIVE, "to archive"),
    (ActionKind.NONE, "unchanged"),
)

_DETAILED = (ActionKind.SUBMIT, ActionKind.RESUBMIT, ActionKind.REPLACE, ActionKind.STOP, ActionKind.BLOCKED)
_LONGEST_TEXT = 100


def format_plan_text(plan: Plan, style: Style, *, verbose: bool) -> str:
    """The whole plan; `verbose` also lists what does not change."""
    lines = [_heading(plan, style), "", style.bold(verdict(plan))]
    shown = [action for action in plan.actions if verbose or action.action is not ActionKind.NONE or action.notes]
    for action in shown:
        if action.action in _DETAILED:
            lines += ["", *_block(action, plan, style)]
    brief = [line for action in shown if action.action not in _DETAILED for line in _line(action, style)]
    lines += ["", *brief] if brief else []
    for drift in plan.drift:
        lines += ["", style.changed(f"Drift: {visible(drift.address)}: {visible(drift.detail)}")]
    for warning in plan.diagnostics:
        lines += ["", style.changed(f"Warning: {visible(warning)}")]
    lines += ["", *_closing(plan)]
    return "\n".join(lines) + "\n"


def verdict(plan: Plan) -> str:
    """The first thing to know: whether anything would change, and how much of what."""
    counts = [f"{plan.summary[kind]:,} {text}" for kind, text in _COUNTS if plan.summary.get(kind)]
    if not counts:
        return "No changes. No campaigns are declared."
    listed = ", ".join(counts)
    if plan.blocked:
        return f"Blocked: {listed}."
    return f"Plan: {listed}." if plan.has_changes else f"No changes: {listed}."


def _heading(plan: Plan, style: Style) -> str:
    place = plan.account.base_url if plan.reaches_people else "sandbox: nothing is sent to people"
    return style.dim(f"{plan.environment} ({place}) · {moment(plan.created_at, plan.account_timezone)}")


def _block(action: Action, plan: Plan, style: Style) -> Iterator[str]:
    yield _title(action, style)
    for name, text in _facts(action, plan, style):
        yield f"    {name:<6} {text}"


def _line(action: Action, style: Style) -> Iterator[str]:
    start = moment(action.start_at, action.timezone) if action.start_at else "now"
    opens = f"opens {action.opens_on}, " if action.opens_on else ""
    yield f"{_title(action, style)}  {style.dim(f'{opens}starts {start}')}"
    for note in action.notes:
        yield f"    note   {visible(note)}"


def _title(action: Action, style: Style) -> str:
    paint = {
        ActionKind.SUBMIT: style.good,
        ActionKind.RESUBMIT: style.good,
        ActionKind.REPLACE: style.changed,
        ActionKind.STOP: style.bad,
        ActionKind.BLOCKED: style.bad,
    }.get(action.action, style.dim)
    what = f"{action.action}: {action.reason}" if action.reason else str(action.action)
    revision = f" revision {action.revision}" if action.revision > 1 else ""
    moved = f", moved from {visible(action.moved_from)}" if action.moved_from else ""
    return f"  {paint(_SIGNS[action.action])} {style.bold(visible(action.address))}{revision}  {paint(what)}{moved}"


def _facts(action: Action, plan: Plan, style: Style) -> Iterator[tuple[str, str]]:
    if action.detail:
        yield "why", visible(action.detail)
    if action.way_out:
        yield "do", visible(action.way_out)
    yield "who", _who(action)
    yield "when", _when(action, plan)
    if action.payload is not None and action.action is not ActionKind.STOP:
        yield "what", _what(action)
        yield from _buttons(action.payload)
        yield from _fallback(action)
    if action.diff:
        yield from _changes(action, style)
    for note in action.notes:
        yield "note", visible(note)
    if action.place is not None:
        line = f":{action.place.line}" if action.place.line else ""
        yield "file", style.dim(visible(f"{action.place.file}{line}"))


def _who(action: Action) -> str:
    lists = ", ".join(
        f"{visible(entry.name)} ({entry.id}{'' if entry.contacts is None else f': {entry.contacts:,}'})"
        for entry in action.audience.lists
    )
    return f"{count(action.audience.contacts, 'contact')} in {lists}" if lists else "nobody: no list was found"


def _when(action: Action, plan: Plan) -> str:
    if action.start_at is None:
        until = f", at the latest {moment(action.until, action.timezone)}" if action.until else ""
        return f"as soon as it is applied{until}"
    left = span(action.start_at - plan.created_at)
    own = action.start_at.second and ":00 " in action.declared_start
    start = action.start_at.replace(second=0) if own else action.start_at
    second = ", with a second of its own" if own else ""
    wire = f" · wire {action.wire_start_at} {plan.account_timezone}{second}" if action.wire_start_at else ""
    return f"{moment(start, action.timezone)}, {left}{wire}"


def _what(action: Action) -> str:
    payload = action.payload or {}
    cards = cards_of(payload)
    form = {0: "text", 1: "card"}.get(len(cards), f"carousel of {len(cards)} cards")
    parts = [text_of(payload)] if not cards else [_card(card) for card in cards]
    quoted = " | ".join(shortened(part or "", _LONGEST_TEXT) for part in parts)
    return f"{form} as {visible(action.sender)}: {quoted}"


def _card(card: dict[str, JsonValue] | object) -> str:
    if not isinstance(card, dict):
        return ""
    media = card.get("media")
    url = media.get("url") if isinstance(media, dict) else None
    words = ". ".join(str(card[key]) for key in ("title", "text") if card.get(key))
    return words or str(url)


def _buttons(payload: dict[str, JsonValue]) -> Iterator[tuple[str, str]]:
    for card in cards_of(payload):
        suggestions = card.get("suggestions")
        for button in suggestions if isinstance(suggestions, list) else ():
            if isinstance(button, dict):
                target = button.get("url") or button.get("phone")
                yield "button", f"[{visible(str(button.get('text')))}] {visible(str(target))}"


def _fallback(action: Action) -> Iterator[tuple[str, str]]:
    sms = sms_of(action.payload or {})
    if sms is None:
        yield "sms", "none: who cannot receive RCS gets nothing"
        return
    at = moment(action.fallback_at, action.timezone) if action.fallback_at else "?"
    yield "sms", f"{at} ({action.validity_hours} h later) as {visible(str(sms.get('sender')))}: {_sms_text(sms)}"


def _sms_text(sms: object) -> str:
    return shortened(str(sms.get("text")), _LONGEST_TEXT) if isinstance(sms, dict) else ""


def _changes(action: Action, style: Style) -> Iterator[tuple[str, str]]:
    names = {entry.id: entry.name for entry in action.audience.lists}
    for change in action.diff:
        yield "diff", f"{visible(change.path)}: {_change(change, names, style)}"


def _change(change: FieldChange, names: dict[int, str], style: Style) -> str:
    if isinstance(change.before, str) and isinstance(change.after, str):
        return word_diff(change.before, change.after, style)
    before, after = (_value(value, names) for value in (change.before, change.after))
    if change.before is None:
        return style.good(f"{{+{after}+}}")
    if change.after is None:
        return style.bad(f"[-{before}-]")
    return f"{style.bad(f'[-{before}-]')}{style.good(f'{{+{after}+}}')}"


def _value(value: JsonValue, names: dict[int, str]) -> str:
    if isinstance(value, list) and all(isinstance(item, int) for item in value):
        named = (f"{names[item]} ({item})" if isinstance(item, int) and item in names else str(item) for item in value)
        return visible(", ".join(named))
    return visible(json.dumps(value, ensure_ascii=False) if not isinstance(value, str) else value)


def _closing(plan: Plan) -> Iterator[str]:
    if plan.next_due is not None:
        yield f"Next to open: {moment(plan.next_due, plan.account_timezone)}."
    yield f"Plan {plan.id}, valid until {moment(plan.expires_at, plan.account_timezone)}."
