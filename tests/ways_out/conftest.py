"""An empty shop."""

from __future__ import annotations

import pytest

from tests.ways_out.provider import KEY, served
from tests.ways_out.shop import Shop, in_days


@pytest.fixture
def shop(tmp_path, capsys):
    """A shop without campaigns."""
    opened = Shop(tmp_path / "shop", capsys)
    opened.configure()
    return opened


@pytest.fixture
def provider(tmp_path, monkeypatch):
    """A simulator over HTTP, in the place of the provider."""
    monkeypatch.setenv("BSG_TEST_KEY", KEY)
    with served(tmp_path / "account/sandbox.db") as opened:
        yield opened


@pytest.fixture
def live(shop, provider):
    """A shop of one send two days from now, whose provider is served."""
    shop.configure(**provider.settings())
    shop.declare("sale", schedule=in_days(2))
    return shop
