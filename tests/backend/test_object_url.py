"""From URL, endpoint, environment and profiles to a store, or to an error that says what to mend."""

import os
import subprocess
import sys

import botocore.session
import pytest

from rcsplan.backend.object_url import open_object_store
from rcsplan.errors import ConfigurationError
from tests.backend.object_servers import IMPATIENT, endpoint_of, s3
from tests.backend.stores import lock, number_in, put
from tests.builders import make_state

ALIENS = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_REGION"]


@pytest.fixture(autouse=True)
def endpoint():
    return endpoint_of("s3")


def complaint_about(url, **fields):
    with pytest.raises(ConfigurationError) as caught:
        open_object_store(url, **fields)
    error = caught.value
    return error.summary, f"{error.detail} {error.hint}"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "crm.json",
        "s3://",
        "s3://bucket",
        "s3://bucket/",
        "s3://bucket/folder/",
        "s3://bucket//crm.json",
        "s3://user:secret@bucket/crm.json",
        "s3://bucket:9000/crm.json",
        "s3://bucket/crm.json?secret",
        "https://bucket/crm.json",
        "file:///crm.json",
    ],
)
def test_what_is_no_address_of_an_object_is_refused_without_being_repeated(url):
    summary, advice = complaint_about(url)
    assert (summary, "s3://bucket/key.json" in advice, "secret" in advice) == (
        "`state.url` is no address of an object",
        True,
        False,
    )


@pytest.mark.parametrize(
    "endpoint", ["http://minio.example:9000", "minio:9000", "https://me:secret@host", "ftp://host", ""]
)
def test_an_endpoint_without_encryption_is_refused_unless_it_is_this_machine(endpoint):
    summary, advice = complaint_about("s3://bucket/crm.json", endpoint=endpoint)
    assert (summary, "secret" in advice) == ("`state.endpoint` is no https:// address", False)


@pytest.mark.parametrize(
    "other", ["http://127.0.0.1:9", "http://localhost:9", "http://[::1]:9", "https://minio.example"]
)
def test_https_and_this_machine_are_accepted(other):
    assert open_object_store("s3://bucket/crm.json", endpoint=other).location == "s3://bucket/crm.json"


@pytest.mark.parametrize("url", ["s3://b/folder/crm.json", "gs://b/crm.json", "az://b/crm.json"])
def test_a_store_says_where_it_is(url):
    assert open_object_store(url).location == url


@pytest.fixture
def nobody(monkeypatch, tmp_path):
    """A machine on which AWS knows nobody, whose files may be written."""
    for name in ALIENS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return monkeypatch


def test_without_credentials_a_state_in_s3_is_refused(nobody):
    assert complaint_about("s3://bucket/crm.json")[0] == "There are no AWS credentials"


def test_a_profile_that_is_not_there_is_refused(nobody):
    nobody.setenv("AWS_PROFILE", "nobody")
    summary, advice = complaint_about("s3://bucket/crm.json")
    assert (summary, "ProfileNotFound" in advice) == ("There are no AWS credentials", True)


def test_a_key_that_google_would_not_know_is_refused_without_being_repeated(monkeypatch):
    monkeypatch.setenv("GOOGLE_SERVICE_ACCOUNT_KEY", "a-secret-key")
    summary, advice = complaint_about("gs://bucket/crm.json")
    assert (summary, "secret" in advice) == ("The client for gs://bucket cannot be set up", False)


class Signature:
    """Remembers who signed the requests."""

    seen = ""

    def takes(self, environ):
        self.seen = environ.get("HTTP_AUTHORIZATION", "")
        return False


@pytest.fixture
def signature():
    server, signature = s3(), Signature()
    server.weather[:] = [signature]
    yield signature
    server.weather.clear()


def test_keys_and_region_of_a_profile_are_used(nobody, tmp_path, signature, endpoint):
    (tmp_path / "credentials").write_text("[crm]\naws_access_key_id = ANNE\naws_secret_access_key = s\n")
    (tmp_path / "config").write_text("[profile crm]\nregion = eu-north-1\n")
    nobody.setenv("AWS_PROFILE", "crm")
    open_object_store("s3://state/crm.json", endpoint=endpoint, patience=IMPATIENT).load()
    assert ("Credential=ANNE/" in signature.seen, "/eu-north-1/" in signature.seen) == (True, True)


def test_a_region_that_is_configured_wins(signature, endpoint):
    open_object_store("s3://state/crm.json", endpoint=endpoint, region="us-west-2", patience=IMPATIENT).load()
    assert "/us-west-2/" in signature.seen


@pytest.fixture
def versioned(endpoint):
    """The URL of a state in a bucket that keeps old versions, as the README recommends."""
    client = botocore.session.get_session().create_client("s3", endpoint_url=endpoint, region_name="us-east-1")
    client.create_bucket(Bucket="versioned")
    client.put_bucket_versioning(Bucket="versioned", VersioningConfiguration={"Status": "Enabled"})
    return "s3://versioned/state.json"


def test_a_bucket_with_versioning_keeps_a_state_as_well(versioned, endpoint):
    store = open_object_store(versioned, endpoint=endpoint, patience=IMPATIENT)
    with lock(store) as session:
        session.create(make_state())
        session.record([put(1)])
        session.check()
        session.save()
        session.check()
    assert (number_in(store.load()), {probe.holds for probe in store.probe()}) == (1, {True})


def test_without_the_extra_the_way_to_it_is_named():
    program = (
        "import sys; sys.modules['obstore'] = None\n"
        "from rcsplan.backend.object_url import open_object_store\n"
        "from rcsplan.errors import ConfigurationError\n"
        "try: open_object_store('s3://bucket/crm.json')\n"
        "except ConfigurationError as error: print(error.hint)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=os.environ)
    assert done.stdout == "Install them: pip install 'rcsplan[cloud]'\n"
