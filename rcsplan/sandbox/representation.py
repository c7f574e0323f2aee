"""How answers show a campaign, in the variant that the readings choose."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from rcsplan.sandbox.lifecycle import Counters, Progress, Status
from rcsplan.sandbox.times import format_wall_time

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from rcsplan.sandbox.account import Account
    from rcsplan.sandbox.lifecycle import Campaign

#: Amounts are kept in millionths of the currency, in which prices and sums are exact.
MILLION = 1_000_000


def campaign_name(campaign: Campaign, account: Account) -> str:
    """The name that the provider gives a campaign (bsg-api.md section 2.1)."""
    return f"RCS api campaign / {format_wall_time(campaign.created_at, account.created_at_zone)}"


def campaign_created(campaign: Campaign, account: Account) -> dict[str, object]:
    """CampaignInfo in the answer to a create, which alone tells price and currency (bsg-api.md section 3.6)."""
    unbegun = Progress(status=Status.CREATION, real_start_at=None, finished_at=None, rcs=Counters(), sms=Counters())
    return campaign_info(campaign, unbegun, account) | {
        "status": account.readings.create_status,
        "calculated_price": campaign.contacts * campaign.price / MILLION,
        "currency": account.balance.currency,
    }


def campaign_info(campaign: Campaign, reached: Progress, account: Account) -> dict[str, object]:
    """CampaignInfo of list, info and stop (bsg-api.md section 2.1)."""
    zone = account.response_zone
    shows_channels = campaign.fallback and account.readings.info_alternative_channels == "object"
    return {
        "id": campaign.id,
        "name": campaign_name(campaign, account),
        "sender": campaign.sender,
        "status": reached.status,
        "message_type": "rcs",
        "start_at": format_wall_time(campaign.start_at, zone),
        "real_start_at": _wall_time(reached.real_start_at, zone),
        "finished_at": _wall_time(reached.finished_at, zone),
        "created_at": format_wall_time(campaign.created_at, account.created_at_zone),
        "statistics": {"delivered": reached.rcs.arrived, "sent": reached.rcs.handed_over},
        "calculated_price": 0,
        "currency": None,
        "alternative_channels": _sms_channel(reached.sms, account) if shows_channels else None,
    }


def campaign_detail(campaign: Campaign, reached: Progress, account: Account) -> dict[str, object]:
    """CampaignDetail (bsg-api.md section 2.1)."""
    zone = account.response_zone
    planned, actual = (
        ("started_at", "actual_start_at")
        if account.readings.detail_start_keys == "started_at"
        else ("start_at", "real_start_at")
    )
    price = reached.charge(campaign) / MILLION
    return {
        "id": campaign.id,
        "name": campaign_name(campaign, account),
        "sender": campaign.sender,
        "status": reached.status,
        "type": "rcs",
        planned: format_wall_time(campaign.start_at, zone),
        actual: _wall_time(reached.real_start_at, zone),
        "finished_at": _wall_time(reached.finished_at, zone),
        "created_at": format_wall_time(campaign.created_at, account.created_at_zone),
        "statistics": _statistics(reached.rcs),
        "alternative_channels": _channels(campaign, reached, account),
        "total_messages": campaign.contacts,
        "total_phones": campaign.contacts,
        "total_price": f"{price:.2f}" if account.readings.total_price == "string" else price,
        "currency": account.balance.currency,
    }


def _channels(campaign: Campaign, reached: Progress, account: Account) -> object:
    if campaign.fallback:
        return _sms_channel(reached.sms, account)
    match account.readings.unused_alternative_channels:
        case "list":
            return []
        case "object":
            return {}
        case "null":
            return None


def _sms_channel(counters: Counters, account: Account) -> dict[str, object]:
    return {"sms": {account.readings.sms_statistics_key: _statistics(counters)}}


def _statistics(counters: Counters) -> dict[str, int]:
    """Every documented counter, also those which the simulation leaves at zero."""
    return {"accepted": 0, "sending": 0, "failed": 0, "unknown": 0, "not_viber_user": 0, **asdict(counters)}


def _wall_time(instant: datetime | None, zone: ZoneInfo) -> str | None:
    return None if instant is None else format_wall_time(instant, zone)
