"""Every backend from the command line: as the project names it, and as the state is moved from one to the other."""

from __future__ import annotations

import json
import re
import uuid

import pytest

from rcsplan.backend.http_store import HttpStore
from rcsplan.backend.local import LocalStore
from rcsplan.backend.object_store import ObjectStateStore
from rcsplan.backend.postgres import PostgresStore
from rcsplan.cli.stores import open_place, open_store
from rcsplan.errors import ConfigurationError
from tests.backend.dialects import GitLab
from tests.backend.object_servers import endpoint_of, url_of
from tests.backend.postgres_server import execute, server
from tests.backend.state_server import StateServer
from tests.backend.stores import http_settings
from tests.cli.running import Project, copy_example
from tests.manifest.projects import make_project

URL = "https://gitlab.example.com/api/v4/projects/42/terraform/state/crm"


@pytest.fixture
def opened(tmp_path):
    """Opens the store that a project with this `state` names."""
    return lambda **state: open_store(make_project(tmp_path, state=state).environment())


@pytest.mark.parametrize(
    ("state", "kind", "location"),
    [
        ({"backend": "local", "path": "/states/crm.json"}, LocalStore, "/states/crm.json"),
        ({"backend": "s3", "url": "s3://acme/crm.json", "region": "eu-west-1"}, ObjectStateStore, "s3://acme/crm.json"),
        ({"backend": "http", "url": URL}, HttpStore, URL),
        (
            {"backend": "postgres", "url": {"env": "DB"}},
            PostgresStore,
            "postgresql://db.example/crm (project acme, environment sandbox)",
        ),
        (
            {"backend": "postgres", "url": {"env": "DB"}, "project": "shop"},
            PostgresStore,
            "postgresql://db.example/crm (project shop, environment sandbox)",
        ),
    ],
)
def test_a_project_names_its_store(opened, monkeypatch, state, kind, location):
    endpoint_of("s3")
    monkeypatch.setenv("DB", "postgresql://ci:s3cret@db.example/crm")
    store = opened(**state)
    assert (type(store), store.location) == (kind, location)


def test_the_secrets_of_a_server_come_from_where_they_are_said_to_be(opened, monkeypatch, tmp_path):
    monkeypatch.setenv("STATE_TOKEN", "s3cret")
    (tmp_path / "ca.pem").write_text("the authority")
    (tmp_path / "client.pem").write_text("the client")
    (tmp_path / "key.pem").write_text("the key")
    store = opened(
        backend="http",
        url=URL,
        username="ci",
        password={"env": "STATE_TOKEN"},
        headers={"X-Team": "crm", "Private-Token": {"env": "STATE_TOKEN"}},
        ca_certificate="ca.pem",
        client_certificate="client.pem",
        client_private_key={"file": "key.pem"},
        retry_max=7,
        retry_wait_min="2s",
        retry_wait_max="1m",
    )
    settings = store._settings
    assert (settings.username, settings.password) == ("ci", "s3cret")
    assert dict(settings.headers) == {"X-Team": "crm", "Private-Token": "s3cret"}
    assert (settings.client_ca_certificate_pem, settings.client_certificate_pem) == ("the authority", "the client")
    assert settings.client_private_key_pem == "the key"
    assert (settings.retry_max, settings.retry_wait_min, settings.retry_wait_max) == (7, 2, 60)


def test_what_is_not_said_of_a_server_comes_from_the_environment(opened, monkeypatch):
    monkeypatch.setenv("RCSPLAN_HTTP_ADDRESS", URL)
    monkeypatch.setenv("RCSPLAN_HTTP_USERNAME", "ci")
    assert (opened(backend="http").location, opened(backend="http")._settings.username) == (URL, "ci")


def test_in_a_gitlab_job_nothing_needs_to_be_said(opened, monkeypatch):
    monkeypatch.setenv("CI_API_V4_URL", "https://gitlab.example.com/api/v4")
    monkeypatch.setenv("CI_PROJECT_ID", "42")
    monkeypatch.setenv("CI_JOB_TOKEN", "s3cret")
    assert opened(backend="http").location == URL.replace("crm", "acme-sandbox")


@pytest.mark.parametrize(
    "state",
    [
        {"backend": "postgres", "url": {"env": "NO_SUCH_VARIABLE"}},
        {"backend": "http", "url": URL, "password": {"env": "NO_SUCH_VARIABLE"}},
        {"backend": "http", "url": URL, "client_private_key": {"file": "no-such-file"}},
    ],
)
def test_a_secret_that_is_missing_is_told(opened, state):
    with pytest.raises(ConfigurationError, match=r"The .* (is missing|cannot be read)"):
        opened(**state)


