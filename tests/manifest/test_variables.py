from __future__ import annotations

import pytest

from rcsplan.manifest.variables import Variables, merged
from tests.manifest.projects import codes, load, make_manifest, make_spec, only_send, places, write

SANDBOX = {"provider": {"type": "sandbox"}}


def text_of(loaded):
    return only_send(loaded).body["options"]["text"]


def saying(expression, **changes):
    return make_manifest(spec=make_spec(options={"text": expression}), **changes)


SOURCES = ["file 1", "file 2", "environ", "var file", "flag", "manifest"]


@pytest.mark.parametrize("highest", range(len(SOURCES)))
def test_later_sources_win_over_earlier_ones(tmp_path, highest):
    given = [{"x": SOURCES[rank]} if rank <= highest else {} for rank in range(len(SOURCES))]
    write(tmp_path / "elsewhere.yml", given[3])
    loaded = load(
        tmp_path / "project",
        saying("{{ x }}", vars=given[5]),
        files={"vars/1.yaml": given[0], "vars/2.yaml": given[1]},
        environments={"sandbox": {**SANDBOX, "vars": ["vars/1.yaml", "vars/2.yaml"]}},
        variables=Variables(environ=given[2], files=(tmp_path / "elsewhere.yml",), flags=given[4]),
    )
    assert text_of(loaded) == SOURCES[highest]


def test_mappings_merge_deeply_and_lists_are_replaced():
    below = {"a": {"x": 1, "y": [1, 2]}, "b": 1}
    above = {"a": {"y": [3], "z": 4}, "c": {"d": 5}}
    assert merged(below, above) == {"a": {"x": 1, "y": [3], "z": 4}, "b": 1, "c": {"d": 5}}


def test_variables_of_the_manifest_merge_into_those_of_the_project(tmp_path):
    loaded = load(
        tmp_path,
        saying("{{ brand.name }} {{ brand.agent }}", vars={"brand": {"name": "{{ 'Local' }}"}}),
        variables=Variables(),
        files={"vars/a.yaml": {"brand": {"name": "Acme", "agent": "A"}}},
        environments={"sandbox": {**SANDBOX, "vars": ["vars/a.yaml"]}},
    )
    assert text_of(loaded) == "Local A"


def test_variables_of_the_manifest_may_refer_to_each_other_in_any_order(tmp_path):
    variables = {"a": "{{ b }}!", "b": "{{ c.d }}", "c": {"d": "deep"}}
    assert text_of(load(tmp_path, saying("{{ a }}", vars=variables))) == "deep!"


def test_what_the_surroundings_give_is_text(tmp_path):
    loaded = load(tmp_path, saying("{{ x ~ y }}"), variables=Variables(environ={"x": "1"}, flags={"y": "[2]"}))
    assert text_of(loaded) == "1[2]"


def test_environment_and_metadata_are_built_in(tmp_path):
    manifest = saying("{{ environment }} {{ metadata.name }} {{ metadata.revision }}")
    assert text_of(load(tmp_path, manifest)) == "sandbox spring-sale 1"


@pytest.mark.parametrize("name", ["environment", "metadata"])
@pytest.mark.parametrize(
    "options",
    [
        lambda name: {"variables": Variables(environ={name: "x"})},
        lambda name: {"variables": Variables(flags={name: "x"})},
        lambda name: {
            "files": {"vars/a.yaml": {name: "x"}},
            "environments": {"sandbox": {**SANDBOX, "vars": ["vars/a.yaml"]}},
        },
    ],
)
def test_nobody_sets_what_is_built_in(tmp_path, name, options):
    assert codes(load(tmp_path, make_manifest(), **options(name))) == ["reserved-variable"]


def test_no_manifest_sets_what_is_built_in(tmp_path):
    loaded = load(tmp_path, make_manifest(vars={"metadata": 1, "my-var": 2, "none": 3}))
    assert codes(loaded) == ["reserved-variable", "wrong-name", "wrong-name"]


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ("- a\n", "vars/a.yaml:1:1 wrong-type"),
        ("a: {b: ['{{ x }}']}\n", "vars/a.yaml:1:9 template-not-allowed"),
        ("my-var: 1\n", "vars/a.yaml:1:1 wrong-name"),
        ("a: 1\na: 2\n", "vars/a.yaml:1:1 duplicate-key"),
        (b"a: \xe9", "vars/a.yaml:1:4 not-utf-8"),
    ],
)
def test_a_wrong_file_of_variables_is_a_problem(tmp_path, content, place):
    files, environment = {"vars/a.yaml": content}, {**SANDBOX, "vars": ["vars/a.yaml"]}
    loaded = load(tmp_path, make_manifest(), files=files, environments={"sandbox": environment})
    assert places(loaded)[0] == place


def test_a_missing_file_of_variables_is_a_problem(tmp_path):
    loaded = load(tmp_path, make_manifest(), environments={"sandbox": {**SANDBOX, "vars": ["vars/gone.yaml"]}})
    assert places(loaded) == ["vars/gone.yaml unreadable-file"]


def test_an_empty_file_of_variables_is_nothing(tmp_path):
    environments = {"sandbox": {**SANDBOX, "vars": ["vars/a.yaml"]}}
    only_send(load(tmp_path, make_manifest(), files={"vars/a.yaml": "# later\n"}, environments=environments))
