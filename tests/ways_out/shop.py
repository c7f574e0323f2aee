"""A shop whose manifests are data, other people in its account, and ways out that are followed to the letter."""

from __future__ import annotations

import json
import re
import shlex
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from rcsplan.cli.providers import SandboxProvider
from rcsplan.manifest.project import load_project
from tests.cli.running import Project

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rcsplan.bsg.client import SendClient

SEND_GROUPS = "POST /api/campaigns/rcs/send-groups"
STATE = ".rcsplan/sandbox.state.json"

#: The simulator's clock starts here, in Kyiv; by default a campaign starts three days later.
CLOCK = "2026-12-01 09:00"
START = "2026-12-04 10:00"

ACCOUNT = {
    "timezone": "Europe/Kyiv",
    "clock": CLOCK,
    "balance": {"amount": 100_000, "credit": 0, "currency": "EUR"},
    "lists": [
        {"id": 101, "name": "Newsletter", "contacts": 1240},
        {"id": 102, "name": "VIP", "contacts": 85},
        {"id": 103, "name": "Everybody", "contacts": 4900},
    ],
}

#: Spans in which a test can wait until an absence is conclusive.
SOON = {"deadline": "1s", "settle": "0s", "intent_ttl": "1s"}

_EMPTY = re.compile(r"\b(ID|ADDRESS|REASON|FILE)\b")


def in_days(days):
    """A schedule that many days after today, by the real clock."""
    day = datetime.now(UTC) + timedelta(days=days)
    return {"at": f"{day:%Y-%m-%d} 12:00", "timezone": "UTC"}


@dataclass(frozen=True, slots=True)
class Block:
    """What the outputs said of a blocked address: its reason, and each way out in words or as a command."""

    reason: str
    ways_out: tuple[str, ...]
    commands: tuple[str, ...]

    def command(self, part: str) -> str:
        """The one command that was named and holds these words."""
        (found,) = (command for command in self.commands if part in command)
        return found


@dataclass(frozen=True, slots=True)
class Shop(Project):
    """A project of one environment, with an embedded simulator."""

    def declare(self, name, **changes):
        """Write the manifest of a text message; a key of `metadata` or `spec` is changed by its own."""
        metadata = {"name": name, **changes.pop("metadata", {})}
        spec = {
            "groups": [101],
            "sender": "Acme",
            "validity": 9,
            "options": {"text": f"Hello from {name}"},
            **changes.pop("spec", {}),
        }
        schedule = changes.pop("schedule", {"at": START, "timezone": "Europe/Kyiv"})
        manifest = {"apiVersion": "rcsplan/v1", "kind": "Campaign", "metadata": metadata, "spec": spec, **changes}
        self.write(f"{name}.yaml", json.dumps(manifest | ({"schedule": schedule} if schedule else {})))

    def configure(self, *, account=None, policy=None, state=None, environment=None, **provider):
        """Write `rcsplan.yaml`: account data, policy and keys of the provider over the usual ones."""
        data = {} if "base_url" in provider else {"account": {**ACCOUNT, **(account or {})}}
        provider = {"type": "sandbox", "timezone": "Europe/Kyiv", **data, **provider}
        document = {
            "apiVersion": "rcsplan/v1",
            "kind": "Project",
            "metadata": {"name": "shop"},
            "environments": {"sandbox": {"provider": provider, **(environment or {})}},
            **({"policy": policy} if policy else {}),
            **({"state": state} if state else {}),
        }
        self.write("rcsplan.yaml", json.dumps(document))

    @contextmanager
    def panel(self) -> Iterator[SendClient]:
        """The account as other people have it before them, past rcsplan and its state."""
        environment = load_project(self.folder).environment("sandbox")
        with SandboxProvider(environment, environment.provider).sender() as client:
            yield client

    def stop_elsewhere(self, remote_id):
        """Stop a campaign in the provider's panel."""
        with self.panel() as client:
            client.stop(remote_id)

    def submit_elsewhere(self, start_at="2026-12-04 10:00:17", text="By others", **body):
        """Submit a campaign past rcsplan, and return its id."""
        body = {"groups": [102], "sender": "Acme", "options": {"text": text}, "start_at": start_at, **body}
        with self.panel() as client:
            return client.send_groups(body, deadline_seconds=10, attempt=1).id

    def remote_id(self, address, revision=1):
        """The campaign of an address, as the state knows it."""
        shown = self.run("state", "show", address, "--format", "json").json
        return shown["revisions"][str(revision)]["remote_id"]

    def sent(self):
        """Text and status of all that the simulator accepted, oldest first."""
        return [(entry["payload"]["options"]["text"], entry["status"]) for entry in self.ledger()]

    def live(self):
        """The texts of what the simulator accepted and nobody stopped."""
        return sorted(text for text, status in self.sent() if status != "stopped")

    def blocked(self, address, *flags) -> Block:
        """Make sure that every output shows the address as blocked and that nothing is submitted; what they said.

        `flags` are of the apply; an outcome that is not known ends it with 3, as an error, and not with 4.
        """
        before = len(self.ledger())
        text, document = self.run("plan"), self.plan()
        action = next(action for action in document["actions"] if action["address"] == address)
        applied = self.apply("--settle-timeout", "0s", *flags)
        unsettled = action["reason"] in {"unknown_outcome", "ambiguous"}
        assert (action["action"], text.code, applied.code) == ("blocked", 4, 3 if unsettled else 4)
        assert document["applyable"] is False
        assert len(self.ledger()) == before
        shown = " ".join(text.out.split())
        assert f"{address} " in text.out
        assert f"blocked: {action['reason']}" in text.out
        ways_out = tuple(action["way_out"].splitlines())
        assert ways_out
        assert [way_out for way_out in ways_out if " ".join(way_out.split()) not in shown] == []
        commands = tuple(
            f"rcsplan {way_out.partition(': rcsplan ')[2]}" for way_out in ways_out if ": rcsplan " in way_out
        )
        assert {line.strip() for line in text.out.splitlines()} >= set(commands)
        return Block(reason=action["reason"], ways_out=ways_out, commands=commands)

    def follow(self, command):
        """Run a command that an output named, to the letter, without anybody to ask."""
        assert not _EMPTY.search(command), f"{command!r} leaves something to fill in"
        words = shlex.split(command)[1:]
        asks = words[:1] in (["apply"], ["stop"], ["import"]) or "--not-sent" in words
        return self.run(*words, *(["--auto-approve"] if asks else []))

    def converge(self, *flags):
        """Make sure that an apply succeeds, and that nothing is left to do."""
        applied = self.apply(*flags)
        assert applied.code == 0, applied.out + applied.err
        left = self.run("plan", "--detailed-exitcode")
        assert left.code == 0, left.out + left.err
