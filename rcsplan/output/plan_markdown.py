"""A plan as one comment on a pull request: the verdict first, the sends in a table, the rest folded (issue 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from rcsplan.output.markdown import code, prose
from rcsplan.output.markdown_overview import closing, counted, guard_lines, heading, overview
from rcsplan.output.markdown_room import Noun, Step, choose, size
from rcsplan.output.markdown_send import blocked_line, details, finding_words
from rcsplan.output.markdown_table import Table, table_of, time_of
from rcsplan.output.moments import count, declared
from rcsplan.plan.model import ActionKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rcsplan.output.markdown_room import Chosen
    from rcsplan.plan.model import Action, Drift, Plan, PolicyFinding

#: GitHub takes 65,536 characters, GitLab a million.
LIMIT = 65_000

#: Longest name in the marker; manifests allow 63 characters.
_LONGEST_NAME = 100
#: How many sends are unfolded from the beginning, where there are no more.
_FEW = 2
_MOST_ADDRESSES = 5
#: By how much less is tried, at the least, where headings and the sentence about what was left out were too much.
_LESS = 400

_GUARD = Noun(one="reason to refuse the whole", many="reasons to refuse the whole")
_BLOCK = Noun(one="block", many="blocks")
_RULE = Noun(one="rule with findings", many="rules with findings")
_DRIFT = Noun(one="difference to the account", many="differences to the account")
_ROW = Noun(one="row of the table", many="rows of the table")
_WARNING = Noun(one="warning", many="warnings")
_DETAILS = Noun(one="send in detail", many="sends in detail")
_MESSAGE = Noun(one="message", many="messages")
_UNCHANGED = Noun(one="send that does not change", many="sends that do not change")

_RANKS = {ActionKind.BLOCKED: 0, ActionKind.NONE: 2}
_ALL_OF_IT = "All of it is shown by `rcsplan show FILE`, of a plan that `rcsplan plan -o FILE` saved."


def plan_marker(project: str, environment: str) -> str:
    """The first line of every comment on the plans of an environment, by which it is found again and updated."""
    names = ":".join(quote(name[:_LONGEST_NAME], safe="", errors="replace") for name in (project, environment))
    return f"<!-- rcsplan:{names} -->"


def format_plan_markdown(plan: Plan, *, limit: int = LIMIT) -> str:
    """The whole plan in at most `limit` characters, 4,000 at least; what it leaves out for that is said.

    Characters are counted in UTF-16 units: no platform counts more. What has the least weight goes first: what does not
    change, then messages, then details, then rows of the table; blocked sends and findings go last.
    """
    head = [plan_marker(plan.project, plan.environment), heading(plan), ""]
    top, bottom = [*head, *overview(plan), ""], list(closing(plan))
    ordered = sorted(plan.actions, key=lambda action: _RANKS.get(action.action, 1))
    table = table_of((one for one in ordered if one.action is not ActionKind.NONE), year=plan.created_at.year)
    room = limit - sum(map(size, (*top, *bottom)))
    while room > 0:
        chosen = choose(_steps(plan, ordered, table), room=room)
        text = "\n".join([*top, *_sections(chosen, ordered, table), *bottom, ""])
        excess = size(text) - limit
        if excess <= 0:
            return text
        room -= max(excess, _LESS)
    return "\n".join([*head, f"This is too long for a comment. {_ALL_OF_IT}", ""])


def _steps(plan: Plan, ordered: list[Action], table: Table) -> Iterator[Step]:
    """What there is to show, the weightiest first."""
    blocked = range(len(plan.blocked))
    changing = range(len(blocked), sum(action.action is not ActionKind.NONE for action in ordered))
    unchanged = range(changing.stop, len(ordered))
    remarkable_first = sorted(changing, key=lambda place: not _is_remarkable(ordered[place]))
    groups = _grouped(ordered)
    is_open = changing.stop <= _FEW

    def fold(place: int, *, has_message: bool) -> str:
        open_one = is_open or (place in blocked and len(blocked) <= _FEW)
        return details(ordered[place], plan, has_message=has_message, is_open=open_one)

    def brief(place: int) -> str:
        return fold(place, has_message=False)

    def full(place: int) -> str:
        return fold(place, has_message=True)

    yield Step("guards", _GUARD, range(len(plan.guards)), lambda place: "\n".join(guard_lines(plan.guards[place])))
    yield Step("blocked", _BLOCK, blocked, lambda place: blocked_line(ordered[place]))
    yield Step("findings", _RULE, range(len(groups)), lambda place: _finding_line(groups[place]))
    yield Step("drift", _DRIFT, range(len(plan.drift)), lambda place: _drift_line(plan.drift[place]))
    yield Step("rows", _ROW, range(changing.stop), lambda place: table.row(ordered[place]))
    yield Step("warnings", _WARNING, range(len(plan.diagnostics)), lambda place: f"- {prose(plan.diagnostics[place])}")
    for places in (blocked, remarkable_first):
        yield Step("details", _DETAILS, places, brief)
        yield Step("details", _MESSAGE, places, full)
    yield Step("unchanged", _UNCHANGED, unchanged, lambda place: _unchanged_line(ordered[place]))


def _sections(chosen: Chosen, ordered: list[Action], table: Table) -> Iterator[str]:
    """What found room, in the order in which it is read."""
    shown = chosen.sections
    yield from shown["guards"]
    yield from _titled("Blocked", shown["blocked"])
    yield from _titled("Findings", shown["findings"])
    yield from _titled("Drift", shown["drift"])
    yield from _titled("Sends", (*table.head(), *shown["rows"]) if shown["rows"] else ())
    rowless = chosen.left_out.get(_ROW, ())
    if rowless:
        more = "And " if shown["rows"] else ""
        yield f"{more}{counted(ordered[place] for place in rowless)}."
        yield ""
    yield from shown["details"]
    yield from _unchanged(shown["unchanged"])
    yield from _titled("Warnings", shown["warnings"])
    left_out = [count(len(places), noun.one, noun.many) for noun, places in chosen.left_out.items()]
    if left_out:
        yield f"**Left out to keep this short:** {', '.join(left_out)}. {_ALL_OF_IT}"
        yield ""


def _titled(title: str, lines: tuple[str, ...]) -> Iterator[str]:
    if lines:
        yield from (f"#### {title}", "", *lines, "")


def _unchanged(lines: tuple[str, ...]) -> Iterator[str]:
    if lines:
        yield from (f"<details><summary>{len(lines):,} unchanged</summary>", "", *lines, "", "</details>", "")


def _unchanged_line(action: Action) -> str:
    starts = "at once" if action.start_at is None else time_of(declared(action, action.start_at), action.timezone)
    notes = "".join(f" · {prose(note)}" for note in action.notes)
    return f"- {code(action.address)} {starts}{notes}"


def _drift_line(drift: Drift) -> str:
    return f"- {code(drift.address)} {prose(drift.detail)}"


def _is_remarkable(action: Action) -> bool:
    return bool(action.policy or action.diff or action.notes) or action.action is not ActionKind.SUBMIT


def _grouped(actions: list[Action]) -> list[tuple[PolicyFinding, list[Action]]]:
    """The findings by rule and weight, each with the sends that it concerns; the heaviest first."""
    groups: dict[tuple[int, str], tuple[PolicyFinding, list[Action]]] = {}
    for action in actions:
        for finding in action.policy:
            weight = 2 if finding.waiver is not None else finding.severity == "warn"
            _, concerned = groups.setdefault((int(weight), finding.rule), (finding, []))
            if not concerned or concerned[-1] is not action:
                concerned.append(action)
    return [groups[key] for key in sorted(groups)]


def _finding_line(group: tuple[PolicyFinding, list[Action]]) -> str:
    finding, actions = group
    names = ", ".join(code(action.address) for action in actions[:_MOST_ADDRESSES])
    more = f" and {len(actions) - _MOST_ADDRESSES:,} more" if len(actions) > _MOST_ADDRESSES else ""
    where = f"{count(len(actions), 'send')}: {names}{more}. The first: " if len(actions) > 1 else f"{names}: "
    return f"- {finding_words(finding, where)}"
