from __future__ import annotations

import pytest

from tests.policy.candidates import breaks, found, make_candidate

TEXT = ("options", "text")


def button(url):
    """A send with a button of this address."""
    return make_candidate(cards=[{"text": "Sale", "suggestions": [{"text": "Shop", "url": url}]}])


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("http://acme.example/a", "is not https"),
        ("HTTP://acme.example/a", "is not https"),
        ("https://bit.ly/abc", "is a public shortener, which carriers block"),
        ("https://www.tinyurl.com/abc", "is a public shortener, which carriers block"),
        ("https://xxx", "looks like a placeholder"),
        ("https://xxx/sale", "looks like a placeholder"),
        ("https://your-domain.com", "looks like a placeholder"),
        ("https://[", "looks like a placeholder"),
    ],
)
def test_a_link_that_leads_nowhere_good_is_found(url, problem):
    """A placeholder of x's went to a client after a last fix (incident 16)."""
    place = ("options", "cards", 0, "suggestions", 0, "url")
    assert found("links", button(url)) == [(place, f"{url} {problem}.")]


@pytest.mark.parametrize(
    "url", ["https://acme.example", "https://maxxx.example/a", "http://nosms.cc/XXXX", "https://habit.ly"]
)
def test_other_links_are_left_alone(url):
    assert breaks("links", button(url)) == []


@pytest.mark.parametrize(
    ("url", "is_allowed"),
    [
        ("https://acme.example/a", True), ("https://www.acme.example", True), ("https://shop.Acme.example", True),
        ("https://acme.example.evil.test", False), ("https://notacme.example", False),
        ("https://acme.example@evil.test/a", False), ("http://nosms.cc/XXXX", True),
    ],
)  # fmt: skip
def test_only_allowed_hosts_and_what_lies_below_them_are_led_to(url, is_allowed):
    assert (breaks("links", button(url), thresholds={"allowed_hosts": ("acme.example",)}) == []) is is_allowed


def test_media_are_links_too():
    candidate = make_candidate(cards=[{"media": {"url": "http://cdn.acme.example/a.jpg"}}])
    assert breaks("links", candidate) == [("options", "cards", 0, "media", "url")]


@pytest.mark.parametrize("text", ["See http://acme.example.", "See bit.ly/abc!", "(https://t.co/x)"])
def test_links_in_texts_are_found(text):
    assert breaks("links", make_candidate(text=text)) == [TEXT]


@pytest.mark.parametrize(
    "text", ["See acme.example/a", "rabbit.ly/abc", "https://acme.example/?u=bit.ly/a", "at a.bit.ly"]
)
def test_texts_without_bad_links_are_left_alone(text):
    assert breaks("links", make_candidate(text=text)) == []
