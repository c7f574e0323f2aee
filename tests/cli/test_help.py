"""The help of every command, as users read it."""

from __future__ import annotations

import click
import pytest

from rcsplan.cli.main import cli, run


def commands(command, path=()):
    """Every command, by the words that call it."""
    yield path
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            yield from commands(command.get_command(context, name), (*path, name))


ALL = list(commands(cli))


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_help(path, capsys, monkeypatch, golden):
    monkeypatch.setenv("COLUMNS", "80")
    assert run([*path, "--help"]) == 0
    golden(f"help/{'-'.join(path) or 'rcsplan'}.txt", capsys.readouterr().out)


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_help_fits_a_terminal_of_80_columns(path, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    run([*path, "-h"])
    assert [line for line in capsys.readouterr().out.splitlines() if len(line) > 80] == []


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_no_sentence_of_a_command_is_cut_off(path, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    run([*path, "-h"])
    assert [
        line for line in capsys.readouterr().out.splitlines() if line.startswith("  ") and line.endswith("...")
    ] == []
