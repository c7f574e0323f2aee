"""Shell completion."""

from __future__ import annotations

import subprocess

import pytest

from tests.cli.running import COMMAND, surroundings

SHELLS = ["bash", "zsh", "fish"]


def completed(words, *, at):
    """What bash would offer for the word at a position."""
    done = subprocess.run(
        [*COMMAND],
        env=surroundings({"_RCSPLAN_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(at)}),
        capture_output=True,
        check=False,
    )
    return [line.partition(",")[2] for line in done.stdout.decode().splitlines()]


@pytest.mark.parametrize(
    ("words", "at", "offered"),
    [
        ("rcsplan pl", 1, ["plan"]),
        ("rcsplan s", 1, ["show", "status", "stop", "state", "senders", "sandbox", "schema"]),
        ("rcsplan state sh", 2, ["show"]),
        ("rcsplan sandbox cl", 2, ["clock"]),
        ("rcsplan plan --det", 2, ["--detailed-exitcode"]),
        ("rcsplan plan --format ", 3, ["text", "json", "markdown"]),
        ("rcsplan schema pl", 2, ["plan"]),
        ("rcsplan --log-format j", 2, ["json"]),
    ],
)
def test_words_are_completed(words, at, offered):
    assert completed(words, at=at) == offered


@pytest.mark.parametrize("shell", SHELLS)
def test_a_script_names_the_command_and_its_variable(project, shell):
    script = project.run("completion", shell)
    assert (script.code, "_RCSPLAN_COMPLETE" in script.out, script.err) == (0, True, "")


def test_bash_takes_the_script(project):
    script = project.run("completion", "bash").out
    assert subprocess.run(["bash", "-n"], input=script.encode(), check=False).returncode == 0
