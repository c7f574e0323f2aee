from __future__ import annotations

import gc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rcsplan.campaign.address import Address
from rcsplan.manifest.occasion import Occasion
from rcsplan.manifest.wire_key import find_wire_key
from tests.builders import NOW
from tests.manifest.projects import codes, load, make_manifest, make_spec, only_send, places, write

SPRING = Address("spring-sale")
CARDS = """\
apiVersion: rcsplan/v1
kind: Campaign
metadata: {name: spring-sale}
vars: {vip: [1, 2]}
schedule:
  at: "2026-12-01 10:00"
spec:
  groups: ["{{ vip }}", 3]
  sender: Acme
  options:
    cards:
      - text: one
      - title: two
        text: zwei
  alternative_channel: {sms: {sender: ACME, text: hi}}
"""


def names(addresses):
    return sorted(str(address) for address in addresses)


def test_every_manifest_of_a_file_is_loaded(tmp_path):
    text = "---\n".join(f"{CARDS}".replace("spring-sale", name) for name in ("a", "b", "c"))
    loaded = load(tmp_path, text)
    assert (names(loaded.desired.sends), loaded.manifests, loaded.diagnostics) == (["a", "b", "c"], 3, ())


def test_an_empty_document_is_nothing(tmp_path):
    assert load(tmp_path, f"---\n---\n{CARDS}---\n# end\n").manifests == 1


def test_a_document_of_another_tool_is_passed_over_with_a_note(tmp_path):
    loaded = load(tmp_path, "apiVersion: v1\nkind: ConfigMap\ndata: {a: b}\n")
    assert (places(loaded), loaded.manifests, loaded.has_errors) == (["0.yaml:1:13 foreign-document"], 0, False)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("kind: Campaign\n", "0.yaml:1:1 missing-key"),
        ("apiVersion: rcsplan/v2\nkind: Campaign\n", "0.yaml:1:13 unknown-version"),
        ("apiVersion: 1\nkind: Campaign\n", "0.yaml:1:13 unknown-version"),
        ("apiVersion: rcsplan/v1\nkind: Project\n", "0.yaml:2:7 wrong-kind"),
        ("apiVersion: rcsplan/v1\n", "0.yaml:1:1 wrong-kind"),
        ("- a\n", "0.yaml:1:1 wrong-type"),
        ("text\n", "0.yaml:1:1 wrong-type"),
    ],
)
def test_a_document_that_is_no_campaign_of_this_version_is_one_error(tmp_path, text, place):
    assert places(load(tmp_path, text)) == [place]


def test_an_error_in_one_manifest_hides_nothing_of_the_others(tmp_path):
    bad = make_manifest("bad", spec=make_spec(validity=99))
    loaded = load(tmp_path, bad, "a: [", make_manifest("good"), make_manifest("worse", spec=make_spec(options={})))
    assert (codes(loaded), names(loaded.desired.sends)) == (["out-of-range", "yaml-syntax", "missing-key"], ["good"])


def test_one_name_in_two_files_is_an_error_at_both(tmp_path):
    loaded = load(tmp_path, CARDS, "# x\n" + CARDS, make_manifest("other"))
    assert places(loaded) == ["0.yaml:3:18 duplicate-campaign", "1.yaml:4:18 duplicate-campaign"]
    assert "1.yaml:4:18" in loaded.diagnostics[0].detail


def test_a_name_that_was_given_up_must_be_gone(tmp_path):
    moved = make_manifest(metadata={"name": "new", "moved_from": ["gone", "old"]})
    loaded = load(tmp_path, moved, make_manifest("old"))
    assert [(d.code, d.location.path) for d in loaded.diagnostics] == [
        ("moved-from-exists", ("metadata", "moved_from", 1))
    ]


def test_a_name_is_given_up_to_one_campaign_alone(tmp_path):
    first = make_manifest(metadata={"name": "a", "moved_from": ["old"]})
    second = make_manifest(metadata={"name": "b", "moved_from": ["other", "old"]})
    loaded = load(tmp_path, first, second)
    assert [(d.code, d.location.file, d.location.path) for d in loaded.diagnostics] == [
        ("moved-from-twice", "0.yaml", ("metadata", "moved_from", 0)),
        ("moved-from-twice", "1.yaml", ("metadata", "moved_from", 1)),
    ]
    assert "1.yaml" in loaded.diagnostics[0].detail


def test_a_former_name_that_one_campaign_names_twice_is_its_own(tmp_path):
    assert codes(load(tmp_path, make_manifest(metadata={"name": "a", "moved_from": ["old", "old"]}))) == []


