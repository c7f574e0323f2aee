"""State on an HTTP server by size: the document is written as a whole, so an outcome costs what the history weighs.

The server is a GitLab as the tests simulate it, in this process and on loopback: what is measured is the work of both
and no network. Requests and bytes are those that a network would carry.
"""

from __future__ import annotations

import argparse
import gc
import sys
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parents[2]))

import state_scale
from measuring import print_line, print_table

from rcsplan.state.model import PutRecord
from tests.backend.dialects import GitLab
from tests.backend.http_rig import HttpRig
from tests.backend.stores import lock

if TYPE_CHECKING:
    from collections.abc import Callable

    from rcsplan.backend.http_session import HttpSession

_HEADING = ("RECORDS", "DOCUMENT MB", "LOAD s", "OUTCOME s", "CHECK s", "SEND s", "REQUESTS A SEND", "MB A SEND")


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _put(number: int) -> PutRecord:
    return PutRecord(address=state_scale.address(number), record=state_scale.outcome(number))


def _send(session: HttpSession, number: int) -> None:
    """What one send asks of a store: its intent, the check before the POST, its outcome."""
    session.record([_put(number)])
    session.check()
    session.record([_put(number)])


def _measure(count: int, *, sends: int) -> tuple[str, ...]:
    with HttpRig(GitLab()) as rig:
        with lock(rig.store()) as session:
            session.create(state_scale._state(count))
        load = median(_seconds(rig.store().load) for _ in range(3))
        with lock(rig.store()) as session:
            outcome = median(_seconds(lambda n=n: session.record([_put(n)])) for n in range(sends))
            check = median(_seconds(session.check) for _ in range(sends))
            rig.server.requests.clear()
            send = median(_seconds(lambda n=n: _send(session, n)) for n in range(sends))
        # The last request gave the lock back.
        methods = rig.server.methods()[:-1]
        carried = methods.count("GET") + sum("ID=" in request["QUERY_STRING"] for request in rig.server.requests)
        size = len(rig.text)
    figures = (size / 1e6, load, outcome, check, send, len(methods) / sends, carried * size / sends / 1e6)
    return (f"{count:,}", *(f"{figure:.3g}" for figure in figures))


def main() -> None:
    """Measure states of every size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("counts", type=int, nargs="*", default=[10, 1_000, 101_000], metavar="N")
    parser.add_argument("--sends", type=int, default=5, help="sends of which the median counts")
    arguments = parser.parse_args()
    # As rcsplan itself runs.
    gc.set_threshold(200_000, 50, 100)
    print_table(_HEADING, [_measure(count, sends=arguments.sends) for count in arguments.counts])
    print_line("\nAn apply of 200 sends, one after the other, takes 200 times SEND; parallel ones share their writes.")


if __name__ == "__main__":
    main()
