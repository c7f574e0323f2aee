"""`--changed-since`: what a commit concerns, told by every file of which a manifest is made."""

from __future__ import annotations

import re

import pytest

from rcsplan.errors import ExitCode
from tests.cli.repository import begin_repository, commit_all

MANIFEST = """\
apiVersion: rcsplan/v1
kind: Campaign
metadata: {name: NAME}
schedule: {at: "2026-12-04 10:00", timezone: Europe/Kyiv}
spec: {groups: [{name: Newsletter}], sender: Acme, options: {text: "NAME"}}
"""
PARTIAL = "apiVersion: rcsplan/v1\nkind: Partial\nspec: {sender: Acme}\n"
DEFAULTS = "apiVersion: rcsplan/v1\nkind: Defaults\nspec: {sender: Acme}\n"
CALENDAR = (
    "apiVersion: rcsplan/v1\nkind: Calendar\nmetadata: {name: ua}\ndays: {'2026-12-25': Christmas, '2027-01-01': New}\n"
)
RULE = '{rrule: "FREQ=WEEKLY;BYDAY=FR", at: "10:00", from: "2026-12-04", calendars: [ua]}'
FILES = {
    "rcsplan.yaml": """\
apiVersion: rcsplan/v1
kind: Project
metadata: {name: many}
catalogues: {copy: vars/copy}
environments:
  sandbox:
    provider: {type: sandbox, timezone: Europe/Kyiv, account: sandbox/account.yaml}
    vars: [vars/common.yaml]
""",
    "sandbox/account.yaml": "clock: '2026-12-01 09:00'\nlists: [{id: 1, name: Newsletter, contacts: 9}]\n",
    "vars/common.yaml": "shop: Acme\n",
    "vars/unused.yaml": "shop: Acme\n",
    "vars/copy/uk.yaml": "hello: Hello\n",
    "calendars/ua.yaml": CALENDAR,
    "templates/sale.yaml": PARTIAL,
    "templates/words.j2": "{% macro hello() %}Hello{% endmacro %}",
    "texts/hello.txt": "Good morning\n",
    "README.md": "Campaigns\n",
    "a/_defaults.yaml": DEFAULTS,
    "a/plain.yaml": MANIFEST.replace("NAME", "plain"),
    "a/deep/deeper.yaml": MANIFEST.replace("NAME", "deeper"),
    "b/partial.yaml": MANIFEST.replace("NAME", "partial").replace("spec:", "use: templates/sale.yaml\nspec:"),
    "b/macro.yaml": MANIFEST.replace("NAME", "macro").replace(
        '"macro"', "\"{% from 'words.j2' import hello %}{{ hello() }}\""
    ),
    "b/text.yaml": MANIFEST.replace("NAME", "text").replace('"text"', "{file: texts/hello.txt}"),
    "b/weekly.yaml": re.sub(r"schedule: .*", f"schedule: {RULE}", MANIFEST.replace("NAME", "weekly")),
}
EVERYTHING = {"plain", "deeper", "partial", "macro", "text", "weekly"}


@pytest.fixture
def repository(project):
    """A project of manifests that are made of files of every kind, in a repository."""
    project = type(project)(project.folder.parent / "many", project.capsys)
    [project.write(file, text) for file, text in FILES.items()]
    begin_repository(project.folder)
    return project


def concerned(project, ref="before"):
    """The campaigns of which a run since a commit speaks."""
    return {action["address"].partition("@")[0] for action in project.plan("--changed-since", ref)["actions"]}


def test_the_project_is_sound(repository):
    assert repository.run("validate").code == 0
    assert {address.partition("@")[0] for address in repository.actions()} == EVERYTHING


def test_nothing_has_changed(repository):
    assert concerned(repository) == set()
    assert repository.run("validate", "--changed-since", "before").out == "0 campaigns checked, no problems found.\n"


@pytest.mark.parametrize(
    ("file", "campaigns"),
    [
        ("a/plain.yaml", {"plain"}),
        ("a/_defaults.yaml", {"plain", "deeper"}),
        ("templates/sale.yaml", {"partial", "macro", "text"}),
        ("templates/words.j2", {"macro", "text"}),
        ("texts/hello.txt", {"text"}),
        ("calendars/ua.yaml", {"weekly"}),
        ("vars/copy/uk.yaml", EVERYTHING),
        ("vars/common.yaml", EVERYTHING),
        ("rcsplan.yaml", EVERYTHING),
        ("vars/unused.yaml", set()),
        ("sandbox/account.yaml", set()),
        ("README.md", set()),
    ],
)
def test_a_changed_file_concerns_what_may_be_made_of_it(repository, file, campaigns):
    repository.write(file, repository.read(file) + "\n")
    assert concerned(repository) == campaigns
    commit_all(repository.folder, "Second")
    assert concerned(repository) == campaigns


@pytest.mark.parametrize("file", ["b/_defaults.yaml", "_defaults.yaml"])
def test_a_new_file_of_defaults_concerns_what_lies_below_it(repository, file):
    repository.write(file, DEFAULTS)
    below = {"partial", "macro", "text", "weekly"}
    assert concerned(repository) == (below if file.startswith("b/") else EVERYTHING)


def test_removed_defaults_concern_what_lay_below_them(repository):
    repository.remove("a/_defaults.yaml")
    assert concerned(repository) == {"plain", "deeper"}


