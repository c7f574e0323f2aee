from __future__ import annotations

import pytest

from rcsplan.manifest.source import MAX_PROBLEMS
from tests.manifest.projects import codes, load, make_manifest, make_spec, only_send, places, pointed_at

HEAD = """\
apiVersion: rcsplan/v1
kind: Campaign
metadata: {name: spring-sale}
schedule: {at: "2026-12-01 10:00"}
"""


def load_text(folder, text, **options):
    return load(folder, HEAD + text, **options)


def test_a_list_inside_a_list_is_spliced_in(tmp_path):
    spec = make_spec(groups=[5, "{{ vip }}", {"name": "{{ name }}"}])
    send = only_send(load(tmp_path, make_manifest(spec=spec, vars={"vip": [1, 2], "name": "Newsletter"})))
    assert [str(ref) for ref in send.lists] == ["5", "1", "2", "'Newsletter'"]


def test_a_spliced_list_may_be_empty(tmp_path):
    spec = make_spec(groups=["{{ nobody }}", 5])
    assert [str(ref) for ref in only_send(load(tmp_path, make_manifest(spec=spec, vars={"nobody": []}))).lists] == ["5"]


@pytest.mark.parametrize("value", ["a: b", "- x", "}}", "{{ y }}", "&a *b", "!!python/object x", "#", "'\"", "\n\n- z"])
def test_a_variable_never_changes_the_structure(tmp_path, value):
    loaded = load(tmp_path, make_manifest(spec=make_spec(options={"text": "{{ x }}."})), variables=None, files={})
    assert codes(loaded) == ["undefined-variable"]
    spec = make_spec(options={"text": "{{ pieces | join }}."})
    send = only_send(load(tmp_path, make_manifest(spec=spec, vars={"pieces": list(value)})))
    assert send.body["options"] == {"text": f"{value}."}


@pytest.mark.parametrize(
    ("spec", "pointed"),
    [
        ("spec: {groups: [1], sender: Acme, options: {text: 'Hi {{ nmae }}'}}", "nmae }}'}}"),
        ("spec: {groups: [1], sender: Acme, options: {text: \"{{ 'x' ~ nmae }}\"}}", 'nmae }}"}}'),
        ("spec:\n  groups: [1]\n  sender: Acme\n  options:\n    text: |\n      one\n      two {{ nmae }}\n", "nmae }}"),
        (
            "spec:\n  groups: [1]\n  sender: Acme\n  options:\n    text: >-\n      {{ 1 }} two\n\n      {{ nmae }}\n",
            "nmae }}",
        ),
        ("spec:\n  groups: [1]\n  sender: Acme\n  options:\n    text: 'a\n      {{ nmae }}'\n", "nmae }}'"),
        ("spec:\n  groups: [1]\n  sender: Acme\n  options:\n    text: a {{ 1 }} b {{ nmae }}\n", "nmae }}"),
        (
            "spec:\n  groups: [1]\n  sender: A\n  options:\n    text: a {% if nmae %}x{% endif %}\n",
            "nmae %}x{% endif %}",
        ),
        ("spec:\n  groups: [1]\n  sender: A\n  options:\n    text: a {{ 1 }} {{ 2 | uppr }}\n", "uppr }}"),
        ("spec:\n  groups: [1]\n  sender: A\n  options:\n    text: a {{ 1 }} {{ 1 / 0 }}\n", "{{ 1 / 0 }}"),
    ],
)
def test_the_caret_stands_under_what_is_wrong_in_a_template(tmp_path, spec, pointed):
    (problem,) = load_text(tmp_path, spec).diagnostics
    assert pointed_at(problem) == pointed


def test_the_value_of_a_failed_template_is_not_reported_again(tmp_path):
    spec = make_spec(
        validity="{{ nope }}", options={"cards": [{"text": "{{ nope }}"}, "{{ nope }}"]}, groups=["{{ nope }}"]
    )
    assert codes(load(tmp_path, make_manifest(spec=spec))) == ["undefined-variable"] * 4


def test_a_variable_that_fails_is_reported_where_it_is_defined_and_nowhere_else(tmp_path):
    text = (
        "vars:\n  a: '{{ nope }}'\n  b: '{{ a }}'\nspec: {groups: ['{{ b }}'], sender: '{{ a }}', options: {text: x}}"
    )
    assert places(load_text(tmp_path, text)) == ["0.yaml:6:10 undefined-variable"]


