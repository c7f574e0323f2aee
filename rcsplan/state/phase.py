"""In which phase of its life a record is, judged from what we did and what the provider last told."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

from rcsplan.state.model import GONE

if TYPE_CHECKING:
    from rcsplan.state.model import Record

#: Statuses in which nothing has been sent yet (bsg-api.md section 4.1); `paused` counts while nothing was sent.
_WAITING = frozenset({"creation", "moderation", "scheduled", "paused"})


class Phase(Enum):
    """The phases that planning tells apart."""

    UNKNOWN = auto()  #: submitted perhaps, the outcome is not known
    WAITING = auto()  #: accepted, has not begun
    BEGUN = auto()  #: sending, or in a status that we do not know, which is taken for the worst
    ENDED = auto()  #: everything was sent, or it was stopped by us after some was
    WITHDRAWN = auto()  #: stopped by us with nothing sent, or never accepted: nobody got anything
    STOPPED_OUTSIDE = auto()  #: stopped, but not by us
    REFUSED = auto()  #: moderation refused it
    VANISHED = auto()  #: the provider knows it no more


_FINAL = {"spam": Phase.REFUSED, "done": Phase.ENDED, GONE: Phase.VANISHED}

#: Phases in which the provider may still send something.
LIVE = frozenset({Phase.UNKNOWN, Phase.WAITING, Phase.BEGUN})

#: Phases in which recipients may have got something.
REACHED_PEOPLE = frozenset({Phase.UNKNOWN, Phase.BEGUN, Phase.ENDED})

#: Phases that somebody or something other than rcsplan brought about.
DRIFTED = frozenset({Phase.STOPPED_OUTSIDE, Phase.REFUSED, Phase.VANISHED})


def phase_of(record: Record) -> Phase:
    """The phase of a record."""
    if record.intent is not None:
        return Phase.UNKNOWN
    if record.remote_id is None:
        return Phase.WITHDRAWN
    if record.remote is None:
        return Phase.WAITING
    status, nothing_sent = record.remote.status, record.remote.sent == 0
    if status == "stopped":
        return _stopped(ours=record.stop is not None, nothing_sent=nothing_sent)
    if status in _FINAL:
        return _FINAL[status]
    return Phase.WAITING if status in _WAITING and nothing_sent else Phase.BEGUN


def _stopped(*, ours: bool, nothing_sent: bool) -> Phase:
    if not nothing_sent:
        return Phase.ENDED
    return Phase.WITHDRAWN if ours else Phase.STOPPED_OUTSIDE
