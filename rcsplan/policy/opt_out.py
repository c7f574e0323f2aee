"""Rules of opting out: a way must be there, and one that a recipient can really follow."""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING

from rcsplan.campaign.message import UNSUBSCRIBE_URL
from rcsplan.policy.candidate import SMS_TEXT
from rcsplan.policy.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rcsplan.policy.candidate import Candidate, World

#: How a dozen languages begin to speak of opting out, Google's own reply words among them.
_WORDS = (
    "stop", "unsub", "opt out", "opt-out", "optout", "відпис", "відмов", "отпис", "отказ", "baja", "parar", "sair",
    "désab", "desab", "désinscri", "abmeld", "abbestell", "wypis", "rezygn", "odhlás", "dezabon", "disiscri",
)  # fmt: skip
_REPLY = re.compile(
    r"\b(?:reply|respond|answer|text|send|(?:відпові|надішл|відправ|ответ|отправ|пришл)\w*|répond\w*|envoy\w*|antwort\w*"
    r"|sende\w*|odpisz|odpowiedz|wyślij|responde?\w*|envía?\w*)\b[^.\n]{0,40}?(?<![\w-])(?:STOP\w*(?!\s+by\b)|СТОП|BAJA|PARAR)\b",
    re.IGNORECASE,
)
#: A number to which such a word could be sent instead.
_NUMBER = re.compile(r"[^.\n]{0,12}?\+?\d{3,}")


def opt_out(candidate: Candidate, world: World) -> Iterator[Finding]:
    """The message says how to get no more of them, in RCS and in the SMS."""
    words = (UNSUBSCRIBE_URL.casefold(), *_WORDS, *(phrase.casefold() for phrase in world.thresholds.opt_out_phrases))
    way_out = "Add a button or link to unsubscribe, or name your words for it in policy.rules.opt-out.phrases."
    if not _mentions(chain(candidate.rcs_texts(), candidate.urls()), words):
        yield Finding(detail="The RCS message does not say how to opt out.", path=("options",), way_out=way_out)
    if candidate.sms_text and not _mentions([(SMS_TEXT, candidate.sms_text)], words):
        yield Finding(detail="The SMS does not say how to opt out.", path=SMS_TEXT, way_out=way_out)


def reply_stop(candidate: Candidate, world: World) -> Iterator[Finding]:
    """Nobody is asked to reply to a sender of letters, which receives nothing."""
    del world
    text, sender = candidate.sms_text, candidate.sms_sender
    found = _REPLY.search(text) if not sender.isdigit() else None
    if found is not None and _NUMBER.match(text, found.end()) is None:
        detail = f"{found.group()!r} asks for a reply, and {sender!r}, a sender of letters, receives none."
        yield Finding(detail=detail, path=SMS_TEXT, way_out="Give a link, or a number to which it can be sent.")


def _mentions(texts: Iterable[tuple[object, str]], words: Iterable[str]) -> bool:
    return any(word in text.casefold() for _, text in texts for word in words)
