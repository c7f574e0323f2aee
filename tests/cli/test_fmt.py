"""`fmt` through the command line: files, exit codes, and what is left as it is."""

from __future__ import annotations

import pytest

from rcsplan.errors import ExitCode

UNTIDY = "apiVersion:   rcsplan/v1\nkind: Campaign # text\n"
TIDY = "apiVersion: rcsplan/v1\nkind: Campaign # text\n"


@pytest.fixture
def untidy(project):
    """The example project with one file that is not in its canonical form."""
    project.write("acme/untidy.yaml", UNTIDY)
    return project


def test_a_tidy_project_is_left_in_silence(project):
    result = project.run("fmt")
    assert (result.code, result.out, result.err) == (0, "", "")


def test_files_are_rewritten_and_named(untidy):
    result = untidy.run("fmt")
    assert (result.code, result.out, untidy.read("acme/untidy.yaml")) == (0, "acme/untidy.yaml\n", TIDY)


def test_a_check_writes_nothing_and_fails(untidy):
    result = untidy.run("fmt", "--check")
    assert (result.code, result.out) == (ExitCode.ERROR, "acme/untidy.yaml\n")
    assert untidy.read("acme/untidy.yaml") == UNTIDY


def test_a_difference_is_shown(untidy):
    out = untidy.run("fmt", "--check", "--diff").out
    assert "-apiVersion:   rcsplan/v1\n+apiVersion: rcsplan/v1\n" in out


def test_paths_narrow_what_is_formatted(untidy):
    assert untidy.run("fmt", "--check", str(untidy.folder / "kvitka")).code == 0
    assert untidy.run("fmt", "--check", str(untidy.folder / "acme")).code == ExitCode.ERROR


def test_a_path_without_yaml_is_wrong_usage(project):
    assert project.run("fmt", str(project.folder / "texts")).code == ExitCode.USAGE


def test_a_file_with_errors_is_left_and_told(project):
    project.write("acme/broken.yaml", "a: [")
    result = project.run("fmt")
    assert (result.code, project.read("acme/broken.yaml")) == (ExitCode.ERROR, "a: [")
    assert "acme/broken.yaml is left as it is: it has errors." in result.err


def test_permissions_stay(untidy):
    path = untidy.folder / "acme/untidy.yaml"
    path.chmod(0o640)
    untidy.run("fmt")
    assert path.stat().st_mode & 0o777 == 0o640


def test_formatting_changes_no_plan(project):
    before = project.plan()["checksum"]
    text = project.read("acme/winter-sale-uk.yaml")
    project.write("acme/winter-sale-uk.yaml", text.replace("\n", "\n  ").replace(": {", ":   {").rstrip(" "))
    project.edit("acme/winter-sale-uk.yaml", "  apiVersion", "\n\n  apiVersion")
    assert project.run("fmt").out == "acme/winter-sale-uk.yaml\n"
    assert project.plan()["checksum"] == before
