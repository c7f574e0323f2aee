"""One send of a plan in Markdown: a row of the table, a line where it is blocked, and its details in a fold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rcsplan.output.changes import changed_words, changes_of, list_names
from rcsplan.output.markdown import block, code, html_code, prose
from rcsplan.output.markdown_message import message_lines
from rcsplan.output.moments import count, has_own_second, moment, money, span
from rcsplan.output.plan_send import place_of, start_of, value_of
from rcsplan.output.terminal import shortened, wrapped
from rcsplan.output.words import word_changes
from rcsplan.plan.model import ActionKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rcsplan.plan.model import Action, ChannelEstimate, Estimate, FieldChange, Plan, PolicyFinding

#: Actions by which messages go out.
SENDING = frozenset({ActionKind.SUBMIT, ActionKind.REPLACE, ActionKind.RESUBMIT})

_MOST_CHANGES, _MOST_FINDINGS = 30, 30
_LONGEST_VALUE, _LONGEST_TEXT, _WIDTH = 600, 3000, 76
_TIMES = "\u00d7"


def blocked_line(action: Action) -> str:
    """Why it is blocked, in a line of a list."""
    reason = f" {reason_words(action.reason)}:" if action.reason else ""
    return f"- {code(action.address)}{reason} {prose(action.detail) or 'no reason is told.'}"


def details(action: Action, plan: Plan, *, has_message: bool, is_open: bool) -> str:
    """All about it in a fold; without its message where there is no room."""
    lines = [f"<details{' open' if is_open else ''}><summary>{_summary(action)}</summary>", ""]
    lines += _why(action)
    lines += _facts(action, plan)
    lines += _findings(action)
    lines += _changes(action)
    if has_message and _has_message(action):
        lines += message_lines(action)
    return "\n".join([*lines, "</details>", ""])


def finding_words(finding: PolicyFinding, where: str = "") -> str:
    """What a rule has against a send, and what to do about it; `where` is Markdown."""
    severity = "waived" if finding.waiver is not None else finding.severity
    lifted = f" Waived until {finding.waiver.until}." if finding.waiver is not None else f" {finding.way_out}"
    place = f" {code(place_of(finding.place))}" if finding.place is not None else ""
    return f"**{severity}** {code(finding.rule)} {where}{prose((finding.detail + lifted).strip())}{place}"


def reason_words(reason: str) -> str:
    """`already sent`."""
    return reason.replace("_", " ")


def mark(action: Action) -> str:
    """The sign that catches the eye; the words beside it say the same."""
    is_warned = any(finding.severity == "warn" for finding in action.policy if finding.waiver is None)
    if action.action is ActionKind.BLOCKED:
        return "⛔ "
    return "⚠️ " if is_warned and action.action is not ActionKind.NONE else ""


def cost_words(estimate: Estimate | None) -> str:
    """What is expected, and the worst case; a cost that nobody knows is said to be unknown."""
    if estimate is None or estimate.expected is None:
        worst = "" if estimate is None or estimate.worst is None else f", at most {_money(estimate, worst=True)}"
        return f"not known{worst}"
    worst = f", at most {_money(estimate, worst=True)}" if estimate.worst is not None else ", worst case not known"
    return f"{_money(estimate, worst=False)}{worst}"


def _money(estimate: Estimate, *, worst: bool) -> str:
    amount = estimate.worst if worst else estimate.expected
    return prose(money(amount, estimate.currency)) if amount is not None else "?"


def _summary(action: Action) -> str:
    """What is seen of a fold that is closed: HTML, in which no Markdown is read."""
    reason = f": {reason_words(action.reason)}" if action.reason else ""
    contacts = f" · {count(action.audience.contacts, 'contact')}"
    words = changed_words(action)
    changed = f" · changed: {words}" if words else ""
    return f"{mark(action)}<b>{action.action}{reason}</b> {html_code(action.address)}{contacts}{changed}"


def _why(action: Action) -> Iterator[str]:
    if action.detail:
        yield f"**Why:** {prose(action.detail)}"
        yield ""
    for way_out in action.way_out.splitlines():
        yield from way_out_lines(way_out)


def way_out_lines(way_out: str) -> Iterator[str]:
    """What to do: a command stands alone and whole, to be copied."""
    words, colon, command = way_out.partition(": rcsplan ")
    if not colon and way_out.startswith("rcsplan "):
        words, colon, command = "", ":", way_out.removeprefix("rcsplan ")
    if words:
        yield f"→ {prose(words)}{':' if colon else ''}"
        yield ""
    if colon:
        yield block([f"rcsplan {command}"], language="sh")
        yield ""


def _facts(action: Action, plan: Plan) -> Iterator[str]:
    """Facts that have no column in the table."""
    facts = [f"**To:** {_lists(action)}"]
    if action.start_at is not None:
        left = action.start_at.replace(second=0) - plan.created_at.replace(second=0, microsecond=0)
        facts += [f"**Starts:** {prose(start_of(action))}, {prose(span(left))}"]
    elif action.until is not None:
        facts += [f"**Starts:** as soon as it is applied, at the latest {prose(moment(action.until, action.timezone))}"]
    if action.wire_start_at:
        second = ", with a second of its own" if has_own_second(action) else ""
        facts += [f"**On the wire:** {code(action.wire_start_at)} {prose(plan.account_timezone)}{second}"]
    if action.estimate is not None:
        facts += _arithmetic(action.estimate)
    if action.moved_from:
        facts += [f"**Moved from:** {code(action.moved_from)}"]
    facts += [f"**Note:** {prose(note)}" for note in action.notes[:_MOST_FINDINGS]]
    if action.place is not None:
        facts += [f"**Manifest:** {code(place_of(action.place))}"]
    yield from (f"- {fact}" for fact in facts)
    yield ""


def _lists(action: Action) -> str:
    lists = [
        f"{code(entry.name)} ({'size not told' if entry.contacts is None else f'{entry.contacts:,}'}, id `{entry.id}`)"
        for entry in action.audience.lists[:_MOST_FINDINGS]
    ]
    return f"{count(action.audience.contacts, 'contact')} in {', '.join(lists)}" if lists else "nobody"


def _arithmetic(estimate: Estimate) -> Iterator[str]:
    """How a cost comes about, as expected and at worst: numbers that a reviewer can check."""
    unknown = prose(" ".join(estimate.unknown))
    origin = f" ({prose(estimate.reach_origin)})" if estimate.reach_origin else ""
    reach = "" if estimate.reach is None else f"; {estimate.reach:.0%} reached by RCS{origin}"
    terms = " + ".join(_term(channel, channel.messages) for channel in estimate.channels if channel.messages)
    if estimate.expected is None:
        yield f"**Cost:** not known: {unknown}".removesuffix(": ")
    else:
        also = f"; {unknown}" if unknown else ""
        yield f"**Cost:** {_money(estimate, worst=False)} = {terms or 'nobody'}{reach}{also}".rstrip()
    if estimate.worst is not None:
        terms = " + ".join(_term(one, one.worst_messages) for one in estimate.channels if one.worst_messages)
        yield f"**Worst case:** {_money(estimate, worst=True)}{f' = {terms}' if terms else ''}"


def _term(channel: ChannelEstimate, messages: int) -> str:
    parts = f" {_TIMES} {channel.parts} parts" if channel.parts > 1 else ""
    origin = f" ({prose(channel.origin)})" if channel.origin else ""
    price = "price not known" if channel.price is None else f"{_TIMES} {channel.price}{origin}"
    return f"{channel.channel.upper()} {messages:,}{parts} {price}"


def _findings(action: Action) -> Iterator[str]:
    if not action.policy and not action.waivers:
        return
    yield "**Policy:**"
    yield ""
    yield from (f"- {finding_words(finding)}" for finding in action.policy[:_MOST_FINDINGS])
    if len(action.policy) > _MOST_FINDINGS:
        yield f"- and {len(action.policy) - _MOST_FINDINGS:,} findings more"
    for waiver in action.waivers[:_MOST_FINDINGS]:
        yield (
            f"- **waiver** of {code(waiver.rule)} until {waiver.until}, by {code(waiver.owner)}: {prose(waiver.reason)}"
        )
    yield ""


def _changes(action: Action) -> Iterator[str]:
    changes, names = changes_of(action), list_names(action)
    if not changes:
        return
    yield "**Changed** since it was submitted: what is gone as `[-gone-]`, what is new as `{+new+}`"
    yield ""
    yield block(
        (line for change in changes[:_MOST_CHANGES] for line in _change(change, names)),
        language="diff",
    )
    if len(changes) > _MOST_CHANGES:
        yield f"And {len(changes) - _MOST_CHANGES:,} fields more."
    yield ""


def _change(change: FieldChange, names: dict[int, str]) -> Iterator[str]:
    """A field by its path, and below it both versions whole, with the words marked that differ."""
    yield f"@@ {shortened(change.path, _LONGEST_VALUE)} @@"
    before, after = change.before, change.after
    if isinstance(before, str) and isinstance(after, str):
        pieces = list(word_changes(before[:_LONGEST_TEXT], after[:_LONGEST_TEXT]))
        yield from _signed("-", "".join(kept + (f"[-{gone}-]" if gone else "") for kept, gone, _ in pieces))
        yield from _signed("+", "".join(kept + (f"{{+{added}+}}" if added else "") for kept, _, added in pieces))
        return
    for sign, value in (("-", before), ("+", after)):
        if value is not None:
            yield from _signed(sign, shortened(value_of(value, names), _LONGEST_VALUE))


def _signed(sign: str, text: str) -> Iterator[str]:
    # Without a blank between them, as diffs are: GitLab looks for the boxes of task lists in the source.
    return (f"{sign}{line}" for line in wrapped(text, _WIDTH))


def _has_message(action: Action) -> bool:
    return action.payload is not None and action.action is not ActionKind.STOP
