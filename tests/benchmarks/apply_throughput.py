"""The rate of an apply against a provider that takes its time. Target: >= 0.85 of parallelism / latency."""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from generate import ACCOUNT, KEY_VARIABLE, write_project
from measuring import RCSPLAN, print_table, run

from rcsplan.sandbox.account import parse_account
from rcsplan.sandbox.app import create_app
from rcsplan.sandbox.server import running
from rcsplan.sandbox.store import SandboxStore

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

_SUBMISSION = ("POST", "/api/campaigns/rcs/send-groups")
_HEADING = (
    "SENDS",
    "PARALLEL",
    "LATENCY ms",
    "ANSWERED IN ms",
    "RATE /s",
    "IDEAL /s",
    "RATIO",
    "COMMAND s",
    "RATIO OF IT",
)


class SlowProvider:
    """A WSGI application around another that answers no sooner than `latency` seconds after it was asked."""

    def __init__(self, app: WSGIApplication, *, latency: float) -> None:
        self._app = app
        self._latency = latency
        self.submissions: list[tuple[float, float]] = []

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer, and note from when to when a submission took."""
        asked = time.perf_counter()
        body = self._app(environ, start_response)
        time.sleep(max(0.0, asked + self._latency - time.perf_counter()))
        if (environ["REQUEST_METHOD"], environ["PATH_INFO"]) == _SUBMISSION:
            self.submissions.append((asked, time.perf_counter()))
        return body


def _row(folder: Path, count: int, *, latency: float, parallelism: int) -> tuple[str, ...]:
    store = SandboxStore(folder / "provider.db")
    store.seed(parse_account(ACCOUNT))
    provider = SlowProvider(create_app(store), latency=latency)
    project = folder / "project"
    with running(provider) as base_url:
        write_project(project, count, base_url=base_url)
        command = [*RCSPLAN, "--project", str(project), "apply", "--auto-approve", "--parallelism", str(parallelism)]
        done = run(command, {KEY_VARIABLE: "test_benchmark"})
    store.close()
    first, last = min(asked for asked, _ in provider.submissions), max(ended for _, ended in provider.submissions)
    rate, ideal = len(provider.submissions) / (last - first), parallelism / latency
    answered = sum(ended - asked for asked, ended in provider.submissions) / len(provider.submissions)
    return (
        f"{len(provider.submissions):,}",
        f"{parallelism}",
        f"{latency * 1000:.0f}",
        f"{answered * 1000:.1f}",
        f"{rate:.1f}",
        f"{ideal:.1f}",
        f"{rate / ideal:.3f}",
        f"{done.seconds:.1f}",
        f"{count / done.seconds / ideal:.3f}",
    )


def main() -> None:
    """Measure one apply for each parallelism; the state lies on the disk of the temporary folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=1000, metavar="N")
    parser.add_argument("--latency", type=float, default=50.0, help="milliseconds until an answer")
    parser.add_argument("--parallelism", type=int, nargs="+", default=[4, 16])
    parser.add_argument("--folder", type=Path, help="where to work, in place of the system's temporary folder")
    arguments = parser.parse_args()
    rows = []
    for parallelism in arguments.parallelism:
        with tempfile.TemporaryDirectory(dir=arguments.folder) as name:
            latency = arguments.latency / 1000
            rows.append(_row(Path(name), arguments.count, latency=latency, parallelism=parallelism))
    print_table(_HEADING, rows)


if __name__ == "__main__":
    main()
