"""`state pull`, `push`, `migrate`, `check` and `recover` on a command line."""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace

import pytest

from rcsplan.backend.local import LocalStore
from rcsplan.backend.recovery import RecoveryFile
from rcsplan.state.model import PutRecord
from rcsplan.state.recovery import unconfirmed
from rcsplan.state.text import format_state, parse_state
from tests.cli.running import lock_info

STATE = ".rcsplan/sandbox.state.json"
RECOVERY = ".rcsplan/sandbox.recovery"
UK = "acme-winter-sale-uk"


def state_of(project):
    return LocalStore(project.folder / STATE).load()


def saved(project, name, **changes):
    """A copy of the state as a file, with some of its header changed."""
    path = project.folder.parent / name
    path.write_text(format_state(replace(state_of(project), **changes)))
    return str(path)


def test_pulling_prints_the_state_document(applied):
    pulled = applied.run("state", "pull")
    assert (pulled.code, pulled.out, pulled.err) == (0, applied.read(STATE), "")


def test_pulling_prints_also_what_was_not_saved_yet(applied):
    with LocalStore(applied.folder / STATE).lock(lock_info("test"), timeout=0) as session:
        session.record([PutRecord(address="new", record=state_of(applied).sends[UK].newest)])
    assert "new" in applied.run("state", "pull").json["sends"]


def test_where_there_is_no_state_none_is_pulled(project):
    assert project.run("state", "pull").first == (1, f"Error: There is no state at {project.folder / STATE}")


def test_a_newer_state_is_pushed(applied):
    newer = saved(applied, "newer.json", serial=9, not_ours=(7,))
    pushed = applied.run("state", "push", newer)
    assert (pushed.code, pushed.out) == (0, f"{applied.folder / STATE} now holds serial 9.\n")
    assert (state_of(applied).serial, state_of(applied).not_ours) == (9, (7,))


def test_a_state_is_pushed_where_there_is_none(applied):
    backup = saved(applied, "backup.json")
    applied.remove(STATE)
    assert applied.run("state", "push", backup).code == 0
    assert applied.run("plan", "--detailed-exitcode").code == 0


def test_what_the_store_holds_already_is_not_pushed_again(applied):
    pushed = applied.run("state", "push", saved(applied, "same.json"))
    assert (pushed.code, pushed.out) == (0, f"{applied.folder / STATE} holds the same already.\n")


def test_what_was_pulled_can_be_pushed(applied):
    path = applied.folder.parent / "pulled.json"
    path.write_text(applied.run("state", "pull").out)
    assert applied.run("state", "push", str(path)).code == 0


@pytest.mark.parametrize(
    ("changes", "summary"),
    [
        ({"lineage": "another", "serial": 9}, "is another state than the one at"),
        ({"serial": 0}, "has an older serial: 0, and"),
        ({"not_ours": (7,)}, "has the same serial with other contents"),
        ({"environment": "production", "serial": 9}, "is of environment 'production'"),
        ({"moved_to": "s3://acme/crm.json", "serial": 9}, "was moved"),
    ],
    ids=["lineage", "older", "same serial", "environment", "moved"],
)
def test_a_state_that_would_forget_something_is_not_pushed(applied, changes, summary):
    before = applied.read(STATE)
    refused = applied.run("state", "push", saved(applied, "other.json", **changes))
    assert (refused.code, summary in refused.err, "Traceback" in refused.err) == (1, True, False)
    assert applied.read(STATE) == before


def test_a_state_that_does_not_know_of_a_live_campaign_is_not_pushed(applied):
    other = parse_state(format_state(state_of(applied)), name="copy")
    del other.sends[UK]
    path = applied.folder.parent / "other.json"
    path.write_text(format_state(replace(other, serial=9)))
    refused = applied.run("state", "push", str(path))
    assert (refused.code, f"does not know of {UK} revision 1" in refused.err) == (1, True)


@pytest.mark.parametrize("text", [b"", b"{}", b"\xff\xfe", b'{"format_version": 99}'])
def test_what_is_no_state_is_not_pushed(applied, tmp_path, text):
    (tmp_path / "other.json").write_bytes(text)
    before = applied.read(STATE)
    assert (applied.run("state", "push", str(tmp_path / "other.json")).code, applied.read(STATE)) == (1, before)


def test_a_file_that_is_not_there_is_not_pushed(applied):
    assert applied.run("state", "push", "no-such-file.json").first == (1, "Error: no-such-file.json cannot be read")


def test_nothing_is_pushed_while_somebody_is_applying(applied):
    newer = saved(applied, "newer.json", serial=9)
    with LocalStore(applied.folder / STATE).lock(lock_info("apply"), timeout=0):
        assert applied.process("state", "push", newer).code == 6


