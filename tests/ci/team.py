"""A team at work: a bare remote with their project, an account of the simulator over HTTP, and a state on a server."""

from __future__ import annotations

import json
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rcsplan.cli.main import run
from rcsplan.sandbox.store import SandboxStore
from tests.backend.dialects import PASSWORD, USERNAME, Plain
from tests.backend.state_server import StateServer
from tests.cli.repository import commit_all, git
from tests.cli.running import process, serving

if TYPE_CHECKING:
    from pathlib import Path

KEY = "live_4e5f60718293a4b5c6d7"

PROJECT = """\
apiVersion: rcsplan/v1
kind: Project
metadata: {name: shop}
environments:
  production:
    provider: {type: bsg, api_key: {env: BSG_API_KEY}, timezone: Europe/Kyiv}
    state: {backend: s3, url: s3://acme/crm.json}
"""

ACCOUNT = """\
timezone: Europe/Kyiv
clock: "2026-12-01 09:00"
balance: {amount: 50000, credit: 0, currency: EUR}
lists:
  - {id: 101, name: Newsletter, contacts: 1240}
  - {id: 102, name: VIP, contacts: 85}
senders: [{sender: ACME, type: sms, status: active}]
"""

CAMPAIGN = """\
apiVersion: rcsplan/v1
kind: Campaign
metadata:
  name: {name}
  owner: ann@acme.example
schedule:
  at: "{at}"
  timezone: Europe/Kyiv
spec:
  groups: [{{name: {audience}}}]
  sender: Acme
  validity: 9
  options:
    text: {text}
  alternative_channel:
    sms: {{sender: ACME, text: {text}, validity: 9}}
"""


def campaign(name, at, *, text="Hello", audience="Newsletter"):
    """The manifest of a campaign, in canonical form."""
    return CAMPAIGN.format(name=name, at=at, text=text, audience=audience)


@dataclass(slots=True)
class Provider:
    """The simulator, served on one port; it can be away for a while."""

    database: Path
    url: str = ""
    _serving: ExitStack = field(default_factory=ExitStack)

    def begin(self, *faults):
        """Serve it, on the port where it was before, with faults to play."""
        port = self.url.rpartition(":")[2] or "0"
        given = [word for fault in faults for word in ("--fault", fault)]
        self.url = self._serving.enter_context(serving("--db", str(self.database), *given, port=port))

    def accepted(self):
        """How many submissions it has accepted."""
        store = SandboxStore(self.database)
        try:
            return len(store.ledger())
        finally:
            store.close()

    def end(self):
        """Serve it no more."""
        self._serving.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """The remote, a desk with a clone of it, and the servers that the project names."""

    remote: Path
    desk: Path
    database: Path
    secrets: dict[str, str]
    store: StateServer
    provider: Provider

    def write(self, name, text):
        """Put a text into a file on the desk."""
        (self.desk / name).parent.mkdir(parents=True, exist_ok=True)
        (self.desk / name).write_text(text, "utf-8")

    def read(self, name):
        """The text of a file on the desk."""
        return (self.desk / name).read_text("utf-8")

    def at_these_servers(self, project):
        """The text of a project file whose account and state are at the servers of this team."""
        place = f"{self.store.url}/state/crm"
        access = f"username: {USERNAME}, password: {{env: STATE_PASSWORD}}"
        state = f"state: {{backend: http, url: {place}, lock_url: {place}, unlock_url: {place}, {access}}}"
        lines = [f"    {state}" if "backend: s3" in line else line for line in project.splitlines()]
        return "\n".join(lines).replace("{type: bsg,", f"{{type: bsg, base_url: {self.provider.url},") + "\n"

    def branch(self, name, *, base="main"):
        """Begin a branch on the desk."""
        git(self.desk, "switch", "--quiet", "--create", name, base)

    def push(self, message):
        """Commit everything on the desk, push the branch, and return the commit."""
        commit_all(self.desk, message)
        git(self.desk, "push", "--quiet", "origin", "HEAD")
        return git(self.desk, "rev-parse", "HEAD")

    def merge(self, name):
        """Merge a branch into main as the platform does, and return the commit."""
        git(self.desk, "switch", "--quiet", "main")
        git(self.desk, "merge", "--quiet", "--no-ff", "--message", f"Merge {name}", name)
        git(self.desk, "push", "--quiet", "origin", "main")
        return git(self.desk, "rev-parse", "HEAD")

    def revert(self, merge):
        """Take a merge back on main, and return the commit."""
        git(self.desk, "revert", "--no-edit", "--mainline", "1", merge)
        git(self.desk, "push", "--quiet", "origin", "main")
        return git(self.desk, "rev-parse", "HEAD")

    def run(self, *arguments):
        """Run a command on the desk, with the secrets."""
        return process("--project", str(self.desk), "--env", "production", *arguments, env=self.secrets)

    def advance(self, span):
        """Let time pass at the provider."""
        done = process("sandbox", "clock", "--db", str(self.database), "--advance", span)
        assert done.code == 0, done.err

    def set_clock(self, moment):
        """Set the provider's clock."""
        done = process("sandbox", "clock", "--db", str(self.database), "--set", moment)
        assert done.code == 0, done.err

    def ledger(self):
        """Everything that the provider accepted."""
        return json.loads(process("sandbox", "ledger", "--db", str(self.database), "--format", "json").out)

    def live(self):
        """The starts and texts of what the provider accepted and nobody stopped, in order."""
        rows = [row["payload"] for row in self.ledger() if row["stopped_at"] is None]
        return sorted((row["start_at"][:16], row["options"]["text"]) for row in rows)


@contextmanager
def team_before_work(folder):
    """A team with an empty repository, an account and a place for the state."""
    with ExitStack() as stack:
        (folder / "account.yaml").write_text(ACCOUNT)
        database = folder / "sandbox.db"
        seeded = process("sandbox", "seed", str(folder / "account.yaml"), "--db", str(database))
        assert seeded.code == 0, seeded.err
        provider = Provider(database)
        stack.callback(provider.end)
        provider.begin()
        remote = folder / "remote.git"
        remote.mkdir()
        git(remote, "init", "--quiet", "--bare", "--initial-branch", "main")
        git(folder, "clone", "--quiet", str(remote), "desk")
        yield Team(
            remote=remote,
            desk=folder / "desk",
            database=database,
            secrets={"BSG_API_KEY": KEY, "STATE_PASSWORD": PASSWORD},
            store=stack.enter_context(StateServer(Plain())),
            provider=provider,
        )


@contextmanager
def team_at_work(folder, *recipes):
    """A team whose repository has the files of these recipes, whose state has begun, and whose main is pushed."""
    with team_before_work(folder) as team:
        team.write("rcsplan.yaml", team.at_these_servers(PROJECT))
        assert run(["init", str(team.desk), *(word for recipe in recipes for word in ("--ci", recipe))]) == 0
        begun = team.run("state", "init")
        assert begun.code == 0, begun.err
        git(team.desk, "checkout", "--quiet", "-B", "main")
        team.push("Begin")
        yield team
