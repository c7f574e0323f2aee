"""The occasion on which manifests are read: what time it is, and what became of earlier occurrences."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from datetime import datetime

    from rcsplan.campaign.address import Address


def _nothing_is_settled(_: Address) -> bool:
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """When and after what manifests are read.

    `frozen` are sends (address, revision) that ended so long ago that they are neither rendered nor compared. Of a
    recurring campaign, occurrences count from when it was `first_seen` by name, where `rules` says that its rule was
    the same, and those that `is_settled` says have begun are left as they are, whatever the manifest says now. They are
    looked at up to the provider's horizon, or up to a moment further `ahead`.
    """

    now: datetime
    frozen: Collection[tuple[Address, int]] = frozenset()
    first_seen: Mapping[str, datetime] = field(default_factory=dict)
    rules: Mapping[str, str] = field(default_factory=dict)
    ahead: datetime | None = None
    is_settled: Callable[[Address], bool] = _nothing_is_settled