def test_a_mapping_that_holds_a_failed_variable_has_failed_as_well(tmp_path):
    text = (
        "vars: {bad: '{{ nope }}', a: {x: '{{ bad }}'}}\nspec: {groups: [1], sender: '{{ a.x }}', options: {text: x}}"
    )
    assert places(load_text(tmp_path, text)) == ["0.yaml:5:17 undefined-variable"]


def test_variables_in_a_circle_are_named(tmp_path):
    text = "vars: {a: '{{ b }}', b: '{{ c }}', c: 'x {{ a }}'}\nspec: {groups: [1], sender: A, options: {text: x}}"
    (problem,) = load_text(tmp_path, text).diagnostics
    assert (problem.code, problem.detail, pointed_at(problem)[:1]) == (
        "variable-cycle",
        "The circle is a → b → c → a.",
        "a",
    )


def test_a_variable_in_terms_of_itself_is_a_circle(tmp_path):
    loaded = load(tmp_path, make_manifest(vars={"a": "{{ a }}"}))
    assert codes(loaded) == ["variable-cycle"]


def test_unused_variables_are_checked_as_well(tmp_path):
    assert codes(load(tmp_path, make_manifest(vars={"a": {"b": ["{{ nope }}"]}}))) == ["undefined-variable"]


def test_a_problem_in_a_template_file_is_shown_there_and_names_the_manifest(tmp_path):
    files = {"templates/m.j2": "{% macro hi(who) %}\n  Hi {{ who.frist }}{% endmacro %}"}
    spec = make_spec(options={"text": "{% import 'm.j2' as m %}{{ m.hi({'first': 1}) }}"})
    (problem,) = load(tmp_path, make_manifest(spec=spec), files=files).diagnostics
    assert (str(problem.location), pointed_at(problem)[:5], problem.hint) == (
        "templates/m.j2:2:13",
        "frist",
        "Did you mean 'first'?",
    )
    assert "0.yaml:1:" in problem.detail


def test_what_a_splice_moved_is_still_found(tmp_path):
    text = "vars: {vip: [1, 2, 3]}\nspec: {groups: ['{{ vip }}', 7, x, -5], sender: A, options: {text: x}}"
    (problem,) = load_text(tmp_path, text).diagnostics
    assert pointed_at(problem)[:2] == "-5"


def test_what_is_wrong_inside_a_splice_points_at_its_template(tmp_path):
    text = "vars: {vip: [1, -2, 3]}\nspec: {groups: [7, '{{ vip }}', 8], sender: A, options: {text: x}}"
    (problem,) = load_text(tmp_path, text).diagnostics
    assert pointed_at(problem)[:11] == "'{{ vip }}'"


def test_defaults_are_rendered_with_the_variables_of_the_manifest(tmp_path):
    manifest = make_manifest(vars={"agent": "Local"})
    del manifest["spec"]["sender"]
    send = only_send(load(tmp_path, manifest, defaults={"sender": "{{ agent }}", "validity": 9}))
    assert (send.sender, send.body["validity"]) == ("Local", 9)


def test_what_is_wrong_with_a_default_is_shown_in_the_project_file_once(tmp_path):
    loaded = load(
        tmp_path, make_manifest(), make_manifest("other"), defaults={"validty": 9, "tariff_code": "{{ nope }}"}
    )
    assert [(problem.code, problem.location.file) for problem in loaded.diagnostics] == [
        ("unknown-key", "rcsplan.yaml"),
        ("undefined-variable", "rcsplan.yaml"),
    ]


def test_metadata_kind_and_version_are_no_templates(tmp_path):
    manifest = make_manifest(metadata={"name": "a", "owner": "{{ x }}", "labels": {"brand": "{% if x %}"}})
    assert codes(load(tmp_path, manifest)) == ["template-not-allowed"] * 2


def test_the_problems_of_a_manifest_are_not_counted_to_the_end(tmp_path):
    loaded = load(tmp_path, make_manifest(vars={"a": ["{{ nope }}"] * 1000}, spec=make_spec(groups=[-1] * 1000)))
    assert len(loaded.diagnostics) == 2 * MAX_PROBLEMS
