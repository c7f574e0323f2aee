"""What the provider will probably accept but an author should know: warnings about a valid body."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from rcsplan.diagnostics import Severity
from rcsplan.manifest.validation import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rcsplan.diagnostics import KeyPath

_KNOWN_TARIFFS = range(10)
_PLAIN_SENDER = re.compile(r"[A-Za-z0-9 ]+")


def advice_on(spec: Mapping[str, Any]) -> Iterator[Finding]:
    """Warnings about a body that is valid by the letter."""
    tariff = spec.get("tariff_code")
    if tariff is not None and int(tariff) not in _KNOWN_TARIFFS:
        detail = f"Tariff codes are documented from 0 to 9, not {tariff}."
        yield _warning("unusual-tariff", "Unusual tariff code", ("spec", "tariff_code"), detail=detail)
    if spec.get("validity_seconds") is not None:
        yield _warning(
            "undocumented-field",
            "Field is not documented here",
            ("spec", "validity_seconds"),
            detail="send-groups does not document validity_seconds, though its sample carries it.",
            hint="Write validity, in hours.",
        )
    alternative = spec.get("alternative_channel")
    if alternative is not None and _PLAIN_SENDER.fullmatch(alternative["sms"]["sender"]) is None:
        yield _warning(
            "unusual-sms-sender",
            "Unusual sender for SMS",
            ("spec", "alternative_channel", "sms", "sender"),
            detail="Some sources allow Latin letters and digits alone.",
        )


def _warning(code: str, summary: str, path: KeyPath, *, detail: str, hint: str = "") -> Finding:
    return Finding(code=code, summary=summary, path=path, detail=detail, hint=hint, severity=Severity.WARNING)
