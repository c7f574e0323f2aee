"""HOLD: a file, or a reason in the environment, for which nothing is applied."""

from __future__ import annotations

import pytest

from rcsplan.manifest.project import load_project
from rcsplan.operations.hold import hold_of

PROJECT = """\
apiVersion: rcsplan/v1
kind: Project
metadata: {{name: shop}}
environments: {{sandbox: {{provider: {{type: sandbox}}{hold}}}}}
"""


@pytest.fixture
def environment(tmp_path):
    """An environment that nothing holds."""
    (tmp_path / "rcsplan.yaml").write_text(PROJECT.format(hold=""))
    return load_project(tmp_path).environment()


def test_without_a_file_and_a_reason_nothing_holds(environment):
    assert hold_of(environment) == ""


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"black Friday\n", "the project is on hold: black Friday"),
        (b"", "the project has a HOLD file"),
        (b" \n", "the project has a HOLD file"),
        (b"caf\xe9", "the project is on hold: caf\N{REPLACEMENT CHARACTER}"),
    ],
)
def test_a_file_holds_whatever_it_says(environment, data, reason):
    (environment.folder / "HOLD").write_bytes(data)
    assert hold_of(environment) == reason


def test_a_file_that_cannot_be_read_holds_as_well(environment):
    (environment.folder / "HOLD").mkdir()
    assert hold_of(environment) == "the project has a HOLD file"


def test_a_file_is_looked_at_anew_each_time(environment):
    (environment.folder / "HOLD").write_text("")
    (environment.folder / "HOLD").unlink()
    assert hold_of(environment) == ""


def test_an_environment_holds_by_its_reason(tmp_path):
    (tmp_path / "rcsplan.yaml").write_text(PROJECT.format(hold=", hold: moving house"))
    assert hold_of(load_project(tmp_path).environment()) == "the environment is on hold: moving house"
