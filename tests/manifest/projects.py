"""Projects on disk as the tests of manifests need them, each by one call."""

import json

import pytest

from rcsplan.errors import InvalidContent
from rcsplan.manifest.load import load_sends
from rcsplan.manifest.occasion import Occasion
from rcsplan.manifest.project import load_project
from rcsplan.manifest.variables import Variables
from tests.builders import NOW

PROJECT = {
    "apiVersion": "rcsplan/v1",
    "kind": "Project",
    "metadata": {"name": "acme"},
    "environments": {"sandbox": {"provider": {"type": "sandbox"}}},
}


def make_project(folder, *, files=None, provider=None, **changes):
    """A loaded project in a folder; files are texts, bytes or data."""
    project = {**PROJECT, **changes}
    if provider is not None:
        project["environments"] = {"sandbox": {"provider": {"type": "sandbox", **provider}}}
    for name, content in {"rcsplan.yaml": project, **(files or {})}.items():
        write(folder / name, content)
    return load_project(folder)


def write(path, content):
    """A file of a text, of bytes, or of data as JSON, which is YAML."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = content if isinstance(content, str | bytes) else json.dumps(content, ensure_ascii=False)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())


def problems_of(folder, content):
    """What is wrong with a project file."""
    write(folder / "rcsplan.yaml", content)
    with pytest.raises(InvalidContent) as caught:
        load_project(folder)
    return caught.value.diagnostics


def make_spec(**changes):
    """The body of a text message to one list."""
    return {"groups": [101], "sender": "Acme", "options": {"text": "Hello"}, **changes}


def make_card_spec(**card):
    """The body of one card."""
    return make_spec(options={"cards": [card]})


def make_manifest(name="spring-sale", *, spec=None, **changes):
    """A manifest of a text message, as data; a key that is None is left out."""
    manifest = {
        "apiVersion": "rcsplan/v1",
        "kind": "Campaign",
        "metadata": {"name": name},
        "schedule": {"at": "2026-12-01 10:00"},
        "spec": make_spec() if spec is None else spec,
        **changes,
    }
    return {key: value for key, value in manifest.items() if value is not None}


def load(folder, *manifests, files=None, variables=None, environment=None, occasion=None, paths=None, **project):
    """What the manifests (data or texts, in the files `0.yaml`, `1.yaml` …) of a project come to."""
    numbered = {f"{number}.yaml": manifest for number, manifest in enumerate(manifests)}
    made = make_project(folder, files={**numbered, **(files or {})}, **project)
    return load_sends(
        made.environment(environment),
        variables=variables or Variables(),
        occasion=occasion or Occasion(now=NOW),
        paths=paths,
    )


def load_spec(folder, spec, **options):
    """What a manifest with this spec comes to."""
    return load(folder, make_manifest(spec=spec), **options)


def only_send(loaded):
    """The one send that was loaded without any problem."""
    assert loaded.diagnostics == ()
    (send,) = loaded.desired
    return send


def codes(loaded):
    """The codes of the diagnostics, in order."""
    return [diagnostic.code for diagnostic in loaded.diagnostics]


def places(loaded):
    """Code and place of the diagnostics, in order."""
    return [f"{diagnostic.location} {diagnostic.code}" for diagnostic in loaded.diagnostics]


def pointed_at(diagnostic):
    """The excerpt from the caret on: what a reader is pointed at."""
    return diagnostic.excerpt[diagnostic.location.column - 1 :]
