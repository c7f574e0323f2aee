"""The endpoints of what else the account holds: sender names, balance and tariffs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rcsplan.sandbox.answers import Answer
from rcsplan.sandbox.representation import MILLION
from rcsplan.sandbox.requests import read_choice, read_page
from rcsplan.sandbox.times import format_wall_time

if TYPE_CHECKING:
    from rcsplan.sandbox.requests import Request
    from rcsplan.sandbox.store import Transaction

_SENDERS_SINCE = datetime(2025, 1, 15, 9, tzinfo=UTC)
_FIRST_SENDER_ID = 1001
_FIRST_TARIFF_ID = 501


def list_senders(request: Request, transaction: Transaction) -> Answer:
    """The sender names of SMS or Viber; RCS agents cannot be listed (bsg-api.md section 2.3)."""
    account = transaction.account
    kind = read_choice(request.query, "type", account.readings, allowed=("sms", "viber"))
    senders = [
        {
            "id": id_,
            "status": entry.status,
            "country": entry.country,
            "sender": entry.sender,
            "created_at": format_wall_time(_SENDERS_SINCE, account.response_zone),
            "is_default": entry.is_default,
        }
        for id_, entry in enumerate(account.senders, start=_FIRST_SENDER_ID)
        if entry.type == kind
    ]
    return Answer.json({"data": senders, "total": len(senders)})


def show_balance(request: Request, transaction: Transaction) -> Answer:  # noqa: ARG001 - endpoints share a signature
    """What is left after the deliveries; below zero where the credit is used (bsg-api.md section 2.3)."""
    balance = transaction.account.balance
    left = balance.amount * MILLION - transaction.ledger.charged(transaction.now)
    return Answer.json(
        {"data": {"balance": float(left / MILLION), "currency": balance.currency, "credit": float(balance.credit)}}
    )


def list_tariffs(request: Request, transaction: Transaction) -> Answer:
    """The tariffs of the account, a page at a time (bsg-api.md section 2.3)."""
    account = transaction.account
    page = read_page(request.query, account.readings, smallest=15)
    tariffs = [
        {
            "id": id_,
            "name": entry.name,
            "code": entry.code,
            "is_active": entry.is_active,
            "is_default": entry.is_default,
        }
        for id_, entry in enumerate(account.tariffs, start=_FIRST_TARIFF_ID)
    ]
    return Answer.json({"data": page.of(tariffs), "total": len(tariffs)})
