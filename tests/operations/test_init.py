"""A new project on disk."""

from __future__ import annotations

import pytest

from rcsplan.cli.schema import editor_schemas
from rcsplan.errors import ConfigurationError, UsageError
from rcsplan.manifest.load import load_sends
from rcsplan.manifest.occasion import Occasion
from rcsplan.manifest.project import load_project
from rcsplan.manifest.variables import Variables
from rcsplan.operations.init import init_project
from tests.builders import NOW

FILES = (
    "rcsplan.yaml",
    "vars/common.yaml",
    "welcome.yaml",
    "sandbox/account.yaml",
    ".gitignore",
    ".schemas/project.schema.json",
    ".schemas/campaign.schema.json",
    ".schemas/partial.schema.json",
    ".schemas/defaults.schema.json",
    ".schemas/calendar.schema.json",
    ".schemas/variables.schema.json",
    ".schemas/account.schema.json",
)


def init(folder):
    """A new project with the schemas that the command line writes."""
    return init_project(folder, editor_schemas())


def test_it_says_what_it_wrote(tmp_path):
    assert init(tmp_path / "new") == tuple(tmp_path / "new" / file for file in FILES)


def test_its_manifests_are_free_of_problems(tmp_path):
    init(tmp_path)
    assert (
        load_sends(load_project(tmp_path).environment(), variables=Variables(), occasion=Occasion(now=NOW)).diagnostics
        == ()
    )


@pytest.mark.parametrize(
    ("folder", "name"),
    [("Acme CRM", "acme-crm"), ("---", "campaigns"), ("розсилки", "campaigns"), ("x" * 100, "x" * 60), ("a.b", "a-b")],
)
def test_the_project_is_called_after_its_folder(tmp_path, folder, name):
    init(tmp_path / folder)
    assert load_project(tmp_path / folder).metadata.name == name


@pytest.mark.parametrize("file", [file for file in FILES if file != ".gitignore"])
def test_it_overwrites_nothing_and_then_writes_nothing(tmp_path, file):
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).write_text("mine")
    with pytest.raises(UsageError):
        init(tmp_path)
    assert [path.read_text() for path in tmp_path.rglob("*") if path.is_file()] == ["mine"]


def test_it_adds_to_an_ignore_file_once(tmp_path):
    (tmp_path / ".gitignore").write_text("node_modules/")
    init(tmp_path)
    assert (tmp_path / ".gitignore").read_text().splitlines()[0] == "node_modules/"


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError):
        init(tmp_path / "file" / "new")


@pytest.mark.parametrize("file", ["rcsplan.yaml", "vars/common.yaml", "welcome.yaml", "sandbox/account.yaml"])
def test_every_file_for_authors_names_its_schema(tmp_path, file):
    init(tmp_path)
    comment = (tmp_path / file).read_text("utf-8").splitlines()[0].partition("$schema=")[2]
    assert ((tmp_path / file).parent / comment).is_file()
