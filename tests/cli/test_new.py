"""`new`: a manifest that validates, and a copy that keeps its text and none of its history."""

from __future__ import annotations

import pytest

from rcsplan.errors import ExitCode
from tests.cli.repository import begin_repository, git

SOURCE = """\
# yaml-language-server: $schema=../../schemas/campaign.schema.json
# The sale of the year.
apiVersion: rcsplan/v1
kind: Campaign
metadata:
  name: big-sale   # as the board calls it
  revision: 3
  moved_from:
    - huge-sale
    - old-sale
  new: true
  allow_duplicate: for the board
  owner: growth@example.com
schedule:
  # The board wants ten o'clock.
  at: '2026-12-04 10:30'   # a Friday
  timezone: Europe/Kyiv
spec:
  groups: [{name: "Acme VIP"}]
  sender:   Acme
  options:
    text: >-
      Until Sunday:
      -30%
"""
COPY = """\
# yaml-language-server: $schema=../../schemas/campaign.schema.json
# The sale of the year.
apiVersion: rcsplan/v1
kind: Campaign
metadata:
  name: bigger-sale   # as the board calls it
  revision: 1
  owner: growth@example.com
schedule:
  # The board wants ten o'clock.
  at: "YYYY-MM-DD 10:30"   # a Friday
  timezone: Europe/Kyiv
spec:
  groups: [{name: "Acme VIP"}]
  sender:   Acme
  options:
    text: >-
      Until Sunday:
      -30%
"""
BARE = """\
apiVersion: rcsplan/v1
kind: Campaign
metadata: {name: big-sale}
SCHEDULEspec: {groups: [1], sender: A, START}
"""


@pytest.fixture
def sale(project):
    """The example project with a campaign that has a past."""
    project.write("acme/sales/big.yaml", SOURCE)
    return project


def copy_of(project, schedule, *arguments, start="options: {text: A}"):
    """The lines of a copy of a campaign with this schedule that tell when it starts."""
    text = BARE.replace("SCHEDULE", f"schedule: {schedule}\n" if schedule else "").replace("START", start)
    project.write("big.yaml", text)
    assert project.run("new", "copy", "--from", "big-sale", *arguments).code == 0
    return [line for line in project.read("copy.yaml").splitlines() if "schedule" in line or "start_at" in line]


def test_a_new_campaign_validates(project):
    done = project.run("new", "spring-sale")
    assert (done.code, done.err) == (0, "")
    assert (
        project.run("validate", str(project.folder / "spring-sale.yaml")).out
        == "1 campaign checked, no problems found.\n"
    )


def test_a_new_campaign_is_for_people_only_once_it_has_a_list(project):
    project.run("new", "spring-sale")
    assert project.reasons()["spring-sale"] == "unresolved_list"


def test_a_new_campaign_starts_when_it_is_told(project):
    project.run("new", "spring-sale", "--at", "2027-03-01 09:15")
    assert 'at: "2027-03-01 09:15"' in project.read("spring-sale.yaml")


def test_what_is_written_for_authors_is_in_its_canonical_form(tmp_path, project):
    fresh = type(project)(tmp_path / "fresh", project.capsys)
    fresh.run("init", str(fresh.folder))
    fresh.run("new", "spring-sale")
    fresh.run("new", "summer-sale", "--from", "welcome", "--at", "2027-06-01 10:00")
    assert (fresh.run("fmt", "--check", "--diff").out, fresh.run("validate").code) == ("", 0)


def test_a_new_campaign_brings_its_schema_where_there_is_none(sale):
    sale.run("new", "spring-sale")
    begin = sale.read("spring-sale.yaml").splitlines()[0]
    assert begin == "# yaml-language-server: $schema=.schemas/campaign.schema.json"
    assert (sale.folder / ".schemas/campaign.schema.json").exists()


def test_a_schema_that_is_kept_elsewhere_is_named_there(project):
    (project.folder.parent / "schemas").mkdir()
    (project.folder.parent / "schemas/campaign.schema.json").write_text("{}")
    project.run("new", "spring-sale")
    begin = project.read("spring-sale.yaml").splitlines()[0]
    assert begin == "# yaml-language-server: $schema=../schemas/campaign.schema.json"
    assert not (project.folder / ".schemas").exists()


