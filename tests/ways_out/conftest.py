"""An empty shop."""

from __future__ import annotations

import pytest

from tests.ways_out.shop import Shop


@pytest.fixture
def shop(tmp_path, capsys):
    """A shop without campaigns."""
    opened = Shop(tmp_path / "shop", capsys)
    opened.configure()
    return opened
