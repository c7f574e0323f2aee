"""The hooks of `.pre-commit-hooks.yaml` as pre-commit runs them before a commit."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.cli.repository import begin_repository, git
from tests.cli.running import copy_example, surroundings

ROOT = Path(__file__).parents[2]
HOOKS = ROOT / ".pre-commit-hooks.yaml"


def pre_commit(folder, *arguments):
    """What pre-commit says in a folder, with a home of its own and the commands of this environment."""
    env = {
        "PRE_COMMIT_HOME": str(folder.parent / "home"),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    done = subprocess.run(
        [sys.executable, "-m", "pre_commit", *arguments],
        cwd=folder,
        env=surroundings({**env, "GIT_CONFIG_GLOBAL": os.devnull}),
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def repository(tmp_path):
    """A repository with the example project in campaigns/, and with our hooks, run where they are installed already."""
    folder = tmp_path / "repository"
    copy_example(folder / "campaigns")
    hooks = [{**hook, "language": "system"} for hook in YAML(typ="safe").load(HOOKS.read_text("utf-8"))]
    with (folder / ".pre-commit-config.yaml").open("w") as file:
        YAML().dump({"repos": [{"repo": "local", "hooks": hooks}]}, file)
    begin_repository(folder)
    return folder


def stage(repository, file, text):
    """Write a file and stage it."""
    (repository / file).write_text(text, "utf-8")
    git(repository, "add", file)


def test_the_hooks_are_hooks(tmp_path):
    assert pre_commit(tmp_path, "validate-manifest", str(HOOKS)) == (0, "")


def test_a_sound_project_passes(repository):
    code, said = pre_commit(repository, "run", "--all-files")
    assert (code, said.count("Passed")) == (0, 2), said


def test_an_untidy_file_is_formatted_and_stops_the_commit(repository):
    manifest = "campaigns/acme/winter-sale-uk.yaml"
    text = (repository / manifest).read_text("utf-8")
    stage(repository, manifest, text.replace("kind: ", "kind:   "))
    code, said = pre_commit(repository, "run")
    assert (code, "files were modified by this hook" in said) == (1, True)
    assert (repository / manifest).read_text("utf-8") == text


def test_a_wrong_manifest_stops_the_commit(repository):
    stage(repository, "campaigns/acme/broken.yaml", "apiVersion: rcsplan/v1\nkind: Campaign\nsepc: {}\n")
    code, said = pre_commit(repository, "run", "rcsplan-validate")
    assert (code, "acme/broken.yaml:3:1: Unknown key [unknown-key]" in said) == (1, True)


def test_a_wrong_template_stops_the_commit(repository):
    stage(repository, "campaigns/templates/copy.j2", "{% macro off(x) %}")
    code, said = pre_commit(repository, "run", "rcsplan-validate")
    assert (code, "template-syntax" in said) == (1, True)


def test_a_file_of_no_concern_runs_nothing(repository):
    stage(repository, "main.py", "1\n")
    code, said = pre_commit(repository, "run")
    assert (code, said.count("no files to check")) == (0, 2)


@pytest.mark.full
def test_this_checkout_is_installed_by_pre_commit_and_run(repository):
    code, said = pre_commit(repository, "try-repo", str(ROOT), "--all-files")
    assert (code, said.count("Passed")) == (0, 2), said
