"""`validate --format`: what machines read of the problems of a project, with hostile texts in it."""

from __future__ import annotations

import json
import re
from urllib.parse import unquote

import pytest
from pydantic_sarif.model import StaticAnalysisResultsFormatSarifVersion210JsonSchema as SarifLog

from rcsplan.cli.surroundings import version
from tests.cli.repository import begin_repository

#: Everything that could end a command, begin another, or be taken for an escape, a link or a place for an argument.
HOSTILE = '"50% off,\\r\\n::error file=x::[click](http://evil.example) {0}\\e[2J\\u202e: y"'
BROKEN = f"""\
apiVersion: rcsplan/v1
kind: Campaign
metadata: {{name: broken, ownr: me}}
schedule: {{at: {HOSTILE}}}
spec:
  groups: [101]
  sender: Acme
  valdity: 3
  options: {{text: "Hello {{{{ nobody }}}}"}}
---
apiVersion: other/v1
kind: Thing
"""


def stable(text):
    """A text without the version of rcsplan."""
    return text.replace(f'"version": "{version()}"', '"version": "…"')


@pytest.fixture
def broken(project):
    """The example project in a folder of a repository, with a manifest in which much is wrong."""
    project.write("acme/50%, off: é.yaml", BROKEN)
    begin_repository(project.folder.parent)
    return project


@pytest.mark.parametrize("output_format", ["github", "sarif", "json", "text"])
def test_what_is_wrong(broken, golden, output_format):
    done = broken.run("validate", "--format", output_format, "--var", "environment=x")
    assert done.code == 1
    golden(f"validate/{output_format}.txt", stable(done.out) + done.err)


@pytest.mark.parametrize("output_format", ["github", "sarif", "json", "text"])
def test_nothing_is_wrong(project, golden, output_format):
    done = project.run("validate", "--format", output_format)
    assert (done.code, done.err) == (0, "")
    golden(f"validate/clean-{output_format}.txt", stable(done.out))


@pytest.mark.parametrize("output_format", ["github", "sarif", "json", "text"])
def test_a_broken_project_file_is_told_in_the_format_that_was_asked_for(broken, output_format):
    broken.edit("rcsplan.yaml", "default_environment", "default_enviroment")
    done = broken.run("validate", "--format", output_format)
    assert (done.code, "unknown-key" in done.out + done.err) == (1, True)


def test_every_line_of_a_workflow_is_one_command_or_the_tally(broken):
    lines = broken.run("-v", "validate", "--format", "github").out.splitlines()
    assert [line for line in lines[:-1] if not re.match(r"::(error|warning|notice) (\w+=[^:,]*,?)+::\S", line)] == []
    assert lines[-1].endswith("errors, 0 warnings.")


def test_notes_of_a_workflow_wait_for_verbose(broken):
    quiet, loud = (broken.run(*words, "validate", "--format", "github").out for words in ((), ("-v",)))
    assert ("::notice " in quiet, "::notice " in loud) == (False, True)


def test_paths_lead_from_the_root_of_the_repository(broken):
    out = broken.run("validate", "--format", "github").out
    assert "file=shop/acme/50%25%2C off%3A é.yaml,line=3," in out


def test_paths_lead_from_the_project_outside_of_a_repository(project):
    project.write("broken.yaml", BROKEN)
    assert "file=broken.yaml,line=3," in project.run("validate", "--format", "github").out


def test_results_of_code_scanning_lead_from_the_root_of_the_repository(broken):
    results = sarif_of(broken)["results"]
    places = [result["locations"][0]["physicalLocation"]["artifactLocation"] for result in results]
    assert {(unquote(place["uri"]), place["uriBaseId"]) for place in places} == {
        ("shop/acme/50%, off: é.yaml", "%SRCROOT%")
    }


def test_code_scanning_knows_a_problem_again_after_lines_were_added_above_it(broken):
    before = [result["partialFingerprints"] for result in sarif_of(broken)["results"]]
    broken.edit("acme/50%, off: é.yaml", "kind: Campaign", "# a line\nkind: Campaign")
    assert [result["partialFingerprints"] for result in sarif_of(broken)["results"]] == before


def test_no_two_problems_have_one_fingerprint(broken):
    broken.write("acme/other.yaml", BROKEN)
    prints = [result["partialFingerprints"]["rcsplan/v1"] for result in sarif_of(broken)["results"]]
    assert len(set(prints)) == len(prints)


def test_the_results_are_sarif(broken):
    log = broken.run("validate", "--format", "sarif", "--var", "environment=x").json
    SarifLog.model_validate_json(json.dumps(log))
    rules = [rule["id"] for rule in log["runs"][0]["tool"]["driver"]["rules"]]
    assert [rules[result["ruleIndex"]] for result in log["runs"][0]["results"]] == [
        result["ruleId"] for result in log["runs"][0]["results"]
    ]


def test_a_problem_in_no_file_is_shown_at_the_project_file(project):
    (result,) = sarif_of(project, "--var", "environment=x")["results"]
    assert result["locations"] == [
        {"physicalLocation": {"artifactLocation": {"uri": "rcsplan.yaml", "uriBaseId": "%SRCROOT%"}}}
    ]
    assert result["message"]["text"].startswith("--var environment: ")


def sarif_of(project, *arguments):
    """The one run of a validation."""
    (run,) = project.run("validate", "--format", "sarif", *arguments).json["runs"]
    return run
