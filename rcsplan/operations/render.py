"""`render`: the final request bodies, as far as they can be known without the account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rcsplan.campaign.message import WIRE_TIME
from rcsplan.campaign.schedule import Instant, wall_time_of
from rcsplan.diagnostics import did_you_mean
from rcsplan.errors import InvalidContent, UsageError
from rcsplan.manifest.load import load_sends
from rcsplan.manifest.occasion import Occasion

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from pydantic import JsonValue

    from rcsplan.campaign.model import ListRef, Send
    from rcsplan.manifest.project import Environment
    from rcsplan.manifest.variables import Variables


def render(
    environment: Environment, variables: Variables, zone: ZoneInfo, *, now: datetime, addresses: tuple[str, ...]
) -> dict[str, dict[str, JsonValue]]:
    """The request body of each send by its address; lists stand as they are declared, for names need the account.

    Raises:
        InvalidContent: a manifest has an error.
        UsageError: an address that nothing declares.
    """
    loaded = load_sends(environment, variables=variables, occasion=Occasion(now=now))
    if any(diagnostic.is_error for diagnostic in loaded.diagnostics):
        raise InvalidContent(loaded.diagnostics)
    sends = tuple(loaded.desired)
    return {str(send.address): _body(send, zone) for send in chosen_sends(sends, addresses)}


def chosen_sends(sends: tuple[Send, ...], addresses: tuple[str, ...]) -> Iterable[Send]:
    """The sends that go by one of the addresses; all of them where there is none.

    Raises:
        UsageError: an address that nothing declares.
    """
    for text in addresses:
        if not any(text in _names_of(send) for send in sends):
            hint = did_you_mean(text, (str(send.address) for send in sends))
            raise UsageError(f"Nothing is declared under {text!r}", hint=hint)
    return [send for send in sends if not addresses or _names_of(send) & set(addresses)]


def _names_of(send: Send) -> set[str]:
    return {str(send.address), str(send.address.series), send.address.campaign}


def _body(send: Send, zone: ZoneInfo) -> dict[str, JsonValue]:
    groups: list[JsonValue] = [_list(ref) for ref in send.lists]
    body: dict[str, JsonValue] = {"groups": groups, **send.body}
    if not isinstance(send.schedule, Instant):
        body["start_at"] = wall_time_of(send.schedule.start, zone).strftime(WIRE_TIME)
    return body


def _list(ref: ListRef) -> JsonValue:
    return ref.id if ref.id is not None else {"name": ref.name}
