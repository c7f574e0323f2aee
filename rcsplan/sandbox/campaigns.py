"""The campaign endpoints: create, list, info, detail and stop."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from rcsplan.sandbox.answers import Answer, Complaint, Refused, duplicate_request, invalid, plain_failure, rule_broken
from rcsplan.sandbox.ledger import Acceptance
from rcsplan.sandbox.lifecycle import STOPPABLE, Campaign, progress
from rcsplan.sandbox.representation import MILLION, campaign_created, campaign_detail, campaign_info, campaign_name
from rcsplan.sandbox.requests import read_choice, read_page, read_way
from rcsplan.sandbox.submission import Submission, read_submission
from rcsplan.sandbox.times import parse_wall_time

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from decimal import Decimal

    from rcsplan.sandbox.account import Account
    from rcsplan.sandbox.requests import Request
    from rcsplan.sandbox.store import Transaction

CREATE_PATH = "/api/campaigns/rcs/send-groups"
LIST_PATH = "/api/campaigns"

#: The list's window: three months at most, and up to 30 days ahead (bsg-api.md section 2.1).
_LONGEST_WINDOW_DAYS = 92
_FARTHEST_AHEAD_DAYS = 30


def create_campaign(request: Request, transaction: Transaction) -> Answer:
    """Accept a campaign to contact lists, or refuse it (bsg-api.md section 3)."""
    account = transaction.account
    body = request.json_object(account.readings)
    digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
    received = transaction.real.timestamp()
    if transaction.ledger.holds(digest, received_after=received - account.readings.duplicate_window_seconds):
        raise Refused(duplicate_request())
    submission = read_submission(body, account=account, now=transaction.now)
    campaign = _campaign(submission, transaction)
    id_ = transaction.ledger.accept(
        Acceptance(
            endpoint=request.path,
            payload=request.body.decode(),
            body_digest=digest,
            received_real=received,
            campaign=campaign,
        )
    )
    campaign = replace(campaign, id=id_)
    return Answer.json({"data": campaign_created(campaign, account)})


def list_campaigns(request: Request, transaction: Transaction) -> Answer:
    """The campaign list with all its parameters; without `filter[type]` it shows no RCS (bsg-api.md section 2.1)."""
    account, query = transaction.account, request.query
    readings = account.readings
    page = read_page(query, readings, smallest=30)
    way = read_way(query, readings)
    sort = read_choice(query, "sort", readings, allowed=("id", "sender", "type", "date", "status"), default="id")
    kinds = ("sms", "rcs", "whatsapp")
    shown = "filter[type]" not in query and readings.list_default_type == "all"
    shown = shown or read_choice(query, "filter[type]", readings, allowed=kinds, default="sms") == "rcs"
    found = [
        campaign for campaign in _in_window(request, transaction) if shown and _is_sought(campaign, request, account)
    ]
    found.sort(key=_sort_key(sort, transaction.now), reverse=way == "desc")
    return Answer.json(
        {
            "data": [
                campaign_info(campaign, progress(campaign, transaction.now), account) for campaign in page.of(found)
            ],
            "meta": {"page": {"total": len(found), "limit": page.limit, "offset": page.offset}},
        }
    )


def show_campaign(request: Request, transaction: Transaction) -> Answer:
    """The info of one campaign."""
    campaign = _found(request, transaction)
    reached = progress(campaign, transaction.now)
    return Answer.json({"data": campaign_info(campaign, reached, transaction.account)})


def show_campaign_detail(request: Request, transaction: Transaction) -> Answer:
    """The detail of one campaign: counters per status, audience and price."""
    campaign = _found(request, transaction)
    reached = progress(campaign, transaction.now)
    return Answer.json({"data": campaign_detail(campaign, reached, transaction.account)})


def stop_campaign(request: Request, transaction: Transaction) -> Answer:
    """Stop a campaign for good, from the statuses that allow it (bsg-api.md section 4.1)."""
    method = transaction.account.readings.stop_method
    if method not in {"both", request.method}:
        raise Refused(plain_failure(405, "Method Not Allowed", headers=(("Allow", method),)))
    campaign = _found(request, transaction)
    now = transaction.now
    reached = progress(campaign, now)
    if reached.status not in STOPPABLE:
        raise rule_broken("Invalid campaign status")
    transaction.ledger.stop(campaign, at=now, charge=reached.charge(campaign))
    stopped = replace(campaign, stopped_at=now)
    return Answer.json({"data": campaign_info(stopped, progress(stopped, now), transaction.account)})


def _campaign(submission: Submission, transaction: Transaction) -> Campaign:
    """What a submission becomes, still without its id: audience, funds and review are settled here and now."""
    account = transaction.account
    created_at = transaction.now.replace(microsecond=0)
    price = _millionths(account.prices.of(submission.form))
    moderation = account.moderation
    reviewed = moderation is not None and moderation.concerns(sender=submission.sender, lists=submission.lists)
    return Campaign(
        id=0,
        sender=submission.sender,
        created_at=created_at,
        start_at=submission.start_at or created_at,
        validity=submission.validity,
        fallback=submission.fallback,
        contacts=submission.contacts,
        funded=_funded(submission.contacts, price, transaction),
        price=price,
        sms_price=_millionths(account.prices.sms),
        review=timedelta(minutes=moderation.minutes) if moderation is not None and reviewed else None,
        spam=moderation is not None and reviewed and moderation.refuse,
    )


def _funded(contacts: int, price: int, transaction: Transaction) -> int:
    """For how many contacts the funds suffice that earlier campaigns leave (bsg-api.md section 4.3)."""
    balance = transaction.account.balance
    funds = _millionths(balance.amount + balance.credit) - transaction.ledger.committed()
    funded = max(0, min(contacts, funds // price)) if price else contacts
    if funded < contacts and transaction.account.readings.insufficient_funds == "refused":
        raise rule_broken("Insufficient funds")
    return funded


def _millionths(amount: Decimal) -> int:
    return int(amount * MILLION)


def _found(request: Request, transaction: Transaction) -> Campaign:
    campaign = transaction.ledger.campaign(request.number)
    if campaign is None:
        raise rule_broken("Campaign not found", status=transaction.account.readings.unknown_id_status)
    return campaign


def _in_window(request: Request, transaction: Transaction) -> list[Campaign]:
    """The campaigns from `filter[from]` to `filter[to]`, less those that a fault still hides."""
    zone, readings = transaction.account.start_zone, transaction.account.readings
    last = _filter_time(request, "filter[to]", transaction) or transaction.now
    first = _filter_time(request, "filter[from]", transaction) or last - timedelta(days=_LONGEST_WINDOW_DAYS)
    first_day, last_day = first.astimezone(zone).date(), last.astimezone(zone).date()
    if (last_day - first_day).days > _LONGEST_WINDOW_DAYS:
        raise invalid([Complaint(path="filter[from]", text="The period must not exceed 3 months.")], readings)
    if (last_day - transaction.now.astimezone(zone).date()).days > _FARTHEST_AHEAD_DAYS:
        raise invalid([Complaint(path="filter[to]", text="The filter[to] is too far ahead.")], readings)
    hidden_after = transaction.real.timestamp() - request.list_lag if request.list_lag else math.inf
    return transaction.ledger.campaigns(
        first=first, last=last, dated_by=readings.list_filter, received_before=hidden_after
    )


def _filter_time(request: Request, name: str, transaction: Transaction) -> datetime | None:
    text = request.query.get(name)
    if text is None:
        return None
    instant = parse_wall_time(text, transaction.account.start_zone, offset_allowed=True)
    if instant is None:
        complaint = Complaint(path=name, text=f"The {name} does not match the format Y-m-d H:i:s.")
        raise invalid([complaint], transaction.account.readings)
    return instant


def _is_sought(campaign: Campaign, request: Request, account: Account) -> bool:
    """Whether `search[field]` (on one page `filter[field]`) finds it; `taskname` is glossed as id, and read as both."""
    query = request.query
    value = query.get("search[value]", query.get("filter[value]"))
    if value is None:
        return True
    allowed = ("sender", "taskname")
    name = "search[field]" if "search[field]" in query else "filter[field]"
    if read_choice(query, name, account.readings, allowed=allowed) == "sender":
        return value in campaign.sender
    return value == str(campaign.id) or value in campaign_name(campaign, account)


def _sort_key(sort: str, now: datetime) -> Callable[[Campaign], tuple[str, int]]:
    def key(campaign: Campaign) -> tuple[str, int]:
        match sort:
            case "sender":
                return campaign.sender, campaign.id
            case "date":
                return campaign.created_at.isoformat(), campaign.id
            case "status":
                return progress(campaign, now).status, campaign.id
            case _:
                return "", campaign.id

    return key