def test_a_project_that_is_kept_in_git_keeps_its_schemas_too(tmp_path, project):
    project.run("init", str(tmp_path / "fresh"))
    begin_repository(tmp_path / "fresh")
    tracked = git(tmp_path / "fresh", "ls-files").splitlines()
    assert ".schemas/campaign.schema.json" in tracked


def test_a_copy_keeps_its_text_beside_the_original(sale):
    sale.run("new", "bigger-sale", "--from", "big-sale")
    assert sale.read("acme/sales/bigger-sale.yaml") == COPY
    assert sale.read("acme/sales/big.yaml") == SOURCE


def test_a_copy_without_a_date_is_no_campaign_until_it_has_one(sale):
    done = sale.run("new", "bigger-sale", "--from", "big-sale")
    assert (done.code, "acme/sales/bigger-sale.yaml:11:7: Not a wall time [wrong-time]" in done.err) == (0, True)
    assert "Choose the date, and write it in place of YYYY-MM-DD." in sale.run("validate").err
    assert sale.run("plan").code == ExitCode.ERROR


def test_a_copy_with_a_date_validates(sale):
    done = sale.run("new", "bigger-sale", "--from", "big-sale", "--at", "2026-12-11 12:00")
    assert (done.code, done.err) == (0, "")
    assert 'at: "2026-12-11 12:00"   # a Friday' in sale.read("acme/sales/bigger-sale.yaml")
    assert sale.actions()["bigger-sale"] == "submit"


def test_a_copy_of_the_copy_is_a_campaign_of_its_own(sale):
    sale.run("new", "bigger-sale", "--from", "big-sale", "--at", "2026-12-11 12:00")
    sale.apply()
    sale.run("new", "biggest-sale", "--from", "bigger-sale", "--at", "2026-12-12 12:00")
    assert sale.actions()["biggest-sale"] == "submit"


@pytest.mark.parametrize(
    ("schedule", "arguments", "copied"),
    [
        ('{at: "2026-12-01 10:00"}', (), 'schedule: {at: "YYYY-MM-DD 10:00"}'),
        ('{at: "2026-12-01 10:00:07", catch_up: 2h}', (), 'schedule: {at: "YYYY-MM-DD 10:00:07", catch_up: 2h}'),
        ("{at: '{{ start }}'}", (), 'schedule: {at: "YYYY-MM-DD HH:MM"}'),
        ("{timezone: Europe/Kyiv}", (), 'schedule: {at: "YYYY-MM-DD HH:MM", timezone: Europe/Kyiv}'),
        ('{at: now, until: "2026-12-01 18:00"}', (), 'schedule: {at: now, until: "YYYY-MM-DD 18:00"}'),
        ('{at: now, until: "2026-12-01 18:00"}', ("--at", "2026-12-24 10:00"), 'schedule: {at: "2026-12-24 10:00"}'),
        (
            '{rrule: FREQ=DAILY, at: "10:00", from: 2025-01-01, except: [2025-05-01]}',
            (),
            'schedule: {rrule: FREQ=DAILY, at: "10:00", from: "YYYY-MM-DD", except: [2025-05-01]}',
        ),
        (
            '{rrule: FREQ=DAILY, at: "10:00", from: 2025-01-01}',
            ("--at", "2027-01-01 11:30"),
            'schedule: {rrule: FREQ=DAILY, at: "11:30", from: "2027-01-01"}',
        ),
        (
            '{rrule: FREQ=DAILY, at: ["10:00", "18:00"], from: 2025-01-01}',
            ("--at", "2027-01-01 11:30"),
            'schedule: {rrule: FREQ=DAILY, at: ["10:00", "18:00"], from: "2027-01-01"}',
        ),
        ("", (), 'schedule: {at: "YYYY-MM-DD HH:MM"}'),
        ("", ("--at", "2026-12-24 10:00"), 'schedule: {at: "2026-12-24 10:00"}'),
    ],
)
def test_no_copy_keeps_a_date(project, schedule, arguments, copied):
    assert copy_of(project, schedule, *arguments) == [copied]


@pytest.mark.parametrize(
    ("arguments", "copied"),
    [
        ((), 'spec: {groups: [1], sender: A, start_at: "YYYY-MM-DD 10:00:00", options: {text: A}}'),
        (
            ("--at", "2026-12-24 10:00"),
            'spec: {groups: [1], sender: A, start_at: "2026-12-24 10:00", options: {text: A}}',
        ),
    ],
)
def test_no_copy_keeps_the_date_of_its_body(project, arguments, copied):
    start = 'start_at: "2026-12-01 10:00:00", options: {text: A}'
    assert copy_of(project, "", *arguments, start=start) == [copied]


