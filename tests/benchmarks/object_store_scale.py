"""State in an object store by length of its history: requests, bytes and seconds of what runs do with it.

The server is on this machine and its time is in the seconds; what counts are requests and bytes.
"""

from __future__ import annotations

import argparse
import gc
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from measuring import print_line, print_table
from state_scale import NOW, address, outcome, record_apply

sys.path.insert(0, str(Path(__file__).parents[2]))

from rcsplan.backend.object_bucket import Patience
from rcsplan.backend.protocol import LockInfo
from rcsplan.state.model import Account, PutRecord, SendEntry
from rcsplan.state.sends import Sends, State
from tests.backend.object_servers import SERVERS, open_store

if TYPE_CHECKING:
    from collections.abc import Callable

    from rcsplan.backend.object_session import ObjectSession
    from tests.backend.object_servers import Server

_INFO = LockInfo(id="benchmark", who="benchmark", operation="benchmark", created=NOW, version="0")
_HEADING = ("WHAT", "SENDS", "REQUESTS", "KB SENT", "KB RECEIVED", "SECONDS")


def _state(archived: int, live: int) -> State:
    raw = {}
    for number in range(archived + live):
        record = outcome(number)
        if number < archived:
            record = record.model_copy(update={"archived_at": NOW})
        entry = SendEntry(revisions={1: record})
        raw[address(number)] = entry.model_dump(mode="json", exclude_defaults=True)
    account = Account(base_url="https://one-api.example", key_fingerprint="0123456789abcdef")
    return State(lineage="benchmark", serial=0, environment="benchmark", account=account, sends=Sends(raw))


class _Meter:
    """Runs work and notes what it cost."""

    def __init__(self, server: Server, sends: int) -> None:
        self._server = server
        self._sends = sends
        self.rows: list[tuple[str, ...]] = []

    def measure(self, what: str, work: Callable[[], object]) -> None:
        before, began = len(self._server.seen), time.perf_counter()
        work()
        seconds = time.perf_counter() - began
        seen = self._server.seen[before:]
        sent, received = sum(row[2] for row in seen), sum(row[3] for row in seen)
        figures = (f"{self._sends:,}", str(len(seen)), f"{sent / 1e3:,.1f}", f"{received / 1e3:,.1f}", f"{seconds:.3f}")
        self.rows.append((what, *figures))


def main() -> None:
    """Measure states of every length of history."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archived", type=int, nargs="*", default=[0, 100_000], metavar="N")
    parser.add_argument("--backend", choices=list(SERVERS), default="s3")
    parser.add_argument("--live", type=int, default=1000)
    parser.add_argument("--sends", type=int, default=200, help="sends of the apply")
    arguments = parser.parse_args()
    # As rcsplan itself runs: with the collector's usual threshold a load takes more than twice as long.
    gc.set_threshold(200_000, 50, 100)
    rows: list[tuple[str, ...]] = []
    with tempfile.TemporaryDirectory() as folder:
        for archived in arguments.archived:
            store = open_store(arguments.backend, f"{folder}/{archived}", patience=Patience())
            sends = archived + arguments.live
            meter = _Meter(SERVERS[arguments.backend](), sends)
            with store.lock(_INFO, timeout=0) as session:
                state = _state(archived, arguments.live)
                meter.measure("begin", lambda session=session, state=state: session.create(state))
            meter.measure("plan (load)", store.load)
            with ExitStack() as stack:
                meter.measure("lock", lambda store=store, stack=stack: stack.enter_context(_lock(store)))
            with _lock(store) as session:
                change = PutRecord(address=address(sends), record=outcome(sends))
                meter.measure("check", session.check)
                meter.measure("outcome", lambda session=session, change=change: session.record([change]))
                meter.measure("save", session.save)
                new = range(sends, sends + arguments.sends)
                meter.measure(
                    f"apply of {arguments.sends}", lambda session=session, new=new: record_apply(session, new)
                )
            rows += meter.rows
    print_table(_HEADING, sorted(rows, key=lambda row: [other[0] for other in rows].index(row[0])))
    print_line(
        "\nEvery outcome is one request; what is over lies in segments that are read by a plan and never rewritten."
    )


def _lock(store: object) -> ObjectSession:
    return store.lock(_INFO, timeout=0)


if __name__ == "__main__":
    main()
