"""Where a project says that its state is kept."""

from datetime import timedelta

import pytest

from rcsplan.errors import ConfigurationError
from rcsplan.manifest.state_settings import settings_at
from tests.manifest.projects import PROJECT, make_project, problems_of

SANDBOX = {"provider": {"type": "sandbox"}}
STATE = ("environments", "sandbox", "state")
SECRET = {"env": "STATE_TOKEN"}


def project_with(**state):
    return {**PROJECT, "environments": {"sandbox": {**SANDBOX, "state": state}}}


def state_of(tmp_path, **state):
    return make_project(tmp_path, environments={"sandbox": {**SANDBOX, "state": state}}).environment().state


@pytest.mark.parametrize(
    "state",
    [
        {"backend": "local", "path": "crm.json", "allow_local_in_ci": True},
        {"path": "crm.json"},
        {"backend": "s3", "url": "s3://acme/crm.json", "endpoint": "http://127.0.0.1:9000", "region": "eu-west-1"},
        {"backend": "gcs", "url": "gs://acme/teams/crm.json"},
        {"backend": "azure", "url": "az://container/crm.json"},
        {"backend": "http"},
        {"backend": "http", "url": "http://localhost:8080/state"},
        {
            "backend": "http",
            "url": "https://state.example.com/crm",
            "lock_url": "https://state.example.com/crm/lock",
            "unlock_url": "https://state.example.com/crm/lock",
            "update_method": "PUT",
            "lock_method": "POST",
            "unlock_method": "DELETE",
            "username": "ci",
            "password": SECRET,
            "headers": {"X-Team": "crm", "Private-Token": SECRET},
            "ca_certificate": "ca.pem",
            "client_certificate": "client.pem",
            "client_private_key": {"file": "/run/secrets/key.pem"},
            "skip_cert_verification": False,
            "retry_max": 5,
            "retry_wait_min": "1s",
            "retry_wait_max": "1m",
            "no_lock_i_know": True,
        },
        {"backend": "postgres", "url": {"env": "DATABASE_URL"}},
        {"backend": "postgres", "url": {"file": "/run/secrets/database"}, "project": "crm"},
    ],
)
def test_a_place_is_read_as_it_is_written(tmp_path, state):
    kept = state_of(tmp_path, **state)
    assert kept.model_dump(mode="json", exclude_unset=True, exclude_none=True) == {"backend": "local", **state}


@pytest.mark.parametrize(
    ("state", "code", "path"),
    [
        ({"backend": "sqlite"}, "wrong-value", ("backend",)),
        ({"backend": "s3"}, "missing-key", ("url",)),
        ({"backend": "s3", "url": "gs://acme/crm.json"}, "wrong-url", ("url",)),
        ({"backend": "s3", "url": "s3://acme"}, "wrong-url", ("url",)),
        ({"backend": "s3", "url": "s3://acme/"}, "wrong-url", ("url",)),
        ({"backend": "s3", "url": "s3:///crm.json"}, "wrong-url", ("url",)),
        ({"backend": "s3", "url": "s3://acme/folder/"}, "wrong-url", ("url",)),
        ({"backend": "s3", "url": "s3://key:secret@acme/crm.json"}, "wrong-url", ("url",)),
        ({"backend": "s3", "url": "s3://acme/crm.json?versionId=1"}, "wrong-url", ("url",)),
        ({"backend": "s3", "url": "s3://[acme/crm.json"}, "wrong-url", ("url",)),
        ({"backend": "azure", "url": "s3://acme/crm.json"}, "wrong-url", ("url",)),
        ({"backend": "s3", "url": "s3://a/b", "endpoint": "minio:9000"}, "wrong-url", ("endpoint",)),
        ({"backend": "s3", "url": "s3://a/b", "endpoint": "http://k:s@minio"}, "literal-secret", ("endpoint",)),
        ({"backend": "s3", "url": "s3://a/b", "endpoint": "http://minio:9000"}, "insecure-url", ("endpoint",)),
        ({"backend": "s3", "url": "s3://a/b", "access_key": "AKIA"}, "unknown-key", ("access_key",)),
        ({"backend": "local", "url": "s3://a/b"}, "unknown-key", ("url",)),
        ({"backend": "local", "keep_payloads": "soon"}, "wrong-duration", ("keep_payloads",)),
        ({"backend": "http", "url": "state.example.com"}, "wrong-url", ("url",)),
        ({"backend": "http", "url": "http://state.example.com"}, "insecure-url", ("url",)),
        ({"backend": "http", "lock_url": "http://state.example.com"}, "insecure-url", ("lock_url",)),
        ({"backend": "http", "url": "https://ci:s3cret@state.example.com"}, "literal-secret", ("url",)),
        ({"backend": "http", "password": "s3cret"}, "literal-secret", ("password",)),
        ({"backend": "http", "client_private_key": "s3cret"}, "literal-secret", ("client_private_key",)),
        ({"backend": "http", "headers": {"Private-Token": "s3cret"}}, "literal-secret", ("headers", "Private-Token")),
        ({"backend": "http", "retry_max": -1}, "out-of-range", ("retry_max",)),
        ({"backend": "postgres"}, "missing-key", ("url",)),
        ({"backend": "postgres", "url": "postgresql://ci:s3cret@db/rcsplan"}, "literal-secret", ("url",)),
        ({"backend": "postgres", "url": SECRET, "project": ""}, "too-short", ("project",)),
    ],
)
def test_what_is_wrong_with_a_place_is_said_at_its_key(tmp_path, state, code, path):
    (problem,) = problems_of(tmp_path, project_with(**state))
    assert (problem.code, problem.location.path) == (code, (*STATE, *path))
    assert "s3cret" not in str(problem)


