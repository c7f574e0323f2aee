"""What came of sends, in Markdown: a table to be pasted into a ticket, and below it what no column says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rcsplan.operations.report import Sum
from rcsplan.output.markdown import cell, code, in_cell, prose
from rcsplan.output.markdown_table import time_of
from rcsplan.output.moments import count
from rcsplan.output.report_text import EXPLANATION, NUMBERS, numbers_of, remarks_of, report_verdict
from rcsplan.output.send_table import NOT_KNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rcsplan.operations.report import CampaignReport, Report
    from rcsplan.operations.status import SendStatus

#: A ticket takes 65,000 characters, and nobody reads more rows than these.
_MOST = 150

_HEAD = ("SEND", "START", *NUMBERS)


def format_report_markdown(report: Report) -> str:
    """The report in Markdown in which foreign text is inert; of more than 150 sends it shows the first."""
    shown, left_out = _cut(report)
    simulated = "" if report.reaches_people else " (simulated: nothing is sent to people)"
    lines = [
        f"### Report of {code(report.environment)}{simulated}",
        "",
        f"- **What:** {prose(report_verdict(report))}",
        f"- **As of:** {time_of(report.looked_at, report.zone)}",
        "",
    ]
    if shown:
        lines += [*_table(report, shown), ""]
        if left_out:
            lines += [f"**Left out:** {count(left_out, 'send')}. All of them: `rcsplan report --format csv`.", ""]
        remarks = [line for send in shown for line in _remarks(send, report.zone)]
        lines += [f"<details><summary>{count(len(shown), 'send')} in detail</summary>", "", *remarks, "", "</details>"]
        lines += ["", f"**Columns:** {prose(EXPLANATION)}", ""]
    return "\n".join(lines)


def _cut(report: Report) -> tuple[tuple[SendStatus, ...], int]:
    sends = report.total.sends
    return sends[:_MOST], len(sends[_MOST:])


def _table(report: Report, shown: tuple[SendStatus, ...]) -> Iterator[str]:
    yield f"| {' | '.join(_HEAD)} |"
    yield "|---|---" + "|--:" * len(NUMBERS) + "|"
    for campaign in report.campaigns:
        yield from _campaign(campaign, shown)
    if len(report.campaigns) > 1:
        yield _row("**Total**", "", report.total)


def _campaign(campaign: CampaignReport, shown: tuple[SendStatus, ...]) -> Iterator[str]:
    sends = [send for send in campaign.sum.sends if send in shown]
    for send in sends:
        began = send.began
        start = in_cell(time_of(began, send.record.timezone)) if began is not None else NOT_KNOWN
        yield _row(f"{cell(send.address)}{_revision(send)}", start, Sum(sends=(send,)))
    if sends and len(campaign.sum.sends) > 1:
        yield _row(f"{cell(campaign.name)}: all {count(len(campaign.sum.sends), 'send')}", "", campaign.sum)


def _row(name: str, start: str, total: Sum) -> str:
    return f"| {' | '.join((name, start, *(in_cell(prose(number)) for number in numbers_of(total))))} |"


def _remarks(send: SendStatus, zone: str) -> Iterator[str]:
    remarks = "; ".join(prose(remark.removeprefix("! ")) for remark in remarks_of(send, zone))
    yield f"- {code(send.address)}{_revision(send)}: {remarks or 'nothing to remark'}"


def _revision(send: SendStatus) -> str:
    return f" revision {send.record.revision}" if send.record.revision > 1 else ""
