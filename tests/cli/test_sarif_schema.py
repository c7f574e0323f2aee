"""`validate --format sarif` against the schema that OASIS published, as a package of Microsoft carries it."""

from __future__ import annotations

import json

import jsonschema
import pytest

from tests.cli.test_validate_formats import BROKEN
from tests.editor.language_server import ENGINES

SCHEMA = ENGINES / "node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json"

pytestmark = [
    pytest.mark.full,
    pytest.mark.skipif(not SCHEMA.exists(), reason="the schema of SARIF is not installed: .ci/run installs it"),
]


@pytest.mark.parametrize("manifest", [BROKEN, ""], ids=["problems", "none"])
def test_the_results_keep_the_published_schema(project, manifest):
    schema = json.loads(SCHEMA.read_text("utf-8"))
    project.write("broken.yaml", manifest)
    log = project.run("validate", "--format", "sarif", "--var", "environment=x").json
    validator = jsonschema.validators.validator_for(schema)(schema)
    assert [f"{error.json_path}: {error.message}" for error in validator.iter_errors(log)] == []
