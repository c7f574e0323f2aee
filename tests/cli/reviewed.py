"""A project whose plans need approvals, in a repository with several people."""

from __future__ import annotations

from tests.cli.repository import begin_repository, git

AUTHOR, ANN, BOB = "tester@example.com", "ann@acme.example", "bob@acme.example"

_PROJECT = """\
apiVersion: rcsplan/v1
kind: Project
metadata: {name: reviewed}
environments:
  sandbox:
    provider: {type: sandbox, timezone: Europe/Kyiv, account: sandbox/account.yaml}
    vars: [vars/common.yaml]
policy:
  approvals: APPROVALS
  roles: {legal: [Ann@acme.example, bob@acme.example]}
"""
_MANIFEST = """\
apiVersion: rcsplan/v1
kind: Campaign
metadata: {name: NAME}
schedule: {at: "DAY 10:00", timezone: Europe/Kyiv}
spec: {groups: [{name: LIST}], sender: Acme, options: {text: "NAME: {{ offer }}"}}
"""
_ACCOUNT = """\
clock: '2026-12-01 09:00'
readings: {duplicate_window_seconds: 0}
lists:
  - {id: 1, name: Newsletter, contacts: 1240}
  - {id: 2, name: Everybody, contacts: 4200}
  - {id: 3, name: Seeds, contacts: 3}
"""

#: One approval above 1,000 recipients.
ONE_ABOVE_A_THOUSAND = "[{over: 1000, need: 1}]"


def manifest(name, *, day="2026-12-04", to="Newsletter"):
    """A campaign to a list on a day."""
    return _MANIFEST.replace("NAME", name).replace("DAY", day).replace("LIST", to)


def begin_reviewed(project, *, approvals=ONE_ABOVE_A_THOUSAND, **days):
    """A project with a campaign for each name, on the day that is given; all of it by one author."""
    project = type(project)(project.folder.parent / "reviewed", project.capsys)
    project.write("rcsplan.yaml", _PROJECT.replace("APPROVALS", approvals))
    project.write("vars/common.yaml", "offer: Sale\n")
    project.write("sandbox/account.yaml", _ACCOUNT)
    project.write(".gitignore", ".rcsplan/\n/plan.json\n")
    for name, day in (days or {"sale": "2026-12-04"}).items():
        project.write(f"{name}.yaml", manifest(name, day=day))
    begin_repository(project.folder)
    return project


def save_plan(project, *arguments):
    """A saved plan of a project."""
    file = project.folder / "plan.json"
    assert project.run("plan", "-o", str(file), *arguments).code in {0, 4}
    return str(file)


def approve(project, who, *, plan=None, by=None):
    """Approve a plan as somebody, who commits the approval, or somebody else does."""
    done = project.run("approve", plan or save_plan(project), "--as", who, "--yes")
    assert done.code == 0, done.err
    commit_as(project, by or who, "approvals")
    return done


def commit_as(project, who, *files):
    """Commit some files, or everything, as somebody."""
    git(project.folder, "add", "--all", *(files or ["."]))
    git(project.folder, "commit", "--quiet", "--author", f"Somebody <{who}>", "--message", "Another")
