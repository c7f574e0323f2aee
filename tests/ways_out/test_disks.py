"""A state on a disk that is full, read-only, or lost its last line: nothing is submitted that is not recorded."""

from __future__ import annotations

import os
import subprocess
from datetime import timedelta

import pytest

from rcsplan.backend.local import LocalStore
from rcsplan.state.model import Intent, PutRecord
from tests.backend.stores import lock
from tests.cli.running import COMMAND, Result, begin_state, surroundings
from tests.ways_out.provider import KEY
from tests.ways_out.shop import STATE, in_days

#: A shell that runs the rest of its command line as a child of its own, under some condition.
_LIMITED = 'ulimit -f {kilobytes}; exec "$@"'
_FULL = """
mount -t tmpfs -o size={kilobytes}k tmpfs "$PWD/.rcsplan" || exit 99
cp -a kept/. .rcsplan || exit 99
"$@"
code=$?
cp -a .rcsplan/. kept
exit $code
"""
_READ_ONLY = """
mount --bind "$PWD/.rcsplan" "$PWD/.rcsplan" && mount -o remount,ro,bind "$PWD/.rcsplan" || exit 99
exec "$@"
"""
_NAMESPACE = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]


@pytest.fixture
def namespace():
    """What starts a command with mounts of its own."""
    possible = subprocess.run([*_NAMESPACE, "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True, check=False)
    if possible.returncode:
        pytest.skip("this machine lets nobody mount a disk of his own")
    return _NAMESPACE


@pytest.fixture
def many(live):
    """A served shop of eight sends, whose state has begun."""
    for number in range(8):
        live.declare(f"send-{number}", schedule=in_days(3 + number), spec={"options": {"text": f"send-{number}"}})
    live.remove("sale.yaml")
    assert live.run("state", "init").code == 0
    return live


def run(shop, script, *arguments, prefix=()):
    """Run a command on the shop as a process, in a shell that does something before."""
    command = [*prefix, "bash", "-c", script, "bash", *COMMAND, "--project", str(shop.folder), *arguments]
    done = subprocess.run(
        command, cwd=shop.folder, env=surroundings({"BSG_TEST_KEY": KEY}), capture_output=True, text=True, check=False
    )
    return Result(done.returncode, done.stdout, done.stderr)


def apply(shop, script, **options):
    return run(shop, script, "apply", "--auto-approve", "--parallelism", "2", **options)


def accepted(provider):
    return [entry["payload"]["options"]["text"] for entry in provider.store.ledger()]


def not_recorded(shop, provider):
    """What the provider accepted and the state knows nothing of, neither as a campaign nor as an intent."""
    sends = LocalStore(shop.folder / STATE).load().sends
    return sorted({*accepted(provider)} - set(sends))


def assert_it_failed_in_words(said, why):
    assert (said.code, why in said.err, "Traceback" in said.err) == (1, True, False), said.err
    assert "cannot be written" in said.err
    assert "Make room, or make the folder writable." in said.err


@pytest.mark.parametrize("kilobytes", [0, 1, 4, 11])
def test_where_a_file_may_not_grow_nothing_is_submitted_that_is_not_recorded(many, provider, kilobytes):
    assert_it_failed_in_words(apply(many, _LIMITED.format(kilobytes=kilobytes)), "File too large")
    assert not_recorded(many, provider) == []
    assert len(accepted(provider)) < 8
    many.run("state", "recover")
    many.converge()
    assert sorted(accepted(provider)) == [f"send-{number}" for number in range(8)]


@pytest.mark.parametrize("kilobytes", [12, 20])
def test_on_a_full_disk_nothing_is_submitted_that_is_not_recorded(many, provider, namespace, kilobytes):
    (many.folder / ".rcsplan").rename(many.folder / "kept")
    (many.folder / ".rcsplan").mkdir()
    said = apply(many, _FULL.format(kilobytes=kilobytes), prefix=namespace)
    (many.folder / ".rcsplan").rmdir()
    (many.folder / "kept").rename(many.folder / ".rcsplan")
    assert_it_failed_in_words(said, "No space left on device")
    assert not_recorded(many, provider) == []
    many.converge()
    assert sorted(accepted(provider)) == [f"send-{number}" for number in range(8)]


def test_in_a_folder_that_is_read_only_nothing_is_submitted(many, provider, namespace):
    before = many.read(STATE)
    said = apply(many, _READ_ONLY, prefix=namespace)
    assert (said.code, "Read-only file system" in said.err, "Traceback" in said.err) == (1, True, False)
    assert (accepted(provider), many.read(STATE)) == ([], before)


def test_in_a_folder_that_is_read_only_one_can_still_plan_and_look(many, namespace):
    codes = [run(many, _READ_ONLY, *command, prefix=namespace).code for command in (("plan",), ("state", "list"))]
    assert codes == [0, 0]


@pytest.fixture
def journaled(shop):
    """A shop whose apply recorded intent and outcome in the journal, and then had no time to save."""
    path = shop.folder / STATE
    begin_state(path)
    begun = path.read_bytes()
    shop.declare("sale")
    assert shop.apply().code == 0
    after = LocalStore(path).load().sends["sale"].revisions[1]
    path.write_bytes(begun)
    opened = after.submitted_at
    intent = Intent(opened_at=opened, not_after=opened + timedelta(seconds=30), baseline_id=0)
    before = after.model_copy(update={"intent": intent, "remote_id": None, "remote": None, "submitted_at": None})
    with lock(LocalStore(path)) as session:
        session.record([PutRecord(address="sale", record=before)])
        session.record([PutRecord(address="sale", record=after)])
    return shop


def journal_of(shop):
    return shop.folder / f"{STATE}.journal"


def test_a_whole_journal_is_read_on(journaled):
    assert journaled.actions() == {"sale": "none"}
    journaled.converge()
    assert journaled.live() == ["Hello from sale"]


@pytest.mark.parametrize("lost", [2, 40, 400])
def test_an_outcome_whose_line_was_torn_is_found_at_the_provider(journaled, lost):
    journal = journal_of(journaled)
    journal.write_bytes(journal.read_bytes()[:-lost])
    assert journaled.actions() == {"sale": "adopt"}
    journaled.converge()
    assert journaled.live() == ["Hello from sale"]


@pytest.mark.parametrize("command", [("plan",), ("apply", "--auto-approve")], ids=" ".join)
def test_damage_before_the_last_line_is_an_error_and_nothing_is_submitted(journaled, command):
    journal = journal_of(journaled)
    first, second = journal.read_bytes().splitlines(keepends=True)
    damaged = first.replace(b"Acme", b"Acne") + second
    journal.write_bytes(damaged)
    said = journaled.run(*command)
    assert (said.code, "Traceback" in said.err, str(journal) in said.err) == (1, False, True)
    assert (journal.read_bytes(), len(journaled.ledger())) == (damaged, 1)


def test_a_journal_of_an_older_serial_is_left_behind(journaled):
    journal = journal_of(journaled)
    text = journal.read_bytes()
    journaled.converge()
    journal.write_bytes(text)
    journaled.converge()
    assert journaled.live() == ["Hello from sale"]
