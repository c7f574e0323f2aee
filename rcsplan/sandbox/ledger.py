"""The ledger: every accepted submission, kept for ever and read back as campaigns."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from rcsplan.sandbox.lifecycle import Campaign, progress
from rcsplan.sandbox.times import format_instant

if TYPE_CHECKING:
    import sqlite3

_INSERT = """
INSERT INTO campaigns (endpoint, payload, body_digest, received_real, sender, created_at, start_at, validity_seconds,
    fallback, contacts, funded, price, sms_price, review_seconds, spam, committed)
VALUES (:endpoint, :payload, :body_digest, :received_real, :sender, :created_at, :start_at, :validity_seconds,
    :fallback, :contacts, :funded, :price, :sms_price, :review_seconds, :spam, :committed)
RETURNING id
"""
_IN_WINDOW = """
SELECT * FROM campaigns
WHERE CASE :dated_by WHEN 'start' THEN start_at ELSE created_at END BETWEEN :first AND :last
  AND received_real <= :received_before
ORDER BY id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """A submission as it is written down: the body as it came, and the campaign it became, still without its id."""

    endpoint: str
    payload: str
    body_digest: str
    received_real: float
    campaign: Campaign


class Ledger:
    """The table of campaigns, inside one transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def accept(self, acceptance: Acceptance) -> int:
        """Write a submission down and return its id, which is higher than all before."""
        campaign = acceptance.campaign
        review = campaign.review
        inserted = self._connection.execute(
            _INSERT,
            {
                "endpoint": acceptance.endpoint,
                "payload": acceptance.payload,
                "body_digest": acceptance.body_digest,
                "received_real": acceptance.received_real,
                "sender": campaign.sender,
                "created_at": _stored(campaign.created_at),
                "start_at": _stored(campaign.start_at),
                "validity_seconds": int(campaign.validity.total_seconds()),
                "fallback": campaign.fallback,
                "contacts": campaign.contacts,
                "funded": campaign.funded,
                "price": campaign.price,
                "sms_price": campaign.sms_price,
                "review_seconds": None if review is None else int(review.total_seconds()),
                "spam": campaign.spam,
                "committed": 0 if campaign.spam else min(campaign.contacts, campaign.funded) * campaign.price,
            },
        )
        ((id_,),) = inserted.fetchall()
        return int(id_)

    def holds(self, body_digest: str, *, received_after: float) -> bool:
        """Whether the same body was accepted after a real time."""
        found = self._connection.execute(
            "SELECT 1 FROM campaigns WHERE body_digest = ? AND received_real > ?", (body_digest, received_after)
        )
        return found.fetchone() is not None

    def campaign(self, id_: int) -> Campaign | None:
        """The campaign of an id."""
        row = self._connection.execute("SELECT * FROM campaigns WHERE id = ?", (id_,)).fetchone()
        return None if row is None else _campaign(row)

    def campaigns(
        self, *, first: datetime, last: datetime, dated_by: Literal["creation", "start"], received_before: float
    ) -> list[Campaign]:
        """The campaigns of a window of dates, as far as they were received before a real time; by id."""
        window = {
            "dated_by": dated_by,
            "first": _stored(first),
            "last": _stored(last),
            "received_before": received_before,
        }
        return [_campaign(row) for row in self._connection.execute(_IN_WINDOW, window)]

    def stop(self, campaign: Campaign, *, at: datetime, charge: int) -> None:
        """Stop a campaign; from now on it costs no more than `charge`."""
        self._connection.execute(
            "UPDATE campaigns SET stopped_at = ?, committed = ? WHERE id = ?", (_stored(at), charge, campaign.id)
        )

    def committed(self) -> int:
        """What all campaigns may cost at most, in millionths."""
        (total,) = self._connection.execute("SELECT COALESCE(SUM(committed), 0) FROM campaigns").fetchone()
        return int(total)

    def charged(self, now: datetime) -> int:
        """What the deliveries of all campaigns have cost so far, in millionths."""
        campaigns = (_campaign(row) for row in self._connection.execute("SELECT * FROM campaigns"))
        return sum(progress(campaign, now).charge(campaign) for campaign in campaigns)

    def entries(self, now: datetime) -> list[dict[str, object]]:
        """Every accepted submission, oldest first, with what has become of it (design section 8)."""
        return [_entry(row, now) for row in self._connection.execute("SELECT * FROM campaigns ORDER BY id")]


def _entry(row: sqlite3.Row, now: datetime) -> dict[str, object]:
    campaign = _campaign(row)
    reached = progress(campaign, now)
    return {
        "id": campaign.id,
        "received_at": format_instant(campaign.created_at),
        "endpoint": row["endpoint"],
        "payload": json.loads(row["payload"]),
        "status": str(reached.status),
        "contacts": campaign.contacts,
        "delivered": reached.rcs.arrived,
        "sent": reached.rcs.handed_over,
        "stopped_at": None if campaign.stopped_at is None else format_instant(campaign.stopped_at),
    }


def _campaign(row: sqlite3.Row) -> Campaign:
    review, stopped_at = row["review_seconds"], row["stopped_at"]
    return Campaign(
        id=row["id"],
        sender=row["sender"],
        created_at=datetime.fromisoformat(row["created_at"]),
        start_at=datetime.fromisoformat(row["start_at"]),
        validity=timedelta(seconds=row["validity_seconds"]),
        fallback=bool(row["fallback"]),
        contacts=row["contacts"],
        funded=row["funded"],
        price=row["price"],
        sms_price=row["sms_price"],
        review=None if review is None else timedelta(seconds=review),
        spam=bool(row["spam"]),
        stopped_at=None if stopped_at is None else datetime.fromisoformat(stopped_at),
    )


def _stored(instant: datetime) -> str:
    """The instant as text that sorts like the instants themselves."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds")