@pytest.fixture
def there(applied):
    """Another place for the state."""
    return applied.folder.parent / "states" / "shop.json"


def test_a_state_is_moved_with_the_proof_and_what_to_write(applied, there):
    moved = applied.run("state", "migrate", "--to", str(there))
    digest = re.search(r"^sha256:[0-9a-f]{64}$", moved.out, re.MULTILINE)
    assert (moved.code, digest is not None) == (0, True)
    assert "hold 4 addresses with 4 records, of which 4 may still send" in moved.out
    assert f"environments:\n  sandbox:\n    state: {{backend: local, path: {there}}}\n" in moved.out


def test_after_the_change_that_is_told_everything_goes_on(applied, there):
    moved = applied.run("state", "migrate", "--to", str(there))
    setting = re.search(r"^    state: .*$", moved.out, re.MULTILINE)[0]
    applied.edit("rcsplan.yaml", "  sandbox:", f"  sandbox:\n{setting}\n   ".rstrip())
    assert (applied.run("plan", "--detailed-exitcode").code, applied.apply().code) == (0, 0)
    assert len(applied.ledger()) == 4


@pytest.mark.parametrize(
    "command",
    [
        ("plan",),
        ("apply", "--auto-approve"),
        ("stop", UK, "--auto-approve"),
        ("state", "rm", UK, "--auto-approve"),
        ("state", "mv", UK, "other"),
        ("state", "account", "--accept"),
        ("state", "recover"),
        ("state", "migrate", "--to", "/nowhere/third.json"),
    ],
    ids=" ".join,
)
def test_what_is_left_at_the_old_place_can_be_used_for_nothing(applied, there, command):
    applied.run("state", "migrate", "--to", str(there))
    refused = applied.run(*command)
    assert refused.first == (1, f"Error: The state at {applied.folder / STATE} was moved")
    assert f"It is kept at {there} now." in refused.said


def test_what_is_left_at_the_old_place_can_be_looked_at(applied, there):
    applied.run("state", "migrate", "--to", str(there))
    assert [applied.run("state", command).code for command in ("list", "history", "pull")] == [0, 0, 0]


@pytest.mark.parametrize("command", ["list", "history"])
def test_who_looks_at_the_old_place_is_told_of_the_new_one(applied, there, command):
    applied.run("state", "migrate", "--to", str(there))
    shown = applied.run("state", command)
    assert shown.err == f"The state at {applied.folder / STATE} was moved to {there}; it shows what was known then.\n"


def test_a_path_is_one_of_the_current_folder(applied, tmp_path):
    (tmp_path / "here").mkdir()
    moved = applied.process("state", "migrate", "--to", "crm.json", cwd=tmp_path / "here")
    assert (moved.code, (tmp_path / "here/crm.json").is_file()) == (0, True)


def test_a_path_in_the_project_is_told_as_one_of_the_project(applied):
    moved = applied.run("state", "migrate", "--to", str(applied.folder / "states/crm.json"))
    assert "state: {backend: local, path: states/crm.json}" in moved.out


@pytest.mark.parametrize(
    ("arguments", "code", "summary"),
    [
        (("--to", "ftp://server/state"), 1, "Error: Not a place for a state"),
        (("--to", "s3://acme"), 1, "Error: Not the place of an object"),
        (("--to", "http://state.example.com"), 1, "Error: The state must be reached over https"),
    ],
)
def test_what_is_no_place_is_refused(applied, arguments, code, summary):
    assert applied.run("state", "migrate", *arguments).first == (code, summary)


def test_a_move_needs_a_place(applied):
    assert applied.run("state", "migrate").code == 64


def test_a_state_is_not_moved_to_where_it_is(applied):
    refused = applied.run("state", "migrate", "--to", str(applied.folder / STATE))
    assert refused.first == (64, f"Error: The state is kept at {applied.folder / STATE} already")


def test_a_place_that_holds_another_state_is_refused(applied, there):
    there.parent.mkdir()
    there.write_text(format_state(replace(state_of(applied), lineage="another")))
    refused = applied.run("state", "migrate", "--to", str(there))
    assert refused.first == (1, f"Error: There is another state at {there}")
    assert applied.run("plan").code == 0


def test_a_store_answers_each_question(applied):
    checked = applied.run("state", "check")
    assert (checked.code, checked.out.splitlines()[0]) == (0, str(applied.folder / STATE))
    assert {line.split()[0] for line in checked.out.splitlines()[1:]} == {"yes"}


def test_a_check_is_one_json_document(applied):
    checked = applied.run("state", "check", "--format", "json").json
    assert (checked["location"], {probe["holds"] for probe in checked["probes"]}) == (
        str(applied.folder / STATE),
        {True},
    )


