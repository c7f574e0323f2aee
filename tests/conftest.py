"""What all tests share: the long proofs wait for `-m full`, and golden files are rewritten by `--update-golden`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from collections.abc import Callable

# Machines of CI differ in speed from run to run: no example is judged by its time.
settings.register_profile("quick", max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("full", max_examples=1000, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite the golden files instead of comparing")


def pytest_configure(config: pytest.Config) -> None:
    settings.load_profile("full" if _wants_full(config) else "quick")
    for name in ("NO_COLOR", "COLUMNS"):
        os.environ.pop(name, None)
    for name in [name for name in os.environ if name.startswith("RCSPLAN_")]:
        del os.environ[name]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if _wants_full(config):
        return
    skip = pytest.mark.skip(reason="a long proof: run it with `pytest -m full`")
    for item in items:
        if item.get_closest_marker("full"):
            item.add_marker(skip)


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compare a text with the golden file of that name beside the test, or rewrite it."""
    folder = Path(request.path).parent / "golden"

    def compare(name: str, actual: str) -> None:
        path = folder / name
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(actual, "utf-8")
        assert actual == path.read_text("utf-8")

    return compare


def _wants_full(config: pytest.Config) -> bool:
    return "full" in (config.getoption("markexpr") or "")
