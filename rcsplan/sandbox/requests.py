"""A request as the endpoints see it: its path, its JSON body, and its query parameters with their bounds."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeVar
from urllib.parse import parse_qsl

from rcsplan.sandbox.answers import Complaint, invalid, rule_broken

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from wsgiref.types import WSGIEnvironment

    from rcsplan.sandbox.readings import Readings

_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One HTTP request.

    `authorization` is the header of that name, or empty; `number` the id in the path, where it has one; `list_lag` the
    real seconds by which the campaign list lags behind, which is a fault.
    """

    method: str
    path: str
    query: Mapping[str, str]
    body: bytes
    authorization: str
    number: int = 0
    list_lag: float = 0.0

    def json_object(self, readings: Readings) -> dict[str, object]:
        """The body as a JSON object.

        Raises:
            Refused: it is no JSON, or no object.
        """
        try:
            data: object = json.loads(self.body.decode())
        except (ValueError, RecursionError) as error:
            raise rule_broken("Malformed JSON in the request body", status=400) from error
        if not isinstance(data, dict):
            raise invalid([Complaint(path="", text="The request body must be an object.")], readings)
        return data


def read_request(environ: WSGIEnvironment) -> Request:
    """The request of a WSGI environment; of a repeated query parameter the last one counts."""
    length = environ.get("CONTENT_LENGTH") or "0"
    return Request(
        method=environ["REQUEST_METHOD"],
        path=environ.get("PATH_INFO", ""),
        query=dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)),
        body=environ["wsgi.input"].read(int(length)) if length.isdecimal() else b"",
        authorization=environ.get("HTTP_AUTHORIZATION", ""),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A slice of a listing."""

    offset: int
    limit: int

    def of(self, items: Sequence[_Item]) -> Sequence[_Item]:
        """The items on this page."""
        return items[self.offset : self.offset + self.limit]


def read_page(query: Mapping[str, str], readings: Readings, *, smallest: int, default: int = 50) -> Page:
    """The page that `page[offset]` and `page[limit]` ask for; at most 500 items (bsg-api.md section 2).

    Raises:
        Refused: one of the two is no number, or out of bounds.
    """
    return Page(
        offset=_number(query, "page[offset]", readings, default=0, smallest=0),
        limit=_number(query, "page[limit]", readings, default=default, smallest=smallest, largest=500),
    )


def read_choice(
    query: Mapping[str, str], name: str, readings: Readings, *, allowed: Collection[str], default: str | None = None
) -> str:
    """A query parameter that is one of a few words.

    Raises:
        Refused: it is another word, or missing without a default.
    """
    value = query.get(name, default)
    if value is None or value not in allowed:
        raise invalid([Complaint(path=name, text=f"The {name} must be one of: {', '.join(allowed)}.")], readings)
    return value


def read_way(query: Mapping[str, str], readings: Readings) -> Literal["asc", "desc"]:
    """The direction of sorting: oldest first unless `way=desc` is given (bsg-api.md section 2.1).

    Raises:
        Refused: it is another word.
    """
    way = read_choice(query, "way", readings, allowed=("asc", "desc"), default="asc")
    return "desc" if way == "desc" else "asc"


def _number(
    query: Mapping[str, str], name: str, readings: Readings, *, default: int, smallest: int, largest: int | None = None
) -> int:
    text = query.get(name, str(default))
    number = int(text) if text.isascii() and text.isdecimal() else -1
    if number < smallest or (largest is not None and number > largest):
        bounds = f"at least {smallest}" if largest is None else f"between {smallest} and {largest}"
        raise invalid([Complaint(path=name, text=f"The {name} must be {bounds}.")], readings)
    return number
