"""Heartbeats on standard error, in the form that was asked for."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rcsplan.cli.surroundings import is_screen, utc_now
from rcsplan.output.heartbeat import Beat, Heartbeat, format_beat
from rcsplan.output.stream import Name, format_line

if TYPE_CHECKING:
    from rcsplan.cli.invocation import Invocation


def heartbeat(invocation: Invocation) -> Heartbeat:
    """Beats for who reads a log; on a terminal people see the progress itself."""

    def say(beat: Beat) -> None:
        if invocation.logs_json:
            fields = {"total": beat.total, "done": beat.done, "in_flight": beat.in_flight}
            sys.stderr.write(format_line(Name.APPLY_HEARTBEAT, utc_now(), **fields) + "\n")
        elif not is_screen(sys.stderr):
            sys.stderr.write(format_beat(beat) + "\n")

    return Heartbeat(say=say)
