"""Approvals as text: what a plan needs, what one approves, what keeps it from counting, what to do with its file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rcsplan.output.moments import count, date_of
from rcsplan.output.terminal import visible, wrapped
from rcsplan.plan.consent import demanded

if TYPE_CHECKING:
    from rcsplan.operations.approve import Draft
    from rcsplan.output.terminal import Style
    from rcsplan.plan.model import ApprovalDemand

_WIDTH = 80


def format_question(draft: Draft, style: Style) -> str:
    """What is about to be approved, by whom."""
    sends = draft.approval.sends
    unknown = sum(1 for send in sends if send.contacts is None)
    more = f", and those of {count(unknown, 'send')} whose number is not known" if unknown else ""
    recipients = count(draft.recipients, "recipient")
    text = f"{visible(draft.approval.who)} approves {count(len(sends), 'send')} to {recipients}{more}."
    remarks = [line for remark in draft.remarks for line in wrapped(f"Note: {visible(remark)}", _WIDTH)]
    return "\n".join(["", *wrapped(style.bold(text), _WIDTH), *remarks]) + "\n"


def demand_words(demand: ApprovalDemand) -> str:
    """What a plan needs, why, and when; not yet made visible."""
    needs, because = demanded(demand.need, demand.role), demand.because.rstrip(".")
    if demand.opens_on is None:
        return f"needs {needs}: {because}."
    return f"will need {needs} by {date_of(demand.opens_on)}, when deferred sends open: {because}."


def format_given(path: str, draft: Draft) -> str:
    """What to do with the file; `path` is quoted for a shell."""
    checksum = draft.approval.checksum.partition(":")[2][:12]
    return (
        f"Wrote {path}\n"
        f"It counts once {visible(draft.approval.who)} has committed it:\n"
        f'  git add {path} && git commit -m "Approve plan {checksum}"\n'
    )
