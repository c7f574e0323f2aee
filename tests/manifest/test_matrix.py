import pytest
from hypothesis import given
from hypothesis import strategies as st

from rcsplan.campaign.address import parse_address
from rcsplan.manifest.matrix import MAX_CELLS, MatrixSettings
from tests.manifest.projects import codes, load, make_manifest, make_spec, places

AXES = {"locale": ["uk", "en"], "tier": ["vip", "base"]}


def cells(matrix):
    """The variables of each cell, by its part of an address."""
    found = MatrixSettings(matrix=matrix).cells
    return {",".join(f"{key}={value}" for key, value in cell.key): dict(cell.values) for cell in found}


def load_matrix(folder, matrix, **spec):
    return load(folder, make_manifest("sale", matrix=matrix, spec=make_spec(**spec)))


def texts(loaded):
    """The text of each send, by address."""
    return {str(send.address): send.body["options"]["text"] for send in loaded.desired}


def test_every_combination_is_a_cell():
    assert list(cells(AXES)) == [
        "locale=en,tier=base",
        "locale=en,tier=vip",
        "locale=uk,tier=base",
        "locale=uk,tier=vip",
    ]


def test_an_exclusion_takes_away_every_cell_that_has_its_values():
    assert list(cells({**AXES, "exclude": [{"tier": "base"}]})) == ["locale=en,tier=vip", "locale=uk,tier=vip"]


def test_an_inclusion_of_every_axis_adds_a_cell():
    assert cells({**AXES, "include": [{"locale": "pl", "tier": "vip"}]})["locale=pl,tier=vip"] == {
        "locale": "pl",
        "tier": "vip",
    }


def test_an_inclusion_of_a_cell_that_is_there_adds_none():
    assert len(cells({**AXES, "include": [{"locale": "uk", "tier": "vip"}]})) == 4


def test_an_inclusion_gives_variables_to_the_cells_that_have_its_values():
    found = cells({**AXES, "include": [{"locale": "uk", "list": 7}]})
    assert {key: values.get("list") for key, values in found.items()} == {
        "locale=en,tier=base": None,
        "locale=en,tier=vip": None,
        "locale=uk,tier=base": 7,
        "locale=uk,tier=vip": 7,
    }


def test_a_later_inclusion_wins():
    assert cells({"locale": ["uk"], "include": [{"list": 1}, {"locale": "uk", "list": 2}]})["locale=uk"]["list"] == 2


def test_variables_of_an_inclusion_are_no_part_of_the_address():
    assert list(cells({"locale": ["uk"], "include": [{"locale": "uk", "list": 7}]})) == ["locale=uk"]


def test_whole_numbers_are_values():
    assert cells({"hour": [9, 18]}) == {"hour=18": {"hour": 18}, "hour=9": {"hour": 9}}


@pytest.mark.parametrize(
    ("matrix", "code", "path"),
    [
        ({}, "missing-key", ("matrix",)),
        ({"exclude": [{"a": "b"}]}, "missing-key", ("matrix",)),
        ({"locale": "uk"}, "wrong-type", ("matrix", "locale")),
        ({"locale": []}, "wrong-type", ("matrix", "locale")),
        ({"locale": ["uk", "uk"]}, "wrong-value", ("matrix", "locale", 1)),
        ({"locale": ["1", 1]}, "wrong-value", ("matrix", "locale", 1)),
        ({"locale": ["u,k"]}, "wrong-value", ("matrix", "locale", 0)),
        ({"locale": [""]}, "wrong-value", ("matrix", "locale", 0)),
        ({"locale": [True]}, "wrong-value", ("matrix", "locale", 0)),
        ({"locale": [{"code": "uk"}]}, "wrong-value", ("matrix", "locale", 0)),
        ({"metadata": ["a"]}, "reserved-variable", ("matrix", "metadata")),
        ({"my-axis": ["a"]}, "wrong-name", ("matrix", "my-axis")),
        ({**AXES, "exclude": {"locale": "uk"}}, "wrong-type", ("matrix", "exclude")),
        ({**AXES, "exclude": [{"brand": "x"}]}, "unknown-key", ("matrix", "exclude", 0, "brand")),
        ({**AXES, "exclude": [{"locale": "pl"}]}, "wrong-value", ("matrix", "exclude", 0, "locale")),
        ({**AXES, "exclude": [{"tier": "vip"}, {"tier": "base"}]}, "too-short", ("matrix", "exclude")),
        ({**AXES, "include": [{"locale": "pl"}]}, "missing-key", ("matrix", "include", 0)),
        ({**AXES, "include": [{"locale": "pl", "list": 1}]}, "wrong-value", ("matrix", "include", 0, "locale")),
        ({**AXES, "include": [{"locale": "p l", "tier": "x"}]}, "wrong-value", ("matrix", "include", 0, "locale")),
        ({**AXES, "include": [{"loop": 1}]}, "wrong-name", ("matrix", "include", 0, "loop")),
        ({"n": list(range(MAX_CELLS + 1))}, "too-long", ("matrix",)),
        ({"a": list(range(100)), "b": list(range(100)), "c": list(range(100))}, "too-long", ("matrix",)),
        ([], "wrong-type", ("matrix",)),
    ],
)
def test_what_is_wrong_with_a_matrix_is_a_problem_at_its_place(tmp_path, matrix, code, path):
    loaded = load_matrix(tmp_path, matrix)
    assert [(problem.code, problem.location.path) for problem in loaded.diagnostics] == [(code, path)]
    assert loaded.desired.sends == {}