def test_a_removed_partial_concerns_those_who_use_it(repository):
    repository.remove("templates/sale.yaml")
    done = repository.run("validate", "--changed-since", "before")
    assert (done.code, re.findall(r"\S+\.yaml:\d+", done.err)) == (1, ["b/partial.yaml:5"])


def test_a_file_that_git_ignores_is_never_taken_for_unchanged(repository):
    repository.write(".gitignore", "ignored.yaml\n")
    repository.write("ignored.yaml", MANIFEST.replace("NAME", "ignored"))
    commit_all(repository.folder, "Second")
    assert concerned(repository, "HEAD") == {"ignored"}


def test_a_manifest_that_a_symlink_stands_for_is_its_target(repository):
    repository.write("texts/real.yaml.txt", MANIFEST.replace("NAME", "linked"))
    (repository.folder / "linked.yaml").symlink_to("texts/real.yaml.txt")
    commit_all(repository.folder, "Second")
    repository.edit("texts/real.yaml.txt", '"linked"', '"Linked"')
    assert concerned(repository, "HEAD") == {"linked"}


def test_variables_from_outside_the_project_may_have_changed(repository, tmp_path):
    (tmp_path / "more.yaml").write_text("more: 1\n")
    plan = repository.plan("--changed-since", "before", "--var-file", str(tmp_path / "more.yaml"))
    assert len(plan["actions"]) >= len(EVERYTHING)


def test_what_is_left_out_is_never_stopped(repository):
    repository.apply()
    repository.edit("a/plain.yaml", 'text: "plain"', 'text: "Plain"')
    assert repository.actions("--changed-since", "before") == {"plain": "replace"}


def test_a_rename_that_is_left_out_is_no_removal_of_the_old_name(repository):
    repository.apply()
    repository.edit("a/plain.yaml", "{name: plain}", "{name: simple, moved_from: [plain]}")
    commit_all(repository.folder, "Second")
    assert repository.actions("--changed-since", "HEAD") == {}


def test_a_saved_plan_of_what_has_changed_is_applied_and_nothing_else(repository, tmp_path):
    repository.edit("a/plain.yaml", '"plain"', '"Plain"')
    assert repository.run("plan", "--changed-since", "before", "-o", str(tmp_path / "plan.json")).code == 0
    assert repository.run("apply", str(tmp_path / "plan.json"), "--auto-approve").code == 0
    assert [sent["payload"]["options"]["text"] for sent in repository.ledger()] == ["Plain"]


def test_what_is_left_out_is_compared_with(repository):
    assert repository.apply().code == 0
    text = MANIFEST.replace('"NAME"', '"deeper"').replace("NAME", "twin")
    repository.write("twin.yaml", text)
    actions = repository.plan("--changed-since", "before")["actions"]
    assert [(action["address"], action["reason"]) for action in actions] == [("twin", "duplicate")]


def test_an_error_in_what_is_left_out_is_no_plan(repository):
    repository.edit("a/plain.yaml", "sender: Acme", "sendr: Acme")
    commit_all(repository.folder, "Second")
    assert repository.run("plan", "--changed-since", "HEAD").code == ExitCode.ERROR


def test_addresses_narrow_what_has_changed(repository):
    repository.write("a/_defaults.yaml", repository.read("a/_defaults.yaml") + "\n")
    assert repository.actions("plain", "text", "--changed-since", "before") == {"plain": "submit"}


def test_a_removed_manifest_is_stopped(repository):
    assert repository.apply().code == 0
    repository.remove("a/plain.yaml")
    assert repository.actions("--changed-since", "before") == {"plain": "stop"}


def test_a_name_is_given_once_also_among_those_left_out(repository):
    repository.write("new.yaml", MANIFEST.replace("NAME", "plain"))
    done = repository.run("validate", "--changed-since", "before")
    assert (done.code, re.findall(r"\S+\.yaml:\d+", done.err)[:2]) == (1, ["a/plain.yaml:3", "new.yaml:3"])


def test_problems_of_what_is_left_out_are_not_told(repository):
    repository.edit("a/plain.yaml", "sender: Acme", "sendr: Acme")
    commit_all(repository.folder, "Second")
    assert repository.run("validate", "--changed-since", "HEAD").code == 0
    assert repository.run("validate", "--changed-since", "before").code == 1


@pytest.mark.parametrize("command", ["validate", "plan"])
@pytest.mark.parametrize("ref", ["no-such-branch", "", "--output=x", "before..HEAD"])
def test_a_commit_that_is_not_known_is_wrong_usage(repository, command, ref):
    done = repository.run(command, f"--changed-since={ref}")
    assert done.first == (ExitCode.USAGE, f"Error: The repository has no commit {ref!r}")
    assert not (repository.folder / "x").exists()


def test_without_a_repository_nothing_is_known_of_changes(project):
    done = project.run("validate", "--changed-since", "HEAD")
    assert done.first == (ExitCode.ERROR, "Error: What has changed is not known here")


def test_the_surroundings_of_a_git_hook_mislead_nobody(repository, monkeypatch):
    repository.edit("a/plain.yaml", '"plain"', '"Plain"')
    monkeypatch.setenv("GIT_DIR", "elsewhere/.git")
    monkeypatch.setenv("GIT_INDEX_FILE", "elsewhere/index")
    assert concerned(repository) == {"plain"}
