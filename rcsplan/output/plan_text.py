"""A plan as text that a reviewer reads in half a minute: verdict first, then who, when, what and what changed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from rcsplan.campaign.message import cards_of, sms_of, text_of
from rcsplan.campaign.sms import forcing_character, in_gsm, named, segmented
from rcsplan.output.cost_text import cost_of_plan, cost_of_send, saving_of_a_part
from rcsplan.output.moments import count, date_of, moment, paused, span
from rcsplan.output.terminal import Style, shortened, visible, wrapped
from rcsplan.output.words import word_diff
from rcsplan.plan.consent import demanded
from rcsplan.plan.model import ActionKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from pydantic import JsonValue

    from rcsplan.plan.model import Action, ApprovalDemand, FieldChange, Place, Plan

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
COUNTS = (
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
_LONGEST_TEXT = 200

#: Where the facts of a send begin, and how far they go: together 80 columns.
_MARGIN, _WIDTH = 11, 69


def format_plan_text(plan: Plan, style: Style, *, verbose: bool) -> str:
    """The whole plan; `verbose` also lists what does not change, and shows what is deferred in full."""
    lines = [_heading(plan, style), "", style.bold(verdict(plan))]
    lines += [line for line in wrapped(cost_of_plan(plan.estimate), _MARGIN + _WIDTH) if line]
    if plan.suspension is not None:
        sentence = paused(plan.suspension.reason, plan.suspension.until, plan.account_timezone)
        lines += ["", *_remark(style.changed("Suspended:"), f"{sentence} An apply by hand goes on.")]
    shown = [action for action in plan.actions if verbose or action.action is not ActionKind.NONE or action.notes]
    detailed = (*_DETAILED, ActionKind.DEFER) if verbose else _DETAILED
    for action in shown:
        if action.action in detailed:
            lines += ["", *_block(action, plan, style)]
    brief = [line for action in shown if action.action not in detailed for line in _line(action, style)]
    lines += ["", *brief] if brief else []
    for guard in plan.guards:
        lines += ["", *_remark(style.bad("Refused as a whole:"), guard.detail), f"  {visible(guard.way_out)}"]
    for demand in plan.approvals:
        lines += ["", *_remark(style.changed("Approval:"), _demand(demand))]
    for drift in plan.drift:
        lines += ["", *_remark(style.changed("Drift:"), f"{drift.address}: {drift.detail}")]
    for warning in plan.diagnostics:
        lines += ["", *_remark(style.changed("Warning:"), warning)]
    lines += ["", *_closing(plan)]
    return "\n".join(lines) + "\n"


def verdict(plan: Plan) -> str:
    """The first thing to know: whether anything would change, and how much of what."""
    counts = [f"{plan.summary[kind]:,} {text}" for kind, text in COUNTS if plan.summary.get(kind)]
    if not counts:
        return "No changes. No campaigns are declared."
    listed = ", ".join(counts)
    if plan.blocked or plan.guards:
        return f"Blocked: {listed}."
    return f"Plan: {listed}." if plan.has_changes else f"No changes: {listed}."


def _heading(plan: Plan, style: Style) -> str:
    place = visible(plan.account.base_url) if plan.reaches_people else "simulated: nothing is sent to people"
    return style.dim(f"{visible(plan.environment)} ({place}) · {minute(plan.created_at, plan.account_timezone)}")


def _remark(kind: str, text: str) -> list[str]:
    first, *more = wrapped(f"{kind} {visible(text)}", _MARGIN + _WIDTH)
    return [first, *(f"  {line}" for line in more)]


def _block(action: Action, plan: Plan, style: Style) -> Iterator[str]:
    yield _title(action, style)
    if action.detail:
        yield from _fact("why", visible(action.detail))
    for number, way_out in enumerate(action.way_out.splitlines()):
        yield from _way_out("" if number else "do", visible(way_out))
    for name, text in _facts(action, plan, style):
        yield from _fact(name, text)


def _fact(name: str, text: str) -> Iterator[str]:
    first, *more = wrapped(text, _WIDTH)
    yield f"    {name:<6} {first}"
    yield from (" " * _MARGIN + line for line in more)


def _way_out(name: str, text: str) -> Iterator[str]:
    """What to do: a command stands alone on its line and whole, to be copied."""
    words, colon, command = text.partition(": rcsplan ")
    yield from _fact(name, f"{words}:" if colon else words)
    if colon:
        yield " " * _MARGIN + f"rcsplan {command}"


def _line(action: Action, style: Style) -> Iterator[str]:
    start = start_of(action) if action.start_at else "as soon as it is applied"
    opens = f"opens {date_of(action.opens_on)}, starts " if action.opens_on else ""
    yield f"{_title(action, style)}  {style.dim(f'{opens}{start}')}"
    for note in action.notes:
        yield f"    note   {visible(note)}"
    for name, text in _policy(action, style):
        yield from _fact(name, text)


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
    yield "who", _who(action)
    yield from _times(action, plan)
    if action.payload is not None and action.action is not ActionKind.STOP:
        yield from _what(action)
        yield from _fallback(action)
        if action.estimate is not None:
            yield "cost", cost_of_send(action.estimate)
    if action.diff:
        yield from _changes(action, style)
    for note in action.notes:
        yield "note", visible(note)
    yield from _policy(action, style)
    if action.place is not None:
        yield "file", style.dim(visible(place_of(action.place)))


def _policy(action: Action, style: Style) -> Iterator[tuple[str, str]]:
    """What the rules have against a send, each at the line of its manifest; and what it need not keep."""
    for finding in action.policy:
        where = "" if finding.place is None else style.dim(f" {visible(place_of(finding.place))}")
        way_out = "" if finding.denies and action.action is ActionKind.BLOCKED else f" {finding.way_out}"
        lifted = f" Waived until {finding.waiver.until}." if finding.waiver is not None else way_out
        name = "waived" if finding.waiver is not None else finding.severity
        yield name, f"{finding.rule}: {visible(finding.detail + lifted)}{where}"
    for waiver in action.waivers:
        yield "waiver", visible(f"{waiver.rule} until {waiver.until}, by {waiver.owner}: {waiver.reason}")


def place_of(place: Place) -> str:
    """`acme/sale.yaml:12`, not yet made visible."""
    return f"{place.file}:{place.line}" if place.line else place.file


def _who(action: Action) -> str:
    lists = ", ".join(
        f"{visible(entry.name)} ({entry.id}{'' if entry.contacts is None else f': {entry.contacts:,}'})"
        for entry in action.audience.lists
    )
    return f"{count(action.audience.contacts, 'contact')} in {lists}" if lists else "nobody: no list was found"


def _times(action: Action, plan: Plan) -> Iterator[tuple[str, str]]:
    if action.start_at is None:
        until = f", at the latest {moment(action.until, action.timezone)}" if action.until else ""
        yield "when", f"as soon as it is applied{until}"
        return
    left = action.start_at.replace(second=0) - plan.created_at.replace(second=0, microsecond=0)
    opens = f", can be submitted from {date_of(action.opens_on)}" if action.opens_on else ""
    yield "when", f"{start_of(action)}, {span(left)}{opens}"
    if action.wire_start_at:
        second = ", with a second of its own" if has_own_second(action) else ""
        yield "wire", visible(f"{action.wire_start_at} {plan.account_timezone}{second}")


def start_of(action: Action) -> str:
    """The start as it was declared: a second that rcsplan chose is said beside the time on the wire alone."""
    if action.start_at is None:
        return ""
    return (minute if has_own_second(action) else moment)(action.start_at, action.timezone)


def minute(instant: datetime, zone: str) -> str:
    """A moment without its seconds."""
    return moment(instant.replace(second=0), zone)


def has_own_second(action: Action) -> bool:
    """Whether rcsplan chose the second at which it starts."""
    return action.start_at is not None and bool(action.start_at.second) and ":00 " in action.declared_start


def _what(action: Action) -> Iterator[tuple[str, str]]:
    payload = action.payload or {}
    cards = cards_of(payload)
    sender = visible(action.sender)
    if not cards:
        yield "what", f"text as {sender}: {shortened(text_of(payload) or '', _LONGEST_TEXT)}"
    elif len(cards) == 1:
        yield "what", f"card as {sender}: {_card(cards[0])}"
        yield from _buttons(cards[0])
    else:
        yield "what", f"carousel of {len(cards)} cards as {sender}"
        for number, card in enumerate(cards, start=1):
            yield f"card {number}", _card(card)
            yield from _buttons(card)


def _card(card: Mapping[str, JsonValue]) -> str:
    media = card.get("media")
    url = media.get("url") if isinstance(media, dict) else None
    words = ". ".join(str(card[key]) for key in ("title", "text") if card.get(key))
    return shortened(words or str(url), _LONGEST_TEXT)


def _buttons(card: Mapping[str, JsonValue]) -> Iterator[tuple[str, str]]:
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
    yield "sms", f"{at}, {action.validity_hours} h later, as {visible(str(sms.get('sender')))}:"
    text = str(sms.get("text"))
    yield "", shortened(text, _LONGEST_TEXT)
    yield "parts", sms_parts(text, saving=saving_of_a_part(action.estimate))


def sms_parts(text: str, *, saving: str = "") -> str:
    """What a text costs as SMS, which character makes it dear, and what a cut would save: `saving` in money."""
    found = segmented(text)
    character = forcing_character(text)
    is_slip = character is not None and in_gsm(text) is not None
    because = f", because of {named(character)}" if is_slip and character else ""
    money = f", which saves {saving}" if saving else ""
    cut = (
        f"; without the last {count(found.excess, 'character')} a part less{money}" if found.excess is not None else ""
    )
    left = "full" if not found.remaining else f"room for {found.remaining} more"
    return f"{count(found.parts, 'part')} of {found.alphabet}{because}, {left}{cut}"


def _changes(action: Action, style: Style) -> Iterator[tuple[str, str]]:
    names = {entry.id: entry.name for entry in action.audience.lists}
    for change in action.diff:
        yield "diff", f"{visible(change.path)}: {_change(change, names, style)}"


def _change(change: FieldChange, names: dict[int, str], style: Style) -> str:
    if isinstance(change.before, str) and isinstance(change.after, str):
        return word_diff(change.before, change.after, style)
    before, after = (value_of(value, names) for value in (change.before, change.after))
    if change.before is None:
        return style.good(f"{{+{after}+}}")
    if change.after is None:
        return style.bad(f"[-{before}-]")
    return f"{style.bad(f'[-{before}-]')}{style.good(f'{{+{after}+}}')}"


def value_of(value: JsonValue, names: dict[int, str]) -> str:
    """A value of the request body on one line, lists with their names."""
    if isinstance(value, list) and all(isinstance(item, int) for item in value):
        named = (f"{names[item]} ({item})" if isinstance(item, int) and item in names else str(item) for item in value)
        return visible(", ".join(named))
    return visible(json.dumps(value, ensure_ascii=False) if not isinstance(value, str) else value)


def _demand(demand: ApprovalDemand) -> str:
    needs = demanded(demand.need, demand.role)
    if demand.opens_on is None:
        return f"needs {needs}: {demand.because}."
    return f"will need {needs} by {date_of(demand.opens_on)}, when deferred sends open: {demand.because}."


def _closing(plan: Plan) -> Iterator[str]:
    if plan.next_due is not None:
        yield f"Next to open: {moment(plan.next_due, plan.account_timezone)}."
    yield f"Plan {visible(plan.id)}, valid until {minute(plan.expires_at, plan.account_timezone)}."
