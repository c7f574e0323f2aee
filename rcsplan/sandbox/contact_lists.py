"""The endpoints of contact lists, which the wire calls groups."""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rcsplan.sandbox.answers import Answer, rule_broken
from rcsplan.sandbox.requests import read_choice, read_page, read_way
from rcsplan.sandbox.times import format_wall_time

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rcsplan.sandbox.account import Account, ContactList
    from rcsplan.sandbox.readings import Readings
    from rcsplan.sandbox.requests import Request
    from rcsplan.sandbox.store import Transaction

_SMALLEST_PAGE = 15
_CRITERION = re.compile(r"(search|search_fields\[\d+\])\[field\]")
_FIELDS: Mapping[str, Callable[[ContactList], int | str]] = {
    "id": lambda entry: entry.id,
    "items": lambda entry: entry.contacts,
    "name": lambda entry: entry.name,
    "description": lambda entry: entry.description or "",
    "created_at": lambda entry: entry.created_at.isoformat(sep=" "),
}
_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    ">=": operator.ge,
    ">": operator.gt,
    "<": operator.lt,
    "<=": operator.le,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Criterion:
    field: str
    operator: str
    value: str

    def is_met_by(self, entry: ContactList) -> bool:
        if self.field == "phone":
            return False  # the simulator knows how many contacts a list has, but not who they are
        actual = _FIELDS[self.field](entry)
        if self.operator == "like":
            return self.value.casefold() in str(actual).casefold()
        if isinstance(actual, int) and self.value.isdecimal():
            return _COMPARISONS[self.operator](actual, int(self.value))
        return _COMPARISONS[self.operator](str(actual), self.value)


def list_contact_lists(request: Request, transaction: Transaction) -> Answer:
    """All contact lists, a page at a time (bsg-api.md section 2.2)."""
    account = transaction.account
    page = read_page(request.query, account.readings, smallest=_SMALLEST_PAGE)
    groups = [_group(entry, account) for entry in page.of(account.lists)]
    return Answer.json({"data": groups, "total": len(account.lists)})


def show_contact_list(request: Request, transaction: Transaction) -> Answer:
    """One contact list."""
    account = transaction.account
    entry = account.lists_by_id.get(request.number)
    if entry is None:
        raise rule_broken("Contact list not found", status=account.readings.unknown_id_status)
    return Answer.json({"data": _group(entry, account)})


def search_contact_lists(request: Request, transaction: Transaction) -> Answer:
    """The contact lists that meet every criterion (bsg-api.md section 2.2)."""
    account, query = transaction.account, request.query
    page = read_page(query, account.readings, smallest=_SMALLEST_PAGE)
    sort = read_choice(query, "sort", account.readings, allowed=_FIELDS, default="id")
    way = read_way(query, account.readings)
    criteria = _criteria(query, account.readings)
    found = [entry for entry in account.lists if all(criterion.is_met_by(entry) for criterion in criteria)]
    found.sort(key=lambda entry: (_FIELDS[sort](entry), entry.id), reverse=way == "desc")
    first = criteria[0] if criteria else None
    return Answer.json(
        {
            "data": [_hit(entry, account) for entry in page.of(found)],
            "meta": {
                "page": {"total": len(found), "limit": page.limit, "offset": page.offset},
                "search": first and {"field": first.field, "operator": first.operator, "value": first.value},
            },
        }
    )


def _criteria(query: Mapping[str, str], readings: Readings) -> list[_Criterion]:
    prefixes = [match[1] for match in map(_CRITERION.fullmatch, query) if match is not None]
    return [
        _Criterion(
            field=read_choice(query, f"{prefix}[field]", readings, allowed=(*_FIELDS, "phone")),
            operator=read_choice(
                query, f"{prefix}[operator]", readings, allowed=("like", *_COMPARISONS), default="like"
            ),
            value=query.get(f"{prefix}[value]", ""),
        )
        for prefix in prefixes
    ]


def _group(entry: ContactList, account: Account) -> dict[str, object]:
    as_integer = account.readings.group_default == "integer"
    return {
        "id": entry.id,
        "name": entry.name,
        "description": entry.description,
        "default": int(entry.default) if as_integer else entry.default,
        "items": entry.contacts,
        "stop_list_count": 0,
        "created_at": format_wall_time(entry.created_at, account.response_zone),
    }


def _hit(entry: ContactList, account: Account) -> dict[str, object]:
    return {
        "id": entry.id,
        "name": entry.name,
        "description": entry.description,
        "is_default": entry.default,
        "items": entry.contacts,
        "created_at": format_wall_time(entry.created_at, account.response_zone),
    }