def test_each_cell_has_its_own_lists_and_copy(tmp_path):
    copy = {"uk": "Привіт", "en": "Hello"}
    matrix = {"locale": ["uk", "en"], "include": [{"locale": "uk", "list": 1}, {"locale": "en", "list": 2}]}
    manifest = make_manifest(
        "sale",
        matrix=matrix,
        vars={"copy": copy, "greeting": "{{ copy[locale] }}!"},
        spec=make_spec(groups=["{{ list }}"], options={"text": "{{ greeting }}"}),
    )
    loaded = load(tmp_path, manifest)
    assert texts(loaded) == {"sale[locale=en]": "Hello!", "sale[locale=uk]": "Привіт!"}
    assert [ref.id for send in loaded.desired for ref in send.lists] == [2, 1]


def test_each_cell_may_have_its_own_time(tmp_path):
    manifest = make_manifest("sale", matrix={"hour": [10, 18]}, schedule={"at": "2026-12-01 {{ hour }}:00"})
    loaded = load(tmp_path, manifest)
    assert [send.schedule.wall.hour for send in loaded.desired] == [10, 18]


def test_a_cell_wins_over_every_other_variable(tmp_path):
    manifest = make_manifest(
        "sale", matrix={"v": ["cell"]}, vars={"v": "mine"}, spec=make_spec(options={"text": "{{ v }}"})
    )
    assert texts(load(tmp_path, manifest)) == {"sale[v=cell]": "cell"}


def test_the_values_of_an_axis_may_come_from_a_variable(tmp_path):
    manifest = make_manifest("sale", matrix={"locale": "{{ locales }}"}, vars={"locales": ["uk", "en"]})
    assert list(texts(load(tmp_path, manifest))) == ["sale[locale=en]", "sale[locale=uk]"]


def test_a_problem_of_every_cell_is_told_once(tmp_path):
    loaded = load_matrix(tmp_path, AXES, validity=99)
    assert codes(loaded) == ["out-of-range"]


def test_a_problem_of_one_cell_says_whose_it_is(tmp_path):
    loaded = load_matrix(tmp_path, {"hours": [3, 99]}, validity="{{ hours }}")
    assert [problem.detail for problem in loaded.diagnostics] == [
        "It must be at most 72. This is so for sale[hours=99]."
    ]
    assert loaded.desired.sends == {}


def test_a_problem_of_a_list_that_one_cell_spliced_is_placed_for_that_cell(tmp_path):
    text = """\
apiVersion: rcsplan/v1
kind: Campaign
metadata: {name: sale}
matrix: {locale: [uk, en], include: [{locale: uk, lists: [1, 2]}, {locale: en, lists: [3]}]}
schedule: {at: "2026-12-01 10:00"}
spec:
  sender: Acme
  groups:
    - "{{ lists }}"
    - "4"
  options: {text: hi}
"""
    assert places(load(tmp_path, text)) == ["0.yaml:10:7 ambiguous-list"]


@given(st.permutations(AXES["locale"]), st.permutations(AXES["tier"]), st.permutations(list(AXES)))
def test_cells_do_not_depend_on_the_order_of_axes_and_values(locales, tiers, names):
    values = {"locale": locales, "tier": tiers}
    matrix = {name: values[name] for name in names}
    assert MatrixSettings(matrix=matrix).cells == MatrixSettings(matrix=AXES).cells


@given(st.sampled_from(["pl", "de"]))
def test_another_value_leaves_the_other_cells_as_they_are(locale):
    more = cells({**AXES, "locale": [*AXES["locale"], locale]})
    assert {key: more[key] for key in cells(AXES)} == cells(AXES)


word = st.from_regex(r"[^\W_][\w.-]{0,10}\w", fullmatch=True)


@given(st.lists(word, min_size=1, max_size=4, unique=True))
def test_every_address_of_a_cell_reads_back(words):
    found = MatrixSettings(matrix={"axis": words}).cells
    addresses = [f"sale[axis={cell.values['axis']}]" for cell in found]
    assert [str(parse_address(address)) for address in addresses] == addresses
