"""What came of sends, as text: the sum first, then each campaign with its sends, and who submitted them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rcsplan.operations.report import Sum
from rcsplan.output.moments import count, date_of, moment
from rcsplan.output.send_table import (
    NOT_KNOWN,
    Row,
    drift_remark,
    money,
    number,
    place_lines,
    start_of,
    table,
    title_of,
)
from rcsplan.output.state_text import PHASES
from rcsplan.output.terminal import visible, wrapped
from rcsplan.state.phase import Phase

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rcsplan.operations.report import CampaignReport, Price, Report
    from rcsplan.operations.status import SendStatus
    from rcsplan.output.terminal import Style

#: The columns of numbers.
NUMBERS = ("PLANNED", "PHONES", "RCS", "READ", "SMS", "NOBODY", "FAILED", "PRICE", "EACH")

_HEADING = Row(
    names=("SEND", "START"),
    numbers=NUMBERS,
)


def format_report(report: Report, style: Style) -> str:
    """The report as a table in a style's width, with verdict and place before it."""
    lines = [style.bold(line) for line in wrapped(report_verdict(report), style.prose)]
    lines += place_lines(report.environment, report.zone, report.looked_at, reaches_people=report.reaches_people)
    total = report.total
    if total.sends:
        rows = tuple(row for campaign in report.campaigns for row in _campaign(campaign, report.zone))
        whole = (_sum_row("Total", total),) if len(report.campaigns) > 1 else ()
        lines += ["", *table(_HEADING, (*rows, *whole), style), "", *wrapped(EXPLANATION, style.prose)]
    return "\n".join(lines) + "\n"


#: Sums of as many currencies stand below the table's row.
_SEVERAL = 2

#: What the columns say.
EXPLANATION = (
    "RCS, READ, SMS, NOBODY: of all phones, those reached by RCS, those that read it, those reached by SMS, and those "
    "by neither as yet. FAILED: RCS messages that failed, as where a phone has no RCS. EACH: the price of a phone."
)


def report_verdict(report: Report) -> str:
    """The sum of it in a sentence."""
    total, when = report.total, _period(report)
    if not total.sends:
        return f"Nothing was sent{when}."
    campaigns = count(len(report.campaigns), "campaign")
    parts = [f"{count(len(total.sends), 'send')} of {campaigns}{when}"]
    if total.phones is not None:
        parts.append(count(total.phones, "phone"))
    if total.split is not None:
        split = total.split
        parts.append(f"{split.rcs:.1f}% reached by RCS, {split.sms:.1f}% by SMS, {split.nobody:.1f}% not at all")
    if total.prices:
        parts.append(_prices(total.prices))
    if total.adrift:
        parts.append(f"{total.adrift:,} with another audience than planned")
    return "; ".join(parts) + "." + ("" if total.is_final else " Not all numbers are final.")


def _period(report: Report) -> str:
    since = f" from {date_of(report.since)}" if report.since is not None else ""
    until = f" until {date_of(report.until)}" if report.until is not None else ""
    return since + until


def _campaign(campaign: CampaignReport, zone: str) -> Iterator[Row]:
    for send in campaign.sum.sends:
        yield _send_row(send, zone)
    if len(campaign.sum.sends) > 1:
        yield _sum_row(f"{visible(campaign.name)}: all {count(len(campaign.sum.sends), 'send')}", campaign.sum)


def _send_row(send: SendStatus, zone: str) -> Row:
    return Row(
        names=(title_of(send), start_of(send)),
        numbers=numbers_of(Sum(sends=(send,))),
        remarks=tuple(remarks_of(send, zone)),
    )


def _sum_row(name: str, total: Sum) -> Row:
    several = (f"price: {_prices(total.prices)}",) if len(total.prices) >= _SEVERAL else ()
    return Row(names=(name, ""), numbers=numbers_of(total), remarks=several)


def numbers_of(total: Sum) -> tuple[str, ...]:
    """The numbers of one send or of several, a cell each."""
    split = total.split
    failed = total.counts.rcs_failed if any(send.counts is not None for send in total.sends) else None
    prices = total.prices
    each = prices[0].per_phone if len(prices) == 1 else None
    price = _prices(prices) or NOT_KNOWN
    return (
        number(total.planned),
        number(total.phones),
        *((NOT_KNOWN,) * 4 if split is None else map(_percent, (split.rcs, split.read, split.sms, split.nobody))),
        number(failed),
        price if len(prices) < _SEVERAL else "see below",
        f"{each:.4f}" if each is not None else NOT_KNOWN,
    )


def _prices(prices: tuple[Price, ...]) -> str:
    return " + ".join(money(price.amount, price.currency) for price in prices)


def _percent(share: float) -> str:
    return f"{share:.1f}%"


def remarks_of(send: SendStatus, zone: str) -> Iterator[str]:
    """What there is to say of a send beside its numbers: who submitted it, and whether they are final."""
    record, made = send.record, send.record.provenance
    drift = drift_remark(send)
    if drift:
        yield drift
    if send.phase is Phase.BEGUN:
        yield "still sending: the numbers change"
    elif send.phase is not Phase.ENDED:
        yield f"! {PHASES[send.phase]}"
    elif not send.is_final:
        yield "the numbers may still change"
    if record.submitted_at is not None:
        who = f" by {visible(made.who)}" if made.who else ""
        commit = f" from commit {visible(made.commit[:12])}" if made.commit else ""
        plan = f" by plan {visible(made.plan_checksum.removeprefix('sha256:')[:12])}" if made.plan_checksum else ""
        number_of_it = f" as campaign {record.remote_id}" if record.remote_id is not None else ""
        yield f"submitted {moment(record.submitted_at, zone)}{who}{commit}{plan}{number_of_it}"
    if made.ci_url:
        yield visible(made.ci_url)
    if record.superseded:
        yield f"after {count(len(record.superseded), 'earlier version')} that {_were(len(record.superseded))} stopped"


def _were(number_of_them: int) -> str:
    return "was" if number_of_them == 1 else "were"