@pytest.mark.parametrize("title", ['"\\x7f"', '"\\x85"', """'{{ "\\ud83d" }}'""", """'{{ "a" ~ "\\x1b" }}'"""])
def test_a_character_that_cannot_be_sent_is_an_error_however_it_is_written(tmp_path, title):
    loaded = load(tmp_path, CARDS.replace("title: two", f"title: {title}"))
    assert codes(loaded) == ["control-character"]


def test_a_campaign_of_other_environments_is_filtered_and_still_declared(tmp_path):
    elsewhere = make_manifest(metadata={"name": "elsewhere", "environments": ["prod"]}, spec={"wrong": True})
    sandbox = {"provider": {"type": "sandbox"}}
    loaded = load(
        tmp_path, elsewhere, make_manifest(), environments={"sandbox": sandbox, "prod": sandbox}, environment="sandbox"
    )
    assert (names(loaded.desired.sends), loaded.desired.passed_over, loaded.diagnostics) == (
        ["spring-sale"],
        {"elsewhere"},
        (),
    )
    assert loaded.desired.declares(Address("elsewhere", (("locale", "uk"),)))


OLD_IS_FROZEN = Occasion(now=NOW, frozen={(Address("old"), 1)})


def test_a_frozen_campaign_is_neither_rendered_nor_validated(tmp_path):
    old = make_manifest("old", spec={"groups": "{{ gone }}"}, vars={"a": "{{ nope }}"})
    loaded = load(tmp_path, old, occasion=OLD_IS_FROZEN)
    assert (loaded.desired.frozen, loaded.desired.sends, loaded.diagnostics) == (frozenset({Address("old")}), {}, ())


def test_another_revision_of_a_frozen_campaign_is_not_frozen(tmp_path):
    again = make_manifest(metadata={"name": "old", "revision": 2})
    loaded = load(tmp_path, again, occasion=OLD_IS_FROZEN)
    assert (names(loaded.desired.sends), loaded.desired.frozen) == (["old"], frozenset())


def test_the_metadata_of_a_frozen_campaign_is_checked(tmp_path):
    old = make_manifest(metadata={"name": "old", "labls": {}})
    loaded = load(tmp_path, old, occasion=OLD_IS_FROZEN)
    assert [(d.code, d.location.path) for d in loaded.diagnostics] == [("unknown-key", ("metadata", "labls"))]


def test_paths_narrow_what_is_read(tmp_path):
    files = {"a/x.yaml": make_manifest("x"), "a/b/y.yaml": make_manifest("y"), "z.yaml": make_manifest("z")}
    loaded = load(tmp_path, files=files, paths=(tmp_path / "a", tmp_path / "z.yaml"))
    assert names(loaded.desired.sends) == ["x", "y", "z"]
    assert names(load(tmp_path, paths=(tmp_path / "a" / "b" / "y.yaml",)).desired.sends) == ["y"]


def test_a_draft_is_read_when_it_is_named(tmp_path):
    loaded = load(tmp_path, files={"_draft.yaml": make_manifest("draft")}, paths=(tmp_path / "_draft.yaml",))
    assert names(loaded.desired.sends) == ["draft"]


@pytest.mark.parametrize("path", ["gone.yaml", "../outside.yaml"])
def test_a_path_that_is_no_manifest_of_the_project_is_an_error(tmp_path, path):
    write(tmp_path / "outside.yaml", make_manifest())
    loaded = load(tmp_path / "project", paths=(tmp_path / "project" / path,))
    assert codes(loaded) == ["no-such-manifest"]


def test_globs_of_the_project_narrow_what_is_read(tmp_path):
    files = {"a/x.yaml": make_manifest("x"), "b/y.yaml": make_manifest("y")}
    assert names(load(tmp_path, files=files, manifests=["a/**"]).desired.sends) == ["x"]


def test_a_glob_that_matches_nothing_is_a_warning(tmp_path):
    loaded = load(tmp_path, make_manifest(), manifests=["0.yaml", "b/**"])
    assert [(d.code, d.is_error, d.location.path) for d in loaded.diagnostics] == [
        ("unmatched-glob", False, ("manifests", 1))
    ]


def test_a_send_knows_where_it_is_declared(tmp_path):
    assert str(only_send(load(tmp_path, CARDS)).location) == "0.yaml:3:18"


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (("options", "cards", 1, "text"), "0.yaml:14:15"),
        (("options", "cards", 1, "media"), "0.yaml:13:9"),
        (("groups", 0), "0.yaml:8:12"),
        (("groups", 1), "0.yaml:8:12"),
        (("groups", 2), "0.yaml:8:25"),
        (("alternative_channel", "sms", "text"), "0.yaml:15:51"),
        (("tariff_code",), "0.yaml:8:3"),
        (("validity",), "rcsplan.yaml:1:168"),
        (("start_at",), "0.yaml:6:7"),
    ],
)
def test_a_path_of_the_body_leads_to_the_line_that_produced_it(tmp_path, path, place):
    loaded = load(tmp_path, CARDS, defaults={"validity": 9})
    assert str(loaded.locate(SPRING, path)) == place


