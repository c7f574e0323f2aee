"""Texts of the provider made fit to be quoted: no secret, no phone number, no control character, no end."""

from __future__ import annotations

import re
import unicodedata

#: How much of a foreign text is quoted, in characters.
LIMIT = 300

# Nine digits are left alone: campaign ids come near to that.
_PHONE = re.compile(r"(?<![0-9])\+?[0-9]{10,15}(?![0-9])")


class Redaction:
    """The secrets of one session, and how foreign text is quoted without them."""

    def __init__(self, *secrets: str) -> None:
        self._secrets = frozenset(secrets)

    def add(self, secret: str) -> None:
        """Take one more text for a secret from now on."""
        self._secrets |= {secret}

    def quote(self, text: str) -> str:
        """The text on one line, at most 300 characters of it, without secrets and phone numbers."""
        for secret in sorted(self._secrets, key=len, reverse=True):
            text = text.replace(secret, "[secret]")
        printable = "".join(" " if unicodedata.category(character)[0] in "CZ" else character for character in text)
        line = " ".join(_PHONE.sub("[phone]", printable).split())
        return line if len(line) <= LIMIT else f"{line[: LIMIT - 1]}…"
