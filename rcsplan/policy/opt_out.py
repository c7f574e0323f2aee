"""Rules of opting out: a way must be there, and one that a recipient can really follow."""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING

from rcsplan.campaign.message import UNSUBSCRIBE_URL
from rcsplan.policy.candidate import SMS_TEXT
from rcsplan.policy.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rcsplan.policy.candidate import Candidate, World

#: How a dozen languages speak of opting out, Google's own reply words among them: words that mean something else
#: inside of others stand alone, and no `non-stop` nor `rebajas` is one.
_SAYS = re.compile(
    r"(?<![\w-])(?:stop|стоп|baja|parar|sair)(?!\w)"
    r"|(?<![^\W_])(?:unsub|opt[ -]?out|відпис|відмов|отпис|отказ|désab|desab|désinscri|abmeld|abbestell|wypis|rezygn"
    r"|odhlás|dezabon|disiscri)",
    re.IGNORECASE,
)
#: What a recipient can follow who cannot reply: a link anywhere, or a number right behind the word.
_LINK = re.compile(r"https?://|\bwww\.|\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}\b")
_REPLY = re.compile(
    r"\b(?:reply|respond|answer|text|send|(?:відпові|надішл|відправ|ответ|отправ|пришл)\w*|répond\w*|envoy\w*|antwort\w*"
    r"|sende\w*|odpisz|odpowiedz|wyślij|responde?\w*|envía?\w*)\b[^.\n]{0,40}?(?<![\w-])(?:STOP\w*(?!\s+by\b)|СТОП|BAJA|PARAR)\b",
    re.IGNORECASE,
)
#: A number to which such a word could be sent instead.
_NUMBER = re.compile(r"[^.\n]{0,12}?\+?\d{3,}")


def opt_out(candidate: Candidate, world: World) -> Iterator[Finding]:
    """The message says how to get no more of them, in RCS and in the SMS."""
    phrases = (UNSUBSCRIBE_URL.casefold(), *(phrase.casefold() for phrase in world.thresholds.opt_out_phrases))
    way_out = "Add a button or link to unsubscribe, or name your words for it in policy.rules.opt-out.phrases."
    text, sender = candidate.sms_text, candidate.sms_sender
    if not any(_mention(part, phrases) for _, part in chain(candidate.rcs_texts(), candidate.urls())):
        yield Finding(detail="The RCS message does not say how to opt out.", path=("options",), way_out=way_out)
    end = _mention(text, phrases)
    if text and end is None:
        yield Finding(detail="The SMS does not say how to opt out.", path=SMS_TEXT, way_out=way_out)
    elif end is not None and not (sender.isdigit() or _LINK.search(text) or _NUMBER.match(text, end)):
        detail = f"The SMS speaks of opting out, with neither link nor number, and {sender!r} receives no replies."
        yield Finding(detail=detail, path=SMS_TEXT, way_out="Give a link, or the number to which a word can be sent.")


def reply_stop(candidate: Candidate, world: World) -> Iterator[Finding]:
    """Nobody is asked to reply to a sender of letters, which receives nothing."""
    del world
    text, sender = candidate.sms_text, candidate.sms_sender
    found = _REPLY.search(text) if not sender.isdigit() else None
    if found is not None and _NUMBER.match(text, found.end()) is None:
        detail = f"{found.group()!r} asks for a reply, and {sender!r}, a sender of letters, receives none."
        yield Finding(detail=detail, path=SMS_TEXT, way_out="Give a link, or a number to which it can be sent.")


def _mention(text: str, phrases: tuple[str, ...]) -> int | None:
    """Where a text has ended to speak of opting out; None where it does not."""
    found, folded = _SAYS.search(text), text.casefold()
    ends = [found.end()] if found is not None else []
    return min((*ends, *(folded.index(one) + len(one) for one in phrases if one in folded)), default=None)
