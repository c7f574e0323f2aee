"""Validation of a send-groups body: what it asks for, or everything that is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from rcsplan.sandbox.answers import invalid, rule_broken
from rcsplan.sandbox.content import check_fallback, check_options
from rcsplan.sandbox.fields import Complaints
from rcsplan.sandbox.times import parse_wall_time

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rcsplan.sandbox.account import Account, Form

#: Contacts of one RCS campaign at most (bsg-api.md section 4.5).
CONTACT_LIMIT = 5000
#: Days for which `start_at` is accepted, today included (bsg-api.md section 4.4).
HORIZON_DAYS = 30

_DEFAULT_VALIDITY_HOURS = 72
_FIELDS = frozenset({
    "groups", "sender", "options", "alternative_channel", "start_at", "tariff_code", "validity",
    "add_to_contact_book", "check_stop_list",
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A valid send-groups body; `start_at` is None for an instant campaign, `contacts` the audience as it is now."""

    lists: tuple[int, ...]
    sender: str
    start_at: datetime | None
    validity: timedelta
    form: Form
    fallback: bool
    contacts: int


def read_submission(body: Mapping[str, object], *, account: Account, now: datetime) -> Submission:
    """What a send-groups body asks for (bsg-api.md section 3).

    Raises:
        Refused: fields are invalid, or a business rule forbids it.
    """
    complaints = Complaints()
    lists = _read_lists(body.get("groups"), account, complaints)
    sender = _read_sender(body.get("sender"), account, complaints)
    form = check_options(body.get("options"), account.readings, complaints)
    fallback = body.get("alternative_channel") is not None
    if fallback:
        check_fallback(body["alternative_channel"], account, complaints)
    start_at = _read_start(body.get("start_at"), account, now, complaints)
    validity = _read_validity(body.get("validity"), complaints)
    tariff = _read_tariff(body.get("tariff_code"), account, complaints)
    complaints.optional_boolean(body.get("add_to_contact_book"), "add_to_contact_book")
    complaints.optional_boolean(body.get("check_stop_list"), "check_stop_list")
    if account.readings.unknown_fields == "refused":
        for name in (name for name in body if name not in _FIELDS):
            complaints.add(name, "field is not expected")
    if complaints.found:
        raise invalid(complaints.found, account.readings)
    if tariff is not None and not any(known.code == tariff and known.is_active for known in account.tariffs):
        raise rule_broken("Tariff was not found")
    return Submission(
        lists=lists,
        sender=sender,
        start_at=start_at,
        validity=validity,
        form=form,
        fallback=fallback,
        contacts=_audience(lists, account),
    )


def _read_lists(value: object, account: Account, complaints: Complaints) -> tuple[int, ...]:
    lists: list[int] = []
    for index, item in enumerate(complaints.items(value, "groups", fewest=1, most=1000)):
        path = f"groups[{index}]"
        if not isinstance(item, int) or isinstance(item, bool):
            complaints.add(path, "must be an integer")
        elif item not in account.lists_by_id:
            complaints.add(path, "is not a list of this account")
        else:
            lists.append(item)
    return tuple(dict.fromkeys(lists))


def _read_sender(value: object, account: Account, complaints: Complaints) -> str:
    sender = complaints.text(value, "sender", longest=40)
    if sender is not None and account.agents is not None and sender not in account.agents:
        complaints.add("sender", "is not an agent of this account")
    return sender or ""


def _read_start(value: object, account: Account, now: datetime, complaints: Complaints) -> datetime | None:
    if value is None:
        return None
    start = parse_wall_time(value, account.start_zone) if isinstance(value, str) else None
    if start is None:
        complaints.add("start_at", "does not match the format Y-m-d H:i:s")
        return None
    if start < now:
        complaints.add("start_at", "must be a date in the future")
    if start > last_start(account, now):
        complaints.add("start_at", f"must be within {HORIZON_DAYS} days")
    return start.replace(second=0) if account.readings.start_seconds == "dropped" else start


def last_start(account: Account, now: datetime) -> datetime:
    """The horizon: 23:59:59 of the 30th day in the account's zone, today included (bsg-api.md section 4.4)."""
    last_day = now.astimezone(account.start_zone).date() + timedelta(days=HORIZON_DAYS - 1)
    return datetime.combine(last_day, time(23, 59, 59), tzinfo=account.start_zone)


def _read_validity(value: object, complaints: Complaints) -> timedelta:
    hours = _DEFAULT_VALIDITY_HOURS
    if value is not None:
        hours = complaints.integer(value, "validity", smallest=1, largest=72) or hours
    return timedelta(hours=hours)


def _read_tariff(value: object, account: Account, complaints: Complaints) -> int | None:
    if value is None:
        return None
    kinds = {"either": (int, str), "integer": (int,), "string": (str,)}[account.readings.tariff_code]
    if not isinstance(value, kinds) or isinstance(value, bool) or not str(value).isdecimal():
        complaints.add("tariff_code", "must be a tariff code")
        return None
    return int(str(value))


def _audience(lists: tuple[int, ...], account: Account) -> int:
    contacts = sum(account.lists_by_id[id_].contacts for id_ in lists)
    if contacts <= CONTACT_LIMIT:
        return contacts
    match account.readings.oversize:
        case "refused":
            raise rule_broken(f"The number of contacts must not exceed {CONTACT_LIMIT}")
        case "truncated":
            return CONTACT_LIMIT
        case "accepted":
            return contacts
