"""Rules of the SMS for those whom RCS does not reach: that there is one, and what it costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rcsplan.campaign.sms import forcing_character, in_gsm, named, replacement_of, segmented
from rcsplan.policy.candidate import SMS_TEXT
from rcsplan.policy.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rcsplan.policy.candidate import Candidate, World


def sms_fallback(candidate: Candidate, world: World) -> Iterator[Finding]:
    """Whom RCS does not reach gets an SMS."""
    del world
    if candidate.sms is None:
        detail = "Without an SMS, who cannot receive RCS gets nothing."
        yield Finding(detail=detail, way_out="Add spec.alternative_channel.sms.")


def sms_alphabet(candidate: Candidate, world: World) -> Iterator[Finding]:
    """No single character forces the SMS out of its cheap alphabet where another says the same."""
    del world
    text = candidate.sms_text
    character = forcing_character(text)
    written = in_gsm(text) if character is not None else None
    if character is None or written is None:
        return
    before, after = segmented(text).parts, segmented(written).parts
    saving = f", and {after} instead of {before} parts are sent" if after < before else ""
    detail = f"Character {text.index(character) + 1}, {named(character)}, forces UCS-2, which holds 70 instead of 160."
    way_out = f"Write {replacement_of(character)!r}{', and mend the others that follow' if _has_more(text) else ''}"
    yield Finding(detail=detail, path=SMS_TEXT, way_out=f"{way_out}: then GSM-7 has them all{saving}.")


def sms_parts(candidate: Candidate, world: World) -> Iterator[Finding]:
    """The SMS has no more parts than allowed, each of which is paid for."""
    most = world.thresholds.sms_parts
    if most is None or not candidate.sms_text:
        return
    found = segmented(candidate.sms_text)
    if found.parts > most:
        detail = f"The SMS has {found.parts} parts of {found.alphabet}; {most} may be sent."
        way_out = f"Cut {found.excess} characters to save a part."
        yield Finding(detail=detail, path=SMS_TEXT, way_out=way_out)


def _has_more(text: str) -> bool:
    """Whether another character than the first forces UCS-2."""
    first = forcing_character(text)
    return first is not None and forcing_character(text.replace(first, "")) is not None