@pytest.mark.parametrize(
    ("key", "state"),
    [
        ("path", {"backend": "local", "path": "{{ environment }}.json"}),
        ("url", {"backend": "s3", "url": "s3://acme/{{environment}}.json"}),
        ("url", {"backend": "http", "url": "https://state.example.com/{{ environment }}"}),
        ("lock_url", {"backend": "http", "lock_url": "https://state.example.com/{{ environment }}/lock"}),
        ("project", {"backend": "postgres", "url": SECRET, "project": "{{ environment }}"}),
    ],
)
def test_the_name_of_the_environment_is_filled_in_everywhere(tmp_path, key, state):
    kept = getattr(state_of(tmp_path, **state), key)
    assert ("sandbox" in kept, "{{" in kept) == (True, False)


def test_the_place_of_an_environment_wins_as_a_whole(tmp_path):
    project = make_project(
        tmp_path,
        state={"backend": "s3", "url": "s3://acme/{{ environment }}.json", "region": "eu-west-1"},
        environments={"a": SANDBOX, "b": {**SANDBOX, "state": {"backend": "gcs", "url": "gs://acme/b.json"}}},
    )
    assert project.environment("a").state.url == "s3://acme/a.json"
    assert project.environment("b").state.model_dump(exclude_unset=True) == {
        "backend": "gcs",
        "url": "gs://acme/b.json",
    }


def test_payloads_are_kept_for_a_quarter_of_a_year(tmp_path):
    assert state_of(tmp_path, backend="local").keep_payloads == timedelta(days=90)


@pytest.mark.parametrize(
    ("place", "backend"),
    [
        ("states/crm.json", "local"),
        ("/var/lib/crm.json", "local"),
        ("s3://acme/crm.json", "s3"),
        ("gs://acme/crm.json", "gcs"),
        ("az://container/crm.json", "azure"),
        ("https://state.example.com/crm", "http"),
        ("http://127.0.0.1:8080/crm", "http"),
    ],
)
def test_a_place_on_the_command_line_tells_its_backend(place, backend):
    assert settings_at(place).backend == backend


def test_an_endpoint_and_a_region_belong_to_an_object_store():
    settings = settings_at("s3://acme/crm.json", endpoint="http://127.0.0.1:9000", region="eu-west-1")
    assert (settings.endpoint, settings.region) == ("http://127.0.0.1:9000", "eu-west-1")


@pytest.mark.parametrize(
    ("place", "given", "summary"),
    [
        ("ftp://server/state", {}, "Not a place for a state"),
        ("s3://acme", {}, "Not the place of an object"),
        ("http://state.example.com", {}, "The state must be reached over https"),
        ("crm.json", {"region": "eu-west-1"}, "region: Extra inputs are not permitted"),
        ("https://ci:s3cret@state.example.com", {}, "A secret stands in the project"),
    ],
)
def test_what_is_no_place_is_told(place, given, summary):
    with pytest.raises(ConfigurationError) as caught:
        settings_at(place, **given)
    assert (caught.value.summary, "s3cret" in str(vars(caught.value))) == (summary, False)
