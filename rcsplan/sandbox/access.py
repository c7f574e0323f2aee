"""The endpoints of logging in and refreshing, and the check that guards all others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rcsplan.sandbox.answers import Answer, unauthorized
from rcsplan.sandbox.tokens import issue_token, judge_token

if TYPE_CHECKING:
    from rcsplan.sandbox.requests import Request
    from rcsplan.sandbox.store import Transaction

#: Any key with one of these prefixes logs in (design section 8).
_KEY_PREFIXES = ("live_", "test_")


def log_in(request: Request, transaction: Transaction) -> Answer:
    """A token for a key; the answer has no `data` wrapper (bsg-api.md section 1)."""
    key = request.json_object(transaction.account.readings).get("api_key")
    if not isinstance(key, str) or not key.startswith(_KEY_PREFIXES):
        raise unauthorized("Invalid credentials.")
    return _token(transaction)


def refresh(request: Request, transaction: Transaction) -> Answer:  # noqa: ARG001 - endpoints share a signature
    """A new token for one that is still valid; the old one stays so, too (bsg-api.md section 1)."""
    return _token(transaction)


def demand_token(request: Request, transaction: Transaction) -> None:
    """Let nobody pass without a valid token.

    Raises:
        Refused: there is none, it is not ours, or it has expired.
    """
    scheme, _, token = request.authorization.partition(" ")
    if scheme.lower() != "bearer":
        raise unauthorized("JWT Token not found")
    match judge_token(token.strip(), transaction.secret, now=transaction.real):
        case "invalid":
            raise unauthorized("Invalid JWT Token")
        case "expired":
            raise unauthorized("Expired JWT Token")
        case "valid":
            return


def _token(transaction: Transaction) -> Answer:
    lifetime = transaction.account.readings.token_lifetime_seconds
    return Answer.json({"bearer": issue_token(transaction.secret, now=transaction.real, lifetime_seconds=lifetime)})
