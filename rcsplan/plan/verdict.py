"""Verdicts: what shall happen to one address, with the reason of every block and its way out."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

from rcsplan.plan.model import ActionKind, Reason

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from rcsplan.state.model import Record

_SAY_WHAT_IT_IS = (
    "If the provider's panel shows it: rcsplan state resolve ADDRESS --remote-id ID\n"
    "If it is not there: rcsplan state resolve ADDRESS --not-sent"
)
_NOT_OURS = "If it is somebody else's: rcsplan state resolve --not-ours ID"

#: What a person can do about each block, where its verdict says nothing closer; every output names it. A way out is a
#: line of its own; a command ends it, to be copied as it stands but for ID.
WAYS_OUT = {
    Reason.ALREADY_SENT: "Raise metadata.revision to send it again, or revert the change.",
    Reason.MISSED: "Give it a new time, allow it to be late with schedule.catch_up, or remove it.\n"
    "To put it to rest: rcsplan state skip ADDRESS",
    Reason.UNKNOWN_OUTCOME: "Wait a few minutes, then: rcsplan apply\n" + _SAY_WHAT_IT_IS,
    Reason.AMBIGUOUS: _SAY_WHAT_IT_IS,
    Reason.LOOKALIKE: "If the state was restored from a backup, put the newer one back.\n"
    "If it is this send: rcsplan import ADDRESS ID\n" + _NOT_OURS,
    Reason.FOREIGN: "If the state was restored from a backup, put the newer one back.\n" + _NOT_OURS,
    Reason.DUPLICATE_GUARD: "Change the message or its time, or raise metadata.revision.",
    Reason.REPLACE_REFUSED: "Mend the manifest.\nTo bring the stopped version back: rcsplan apply --restore ADDRESS",
    Reason.POSSIBLE_RENAME: "Name the old campaign in metadata.moved_from, or set metadata.new: true.",
    Reason.DUPLICATE: "Change one of the two, or say why both are wanted: metadata.allow_duplicate: REASON.",
    Reason.OVERSIZE: "Name fewer or smaller lists, or give each list a send of its own: audience.split: true.",
    Reason.UNRESOLVED_LIST: "Correct the list in spec.groups; what the account holds is shown by: rcsplan lists",
    Reason.AUDIENCE: "Check the lists, or correct audience.expect.",
    Reason.TOO_LATE: "Revert the change.\nTo stop it all the same: rcsplan stop ADDRESS",
    Reason.DRIFT: "If the state was restored from a backup, put the newer one back.\n"
    "Raise metadata.revision to submit it again, or remove the manifest.",
    Reason.APPROVAL: "Have somebody approve the plan who did not write it: rcsplan approve plan.json",
    Reason.POLICY: "Mend what the policy names, or let the campaign waive it: metadata.waivers.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What shall happen to an address, judged by its records and the clock alone."""

    action: ActionKind
    reason: Reason | None = None
    detail: str = ""
    prior: Record | None = None
    notes: tuple[str, ...] = ()
    opens_on: date | None = None
    archives: bool = False
    despite_margin: bool = False
    restores: bool = False
    way_out: str = ""

    @property
    def sends(self) -> bool:
        """Whether a new submission follows."""
        return self.action in {ActionKind.SUBMIT, ActionKind.REPLACE, ActionKind.RESUBMIT}


def blocked(reason: Reason, detail: str, *, prior: Record | None = None, way_out: str = "") -> Verdict:
    """A block, with the sentence that says why, and its way out where the usual one of the reason does not fit."""
    return Verdict(action=ActionKind.BLOCKED, reason=reason, detail=detail, prior=prior, way_out=way_out)


def ways_out_of(verdict: Verdict, address: str) -> str:
    """What a person can do about a verdict, a line for each way; empty where nothing is blocked."""
    text = verdict.way_out or (WAYS_OUT[verdict.reason] if verdict.reason else "")
    return text.replace("ADDRESS", shlex.quote(address))


def with_ids(reason: Reason, remote_ids: Iterable[int]) -> str:
    """The ways out of a reason, with the command that ends them once for each campaign that is in the way."""
    ids = [str(remote_id) for remote_id in remote_ids]
    *others, last = WAYS_OUT[reason].splitlines()
    return "\n".join([*(line.replace("ID", ids[0]) for line in others), *(last.replace("ID", one) for one in ids)])


def nothing(prior: Record | None, *notes: str) -> Verdict:
    """Nothing to do."""
    return Verdict(action=ActionKind.NONE, prior=prior, notes=notes)


def clock(moment: datetime) -> str:
    """An instant as the sentences of verdicts name it."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
