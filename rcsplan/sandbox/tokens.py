"""Bearer tokens of the simulator: JWTs that it signs and checks itself."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

_HEADER = {"typ": "JWT", "alg": "HS256"}


def issue_token(secret: str, *, now: datetime, lifetime_seconds: int) -> str:
    """A bearer token with the claims of the provider's (bsg-api.md section 1); `now` is the real time."""
    issued = int(now.timestamp())
    claims = {"iat": issued, "exp": issued + lifetime_seconds, "roles": ["ROLE_API"], "id": 1}
    signed = f"{_encode(_HEADER)}.{_encode(claims)}"
    return f"{signed}.{_signature(signed, secret)}"


def judge_token(token: str, secret: str, *, now: datetime) -> Literal["valid", "expired", "invalid"]:
    """Whether a token is one of ours and still good; `now` is the real time."""
    signed, _, signature = token.rpartition(".")
    if not hmac.compare_digest(signature.encode(), _signature(signed, secret).encode()):
        return "invalid"
    claims = json.loads(_decode(signed.rpartition(".")[2]))
    return "valid" if now.timestamp() < claims["exp"] else "expired"


def _signature(signed: str, secret: str) -> str:
    return _base64(hmac.new(secret.encode(), signed.encode(), hashlib.sha256).digest())


def _encode(part: Mapping[str, object]) -> str:
    return _base64(json.dumps(part, separators=(",", ":")).encode())


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
