"""What an exception of httpx says of the request that it ended."""

import inspect

import httpx
import pytest

from rcsplan.bsg.outcome import classify_answer, classify_failure
from rcsplan.errors import FieldError, NotSent, OutcomeUnknown
from rcsplan.web.client import FAILURES

NOT_SENT = {
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.InvalidURL,
}
UNKNOWN = {
    httpx.CloseError,
    httpx.CookieConflict,
    httpx.DecodingError,
    httpx.HTTPError,
    httpx.HTTPStatusError,
    httpx.LocalProtocolError,
    httpx.NetworkError,
    httpx.ProtocolError,
    httpx.ReadError,
    httpx.ReadTimeout,
    httpx.RemoteProtocolError,
    httpx.RequestError,
    httpx.RequestNotRead,
    httpx.ResponseNotRead,
    httpx.StreamClosed,
    httpx.StreamConsumed,
    httpx.StreamError,
    httpx.TimeoutException,
    httpx.TooManyRedirects,
    httpx.TransportError,
    httpx.WriteError,
    httpx.WriteTimeout,
}


def make(kind):
    error = kind.__new__(kind)
    error.args = ("what happened",)
    return error


def classify(kind, *, began):
    return type(classify_failure(make(kind), began=began, quote=str))


def test_the_tables_here_name_every_exception_that_httpx_has():
    members = [member for _, member in inspect.getmembers(httpx, inspect.isclass)]
    assert {member for member in members if issubclass(member, Exception)} == NOT_SENT | UNKNOWN


def test_every_exception_of_httpx_is_caught():
    assert {kind for kind in NOT_SENT | UNKNOWN if not issubclass(kind, FAILURES)} == set()


@pytest.mark.parametrize("kind", sorted(NOT_SENT, key=str))
def test_what_comes_before_a_connection_is_not_sent(kind):
    assert classify(kind, began=False) is NotSent


@pytest.mark.parametrize("kind", sorted(UNKNOWN, key=str))
def test_what_may_come_after_the_request_left_is_unknown(kind):
    assert classify(kind, began=False) is OutcomeUnknown


@pytest.mark.parametrize("kind", sorted(NOT_SENT | UNKNOWN, key=str))
def test_once_bytes_may_have_left_everything_is_unknown(kind):
    assert classify(kind, began=True) is OutcomeUnknown


@pytest.mark.parametrize(
    ("body", "detail", "fields"),
    [
        ({"message": "Tariff was not found", "errors": []}, "Tariff was not found", ()),
        ({"message": "No", "errors": None}, "No", ()),
        ({"message": "No"}, "No", ()),
        ({"code": 403, "message": "No"}, "No", ()),
        ({"message": "No", "errors": ["a", "b"]}, "No", (("", "a"), ("", "b"))),
        ({"message": "No", "errors": {"groups0": ["a", "b"]}}, "No", (("groups0", "a"), ("groups0", "b"))),
        ({"message": "No", "errors": {"optionscards0text": "a"}}, "No", (("optionscards0text", "a"),)),
        ({"message": "No", "errors": {"options": {"text": ["a"]}}}, "No", (("options.text", "a"),)),
        ({"message": ["No"], "errors": {"sender": 5}}, "", (("sender", "5"),)),
        (["No"], "['No']", ()),
    ],
)
def test_a_refusal_is_read_in_every_form(body, detail, fields):
    rejected = classify_answer(httpx.Response(422, json=body), attempt=1, quote=str)
    assert rejected.detail == detail
    assert rejected.fields == tuple(FieldError(key=key, message=message) for key, message in fields)


def test_a_refusal_that_is_no_json_is_quoted():
    rejected = classify_answer(httpx.Response(403, text="<h1>Forbidden</h1>"), attempt=1, quote=str)
    assert rejected.detail == "<h1>Forbidden</h1>"


def test_a_second_401_is_not_sent():
    assert type(classify_answer(httpx.Response(401), attempt=1, quote=str)) is NotSent