@pytest.mark.parametrize(
    ("place", "region", "setting"),
    [
        ("s3://acme/crm.json", "eu-west-1", "{backend: s3, url: s3://acme/crm.json, region: eu-west-1}"),
        ("https://state.example.com/crm", None, "{backend: http, url: https://state.example.com/crm}"),
        ("postgresql://ci:s3cret@db.example/crm", None, "{backend: postgres, url: {env: RCSPLAN_DATABASE_URL}}"),
    ],
)
def test_a_place_is_told_as_a_project_names_it(tmp_path, monkeypatch, place, region, setting):
    endpoint_of("s3")
    monkeypatch.setenv("RCSPLAN_HTTP_LOCK_ADDRESS", "https://state.example.com/crm/lock")
    opened = open_place(place, make_project(tmp_path).environment(), region=region)
    assert (opened.setting, "s3cret" in repr(opened)) == (setting, False)


@pytest.fixture
def applied(tmp_path, capsys):
    """The example project after its first apply, and one that saw its campaigns scheduled."""
    copy_example(tmp_path / "shop")
    project = Project(tmp_path / "shop", capsys)
    assert [project.apply().code, project.apply().code] == [0, 0]
    return project


@pytest.fixture
def database(monkeypatch):
    """The URL of an empty database, also in the variable that is named in what is printed."""
    name = f"test_{uuid.uuid4().hex}"
    execute("postgres", f"CREATE DATABASE {name}")
    monkeypatch.setenv("RCSPLAN_DATABASE_URL", server().url(name))
    yield server().url(name)
    execute("postgres", f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def gitlab(monkeypatch):
    """The URL of a state on a server that speaks as GitLab does, which the environment lets us in to."""
    with StateServer(GitLab()) as running:
        settings = http_settings(running.url, GitLab())
        monkeypatch.setenv("RCSPLAN_HTTP_LOCK_ADDRESS", settings["lock_url"])
        monkeypatch.setenv("RCSPLAN_HTTP_LOCK_METHOD", "POST")
        monkeypatch.setenv("RCSPLAN_HTTP_UNLOCK_METHOD", "DELETE")
        monkeypatch.setenv("RCSPLAN_HTTP_USERNAME", settings["username"])
        monkeypatch.setenv("RCSPLAN_HTTP_PASSWORD", settings["password"])
        yield settings["url"]


@pytest.fixture
def bucket(tmp_path):
    """How an object of a bucket is named on the command line."""
    return (url_of("s3", tmp_path), "--endpoint", endpoint_of("s3"), "--region", "eu-central-1")


def move(project, *arguments):
    """Move the state, do to rcsplan.yaml what the command says, and return the digest that it printed."""
    moved = project.run("state", "migrate", "--to", *arguments)
    assert moved.code == 0, moved.err
    setting = re.search(r"^    state: .*$", moved.out, re.MULTILINE)[0]
    text = re.sub(r"^    state: .*\n", "", project.read("rcsplan.yaml"), flags=re.MULTILINE)
    project.write("rcsplan.yaml", re.sub(r"^  sandbox:.*$", rf"\g<0>\n{setting}", text, count=1, flags=re.MULTILINE))
    return re.search(r"^sha256:[0-9a-f]{64}$", moved.out, re.MULTILINE)[0]


def went_on(project):
    """Whether nothing is to do at the new place, and nothing was sent again."""
    planned, applied = project.run("plan", "--detailed-exitcode"), project.apply()
    return (planned.code, applied.code, len(project.ledger())) == (0, 0, 4)


def test_a_state_goes_to_postgresql_to_s3_to_gitlab_and_back(applied, database, gitlab, bucket):
    digests, went = set(), []
    digests.add(move(applied, database))
    went.append(went_on(applied))
    digests.add(move(applied, *bucket))
    went.append(went_on(applied))
    digests.add(move(applied, gitlab))
    went.append(went_on(applied))
    digests.add(move(applied, str(applied.folder / "back.json")))
    went.append(went_on(applied))
    assert (len(digests), went) == (1, [True] * 4)
    assert json.loads(applied.read("back.json"))["serial"] > 3


def test_every_backend_keeps_its_promises(applied, database, bucket):
    move(applied, database)
    postgres = applied.run("state", "check")
    move(applied, *bucket)
    s3 = applied.run("state", "check")
    assert (postgres.code, s3.code) == (0, 0), (postgres.out, s3.out)


def test_what_is_left_in_a_database_can_be_used_for_nothing(applied, database):
    move(applied, database)
    applied.run("state", "migrate", "--to", str(applied.folder / "back.json"))
    refused = applied.run("apply", "--auto-approve")
    assert (refused.code, "was moved" in refused.err, "back.json" in refused.err) == (1, True, True)
