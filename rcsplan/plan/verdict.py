"""Verdicts: what shall happen to one address, with the reason of every block and its way out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rcsplan.plan.model import ActionKind, Reason

if TYPE_CHECKING:
    from datetime import date

    from rcsplan.state.model import Record

#: What a person can do about each block; every output names it.
WAYS_OUT = {
    Reason.ALREADY_SENT: "Raise metadata.revision to send it again, or revert the change.",
    Reason.MISSED: "Give it a new time, allow it to be late with schedule.catch_up, or put it to rest: "
    "rcsplan state skip ADDRESS",
    Reason.UNKNOWN_OUTCOME: "Wait a few minutes and apply again; what stays unknown: rcsplan state resolve ADDRESS",
    Reason.AMBIGUOUS: "See the provider's panel, then: rcsplan state resolve ADDRESS --remote-id ID, or --not-sent",
    Reason.LOOKALIKE: "If it is of others: rcsplan state resolve --not-ours ID. If it is this one, restore the state.",
    Reason.FOREIGN: "Find out who submitted them: rcsplan state resolve --not-ours ID, or restore the newer state.",
    Reason.DUPLICATE_GUARD: "Change the message or its time, or raise metadata.revision.",
    Reason.REPLACE_REFUSED: "Mend the manifest, or bring the stopped version back: rcsplan apply --restore ADDRESS",
    Reason.POSSIBLE_RENAME: "Name the old campaign in metadata.moved_from, or set metadata.new: true.",
    Reason.DUPLICATE: "Change one of the two, or say why both are wanted: metadata.allow_duplicate: REASON.",
    Reason.OVERSIZE: "Name fewer or smaller lists, or give each list a send of its own: audience.split: true.",
    Reason.UNRESOLVED_LIST: "Correct the list in spec.groups; `rcsplan lists` shows what the account holds.",
    Reason.AUDIENCE: "Check the lists, or correct audience.expect.",
    Reason.TOO_LATE: "Revert the change. To stop what is removed all the same: rcsplan apply --allow-stop-sending",
    Reason.DRIFT: "Raise metadata.revision to submit it again, or remove the manifest.",
    Reason.POLICY: "Allow it in the environment's policy, or use a scheduled time.",
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

    @property
    def sends(self) -> bool:
        """Whether a new submission follows."""
        return self.action in {ActionKind.SUBMIT, ActionKind.REPLACE, ActionKind.RESUBMIT}


def blocked(reason: Reason, detail: str, *, prior: Record | None = None) -> Verdict:
    """A block, with the sentence that says why."""
    return Verdict(action=ActionKind.BLOCKED, reason=reason, detail=detail, prior=prior)


def nothing(prior: Record | None, *notes: str) -> Verdict:
    """Nothing to do."""
    return Verdict(action=ActionKind.NONE, prior=prior, notes=notes)
