"""State by size: recording an outcome, loading, saving. Targets: same cost at any size, 100,000 in a second.

Local files, or with `--postgres URL` projects of their own in a database, which are removed afterwards.
"""

from __future__ import annotations

import argparse
import gc
import tempfile
import time
import uuid
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from measuring import print_line, print_table

from rcsplan.backend.disk import Disk
from rcsplan.backend.local import LocalStore
from rcsplan.backend.protocol import LockInfo
from rcsplan.state.model import Account, ListSnapshot, PutRecord, Record, RemoteStatus, SendEntry
from rcsplan.state.sends import Sends, State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rcsplan.backend.protocol import StateSession, StateStore

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
_CARD = {
    "title": "20% off winter boots",
    "text": "Winter is here, and our boots are 20% off until Sunday night. Delivery is free above 1000 UAH.",
    "media": {"url": "https://cdn.example.com/winter-boots/hero.jpg"},
    "suggestions": [{"type": "link", "text": "Shop now", "url": "https://shop.example.com/winter-boots"}],
}
_HEADING = ("RECORDS", "MB", "BYTES EACH", "LOAD s", "SAVE s", "APPLY s", "RECORD us", "RECORD us WITHOUT FSYNC")

#: Parallel sends share a write: with the default parallelism of apply, four at a time.
_PARALLELISM = 4


class _DiskWithoutWaiting(Disk):
    """Leaves the waiting for the disk out, so that only the work of the processor is left."""

    def fsync(self, descriptor: int) -> None:
        """Return at once."""


def outcome(number: int) -> Record:
    """The record of an accepted submission of one card."""
    start = NOW + timedelta(minutes=number)
    return Record(
        revision=1,
        digest=f"v1:{number:064x}",
        content_digest=f"v1:{number:064x}",
        source_digest=f"v1:{number:064x}",
        sender="Acme",
        start_at=start,
        wire_start_at=f"{start:%Y-%m-%d %H:%M:%S}",
        declared_start=f"{start:%Y-%m-%dT%H:%M:%S} UTC",
        timezone="UTC",
        validity_hours=24,
        payload={"groups": [1864275], "sender": "Acme", "validity": 24, "options": {"cards": [_CARD]}},
        lists=(ListSnapshot(id=1864275, name="Newsletter UA", contacts=1240),),
        remote_id=54_000_000 + number,
        remote=RemoteStatus(status="scheduled", observed_at=NOW),
        submitted_at=NOW,
    )


def address(number: int) -> str:
    return f"winter-sale-{number:06}"


def record_apply(session: StateSession, sends: range) -> None:
    """What an apply writes: intents and outcomes in turn, a check before each submission, and the whole at the end."""
    for first in range(sends.start, sends.stop, _PARALLELISM):
        together = range(first, min(first + _PARALLELISM, sends.stop))
        changes = [PutRecord(address=address(number), record=outcome(number)) for number in together]
        session.record(changes)
        for _ in together:
            session.check()
        session.record(changes)
    session.save()


def _state(count: int) -> State:
    raw = {
        address(number): SendEntry(revisions={1: outcome(number)}).model_dump(mode="json", exclude_defaults=True)
        for number in range(count)
    }
    account = Account(base_url="https://one-api.example", key_fingerprint="0123456789abcdef")
    return State(lineage="benchmark", serial=0, environment="benchmark", account=account, sends=Sends(raw))


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


class _Files:
    """Local states, each in a file of one folder; `disk` says whether recording waits for it."""

    def __init__(self, folder: Path, disk: Disk | None = None) -> None:
        self._folder = folder
        self._disk = disk or Disk()

    def store(self, count: int) -> StateStore:
        """The store of the state with so many records."""
        return LocalStore(self._path(count), disk=self._disk)

    def size(self, count: int) -> int:
        """Its bytes."""
        return self._path(count).stat().st_size

    def without_waiting(self) -> _Files:
        """The same states on a disk that is not waited for."""
        return _Files(self._folder, _DiskWithoutWaiting())

    def _path(self, count: int) -> Path:
        return self._folder / f"{count}.state.json"


