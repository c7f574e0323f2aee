"""What became of a request that changes something: accepted, refused, never sent, or unknown.

A campaign that is submitted twice reaches people twice. So a request counts as not sent only where that is certain,
and everything that this module does not know is unknown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import httpx

from rcsplan.bsg.refusal import Refusal, parse_refusal
from rcsplan.bsg.wire import CampaignInfo, parse_document, parse_one
from rcsplan.errors import NotSent, OutcomeUnknown, Rejected
from rcsplan.web.backoff import parse_retry_after

if TYPE_CHECKING:
    from collections.abc import Callable

#: Those that come before there is a connection for the request; DNS and TLS failures are connect errors.
_NEVER_ESTABLISHED: Final = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.InvalidURL,
)

_LOOK_FIRST = "Do not repeat it: look at the provider first whether the request was executed."


def classify_failure(error: Exception, *, began: bool, quote: Callable[[str], str]) -> NotSent | OutcomeUnknown:
    """What follows from an exception of httpx that came in place of an answer.

    `began` says that bytes of the request may have left. It overrules the kind of the error, for httpx raises some
    kinds on both sides of that line: an invalid URL is found in the request, or in the redirect of an answer.
    """
    detail = quote(f"{type(error).__name__}: {error}")
    if isinstance(error, _NEVER_ESTABLISHED) and not began:
        return NotSent("The provider could not be reached", detail=detail)
    return OutcomeUnknown("The provider's answer did not arrive", detail=detail, hint=_LOOK_FIRST)


def classify_answer(
    response: httpx.Response, *, attempt: int, quote: Callable[[str], str]
) -> CampaignInfo | Rejected | NotSent | OutcomeUnknown:
    """What follows from a complete answer to a create or a stop (bsg-api.md sections 4.6 and 5).

    `attempt` counts from 1: on a later one, a 429 may mean that an earlier one did arrive.
    """
    match response.status_code:
        case status if httpx.codes.is_success(status):
            return _accepted(response, quote=quote)
        case 401:
            return NotSent("The provider did not accept the login", status=401)
        case 429:
            return _too_many(response, attempt=attempt, quote=quote)
        case status if httpx.codes.is_client_error(status) and status not in {408, 409, 425}:
            return _rejected(response, quote=quote)
        case status:
            return _unknown(f"The provider answered with status {status}", response, quote=quote)


def _accepted(response: httpx.Response, *, quote: Callable[[str], str]) -> CampaignInfo | OutcomeUnknown:
    try:
        return parse_one(CampaignInfo, parse_document(response.content))
    except ValueError:
        return _unknown("The provider's answer cannot be read", response, quote=quote)


def _too_many(response: httpx.Response, *, attempt: int, quote: Callable[[str], str]) -> NotSent | OutcomeUnknown:
    if "duplicate" in response.text.casefold():
        return _unknown("The provider spoke of a duplicate request", response, quote=quote, duplicate=True)
    if attempt > 1:
        return _unknown("The provider refused a repetition as too many requests", response, quote=quote)
    return NotSent(
        "The provider asks for fewer requests",
        detail=parse_refusal(response.content, quote=quote).message,
        status=response.status_code,
        retry_after=parse_retry_after(response.headers),
    )


def _rejected(response: httpx.Response, *, quote: Callable[[str], str]) -> Rejected:
    refusal: Refusal = parse_refusal(response.content, quote=quote)
    return Rejected(
        f"The provider refused the request with status {response.status_code}",
        detail=refusal.message,
        status=response.status_code,
        fields=refusal.fields,
    )


def _unknown(
    summary: str, response: httpx.Response, *, quote: Callable[[str], str], duplicate: bool = False
) -> OutcomeUnknown:
    return OutcomeUnknown(
        summary,
        detail=parse_refusal(response.content, quote=quote).message,
        hint=_LOOK_FIRST,
        status=response.status_code,
        duplicate=duplicate,
    )
