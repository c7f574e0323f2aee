"""Local state by size: recording an outcome, loading, saving. Targets: same cost at any size, 100,000 in a second."""

from __future__ import annotations

import argparse
import gc
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from measuring import print_line, print_table

from rcsplan.backend.disk import Disk
from rcsplan.backend.local import LocalStore
from rcsplan.backend.protocol import LockInfo
from rcsplan.state.model import Account, ListSnapshot, PutRecord, Record, RemoteStatus, SendEntry
from rcsplan.state.sends import Sends, State

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rcsplan.backend.local import LocalSession

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
_CARD = {
    "title": "20% off winter boots",
    "text": "Winter is here, and our boots are 20% off until Sunday night. Delivery is free above 1000 UAH.",
    "media": {"url": "https://cdn.example.com/winter-boots/hero.jpg"},
    "suggestions": [{"type": "link", "text": "Shop now", "url": "https://shop.example.com/winter-boots"}],
}
_HEADING = ("RECORDS", "FILE MB", "BYTES EACH", "LOAD s", "SAVE s", "RECORD us", "RECORD us WITHOUT FSYNC")


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


def _open(store: LocalStore) -> LocalSession:
    info = LockInfo(id="benchmark", who="benchmark", operation="benchmark", created=NOW, version="0")
    return store.lock(info, timeout=0)


def _prepare(folder: Path, count: int) -> Path:
    path = folder / f"{count}.state.json"
    with _open(LocalStore(path)) as session:
        session.create(_state(count))
    return path


def _recording(paths: Sequence[Path], counts: Sequence[int], disk: Disk, *, outcomes: int) -> list[float]:
    """The median seconds of recording one new outcome in each state; they take turns, as do good and bad moments."""
    seconds: list[list[float]] = [[] for _ in paths]
    with ExitStack() as stack:
        sessions = [stack.enter_context(_open(LocalStore(path, disk=disk))) for path in paths]
        for number in range(outcomes):
            for session, count, times in zip(sessions, counts, seconds, strict=True):
                change = PutRecord(address=address(count + number), record=outcome(count + number))
                times.append(_seconds(lambda session=session, change=change: session.record([change])))
    return [median(times) for times in seconds]


def _saving(path: Path, count: int) -> float:
    """The seconds of saving a state in which one record changed."""
    with _open(LocalStore(path)) as session:
        session.record([PutRecord(address=address(0), record=outcome(count))])
        return _seconds(session.save)


def main() -> None:
    """Measure states of every size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("counts", type=int, nargs="*", default=[10, 100_000], metavar="N")
    parser.add_argument("--outcomes", type=int, default=300, help="recordings of which the median counts")
    parser.add_argument("--runs", type=int, default=3, help="loads and saves of which the median counts")
    arguments = parser.parse_args()
    counts = arguments.counts
    # As rcsplan itself runs: with the collector's usual threshold a load takes more than twice as long.
    gc.set_threshold(200_000, 50, 100)
    with tempfile.TemporaryDirectory() as name:
        paths = [_prepare(Path(name), count) for count in counts]
        sizes = [path.stat().st_size for path in paths]
        loads = [median(_seconds(LocalStore(path).load) for _ in range(arguments.runs)) for path in paths]
        saves = [
            median(_saving(path, count) for _ in range(arguments.runs))
            for path, count in zip(paths, counts, strict=True)
        ]
        waiting = _recording(paths, counts, Disk(), outcomes=arguments.outcomes)
        working = _recording(paths, counts, _DiskWithoutWaiting(), outcomes=arguments.outcomes)
    figures = zip(counts, sizes, loads, saves, waiting, working, strict=True)
    rows = [
        (
            f"{count:,}",
            f"{size / 1e6:.1f}",
            f"{size / count:,.0f}",
            f"{load:.3f}",
            f"{save:.3f}",
            f"{fsynced * 1e6:.0f}",
            f"{unsynced * 1e6:.0f}",
        )
        for count, size, load, save, fsynced, unsynced in figures
    ]
    print_table(_HEADING, rows)
    ratios = f"{waiting[-1] / waiting[0]:.2f}, without fsync {working[-1] / working[0]:.2f}"
    print_line(f"\nRecording at {counts[-1]:,} against {counts[0]:,}: ratio {ratios}")


if __name__ == "__main__":
    main()
