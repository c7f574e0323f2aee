"""Reuse: defaults of project, environment and folders, partials with parameters, and where each value comes from."""

import pytest

from rcsplan.campaign.address import Address
from tests.manifest.projects import codes, load, make_manifest, make_spec, places

SALE = Address("sale")
DEFAULTS = {"apiVersion": "rcsplan/v1", "kind": "Defaults"}
PARTIAL = {
    "apiVersion": "rcsplan/v1",
    "kind": "Partial",
    "parameters": {"percent": {"description": "what is taken off"}, "until": {"default": "Sunday"}},
    "spec": {"options": {"text": "-{{ percent }}% until {{ until }}"}, "validity": 9},
}
BARE = {"groups": [101], "sender": "Acme"}


def body_of(loaded, address=SALE):
    assert loaded.diagnostics == ()
    return loaded.desired.sends[address].body


def load_one(folder, *, files=None, at="acme/sale.yaml", manifest=None, **changes):
    made = manifest or make_manifest("sale", **changes)
    return load(folder, files={at: made, **(files or {})})


def test_the_layers_are_project_environment_folders_partial_and_campaign(tmp_path):
    environments = {"sandbox": {"provider": {"type": "sandbox"}, "defaults": {"validity": 2, "sender": "environment"}}}
    files = {
        "_defaults.yaml": {**DEFAULTS, "spec": {"sender": "root folder", "validity": 3}},
        "acme/_defaults.yaml": {**DEFAULTS, "spec": {"sender": "inner folder"}},
        "templates/p.yaml": {**PARTIAL, "parameters": {}, "spec": {"check_stop_list": False}},
        "acme/sale.yaml": make_manifest(
            "sale", spec={"groups": [1], "options": {"text": "mine"}}, use="templates/p.yaml"
        ),
    }
    defaults = {"validity": 1, "add_to_contact_book": True}
    body = body_of(load(tmp_path, files=files, environments=environments, defaults=defaults))
    assert body == {
        "sender": "inner folder",
        "options": {"text": "mine"},
        "validity": 3,
        "check_stop_list": False,
        "add_to_contact_book": True,
    }


def test_the_defaults_of_a_folder_are_for_it_and_what_lies_below(tmp_path):
    files = {"acme/_defaults.yaml": {**DEFAULTS, "spec": {"validity": 5}}, "other/x.yaml": make_manifest("x")}
    deep = load_one(tmp_path, at="acme/2026/11/sale.yaml", files=files)
    assert (body_of(deep)["validity"], body_of(deep, Address("x"))["validity"]) == (5, 72)


def test_lists_replace_and_mappings_merge(tmp_path):
    cards = {"cards": [{"text": "default"}, {"text": "second"}]}
    files = {
        "_defaults.yaml": {**DEFAULTS, "spec": {"options": cards, "alternative_channel": {"sms": {"sender": "A"}}}}
    }
    spec = {**BARE, "options": {"cards": [{"text": "mine"}]}, "alternative_channel": {"sms": {"text": "hi"}}}
    body = body_of(load_one(tmp_path, files=files, spec=spec))
    assert [card["text"] for card in body["options"]["cards"]] == ["mine"]
    assert {key: body["alternative_channel"]["sms"][key] for key in ("sender", "text")} == {"sender": "A", "text": "hi"}


def test_a_folder_gives_variables_that_the_manifest_may_override(tmp_path):
    files = {"_defaults.yaml": {**DEFAULTS, "vars": {"brand": {"name": "Acme", "city": "Kyiv"}, "n": 1}}}
    spec = make_spec(options={"text": "{{ brand.name }} {{ brand.city }} {{ n }}"})
    body = body_of(load_one(tmp_path, files=files, vars={"brand": {"city": "Lviv"}}, spec=spec))
    assert body["options"]["text"] == "Acme Lviv 1"


def test_a_folder_may_give_the_zone_of_schedules_and_an_audience(tmp_path):
    common = {"schedule": {"timezone": "Europe/Warsaw"}, "audience": {"expect": {"max": 9}}}
    loaded = load_one(tmp_path, files={"_defaults.yaml": {**DEFAULTS, **common}})
    send = loaded.desired.sends[SALE]
    assert (send.schedule.zone, send.expect.max) == ("Europe/Warsaw", 9)


def test_a_schedule_of_a_folder_gives_no_start_to_a_manifest_without_one(tmp_path):
    files = {"_defaults.yaml": {**DEFAULTS, "schedule": {"timezone": "Europe/Warsaw"}}}
    assert codes(load_one(tmp_path, files=files, schedule=None)) == ["no-schedule"]


