"""The alphabets of SMS: what a text costs in septets, and which character forces it into UCS-2."""

from __future__ import annotations

#: Characters of the GSM 7-bit default alphabet (3GPP TS 23.038), one septet each.
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
#: Characters of its extension table, two septets each.
_EXTENSION = frozenset("\f^{}\\[~]|€")
_GSM = _BASIC | _EXTENSION

#: Septets of a GSM-7 fallback: 5 parts of 153 (bsg-api.md section 3.5).
MAX_SEPTETS = 765


def utf16_units(text: str) -> int:
    """The length of a text as the provider counts it: in UTF-16 code units (bsg-api.md section 3.2)."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def septets(text: str) -> int:
    """The length of a GSM-7 text, in septets."""
    return len(text) + sum(character in _EXTENSION for character in text)


def forcing_character(text: str) -> str | None:
    """The first character that forces a text into UCS-2, None where GSM-7 has them all."""
    if _GSM.issuperset(text):
        return None
    return next(character for character in text if character not in _GSM)
