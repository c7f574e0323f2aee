"""`--ci-outputs`: results where the platform of the job reads them."""

from __future__ import annotations

import pytest

from tests.output.test_ci_outputs import read_github


@pytest.fixture
def step(tmp_path, monkeypatch):
    """The files of a step of GitHub Actions: outputs and summary."""
    paths = (tmp_path / "outputs", tmp_path / "summary.md")
    monkeypatch.setenv("GITHUB_OUTPUT", str(paths[0]))
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(paths[1]))
    return paths


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """A job of another system, in a folder of its own."""
    monkeypatch.delenv("GITHUB_OUTPUT", raising=False)
    folder = tmp_path / "job"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def outputs_in(step):
    return read_github(step[0].read_text("utf-8"))


def test_a_plan_writes_outputs_and_summary(project, step):
    project.run("plan", "--ci-outputs")
    outputs = outputs_in(step)
    assert (outputs["changes"], outputs["blocked"], outputs["unknown"]) == ("4", "0", "0")
    assert step[1].read_text("utf-8").startswith("<!-- rcsplan:two-brands:sandbox -->\n")


def test_the_outputs_are_those_of_the_plan(project, step, tmp_path):
    project.run("plan", "-o", str(tmp_path / "plan.json"), "--ci-outputs")
    plan = project.run("show", "--format", "json", str(tmp_path / "plan.json")).json
    assert outputs_in(step)["checksum"] == plan["checksum"]


def test_a_saved_plan_writes_the_same(project, step, tmp_path):
    project.run("plan", "-o", str(tmp_path / "plan.json"), "--ci-outputs")
    before = outputs_in(step)
    step[0].unlink()
    project.run("show", "--ci-outputs", str(tmp_path / "plan.json"))
    assert outputs_in(step) == before


def test_what_the_step_wrote_before_stays(project, step):
    step[0].write_text("mine=1\n")
    step[1].write_text("# Mine\n")
    project.run("plan", "--ci-outputs")
    assert (step[0].read_text()[:7], step[1].read_text("utf-8")[:7]) == ("mine=1\n", "# Mine\n")


def test_nothing_is_written_without_the_option(project, step):
    project.run("plan")
    assert [path.exists() for path in step] == [False, False]


def test_an_apply_adds_what_it_did(project, step):
    assert project.apply("--ci-outputs").code == 0
    assert "#### Applied\n\n```text\nApplied: 4 submitted." in step[1].read_text("utf-8")
    assert outputs_in(step)["changes"] == "4"


def test_a_blocked_apply_writes_what_blocks(project, step):
    project.write("HOLD", "until Monday")
    assert project.apply("--ci-outputs").code == 4
    assert outputs_in(step)["changes"] == "4"


def test_an_apply_that_cannot_write_outputs_submits_nothing(project, step, monkeypatch):
    monkeypatch.setenv("GITHUB_OUTPUT", str(project.folder))
    assert project.apply("--ci-outputs").first == (1, "Error: The outputs for CI cannot be written")
    assert project.ledger() == []


def test_a_summary_without_room_is_left_as_it_is(project, step):
    step[1].write_text("x" * 1024 * 1024)
    result = project.run("plan", "--ci-outputs")
    assert (result.code, step[1].stat().st_size) == (0, 1024 * 1024)
    assert "no room" in result.err


def test_other_systems_get_a_dotenv_file(project, elsewhere):
    project.run("plan", "--ci-outputs")
    lines = (elsewhere / "rcsplan.env").read_text().splitlines()
    assert [line.partition("=")[0] for line in lines] == [
        "RCSPLAN_RESULT_CHANGES",
        "RCSPLAN_RESULT_BLOCKED",
        "RCSPLAN_RESULT_UNKNOWN",
        "RCSPLAN_RESULT_NEXT_DUE",
        "RCSPLAN_RESULT_CHECKSUM",
    ]


def test_a_link_in_the_repository_leads_nowhere_else(project, elsewhere, tmp_path):
    (tmp_path / "precious").write_text("kept")
    (elsewhere / "rcsplan.env").symlink_to(tmp_path / "precious")
    project.run("plan", "--ci-outputs")
    assert (tmp_path / "precious").read_text() == "kept"


def test_a_round_writes_outputs_and_summary_beside_its_document(project, step):
    done = project.run("run", "--once", "--ci-outputs", "--format", "json")
    assert (done.code, done.json["counts"], outputs_in(step)["changes"]) == (0, {"submitted": 4}, "4")
    assert "#### Applied\n\n```text\nApplied: 4 submitted." in step[1].read_text("utf-8")


def test_a_round_that_is_refused_writes_what_it_would_have_done(project, step):
    project.write("HOLD", "until Monday")
    assert project.run("run", "--once", "--ci-outputs").code == 4
    assert outputs_in(step)["changes"] == "4"


def test_a_round_that_cannot_write_outputs_submits_nothing(project, step, monkeypatch):
    monkeypatch.setenv("GITHUB_OUTPUT", str(project.folder))
    assert project.run("run", "--once", "--ci-outputs").first == (1, "Error: The outputs for CI cannot be written")
    assert project.ledger() == []


def test_a_loop_has_no_outputs(project):
    assert project.run("run", "--every", "5m", "--ci-outputs").code == 64
