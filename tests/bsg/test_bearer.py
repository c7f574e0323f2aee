"""The token of a login."""

import base64
import json

import pytest

from rcsplan.bsg.bearer import Bearer


def token(claims):
    return f"x.{base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip('=')}.y"


def parse(bearer):
    return Bearer.parse(json.dumps({"bearer": bearer}).encode(), received_at=100.0)


@pytest.mark.parametrize(
    ("claims", "renew_at"),
    [
        ({"iat": 1000, "exp": 2000}, 900.0),
        ({"iat": 1000.5, "exp": 2000.5, "roles": ["ї"]}, 900.0),
        ({"iat": 2000, "exp": 1000}, None),
        ({"exp": 2000}, None),
        ({"iat": "1000", "exp": "2000"}, None),
        ({}, None),
        ([], None),
    ],
)
def test_a_token_is_due_at_four_fifths_of_its_life(claims, renew_at):
    assert parse(token(claims)).renew_at == renew_at


@pytest.mark.parametrize("text", ["opaque", "a.b.c", "a.!!.c", "..", "a.ey"])
def test_a_token_that_tells_nothing_is_never_due(text):
    assert parse(text).renew_at is None
    assert not parse(text).is_due(now=1e12)


@pytest.mark.parametrize("bearer", [None, "", 5, "two words", "line\nbreak", "ключ"])
def test_what_no_header_can_carry_is_no_token(bearer):
    assert parse(bearer) is None


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{}", b'"x"'])
def test_an_answer_without_a_token_has_none(body):
    assert Bearer.parse(body, received_at=0.0) is None


def test_a_token_does_not_show_in_its_repr():
    assert "opaque" not in repr(parse("opaque"))
