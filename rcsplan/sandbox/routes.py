"""Which endpoint answers which request, and within what kind of transaction."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rcsplan.sandbox.access import demand_token, log_in, refresh
from rcsplan.sandbox.answers import Answer, Refused, plain_failure
from rcsplan.sandbox.campaigns import (
    CREATE_PATH,
    LIST_PATH,
    create_campaign,
    list_campaigns,
    show_campaign,
    show_campaign_detail,
    stop_campaign,
)
from rcsplan.sandbox.contact_lists import list_contact_lists, search_contact_lists, show_contact_list
from rcsplan.sandbox.holdings import list_senders, list_tariffs, show_balance

if TYPE_CHECKING:
    from collections.abc import Callable

    from rcsplan.sandbox.requests import Request
    from rcsplan.sandbox.store import SandboxStore, Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class _Route:
    method: str
    path: re.Pattern[str]
    endpoint: Callable[[Request, Transaction], Answer]
    writes: bool = False
    needs_token: bool = True


def _route(
    method: str,
    path: str,
    endpoint: Callable[[Request, Transaction], Answer],
    *,
    writes: bool = False,
    needs_token: bool = True,
) -> _Route:
    # Ids of more digits do not fit into SQLite, and are nobody's.
    pattern = re.compile(path.replace("{id}", "([0-9]{1,18})"))
    return _Route(method=method, path=pattern, endpoint=endpoint, writes=writes, needs_token=needs_token)


_ROUTES = (
    _route("POST", "/api/auth/login", log_in, needs_token=False),
    _route("POST", "/api/auth/refresh", refresh),
    _route("POST", CREATE_PATH, create_campaign, writes=True),
    _route("GET", LIST_PATH, list_campaigns),
    _route("GET", "/api/campaigns/{id}", show_campaign),
    _route("GET", "/api/campaigns/{id}/detail", show_campaign_detail),
    _route("PATCH", "/api/campaigns/{id}/stop", stop_campaign, writes=True),
    _route("PUT", "/api/campaigns/{id}/stop", stop_campaign, writes=True),
    _route("GET", "/api/groups", list_contact_lists),
    _route("GET", "/api/groups/search", search_contact_lists),
    _route("GET", "/api/groups/{id}", show_contact_list),
    _route("GET", "/api/senders", list_senders),
    _route("GET", "/api/accounts/balance", show_balance),
    _route("GET", "/api/accounts/tariff", list_tariffs),
)


def answer_request(request: Request, store: SandboxStore) -> Answer:
    """The answer of the endpoint that a request is meant for, in one transaction of its own."""
    found = [(route, match) for route in _ROUTES if (match := route.path.fullmatch(request.path))]
    if not found:
        return plain_failure(404, "Not Found")
    for route, match in found:
        if route.method == request.method:
            number = int(match[1]) if match.groups() else 0
            return _ask(route, replace(request, number=number), store)
    allowed = ", ".join(route.method for route, _ in found)
    return plain_failure(405, "Method Not Allowed", headers=(("Allow", allowed),))


def _ask(route: _Route, request: Request, store: SandboxStore) -> Answer:
    try:
        with store.writing() if route.writes else store.reading() as transaction:
            if route.needs_token:
                demand_token(request, transaction)
            return route.endpoint(request, transaction)
    except Refused as refused:
        return refused.answer
