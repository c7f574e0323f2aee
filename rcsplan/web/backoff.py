"""How often something that may pass is tried again, and after which pauses."""

from __future__ import annotations

import random
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Spreads the pauses of many clients.
JITTER: Final = random.random  # noqa: S311 - it protects nothing


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