def test_a_check_touches_nothing(applied):
    before = sorted(path.name for path in (applied.folder / ".rcsplan").iterdir())
    applied.run("state", "check")
    assert sorted(path.name for path in (applied.folder / ".rcsplan").iterdir()) == before


def test_where_nothing_was_kept_nothing_is_recovered(applied):
    assert applied.run("state", "recover").out == "Nothing waits to be recorded.\n"
    assert applied.run("state", "recover", "--discard").out == "Nothing waits to be recorded.\n"


@pytest.fixture
def waiting(applied):
    """A project of which the outcome of a submission was not confirmed, and is kept beside it."""
    state = state_of(applied)
    record = state.sends[UK].newest
    changed = record.model_copy(update={"archived_at": record.submitted_at})
    RecoveryFile(applied.folder / RECOVERY).keep(unconfirmed(state, [PutRecord(address=UK, record=changed)]))
    return applied


def test_what_waits_blocks_plan_and_apply_with_the_way_out(waiting):
    for command in (("plan",), ("apply", "--auto-approve")):
        refused = waiting.run(*command)
        assert (refused.code, "rcsplan state recover" in refused.err, UK in refused.err) == (1, True, True)


def test_what_waits_is_recorded_once(waiting):
    remote_id = state_of(waiting).sends[UK].newest.remote_id
    assert waiting.run("state", "recover").out == f"{UK}: campaign {remote_id}: recorded\n"
    assert (waiting.run("state", "recover").out, waiting.run("plan").code) == ("Nothing waits to be recorded.\n", 0)


def test_what_contradicts_the_state_is_shown_and_left(waiting):
    state = state_of(waiting)
    other = state.sends[UK].newest.model_copy(update={"remote_id": 77})
    with LocalStore(waiting.folder / STATE).lock(lock_info("test"), timeout=0) as session:
        session.record([PutRecord(address=UK, record=other)])
        session.save()
    refused = waiting.run("state", "recover")
    assert (refused.code, "not recorded, the state says otherwise: campaign 77" in refused.out) == (1, True)
    assert "rcsplan state recover --discard" in refused.err
    assert waiting.run("plan").code == 1


def test_what_waits_is_thrown_away_on_a_persons_word(waiting):
    assert waiting.run("state", "recover", "--discard", "--auto-approve").out.endswith("Forgot 1 outcome.\n")
    assert (waiting.folder / RECOVERY).exists() is False
    assert waiting.run("plan").code == 0


def test_nothing_is_thrown_away_unasked(waiting):
    assert waiting.process("state", "recover", "--discard").code == 64
    assert (waiting.folder / RECOVERY).exists()


def test_approving_what_is_not_asked_is_wrong_usage(waiting):
    assert waiting.run("state", "recover", "--auto-approve").code == 64


def test_the_history_tells_when_who_commit_and_plan(applied):
    (row, *_) = applied.run("state", "history", "--format", "json").json
    assert {"at", "who", "commit", "ci_url", "plan", "remote_id"} <= row.keys()
    assert (row["who"] != "", row["plan"].startswith("sha256:")) == (True, True)


def test_payloads_are_dropped_in_time_and_nothing_is_sent_again(applied):
    applied.edit(
        "rcsplan.yaml", "default_environment", "state: {backend: local, keep_payloads: 1d}\ndefault_environment"
    )
    applied.advance("29d")
    applied.apply("--skip-blocked")
    applied.advance("1d")
    applied.apply("--skip-blocked")
    records = [entry["revisions"]["1"] for entry in applied.run("state", "pull").json["sends"].values()]
    ended = [record for record in records if record["remote"]["status"] == "done"]
    assert (len(ended) >= 2, {"payload" in record for record in ended}) == (True, {False})
    assert applied.run("plan").code in {0, 4}
    assert len({json.dumps(entry["payload"], sort_keys=True) for entry in applied.ledger()}) == len(applied.ledger())


def test_a_backend_whose_package_is_missing_names_the_extra(applied, tmp_path):
    (tmp_path / "psycopg.py").write_text("raise ModuleNotFoundError(\"No module named 'psycopg'\", name='psycopg')")
    (tmp_path / "obstore.py").write_text("raise ModuleNotFoundError(\"No module named 'obstore'\", name='obstore')")
    env = {"PYTHONPATH": os.pathsep.join([str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])])}
    postgres = applied.process("state", "migrate", "--to", "postgresql://db.example/rcsplan", env=env)
    cloud = applied.process("state", "migrate", "--to", "s3://acme/crm.json", env=env)
    assert (postgres.code, "pip install 'rcsplan[postgres]'" in postgres.err) == (1, True)
    assert (cloud.code, "pip install 'rcsplan[cloud]'" in cloud.err) == (1, True)