def test_a_partial_is_rendered_with_its_parameters(tmp_path):
    use = {"template": "templates/p.yaml", "with": {"percent": 30}}
    body = body_of(load_one(tmp_path, files={"templates/p.yaml": PARTIAL}, use=use, spec=BARE))
    assert (body["options"]["text"], body["validity"]) == ("-30% until Sunday", 9)


def test_a_parameter_may_be_a_template_of_the_campaign(tmp_path):
    use = {"template": "templates/p.yaml", "with": {"percent": "{{ off[tier] }}", "until": "{{ metadata.name }}"}}
    loaded = load_one(
        tmp_path,
        files={"templates/p.yaml": PARTIAL},
        use=use,
        spec=BARE,
        vars={"off": {"vip": 40, "base": 10}},
        matrix={"tier": ["vip", "base"]},
    )
    assert [send.body["options"]["text"] for send in loaded.desired] == ["-10% until sale", "-40% until sale"]


def test_a_value_that_is_given_wins_over_a_variable_of_the_same_name(tmp_path):
    use = {"template": "templates/p.yaml", "with": {"percent": 30}}
    loaded = load_one(tmp_path, files={"templates/p.yaml": PARTIAL}, use=use, spec=BARE, vars={"percent": 1})
    assert body_of(loaded)["options"]["text"] == "-30% until Sunday"


@pytest.mark.parametrize(
    ("use", "code", "path"),
    [
        ("templates/p.yaml", "missing-key", ("use",)),
        (
            {"template": "templates/p.yaml", "with": {"percent": 1, "untill": 2}},
            "unknown-key",
            ("use", "with", "untill"),
        ),
        ("templates/q.yaml", "unknown-template", ("use",)),
        ("../p.yaml", "path-leaves-project", ("use", "template")),
        ("/etc/passwd", "path-leaves-project", ("use", "template")),
        ({"template": 7}, "wrong-type", ("use", "template")),
        ({"with": {}}, "missing-key", ("use",)),
        ([], "wrong-type", ("use",)),
        ({"template": "templates/p.yaml", "params": {}}, "unknown-key", ("use", "params")),
    ],
)
def test_what_is_wrong_with_a_use_is_a_problem_at_its_place(tmp_path, use, code, path):
    loaded = load_one(tmp_path, files={"templates/p.yaml": PARTIAL}, use=use, spec=BARE)
    assert [(problem.code, problem.location.path[: len(path)]) for problem in loaded.diagnostics] == [(code, path)]
    assert loaded.desired.sends == {}


def test_a_misspelled_template_gets_a_suggestion(tmp_path):
    loaded = load_one(tmp_path, files={"templates/sale.yaml": PARTIAL}, use="templates/sail.yaml", spec=BARE)
    assert [problem.hint for problem in loaded.diagnostics] == ["Did you mean 'templates/sale.yaml'?"]


@pytest.mark.parametrize(
    ("file", "content", "place"),
    [
        ("acme/_defaults.yaml", {**DEFAULTS, "kind": "Default"}, "acme/_defaults.yaml:1:38 wrong-value"),
        ("acme/_defaults.yaml", {**DEFAULTS, "metadata": {}}, "acme/_defaults.yaml:1:50 unknown-key"),
        ("acme/_defaults.yaml", {**DEFAULTS, "vars": {"my-var": 1}}, "acme/_defaults.yaml:1:59 wrong-name"),
        ("acme/_defaults.yaml", "a: [", "acme/_defaults.yaml:1:5 yaml-syntax"),
        ("acme/_defaults.yaml", "a: 1\n---\nb: 1\n", "acme/_defaults.yaml:1:1 wrong-document"),
        ("acme/_defaults.yaml", {**DEFAULTS, "spec": {"validity": 99}}, "acme/_defaults.yaml:1:71 out-of-range"),
        ("acme/_defaults.yaml", {**DEFAULTS, "spec": {"validty": 9}}, "acme/_defaults.yaml:1:59 unknown-key"),
        (
            "acme/_defaults.yaml",
            {**DEFAULTS, "spec": {"validity": "{{ nope }}"}},
            "acme/_defaults.yaml:1:75 undefined-variable",
        ),
        ("templates/p.yaml", {**PARTIAL, "specs": {}}, "templates/p.yaml:1:229 unknown-key"),
    ],
)
def test_what_is_wrong_beside_the_manifests_is_told_once_where_it_stands(tmp_path, file, content, place):
    spec = {**BARE, "options": {"text": "hi"}}
    used = {"use": {"template": "templates/p.yaml", "with": {"percent": 1}}} if file.startswith("templates") else {}
    made = {f"acme/{name}.yaml": make_manifest(name, spec=spec, **used) for name in ("a", "b")}
    loaded = load(tmp_path, files={**made, file: content})
    own = [one for one in places(loaded) if one.startswith(file)]
    assert own == [place]
    assert loaded.has_errors


