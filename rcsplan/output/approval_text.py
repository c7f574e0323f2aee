"""An approval as text: what it approves, what keeps it from counting, and what to do with its file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rcsplan.output.moments import count
from rcsplan.output.terminal import visible, wrapped

if TYPE_CHECKING:
    from rcsplan.operations.approve import Draft
    from rcsplan.output.terminal import Style

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


def format_given(path: str, draft: Draft) -> str:
    """What to do with the file; `path` is quoted for a shell."""
    checksum = draft.approval.checksum.partition(":")[2][:12]
    return (
        f"Wrote {path}\n"
        f"It counts once {visible(draft.approval.who)} has committed it:\n"
        f'  git add {path} && git commit -m "Approve plan {checksum}"\n'
    )
