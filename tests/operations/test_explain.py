"""Every value of a payload comes from a line that can be opened, or from the provider's documented defaults."""

from __future__ import annotations

import json

import pytest

from rcsplan.errors import InvalidContent, UsageError
from rcsplan.manifest.variables import Variables
from rcsplan.operations.explain import explain
from rcsplan.output.explanation_text import format_explanation, format_explanation_json
from rcsplan.output.terminal import Style
from tests.builders import NOW
from tests.manifest.projects import make_project

FILES = {
    "_defaults.yaml": "apiVersion: rcsplan/v1\nkind: Defaults\nspec:\n  sender: Acme\n",
    "templates/p.yaml": """\
apiVersion: rcsplan/v1
kind: Partial
parameters:
  percent: {}
  until: {default: Sunday}
spec:
  options: {text: "{{ greeting }}, -{{ percent }}% {{ until }} {{ copy[locale].end }}{{ off.text }}"}
""",
    "texts/sms.txt": "{{ off.text }} now\n",
    "vars/copy/uk.yaml": "end: кінець\n",
    "vars/first.yaml": "off: {text: nothing, more: 1}\nlists: [1, 2]\n",
    "vars/second.yaml": "off:\n  text: much\n",
    "sale.yaml": """\
apiVersion: rcsplan/v1
kind: Campaign
metadata: {name: sale}
matrix: {locale: [uk]}
use: {template: templates/p.yaml, with: {percent: "{{ season }}"}}
vars:
  greeting: "Hi {{ metadata.name }} {{ given }}"
schedule: {rrule: FREQ=DAILY, at: "10:00", from: "2026-11-01"}
spec:
  groups: ["{{ lists }}", 3]
  alternative_channel:
    sms: {sender: ACME, text: {file: texts/sms.txt}}
""",
}
ADDRESS = "sale[locale=uk]@2026-11-25"
VARIABLES = Variables(environ={"season": "30"}, flags={"given": "you"})


@pytest.fixture
def environment(tmp_path):
    environments = {"sandbox": {"provider": {"type": "sandbox"}, "vars": ["vars/first.yaml", "vars/second.yaml"]}}
    project = make_project(tmp_path, files=FILES, environments=environments, catalogues={"copy": "vars/copy"})
    return project.environment()


def explained(environment, path=None, address=ADDRESS):
    return explain(environment, VARIABLES, now=NOW, address=address, path=path)


def places(explanation):
    """Where each value stands, or why it stands nowhere."""
    return {value.name: str(value.place) if value.place else value.kind for value in explanation.values}


def test_every_value_stands_somewhere(environment):
    assert places(explained(environment)) == {
        "groups[0]": "sale.yaml:10:12",
        "groups[1]": "sale.yaml:10:12",
        "groups[2]": "sale.yaml:10:27",
        "sender": "_defaults.yaml:4:11",
        "options.text": "templates/p.yaml:7:19",
        "alternative_channel.sms.check_stop_list": "documented default of the provider",
        "alternative_channel.sms.validity": "documented default of the provider",
        "alternative_channel.sms.sender": "sale.yaml:12:19",
        "alternative_channel.sms.text": "texts/sms.txt:1:1",
        "check_stop_list": "documented default of the provider",
        "validity": "documented default of the provider",
        "start_at": "sale.yaml:8:19",
    }


def test_every_variable_is_followed_to_where_it_is_set(environment):
    (value,) = explained(environment, "options.text").values
    assert [(need.name, str(need.place) if need.place else need.kind) for need in value.needs] == [
        ("copy", "vars/copy"),
        ("greeting", "sale.yaml:7:13"),
        ("locale", "matrix"),
        ("off.text", "vars/second.yaml:2:3"),
        ("percent", "sale.yaml:5:51"),
        ("until", "templates/p.yaml:5:10"),
    ]
    nested = {need.name: [(one.name, one.kind) for one in need.needs] for need in value.needs if need.needs}
    assert nested == {
        "greeting": [("given", "--var given"), ("metadata.name", "built in")],
        "percent": [("season", "RCSPLAN_VAR_season")],
    }


def test_text_of_a_file_names_what_it_needs(environment):
    (value,) = explained(environment, "alternative_channel.sms.text").values
    assert (value.written, [need.name for need in value.needs]) == ("{{ off.text }} now", ["off.text"])


@pytest.mark.parametrize("path", ["alternative_channel", "spec.alternative_channel", "alternative_channel.sms"])
def test_a_path_shows_what_is_below_it(environment, path):
    assert [value.name for value in explained(environment, path).values] == [
        "alternative_channel.sms.check_stop_list",
        "alternative_channel.sms.validity",
        "alternative_channel.sms.sender",
        "alternative_channel.sms.text",
    ]


def test_a_path_that_is_not_there_is_wrong_usage_with_a_suggestion(environment):
    with pytest.raises(UsageError) as caught:
        explained(environment, "options.txt")
    assert caught.value.hint == "Did you mean 'options.text'?"


def test_an_address_that_nothing_declares_is_wrong_usage_with_a_suggestion(environment):
    with pytest.raises(UsageError) as caught:
        explained(environment, address="sale[locale=uk]@2026-11-26T")
    assert "sale[locale=uk]@2026-11-26" in caught.value.hint


def test_a_manifest_with_errors_is_explained_by_its_errors(environment):
    (environment.folder / "broken.yaml").write_text("apiVersion: rcsplan/v1\nkind: Campaign\n")
    with pytest.raises(InvalidContent):
        explained(environment)


def test_the_explanation_as_text(environment, golden):
    golden("explanation.txt", format_explanation(explained(environment), Style()) + "\n")


def test_the_explanation_as_json(environment, golden):
    text = format_explanation_json(explained(environment))
    assert json.loads(text)["address"] == ADDRESS
    golden("explanation.json", text + "\n")


def test_what_foreign_text_holds_cannot_reach_the_terminal(environment):
    manifest = environment.folder / "sale.yaml"
    manifest.write_text(manifest.read_text().replace("ACME", '"A\\e[2J"'))
    with pytest.raises(InvalidContent):
        explained(environment)
