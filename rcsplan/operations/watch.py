"""Looking at the sends again and again, until all of them have ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rcsplan.errors import ProviderError
from rcsplan.operations.status import Status, status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rcsplan.operations.target import Target


def watch(target: Target, addresses: tuple[str, ...], *, interval: float) -> Iterator[Status | ProviderError]:
    """What each look came to, one every `interval` seconds; the last one shows everything ended.

    A provider that does not answer is no end: the failure is one of the looks.

    Raises:
        UsageError: an address of which the state has no record.
        StateError: the state cannot be used.
    """
    last: Status | None = None
    while True:
        try:
            last = status(target, addresses, before=last)
        except ProviderError as error:
            yield error
        else:
            yield last
            if last.has_ended:
                return
        target.runtime.sleep(interval)
