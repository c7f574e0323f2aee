"""Repeating what is harmless to repeat: reads."""

from __future__ import annotations

import logging
import random
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final, TypeVar

from rcsplan.errors import NotSent, ProviderError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_log = logging.getLogger(__name__)

#: Spreads the pauses of many clients.
JITTER: Final = random.random  # noqa: S311 - it protects nothing

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """How often a read is tried, and how long the pauses between are, in seconds.

    Pauses double from `first` up to `longest`. One that the provider asks for is kept, up to `patience`: where it asks
    for more, waiting inside a command is no help, and the read fails at once.
    """

    attempts: int = 5
    first: float = 0.5
    longest: float = 10.0
    patience: float = 60.0

    def pause(self, attempt: int, *, retry_after: float | None, jitter: float) -> float | None:
        """Seconds to wait after the given attempt, counted from 1; None where there is to be no further one.

        `jitter`, from 0 to 1, spreads the clients of one provider: it shortens a pause of ours by up to a half, and
        lengthens one that was asked for by up to a tenth.
        """
        if attempt >= self.attempts or (retry_after or 0) > self.patience:
            return None
        if retry_after is not None:
            return retry_after * (1 + jitter / 10)
        return min(self.longest, self.first * 2.0 ** (attempt - 1)) * (1 - jitter / 2)


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


def is_passing(status: int) -> bool:
    """Whether a status speaks of a state of the provider that may pass by itself, not of the request."""
    return status in {408, 425, 429} or 500 <= status < 600  # noqa: PLR2004 - statuses are known by their numbers


def parse_retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that an answer asks to wait, from its `Retry-After`; a date is taken relative to the answer's own."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        pause = parsedate_to_datetime(text) - parsedate_to_datetime(headers.get("date", ""))
    except (TypeError, ValueError):
        return None
    return max(0.0, pause.total_seconds())
