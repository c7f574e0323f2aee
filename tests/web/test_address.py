"""Which base URLs are accepted."""

import pytest

from rcsplan.errors import ConfigurationError
from rcsplan.web.address import parse_base_url


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://one-api.bsg.world", "https://one-api.bsg.world"),
        ("https://one-api.bsg.world/", "https://one-api.bsg.world"),
        ("https://proxy.example/bsg/", "https://proxy.example/bsg"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://127.8.9.10", "http://127.8.9.10"),
        ("http://localhost:8080/", "http://localhost:8080"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_https_and_loopback_are_accepted(text, url):
    assert str(parse_base_url(text)).rstrip("/") == url


@pytest.mark.parametrize(
    "text",
    [
        "",
        "one-api.bsg.world",
        "http://one-api.bsg.world",
        "http://localhost.example",
        "http://127.0.0.1.example",
        "http://192.168.0.1",
        "http://0.0.0.0",
        "ftp://127.0.0.1",
        "https://",
        "https://host:port",
        "https://user:secret@one-api.bsg.world",
        "https://one-api.bsg.world?key=secret",
        "https://one-api.bsg.world#secret",
        f"https://{'x' * 70}.example",
        "https://[broken",
        "https://a\x00b",
    ],
)
def test_everything_else_is_refused(text):
    with pytest.raises(ConfigurationError) as caught:
        parse_base_url(text)
    assert "secret" not in f"{caught.value} {caught.value.detail} {caught.value.hint}"