@pytest.mark.parametrize(
    ("key", "place"),
    [
        ("optionscards1text", "0.yaml:14:15"),
        ("options.cards[1].text", "0.yaml:14:15"),
        ("optionscards1media", "0.yaml:13:9"),
        ("groups2", "0.yaml:8:25"),
        ("alternativeChannel.sms.text", "0.yaml:15:51"),
        ("start_at", "0.yaml:6:7"),
        ("nothing", "None"),
    ],
)
def test_a_key_of_the_provider_leads_to_the_line_that_produced_it(tmp_path, key, place):
    assert str(load(tmp_path, CARDS).locate_wire_key(SPRING, key)) == place


def test_a_key_of_an_unknown_send_leads_nowhere(tmp_path):
    assert load(tmp_path, CARDS).locate_wire_key(Address("other"), "sender") is None


@pytest.mark.parametrize(
    ("key", "path"),
    [("cards1", ("cards", 1)), ("cards10", ("cards", 10)), ("cards11text", ("cards",)), ("cards1x", ("cards", 1))],
)
def test_a_number_is_not_taken_for_the_beginning_of_a_larger_one(key, path):
    assert find_wire_key(key, {"cards": [{} for _ in range(11)]}) == path


EDITS = {
    "comment": lambda text: "# a comment\n" + text,
    "quotes": lambda text: text.replace("sender: Acme", "sender: 'Acme'"),
    "order": lambda text: text.replace(
        "      - title: two\n        text: zwei", "      - text: zwei\n        title: two"
    ),
    "metadata": lambda text: text.replace("{name: spring-sale}", "{name: spring-sale, owner: me}"),
}


@pytest.mark.parametrize("edit", EDITS)
def test_the_digest_of_the_source_ignores_what_changes_no_message(tmp_path, edit):
    before, after = (only_send(load(tmp_path / name, text)) for name, text in [("a", CARDS), ("b", EDITS[edit](CARDS))])
    assert before.source_digest == after.source_digest


def test_the_digest_of_the_source_ignores_variables_and_defaults_of_the_project(tmp_path):
    before = only_send(load(tmp_path / "a", CARDS))
    after = only_send(load(tmp_path / "b", CARDS, defaults={"validity": 9}))
    assert (before.source_digest == after.source_digest, before.digest == after.digest) == (True, False)


def test_the_digest_of_the_source_follows_the_text_of_the_author(tmp_path):
    before = only_send(load(tmp_path / "a", CARDS))
    after = only_send(load(tmp_path / "b", CARDS.replace("vip: [1, 2]", "vip: [1, 4]")))
    assert before.source_digest != after.source_digest


@given(st.lists(st.sampled_from([CARDS, "a: 1\n", "b: [\n", "apiVersion: v1\n", "{{ x }}\n"]), max_size=4))
def test_loading_is_deterministic_and_never_raises(tmp_path_factory, texts):
    folder = tmp_path_factory.mktemp("project")
    first, second = load(folder, *texts), load(folder, *texts)
    assert (first.desired, first.diagnostics) == (second.desired, second.diagnostics)


@given(st.text(alphabet="ab:-{}[]%&*!|>'\"# \n\t,?1.", max_size=60))
def test_no_text_is_a_traceback(tmp_path_factory, text):
    head = "apiVersion: rcsplan/v1\nkind: Campaign\nmetadata: {name: a}\nspec:\n  "
    folder = tmp_path_factory.mktemp("project")
    assert load(folder, text, head + text).has_errors in {True, False}


@pytest.fixture
def _paused_collector():
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("_paused_collector")
def test_loading_leaves_no_circles_behind(tmp_path):
    """The collector is paused meanwhile, so a circle would keep every manifest in memory."""
    manifests = [make_manifest(f"c-{number}", vars={"a": "{{ b }}", "b": "{{ nope }}"}) for number in range(20)]
    load(tmp_path, *manifests[:1])
    few = gc.collect()
    load(tmp_path, *manifests)
    assert gc.collect() - few < len(manifests)


def test_two_hundred_manifests_load(tmp_path):
    loaded = load(tmp_path, *(make_manifest(f"c-{number}") for number in range(200)))
    assert (len(loaded.desired.sends), loaded.diagnostics) == (200, ())
