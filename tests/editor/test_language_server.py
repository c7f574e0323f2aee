"""The schemas in a real editor's language server: completion, words on hovering, squiggles where they belong."""

from __future__ import annotations

from pathlib import Path

import pytest

from rcsplan.cli.main import run
from tests.editor.language_server import editing, find_server

pytestmark = [
    pytest.mark.full,
    pytest.mark.skipif(find_server() is None, reason="yaml-language-server is not installed: .ci/run installs it"),
]

ROOT = Path(__file__).parents[2]
CAMPAIGNS = ROOT / "campaigns"
EXAMPLES = sorted(
    str(path.relative_to(CAMPAIGNS)) for path in CAMPAIGNS.rglob("*.yaml") if ".rcsplan" not in path.parts
)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A new project, as `init` writes it."""
    folder = tmp_path_factory.mktemp("editor") / "shop"
    assert run(["init", str(folder)]) == 0
    return folder


@pytest.fixture(scope="module")
def editor(project):
    """An editor on the new project."""
    with editing(project) as opened:
        yield opened


@pytest.fixture(scope="module")
def example():
    """An editor on the example project."""
    with editing(CAMPAIGNS) as opened:
        yield opened


def written(kind, text):
    """A document of a kind, as an author begins it."""
    head = f"# yaml-language-server: $schema=.schemas/{kind}.schema.json\n"
    return f"{head}apiVersion: rcsplan/v1\nkind: {kind.capitalize()}\n{text}"


@pytest.mark.parametrize("file", EXAMPLES)
def test_the_example_project_has_no_squiggles(example, file):
    assert example.open(file, (CAMPAIGNS / file).read_text("utf-8")) == []


@pytest.mark.parametrize("file", ["rcsplan.yaml", "welcome.yaml", "vars/common.yaml", "sandbox/account.yaml"])
def test_a_new_project_has_no_squiggles(editor, project, file):
    assert editor.open(file, (project / file).read_text("utf-8")) == []


@pytest.mark.parametrize("file", ["rcsplan.yaml", "welcome.yaml"])
def test_a_new_project_is_checked_by_its_schemas(editor, project, file):
    text = (project / file).read_text("utf-8").replace("metadata:", "metdata:")
    assert ("metdata", "Property metdata is not allowed.") in marks(editor, f"broken-{file}", text)


def marks(editor, file, text):
    """The marked words of a file, with what is said of them."""
    return [(word, message) for _, word, message in editor.open(file, text)]


@pytest.mark.parametrize(
    ("kind", "text", "word"),
    [
        ("campaign", "metadata: {name: x}\nspec:\n  sendr: Acme\n", "sendr"),
        ("campaign", "metadata: {name: x}\nspec:\n  options:\n    cards:\n      - titel: x\n", "titel"),
        ("campaign", "metadata:\n  name: x\n  ownr: y\n", "ownr"),
        ("campaign", 'metadata: {name: x}\nschedule:\n  at: "2026-12-01 10:00"\n  timezne: x\n', "timezne"),
        ("campaign", "metadata: {name: x}\nschedule:\n  rrule: FREQ=DAILY\n  form: x\n", "form"),
        ("campaign", "metadata: {name: x}\nvras: {}\n", "vras"),
        ("partial", "spec:\n  options:\n    crds: []\n", "crds"),
        ("defaults", 'schedule:\n  from: "2026-12-01"\n  evry: 1\n', "evry"),
        ("calendar", "metadata: {name: x, sorce: y}\ndays: {}\n", "sorce"),
        ("project", "metadata: {name: x}\nenvironments:\n  a:\n    provider: {type: sandbox, timzone: x}\n", "timzone"),
        ("project", "metadata: {name: x}\nenvironments: {a: {provider: {type: sandbox}}}\npolcy: {}\n", "polcy"),
    ],
)
def test_a_misspelled_key_alone_is_marked(editor, kind, text, word):
    assert marks(editor, f"{kind}-{word}.yaml", written(kind, text)) == [(word, f"Property {word} is not allowed.")]


@pytest.mark.parametrize(
    "text",
    [
        'schedule: {at: "{{ start }}", timezone: "{{ zone }}"}\n',
        'schedule: {rrule: "{{ rule }}", at: "{{ times }}", from: "{{ first }}", except: "{{ days }}"}\n',
        'matrix: {locale: "{{ locales }}", exclude: ["{{ none }}"]}\n',
        'audience: {expect: {min: "{{ least }}"}, split: "{{ split }}"}\n',
        'spec: {validity: "{{ hours }}", groups: "{{ lists }}", check_stop_list: "{{ yes }}"}\n',
        'spec: {options: "{{ message }}", alternative_channel: "{{ sms }}"}\n',
        'spec: {options: {cards: ["{{ card }}", {title: "{{ t }}", suggestions: "{{ buttons }}"}]}}\n',
        "spec: {sender: {file: sender.txt}, options: {text: {file: texts/a.txt}}}\n",
        "use: templates/sale.yaml\n",
    ],
)
def test_of_templates_files_and_partials_none_is_marked(editor, text):
    document = written("campaign", f"metadata: {{name: x}}\n{text}wrong: 1\n")
    found = marks(editor, f"templated-{abs(hash(text))}.yaml", document)
    assert found == [("wrong", "Property wrong is not allowed.")]


def test_a_wrong_value_is_marked_where_it_stands(editor):
    text = written("campaign", "metadata: {name: x}\nspec:\n  validity: 99\n  check_stop_list: maybe\n")
    assert [word for word, _ in marks(editor, "values.yaml", text)] == ["99", "maybe"]


@pytest.mark.parametrize(
    ("kind", "text", "after", "keys"),
    [
        ("campaign", "", "kind: Campaign\n", {"metadata", "matrix", "schedule", "spec", "use", "vars", "audience"}),
        ("campaign", "metadata:\n  name: x\n  \n", "name: x\n  ", {"owner", "revision", "moved_from", "labels"}),
        ("campaign", "schedule:\n  \n", "schedule:\n  ", {"at", "timezone", "until", "rrule", "from"}),
        ("campaign", "schedule:\n  rrule: FREQ=DAILY\n  \n", "DAILY\n  ", {"at", "from", "except", "calendars"}),
        ("campaign", "spec:\n  options:\n    cards:\n      - title: x\n        \n", "x\n        ", {"text", "media"}),
        ("campaign", "spec:\n  alternative_channel:\n    sms:\n      \n", "sms:\n      ", {"sender", "text"}),
        ("partial", "spec:\n  \n", "spec:\n  ", {"sender", "options"}),
        ("defaults", "spec:\n  \n", "spec:\n  ", {"sender", "options"}),
        ("project", "defaults:\n  \n", "defaults:\n  ", {"sender", "check_stop_list"}),
        ("project", "policy:\n  \n", "policy:\n  ", {"stop_margin", "instant"}),
        ("calendar", "metadata:\n  \n", "metadata:\n  ", {"name", "source"}),
    ],
)
def test_keys_are_offered_where_they_may_stand(editor, kind, text, after, keys):
    document = written(kind, text)
    file = f"completed-{kind}-{len(text)}.yaml"
    editor.open(file, document)
    assert keys - editor.complete(file, document, after) == set()


@pytest.mark.parametrize(
    ("word", "words"),
    [
        ("owner", ["Whom to ask.", "growth@example.com"]),
        ("timezone", ["Zone of the times here", "Europe/Kyiv"]),
        ("groups", ["Contact lists: ids, names, or {id, name}.", "Newsletter"]),
        ("sender", ["The RCS agent.", "Acme"]),
        ("cards", ["One card, or a carousel.", "Spring sale"]),
        ("alternative_channel", ["The fallback.", "sms"]),
    ],
)
def test_hovering_explains_with_an_example(editor, project, word, words):
    text = (project / "welcome.yaml").read_text("utf-8")
    editor.open("welcome.yaml", text)
    shown = editor.hover("welcome.yaml", text, f"{word}:")
    assert [piece for piece in words if piece not in shown] == []


def test_hovering_over_a_setting_tells_its_default_as_it_is_written(editor):
    text = written("project", "policy:\n  plan_ttl: 12h\n")
    editor.open("hovered.yaml", text)
    assert "Default: 1d." in editor.hover("hovered.yaml", text, "plan_ttl")
