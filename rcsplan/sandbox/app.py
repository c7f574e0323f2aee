"""The simulator as a WSGI application: faults before and after the endpoint, and the headers of every answer."""

from __future__ import annotations

import time
from dataclasses import replace
from email.utils import format_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

from rcsplan.sandbox.answers import Answer, duplicate_request, plain_failure
from rcsplan.sandbox.campaigns import CREATE_PATH, LIST_PATH
from rcsplan.sandbox.faults import ConnectionDropped, Fault, FaultKind
from rcsplan.sandbox.requests import Request, read_request
from rcsplan.sandbox.routes import answer_request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from rcsplan.sandbox.store import SandboxStore

_SERVER = "rcsplan-sandbox"
_PAGE_OF_A_PROXY = b"<!DOCTYPE html><html><body><h1>We will be back soon</h1></body></html>"


def create_app(
    store: SandboxStore, *, faults: Iterable[Fault] = (), sleep: Callable[[float], object] = time.sleep
) -> WSGIApplication:
    """The simulator over a store, as a WSGI application that commits the given faults.

    A lost connection is the exception `ConnectionDropped`, raised by the application; `sleep` waits real seconds.
    """
    faults = tuple(faults)

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = read_request(environ)
        answer = _answer_with_faults(request, store, faults, sleep)
        start_response(f"{answer.status} {HTTPStatus(answer.status).phrase}", _headers(answer, store))
        return [answer.body if answer.sent is None else answer.body[: answer.sent]]

    return application


def _headers(answer: Answer, store: SandboxStore) -> list[tuple[str, str]]:
    return [
        ("Content-Type", answer.content_type),
        ("Content-Length", str(len(answer.body))),
        ("Date", format_datetime(store.now(), usegmt=True)),
        ("Server", _SERVER),
        *answer.headers,
    ]


def _answer_with_faults(
    request: Request, store: SandboxStore, faults: tuple[Fault, ...], sleep: Callable[[float], object]
) -> Answer:
    lags = [fault.seconds for fault in faults if fault.kind is FaultKind.LIST_LAG and _delays_list(fault)]
    kind = _struck(request, store, faults, sleep)
    prevented = _instead(kind)
    if prevented is not None:
        return prevented
    return _spoiled(answer_request(replace(request, list_lag=max(lags, default=0.0)), store), kind)


def _delays_list(fault: Fault) -> bool:
    """Whether it is meant for the list; who names the create means that its result shows up late."""
    return fault.matches("GET", LIST_PATH) or fault.matches("POST", CREATE_PATH)


def _struck(
    request: Request, store: SandboxStore, faults: tuple[Fault, ...], sleep: Callable[[float], object]
) -> FaultKind | None:
    """The first fault that strikes this request, after the waiting of those that only slow it down."""
    for index, fault in enumerate(faults):
        if fault.kind is FaultKind.LIST_LAG or not fault.matches(request.method, request.path):
            continue
        if fault.kind is FaultKind.SLOW:
            sleep(fault.seconds)
        elif not fault.is_counted or fault.strikes(store.count_fault(f"{index} {fault.text}"), seed=fault.text):
            return fault.kind
    return None


def _instead(kind: FaultKind | None) -> Answer | None:
    """What happens instead of processing the request, if anything does."""
    match kind:
        case FaultKind.REFUSE:
            raise ConnectionDropped("connect")
        case FaultKind.DROP_REQUEST:
            raise ConnectionDropped("request")
        case FaultKind.ERROR_BEFORE:
            return plain_failure(500, "Server Error")
        case FaultKind.TOO_MANY:
            return plain_failure(429, "Too Many Requests")
        case FaultKind.DUPLICATE:
            return duplicate_request()
        case _:
            return None


def _spoiled(answer: Answer, kind: FaultKind | None) -> Answer:
    """What becomes of the answer to a request that was processed."""
    match kind:
        case FaultKind.DROP_RESPONSE:
            raise ConnectionDropped("response")
        case FaultKind.ERROR_AFTER:
            return plain_failure(500, "Server Error")
        case FaultKind.TRUNCATE:
            return replace(answer, sent=len(answer.body) // 2)
        case FaultKind.GARBAGE:
            return Answer(status=200, body=_PAGE_OF_A_PROXY, content_type="text/html; charset=utf-8")
        case _:
            return answer