class _Rows:
    """States in a database, each of a project of its own."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._prefix = f"benchmark-{uuid.uuid4().hex}"

    def store(self, count: int) -> StateStore:
        """The store of the state with so many records."""
        from rcsplan.backend.postgres import PostgresStore

        return PostgresStore(self._url, project=f"{self._prefix}-{count}", environment="benchmark")

    def size(self, count: int) -> int:
        """Its bytes as they are read."""
        rows = "rcsplan.records JOIN rcsplan.states ON states.id = state WHERE project = %s"
        return int(self._ask(f"SELECT sum(length(body::text)) FROM {rows}", f"{self._prefix}-{count}"))

    def without_waiting(self) -> None:
        """None: a server that does not wait for its disk is none to measure."""

    def remove(self) -> None:
        """Leave the database as it was found, but for empty tables."""
        self._ask("DELETE FROM rcsplan.states WHERE starts_with(project, %s) RETURNING id", self._prefix)

    def _ask(self, statement: str, *parameters: str) -> Any:
        import psycopg

        with psycopg.connect(self._url, autocommit=True) as connection:
            row = connection.execute(statement, parameters).fetchone()
        return row[0] if row else 0


@contextmanager
def _places(url: str | None) -> Iterator[_Files | _Rows]:
    if url is None:
        with tempfile.TemporaryDirectory() as name:
            yield _Files(Path(name))
        return
    rows = _Rows(url)
    try:
        yield rows
    finally:
        rows.remove()


def _open(store: StateStore) -> StateSession:
    info = LockInfo(id="benchmark", who="benchmark", operation="benchmark", created=NOW, version="0")
    return store.lock(info, timeout=0)


def _prepare(store: StateStore, count: int) -> None:
    with _open(store) as session:
        session.create(_state(count))


def _recording(places: _Files | _Rows, counts: Sequence[int], *, outcomes: int) -> list[float]:
    """The median seconds of recording one new outcome in each state; they take turns, as do good and bad moments."""
    seconds: list[list[float]] = [[] for _ in counts]
    with ExitStack() as stack:
        sessions = [stack.enter_context(_open(places.store(count))) for count in counts]
        for number in range(outcomes):
            for session, count, times in zip(sessions, counts, seconds, strict=True):
                change = PutRecord(address=address(count + number), record=outcome(count + number))
                times.append(_seconds(lambda session=session, change=change: session.record([change])))
    return [median(times) for times in seconds]


def _saving(store: StateStore, count: int) -> float:
    """The seconds of saving a state in which one record changed."""
    with _open(store) as session:
        session.record([PutRecord(address=address(0), record=outcome(count))])
        return _seconds(session.save)


def _applying(store: StateStore, sends: range) -> float:
    """The seconds of all that an apply of these new sends does with the state."""
    with _open(store) as session:
        return _seconds(lambda: record_apply(session, sends))


def main() -> None:
    """Measure states of every size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("counts", type=int, nargs="*", default=[10, 100_000], metavar="N")
    parser.add_argument("--outcomes", type=int, default=300, help="recordings of which the median counts")
    parser.add_argument("--runs", type=int, default=3, help="loads and saves of which the median counts")
    parser.add_argument("--sends", type=int, default=200, help="sends of the apply")
    parser.add_argument("--postgres", metavar="URL", help="measure in this database")
    arguments = parser.parse_args()
    counts = arguments.counts
    # As rcsplan itself runs: with the collector's usual threshold a load takes more than twice as long.
    gc.set_threshold(200_000, 50, 100)
    with _places(arguments.postgres) as places:
        for count in counts:
            _prepare(places.store(count), count)
        sizes = [places.size(count) for count in counts]
        loads = [median(_seconds(places.store(count).load) for _ in range(arguments.runs)) for count in counts]
        saves = [median(_saving(places.store(count), count) for _ in range(arguments.runs)) for count in counts]
        beyond = max(counts) + arguments.outcomes
        new = range(beyond, beyond + arguments.sends)
        applies = [_applying(places.store(count), new) for count in counts]
        waiting = _recording(places, counts, outcomes=arguments.outcomes)
        unwaiting = places.without_waiting()
        working = _recording(unwaiting, counts, outcomes=arguments.outcomes) if unwaiting is not None else waiting
    figures = zip(counts, sizes, loads, saves, applies, waiting, working, strict=True)
    rows = [
        (
            f"{count:,}",
            f"{size / 1e6:.1f}",
            f"{size / count:,.0f}",
            f"{load:.3f}",
            f"{save:.3f}",
            f"{applied:.3f}",
            f"{fsynced * 1e6:.0f}",
            f"{unsynced * 1e6:.0f}" if unwaiting is not None else "-",
        )
        for count, size, load, save, applied, fsynced, unsynced in figures
    ]
    print_table(_HEADING, rows)
    ratios = f"{waiting[-1] / waiting[0]:.2f}"
    if unwaiting is not None:
        ratios += f", without fsync {working[-1] / working[0]:.2f}"
    print_line(f"\nAPPLY: the state's share in an apply of {arguments.sends} sends.")
    print_line(f"Recording at {counts[-1]:,} against {counts[0]:,}: ratio {ratios}")


if __name__ == "__main__":
    main()
