"""A runner as everybody's first script is: POST, then save; and POST again where no answer came.

It is no part of rcsplan. The same harness and the same counting must find its double and its lost sends, or they would
not find those of anybody else.
"""

from __future__ import annotations

import contextlib
import json
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from rcsplan.errors import ProviderError
from tests.proof.campaigns import Campaign, text_of
from tests.proof.counting import Memory, lost
from tests.proof.fuse import FusedDisk
from tests.proof.world import BEGINNING, Run, SimulatedProvider, World

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rcsplan.bsg.client import SendClient

_ATTEMPTS = 3
_PAUSE_SECONDS = 5.0
_DAY = BEGINNING + timedelta(days=10)


class NaiveWorld(World):
    """A world whose applies are those of a naive script, with a file of what it sent."""

    def init(self) -> None:
        """Nothing: the file comes with the first run."""

    def apply(self, **_: object) -> Run:
        """Send what is not in the file, stop what is there and no longer wanted, and save after each."""
        return self.run(self._send_all)

    def lost(self) -> list[str]:
        """Acceptances that the file does not know."""
        return lost(
            self.ledger(), Memory(frozenset(remote_id for entry in self._sent().values() for remote_id in entry))
        )

    def unsettled(self) -> list[str]:
        """Nothing: it promises nothing."""
        return []

    @property
    def _file(self) -> Path:
        return self.folder / "sent.json"

    def _sent(self) -> dict[str, list[int]]:
        """The ids of what was sent, by its text; what was stopped stands there too, under its text and id."""
        return json.loads(self._file.read_text()) if self._file.exists() else {}

    def _send_all(self) -> None:
        sent = self._sent()
        wanted = {text_of(one): one for one in self.wanted.values()}
        with SimulatedProvider(self).sender() as client:
            groups = [entry.id for entry in client.contact_lists() if entry.name == "VIP"]
            for text in [text for text in sent if text not in wanted and not text.startswith("stopped ")]:
                client.stop(sent[text][0])
                sent[f"stopped {text}"] = sent.pop(text)
                self._save(sent)
            for text in [text for text in wanted if text not in sent]:
                sent[text] = [self._post(client, wanted[text], groups)]
                self._save(sent)

    def _post(self, client: SendClient, one: Campaign, groups: list[int]) -> int:
        start = one.at.astimezone(ZoneInfo("Europe/Kyiv"))
        body = {
            "groups": groups,
            "sender": one.sender,
            "start_at": f"{start:%Y-%m-%d %H:%M:%S}",
            "validity": 24,
            "options": {"text": text_of(one)},
        }
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return client.send_groups(body, deadline_seconds=60).id
            except ProviderError:
                if attempt == _ATTEMPTS:
                    raise
                self.clock.sleep(_PAUSE_SECONDS)
        raise AssertionError

    def _save(self, sent: dict[str, list[int]]) -> None:
        FusedDisk(self.fuse).replace(self._file, json.dumps(sent).encode())


class NaiveStage:
    """Opens worlds in which a naive run is about to send two, replace one and stop one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._number = 0

    @contextlib.contextmanager
    def opened(self, **fields: object) -> Iterator[NaiveWorld]:
        """A world of its own."""
        self._number += 1
        world = NaiveWorld(self._folder / f"naive-{self._number}", **fields)
        with contextlib.closing(world):
            earlier = [Campaign(name, _DAY + timedelta(hours=hour)) for hour, name in enumerate(("edited", "gone"))]
            world.declare(*earlier)
            world.apply()
            world.wait(minutes=10)
            world.remove("gone")
            world.declare(Campaign("edited", _DAY, version=2), Campaign("new-a", _DAY), Campaign("new-b", _DAY))
            world.counts.clear()
            yield world
