"""Sends and what became of them as flat rows: the same names in JSON and in CSV."""

from __future__ import annotations

import csv
import io
from dataclasses import asdict
from typing import TYPE_CHECKING

from rcsplan.operations.report import Price, split_of
from rcsplan.output.state_text import PHASES
from rcsplan.output.terminal import format_json, visible

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rcsplan.operations.report import Report, Split, Sum
    from rcsplan.operations.status import SendStatus, Status

FORMAT_VERSION = 1

_Cell = str | int | float | bool | None

#: What the first character of a cell is where a spreadsheet takes it for a formula.
_FORMULA = ("=", "+", "-", "@")

_STATUS_COLUMNS = (
    "address",
    "campaign",
    "revision",
    "remote_id",
    "phase",
    "status",
    "start_at",
    "timezone",
    "planned",
    "phones",
    "drift_percent",
    "is_adrift",
    "rcs_sent",
    "rcs_delivered",
    "rcs_read",
    "rcs_failed",
    "sms_sent",
    "sms_delivered",
    "sms_failed",
    "sms_parts",
    "price",
    "currency",
    "is_final",
    "counted_at",
)

_REPORT_COLUMNS = (
    *_STATUS_COLUMNS,
    "rcs_percent",
    "read_percent",
    "sms_percent",
    "nobody_percent",
    "price_per_phone",
    "submitted_at",
    "submitted_by",
    "commit",
    "ci_url",
    "plan",
    "rcsplan_version",
)


def format_status_json(status: Status, *, indent: int | None = 2) -> str:
    """A look at the sends as one JSON document, without a newline at its end."""
    document = {
        "format_version": FORMAT_VERSION,
        "environment": status.environment,
        "reaches_people": status.reaches_people,
        "looked_at": status.looked_at.isoformat(),
        "hold": status.hold or None,
        "suspension": status.suspension.model_dump(mode="json") if status.suspension is not None else None,
        "has_ended": status.has_ended,
        "sends": [status_row(send) for send in status.sends],
    }
    return format_json(document, indent=indent)


def format_report_json(report: Report) -> str:
    """A report as one JSON document, without a newline at its end."""
    document = {
        "format_version": FORMAT_VERSION,
        "environment": report.environment,
        "reaches_people": report.reaches_people,
        "looked_at": report.looked_at.isoformat(),
        "since": report.since.isoformat() if report.since else None,
        "until": report.until.isoformat() if report.until else None,
        "timezone": report.zone,
        "campaigns": [
            {
                "campaign": campaign.name,
                **_sum_row(campaign.sum),
                "sends": [report_row(send) for send in campaign.sum.sends],
            }
            for campaign in report.campaigns
        ],
        "total": _sum_row(report.total),
    }
    return format_json(document)


def format_status_csv(status: Status) -> str:
    """A look at the sends as CSV (RFC 4180), one row a send."""
    return _csv(_STATUS_COLUMNS, [status_row(send) for send in status.sends])


def format_report_csv(report: Report) -> str:
    """A report as CSV (RFC 4180), one row a send."""
    return _csv(_REPORT_COLUMNS, [report_row(send) for send in report.total.sends])


def status_row(send: SendStatus) -> dict[str, _Cell]:
    """How far a send is; what is not known is null."""
    record, counts = send.record, send.counts
    values: dict[str, _Cell] = {
        "address": send.address,
        "campaign": send.campaign,
        "revision": record.revision,
        "remote_id": record.remote_id,
        "phase": PHASES[send.phase],
        "status": record.remote.status if record.remote is not None else None,
        "start_at": send.began.isoformat() if send.began is not None else None,
        "timezone": record.timezone,
        "planned": send.planned,
        "phones": send.phones,
        "drift_percent": _percent(None if send.drift is None else 100 * send.drift),
        "is_adrift": send.is_adrift,
        "sms_parts": send.sms_parts,
        "price": str(send.price) if send.price is not None else None,
        "currency": send.currency or None,
        "is_final": send.is_final,
        "counted_at": send.delivery.observed_at.isoformat() if send.delivery is not None else None,
        **(asdict(counts) if counts is not None else {}),
    }
    return {name: values.get(name) for name in _STATUS_COLUMNS}


def report_row(send: SendStatus) -> dict[str, _Cell]:
    """What came of a send: how far it is, the split of the channels, its price a phone, and who submitted it."""
    record, made = send.record, send.record.provenance
    return {
        **status_row(send),
        **_split_row(split_of(send.phones, send.counts)),
        "price_per_phone": _per_phone(send),
        "submitted_at": record.submitted_at.isoformat() if record.submitted_at is not None else None,
        "submitted_by": made.who or None,
        "commit": made.commit or None,
        "ci_url": made.ci_url or None,
        "plan": made.plan_checksum or None,
        "rcsplan_version": made.rcsplan_version or None,
    }


def _sum_row(total: Sum) -> dict[str, object]:
    return {
        "number_of_sends": len(total.sends),
        "planned": total.planned,
        "phones": total.phones,
        "adrift": total.adrift,
        **asdict(total.counts),
        **_split_row(total.split),
        "prices": [_price_row(price) for price in total.prices],
        "is_final": total.is_final,
    }


def _price_row(price: Price) -> dict[str, _Cell]:
    each = price.per_phone
    return {
        "amount": str(price.amount),
        "currency": price.currency or None,
        "per_phone": f"{each:.4f}" if each is not None else None,
    }


def _split_row(split: Split | None) -> dict[str, _Cell]:
    return {
        "rcs_percent": _percent(split.rcs if split else None),
        "read_percent": _percent(split.read if split else None),
        "sms_percent": _percent(split.sms if split else None),
        "nobody_percent": _percent(split.nobody if split else None),
    }


def _per_phone(send: SendStatus) -> str | None:
    if send.price is None:
        return None
    each = Price(amount=send.price, currency=send.currency, phones=send.phones).per_phone
    return f"{each:.4f}" if each is not None else None


def _percent(share: float | None) -> float | None:
    return None if share is None else round(share, 1)


def _csv(names: tuple[str, ...], rows: list[dict[str, _Cell]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(names)
    writer.writerows([_in_spreadsheet(row, name) for name in names] for row in rows)
    return text.getvalue()


def _in_spreadsheet(row: Mapping[str, _Cell], name: str) -> str:
    """A cell that no spreadsheet runs: foreign text that looks like a formula gets an apostrophe before it."""
    match row[name]:
        case None:
            return ""
        case bool(flag):
            return "true" if flag else "false"
        case str(text):
            shown = visible(text)
            return f"'{shown}" if shown.lstrip().startswith(_FORMULA) else shown
        case number:
            return str(number)
