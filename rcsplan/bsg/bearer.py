"""The provider's bearer token: whether it is one, and for how long it is good."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from typing import Self

from rcsplan.bsg.wire import parse_document

#: The share of its life after which a token is renewed.
_RENEW_AT = 0.8

# What a header can carry: anything else would fail in the middle of a request, and with the token in the message.
_SENDABLE = re.compile(r"[!-~]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearer:
    """A token and the monotonic time at which it should be renewed, None where it does not tell."""

    token: str = field(repr=False)
    renew_at: float | None = None

    @classmethod
    def parse(cls, body: bytes, *, received_at: float) -> Self | None:
        """The token in the answer to a login or a refresh, None where there is none (bsg-api.md section 1).

        Its age is counted from `received_at` on the monotonic clock, so that clocks that disagree do not matter.
        """
        try:
            document = parse_document(body)
        except ValueError:
            return None
        token = document.get("bearer") if isinstance(document, dict) else None
        if not isinstance(token, str) or not _SENDABLE.fullmatch(token):
            return None
        lifetime = _lifetime(token)
        return cls(token=token, renew_at=None if lifetime is None else received_at + lifetime * _RENEW_AT)

    def is_due(self, *, now: float) -> bool:
        """Whether it is time to renew the token."""
        return self.renew_at is not None and now >= self.renew_at


def _lifetime(token: str) -> float | None:
    """Seconds from issue to expiry as the token claims; nothing is verified, for nothing is trusted to it."""
    try:
        payload = token.split(".")[1]
        claims = parse_document(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, ValueError):
        return None
    if not isinstance(claims, dict):
        return None
    issued, expires = claims.get("iat"), claims.get("exp")
    if not isinstance(issued, int | float) or not isinstance(expires, int | float):
        return None
    return expires - issued if expires > issued else None