def test_a_date_of_the_body_that_a_schedule_replaces_goes_with_it(project):
    start = 'start_at: "2026-12-01 10:00:00", options: {text: A}'
    assert copy_of(project, '{at: "2026-12-01 10:00"}', start=start) == ['schedule: {at: "YYYY-MM-DD 10:00"}']
    assert "start_at" not in project.read("copy.yaml")


@pytest.mark.parametrize(
    ("name", "beginning"),
    [("first", "# About both.\n---\n"), ("second", " # the second\n"), ("third", "apiVersion: rcsplan/v1\n")],
)
def test_of_a_file_of_several_documents_one_is_copied(project, name, beginning):
    document = "apiVersion: rcsplan/v1\nkind: Campaign\nmetadata: {{name: {}}}\nspec: {{sender: A}}\n"
    texts = [document.format(one) for one in ("first", "second", "third")]
    project.write("all.yaml", "# About both.\n---\n" + texts[0] + "--- # the second\n" + texts[1] + "---\n" + texts[2])
    assert project.run("new", "copy", "--from", name).code == 0
    comment = "# yaml-language-server: $schema=.schemas/campaign.schema.json\n"
    body = texts[0].replace("first", "copy").replace("spec:", 'schedule: {at: "YYYY-MM-DD HH:MM"}\nspec:')
    assert project.read("copy.yaml") == comment + beginning + body.removeprefix(
        "apiVersion: rcsplan/v1\n" if name == "third" else ""
    )


def test_a_text_that_cannot_be_kept_is_not_copied(project):
    text = BARE.replace("metadata: {name: big-sale}", "metadata: &m {name: big-sale, labels: &n {a: b}}").replace(
        "SCHEDULE", 'vars: {when: &when {at: "2026-12-01 10:00"}}\nschedule: *when\n'
    )
    project.write("big.yaml", text.replace("START", "options: {text: A}"))
    done = project.run("new", "copy", "--from", "big-sale")
    assert done.first == (ExitCode.ERROR, "Error: big.yaml cannot be copied")
    assert not (project.folder / "copy.yaml").exists()


@pytest.mark.parametrize(
    ("arguments", "summary"),
    [
        (("big-sale",), "There is a campaign 'big-sale' already"),
        (("copy", "--from", "big-sail"), "There is no campaign 'big-sail'"),
        (("Spring Sale",), "'Spring Sale' is not a name"),
        (("../spring",), "'../spring' is not a name"),
        (("taken",), "taken.yaml is there already"),
        (("copy", "--at", "tomorrow"), "--at 'tomorrow' is no start"),
        (("copy", "--at", "2026-12-04"), "--at '2026-12-04' is no start"),
        (("copy", "--at", "2026-11-30 10:00"), "--at '2026-11-30 10:00' has passed"),
        (("copy", "--at", "2027-03-28 03:30"), "--at '2027-03-28 03:30' is no start"),
    ],
)
def test_what_cannot_be_is_wrong_usage(sale, arguments, summary):
    sale.write("taken.yaml", "")
    assert sale.run("new", *arguments).first == (ExitCode.USAGE, f"Error: {summary}")
    assert sale.read("taken.yaml") == ""


def test_an_unknown_campaign_is_answered_with_the_nearest(sale):
    assert "Did you mean 'big-sale'?" in sale.run("new", "copy", "--from", "big-sail").err


def test_a_file_that_would_be_no_manifest_is_not_written(project):
    project.edit("rcsplan.yaml", "metadata:", "manifests: [acme/*.yaml]\nmetadata:")
    assert project.run("new", "spring").code == ExitCode.USAGE
    assert project.run("new", "spring", "--from", "acme-winter-sale-en").code == 0


@pytest.mark.parametrize("name", ["123", "null", "y", "1e3", "no"])
@pytest.mark.parametrize("arguments", [(), ("--from", "big-sale", "--at", "2026-12-11 12:00")])
def test_a_name_is_a_text_whatever_it_looks_like(sale, name, arguments):
    done = sale.run("new", name, *arguments)
    assert (done.code, done.err) == (0, "")
