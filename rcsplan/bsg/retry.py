"""Repeating what is harmless to repeat: reads."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, TypeVar

from rcsplan.errors import NotSent, ProviderError

if TYPE_CHECKING:
    from collections.abc import Callable

    from rcsplan.web.backoff import Backoff

_log = logging.getLogger(__name__)

_T = TypeVar("_T")


class Transient(ProviderError):
    """A read failed in a way that may pass; it comes out where the repetitions are used up.

    `retry_after` is what the provider asked for, in seconds.
    """

    def __init__(
        self, summary: str, *, detail: str = "", status: int | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(summary, detail=detail, hint="Try again later.", status=status)
        self.retry_after = retry_after


def repeat(
    read: Callable[[], _T], *, backoff: Backoff, sleep: Callable[[float], None], jitter: Callable[[], float]
) -> _T:
    """The result of a read, which is tried again as long as it fails in passing and the backoff allows it.

    Raises:
        Transient: the last failure of the read.
        NotSent: the last failure of the login that it needed.
    """
    attempt = 1
    while True:
        try:
            return read()
        except (Transient, NotSent) as failure:
            pause = backoff.pause(attempt, retry_after=failure.retry_after, jitter=jitter())
            if pause is None:
                raise
            _log.info("%s; trying again in %.1f s", failure, pause)
        sleep(pause)
        attempt += 1
