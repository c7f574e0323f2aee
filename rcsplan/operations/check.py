"""`state check`: whether a store keeps its promises; one that does not is not begun with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rcsplan.errors import ConfigurationError

if TYPE_CHECKING:
    from rcsplan.backend.protocol import StateStore


def demand_promises(store: StateStore) -> None:
    """Make sure that a store keeps what it promises, before a state is entrusted to it.

    Raises:
        ConfigurationError: it does not.
        StateError: it could not be asked.
    """
    broken = [probe for probe in store.probe() if not probe.holds]
    if broken:
        raise ConfigurationError(
            f"The store at {store.location} does not keep what a state needs",
            detail="\n".join(f"{probe.question} No. {probe.detail}".rstrip() for probe in broken),
            hint="Two applies at once, or a crash, could then send twice. Keep the state in another store.",
        )