def test_a_template_that_fails_in_a_partial_is_placed_in_the_partial(tmp_path):
    broken = {**PARTIAL, "parameters": {}, "spec": {"options": {"text": "{{ nope }}"}}}
    loaded = load_one(tmp_path, files={"templates/p.yaml": broken}, use="templates/p.yaml", spec=BARE)
    assert [one.split()[0].split(":")[0] for one in places(loaded)] == ["templates/p.yaml"]


def test_a_field_is_located_in_the_layer_that_wrote_it(tmp_path):
    files = {
        "_defaults.yaml": "apiVersion: rcsplan/v1\nkind: Defaults\nspec:\n  sender: Acme\n  validity: 4\n",
        "templates/p.yaml": "apiVersion: rcsplan/v1\nkind: Partial\nspec:\n  options: {text: hi}\n",
    }
    loaded = load_one(tmp_path, files=files, use="templates/p.yaml", spec={"groups": [1], "validity": 9})
    where = {key: str(loaded.locate_wire_key(SALE, key)) for key in ("sender", "optionstext", "validity", "groups")}
    assert where["sender"] == "_defaults.yaml:4:11"
    assert where["optionstext"] == "templates/p.yaml:4:19"
    assert {where["validity"].split(":")[0], where["groups"].split(":")[0]} == {"acme/sale.yaml"}


def load_text(folder, text, *, file=None, **changes):
    files = {"texts/sale.txt": file} if file is not None else {}
    return load_one(folder, files=files, spec=make_spec(options={"text": text}), **changes)


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_text_may_stand_in_a_file(tmp_path, end):
    loaded = load_text(tmp_path, {"file": "texts/sale.txt"}, file=f"Hello\n{{{{ metadata.name }}}}{end}")
    assert body_of(loaded)["options"]["text"] == "Hello\nsale"


def test_the_name_of_a_file_may_not_leave_the_project(tmp_path):
    (tmp_path.parent / "outside.txt").write_text("secret")
    assert codes(load_text(tmp_path, {"file": "../outside.txt"})) == ["path-leaves-project"]


def test_a_file_that_is_not_there_is_an_error_at_its_name(tmp_path):
    assert [(one.code, one.location.path) for one in load_text(tmp_path, {"file": "texts/no.txt"}).diagnostics] == [
        ("unreadable-file", ("spec", "options", "text", "file"))
    ]


def test_a_template_that_fails_in_a_text_is_placed_in_its_file(tmp_path):
    loaded = load_text(tmp_path, {"file": "texts/sale.txt"}, file="Hello\n{{ nope }}\n")
    assert places(loaded) == ["texts/sale.txt:2:4 undefined-variable"]


def test_a_file_is_no_value_where_a_mapping_is_expected(tmp_path):
    spec = make_spec(options={"file": "texts/sale.txt"})
    assert codes(load_one(tmp_path, files={"texts/sale.txt": "x"}, spec=spec)) == ["wrong-type"]


def load_copy(folder, uk, en, text="{{ copy[locale].title }}"):
    files = {"vars/copy/uk.yaml": uk, "vars/copy/en.yaml": en}
    manifest = make_manifest("sale", matrix={"locale": ["uk", "en"]}, spec=make_spec(options={"text": text}))
    return load(folder, manifest, files=files, catalogues={"copy": "vars/copy"})


def test_texts_come_from_a_catalogue_by_locale(tmp_path):
    loaded = load_copy(tmp_path, {"title": "Привіт"}, {"title": "Hello"})
    assert [send.body["options"]["text"] for send in loaded.desired] == ["Hello", "Привіт"]


def test_a_missing_text_is_an_error_where_it_is_needed_and_never_that_of_another_locale(tmp_path):
    loaded = load_copy(tmp_path, {"title": "Привіт"}, {"other": "x"})
    assert sorted(codes(loaded)) == ["missing-text", "missing-text", "undefined-variable"]
    assert loaded.desired.sends == {}


def test_a_text_that_one_locale_lacks_is_a_warning_at_the_other(tmp_path):
    loaded = load_copy(tmp_path, {"title": "Привіт", "more": {"deep": "x"}}, {"title": "Hello", "more": {}})
    assert [(str(one.location), one.code, one.is_error) for one in loaded.diagnostics] == [
        ("vars/copy/en.yaml", "missing-text", False)
    ]


def test_an_empty_catalogue_is_an_error(tmp_path):
    assert codes(load(tmp_path, make_manifest(), catalogues={"copy": "vars/none"})) == ["empty-catalogue"]
