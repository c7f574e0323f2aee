"""A send of a plan in full, as text: why, to whom, when by both clocks, what they see, for how much, what changed."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from rcsplan.campaign.message import cards_of, sms_of, text_of
from rcsplan.campaign.sms import forcing_character, in_gsm, named, segmented
from rcsplan.output.changes import changes_of, list_names
from rcsplan.output.cost_text import cost_of_send, saving_of_a_part
from rcsplan.output.moments import count, date_of, declared, has_own_second, moment, span
from rcsplan.output.terminal import Style, hanging, shortened, visible
from rcsplan.output.words import word_diff
from rcsplan.plan.model import ActionKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic import JsonValue

    from rcsplan.plan.model import Action, FieldChange, Place, Plan

#: The sign before each send, for those who see no colour; the word beside it says the same.
SIGNS = {
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

_LONGEST_TEXT = 200

#: Where the facts of a send begin.
_MARGIN = 11

_LINE_BREAK = re.compile(r"\r\n|\n")

#: A fact: its name, and its lines.
_Fact = tuple[str, list[str]]


def block_of(action: Action, plan: Plan, style: Style, *, verbose: bool) -> Iterator[str]:
    """All about a send; with `verbose` texts are not cut."""
    yield _title(action, style)
    if action.detail:
        yield from _lines("why", [visible(action.detail)], style)
    for number, way_out in enumerate(action.way_out.splitlines()):
        yield from _way_out("" if number else "do", visible(way_out), style)
    for name, texts in _facts(action, plan, style, longest=None if verbose else _LONGEST_TEXT):
        yield from _lines(name, texts, style)
    if action.place is not None:
        yield f"    {'file':<6} {style.dim(visible(place_of(action.place)))}"


def remarks_of(action: Action, style: Style) -> Iterator[str]:
    """What there is to say of a send that is not shown in full."""
    for name, texts in (*_notes(action), *_policy(action, style)):
        yield from _lines(name, texts, style)


def command_lines(text: str, width: int, *, lead: str, margin: int) -> Iterator[str]:
    """What to do, behind a lead: a command stands alone on its line and whole, to be copied."""
    words, colon, command = text.partition(": rcsplan ")
    if not colon and text.startswith("rcsplan "):
        yield lead.ljust(margin) + text
        return
    yield from hanging(lead, f"{words}:" if colon else words, width, margin=margin)
    if colon:
        yield " " * margin + f"rcsplan {command}"


def paint(action: Action, text: str, style: Style) -> str:
    """A text in the colour of what happens."""
    match action.action:
        case ActionKind.SUBMIT | ActionKind.RESUBMIT:
            return style.good(text)
        case ActionKind.REPLACE:
            return style.changed(text)
        case ActionKind.STOP | ActionKind.BLOCKED:
            return style.bad(text)
        case _:
            return style.dim(text)


def place_of(place: Place) -> str:
    """`acme/sale.yaml:12`, not yet made visible."""
    return f"{place.file}:{place.line}" if place.line else place.file


def start_of(action: Action) -> str:
    """The start as it was declared: a second that rcsplan chose is said beside the time on the wire alone."""
    return moment(declared(action, action.start_at), action.timezone) if action.start_at is not None else ""


def sms_parts(text: str, *, saving: str = "") -> str:
    """What a text costs as SMS, which character makes it dear, and what a cut would save: `saving` in money."""
    found = segmented(text)
    character = forcing_character(text)
    is_slip = character is not None and in_gsm(text) is not None
    because = f", because of {named(character)}" if is_slip and character else ""
    money = f", which saves {saving}" if saving else ""
    excess = "" if found.excess is None else "character" if found.excess == 1 else f"{found.excess} characters"
    cut = f"; without the last {excess} a part less{money}" if excess else ""
    left = "full" if not found.remaining else f"room for {found.remaining} more"
    return f"{count(found.parts, 'part')} of {found.alphabet}{because}, {left}{cut}"


def value_of(value: JsonValue, names: dict[int, str]) -> str:
    """A value of the request body on one line, lists with their names."""
    if isinstance(value, list) and all(isinstance(item, int) for item in value):
        named = (f"{names[item]} ({item})" if isinstance(item, int) and item in names else str(item) for item in value)
        return visible(", ".join(named))
    return visible(json.dumps(value, ensure_ascii=False) if not isinstance(value, str) else value)


def _lines(name: str, texts: list[str], style: Style) -> Iterator[str]:
    """A fact: its name, then its text, of which each line stands by itself."""
    first, *more = texts or [""]
    yield from hanging(f"    {name:<6} ", first, style.prose, margin=_MARGIN)
    for text in more:
        yield from hanging(" " * _MARGIN, text, style.prose, margin=_MARGIN)


def _way_out(name: str, text: str, style: Style) -> Iterator[str]:
    yield from command_lines(text, style.prose, lead=f"    {name:<6} ", margin=_MARGIN)


def _title(action: Action, style: Style) -> str:
    what = f"{action.action}: {action.reason}" if action.reason else str(action.action)
    revision = f" revision {action.revision}" if action.revision > 1 else ""
    moved = f", moved from {visible(action.moved_from)}" if action.moved_from else ""
    sign, name = paint(action, SIGNS[action.action], style), style.bold(visible(action.address))
    return f"  {sign} {name}{revision}  {paint(action, what, style)}{moved}"


def _facts(action: Action, plan: Plan, style: Style, *, longest: int | None) -> Iterator[_Fact]:
    yield "who", [_who(action)]
    yield from _times(action, plan)
    if action.payload is not None and action.action is not ActionKind.STOP:
        yield from _what(action, longest=longest)
        yield from _fallback(action, longest=longest)
        if action.estimate is not None:
            yield "cost", [cost_of_send(action.estimate)]
    yield from _changes(action, style)
    yield from _notes(action)
    yield from _policy(action, style)


def _notes(action: Action) -> Iterator[_Fact]:
    for note in action.notes:
        yield "note", [visible(note)]


def _policy(action: Action, style: Style) -> Iterator[_Fact]:
    """What the rules have against a send, each at the line of its manifest; and what it need not keep."""
    for finding in action.policy:
        where = "" if finding.place is None else style.dim(f" {visible(place_of(finding.place))}")
        way_out = "" if finding.denies and action.action is ActionKind.BLOCKED else f" {finding.way_out}"
        lifted = f" Waived until {finding.waiver.until}." if finding.waiver is not None else way_out
        name = "waived" if finding.waiver is not None else finding.severity
        yield name, [f"{finding.rule}: {visible(finding.detail + lifted)}{where}"]
    for waiver in action.waivers:
        yield "waiver", [visible(f"{waiver.rule} until {waiver.until}, by {waiver.owner}: {waiver.reason}")]


def _who(action: Action) -> str:
    lists = ", ".join(
        f"{visible(entry.name)} ({entry.id}{'' if entry.contacts is None else f': {entry.contacts:,}'})"
        for entry in action.audience.lists
    )
    return f"{count(action.audience.contacts, 'contact')} in {lists}" if lists else "nobody: no list was found"


def _times(action: Action, plan: Plan) -> Iterator[_Fact]:
    if action.start_at is None:
        until = f", at the latest {moment(action.until, action.timezone)}" if action.until else ""
        yield "when", [f"as soon as it is applied{until}"]
        return
    left = action.start_at.replace(second=0) - plan.created_at.replace(second=0, microsecond=0)
    opens = f", can be submitted from {date_of(action.opens_on)}" if action.opens_on else ""
    yield "when", [f"{start_of(action)}, {span(left)}{opens}"]
    if action.wire_start_at:
        second = ", with a second of its own" if has_own_second(action) else ""
        yield "wire", [visible(f"{action.wire_start_at} {plan.account_timezone}{second}")]


def _what(action: Action, *, longest: int | None) -> Iterator[_Fact]:
    payload = action.payload or {}
    cards = cards_of(payload)
    sender = visible(action.sender)
    if not cards:
        yield "what", _message(f"text as {sender}: ", text_of(payload) or "", longest)
    elif len(cards) == 1:
        yield "what", _message(f"card as {sender}: ", _card(cards[0]), longest)
        yield from _buttons(cards[0])
    else:
        yield "what", [f"carousel of {len(cards)} cards as {sender}"]
        for number, card in enumerate(cards, start=1):
            yield f"card {number}", _message("", _card(card), longest)
            yield from _buttons(card)


def _message(lead: str, text: str, longest: int | None) -> list[str]:
    """A text line by line as a phone shows it, and where it is cut, not in the middle of a character."""
    shown: list[str] = []
    left = longest
    for line in _LINE_BREAK.split(text.strip()):
        if left is not None and left <= 1:
            shown[-1] += "\N{HORIZONTAL ELLIPSIS}"
            break
        shown.append(visible(line) if left is None else shortened(line, left))
        left = None if left is None else left - len(line)
    return [lead + shown[0], *shown[1:]]


def _card(card: Mapping[str, JsonValue]) -> str:
    media = card.get("media")
    url = media.get("url") if isinstance(media, dict) else None
    words = ". ".join(str(card[key]) for key in ("title", "text") if card.get(key))
    return words or str(url)


def _buttons(card: Mapping[str, JsonValue]) -> Iterator[_Fact]:
    suggestions = card.get("suggestions")
    for button in suggestions if isinstance(suggestions, list) else ():
        if isinstance(button, dict):
            target = button.get("url") or button.get("phone")
            yield "button", [f"[{visible(str(button.get('text')))}] {visible(str(target))}"]


def _fallback(action: Action, *, longest: int | None) -> Iterator[_Fact]:
    sms = sms_of(action.payload or {})
    if sms is None:
        yield "sms", ["none: who cannot receive RCS gets nothing"]
        return
    at = moment(declared(action, action.fallback_at), action.timezone) if action.fallback_at else "?"
    leaves = f"{at}, {action.validity_hours} h later, as {visible(str(sms.get('sender')))}:"
    text = str(sms.get("text"))
    yield "sms", [leaves, *_message("", text, longest)]
    yield "parts", [sms_parts(text, saving=saving_of_a_part(action.estimate))]


def _changes(action: Action, style: Style) -> Iterator[_Fact]:
    names = list_names(action)
    for change in changes_of(action):
        yield "diff", [f"{visible(change.path)}: {_change(change, names, style)}"]


def _change(change: FieldChange, names: dict[int, str], style: Style) -> str:
    if isinstance(change.before, str) and isinstance(change.after, str):
        return word_diff(change.before, change.after, style)
    before, after = (value_of(value, names) for value in (change.before, change.after))
    if change.before is None:
        return style.good(f"{{+{after}+}}")
    if change.after is None:
        return style.bad(f"[-{before}-]")
    return f"{style.bad(f'[-{before}-]')}{style.good(f'{{+{after}+}}')}"
