"""Where the state server is: what is configured, then our variables, then Terraform's, then the GitLab CI job."""

import pytest

from rcsplan.backend.http_address import HttpAddress, http_address
from rcsplan.errors import ConfigurationError

URL = "https://state.example.com/crm"
GITLAB = "https://gitlab.example.com/api/v4/projects/42/terraform/state/crm"
GITEA = "https://gitea.example.com/api/packages/acme/terraform/state/crm"
JOB = {"CI_API_V4_URL": "https://gitlab.example.com/api/v4", "CI_PROJECT_ID": "42", "CI_JOB_TOKEN": "job-do-not-tell"}
NAMES = {"project": "acme-crm", "environment": "production"}


def places(address):
    return (address.address, address.lock_address, address.unlock_address)


def methods(address):
    return (address.update_method, address.lock_method, address.unlock_method)


def login(address):
    return (address.username, address.password)


def test_a_plain_server_is_taken_as_configured():
    address = http_address({"url": URL, "lock_url": f"{URL}/l", "unlock_url": f"{URL}/u"}, {})
    assert places(address) == (URL, f"{URL}/l", f"{URL}/u")
    assert methods(address) == ("POST", "LOCK", "UNLOCK")


def test_where_only_locking_is_configured_unlocking_is_at_the_same_address():
    assert places(http_address({"url": URL, "lock_url": URL}, {})) == (URL, URL, URL)


def test_everything_can_be_configured():
    settings = {
        "url": URL,
        "lock_url": URL,
        "update_method": "PUT",
        "lock_method": "POST",
        "unlock_method": "DELETE",
        "username": "ci",
        "password": "p",
        "headers": {"X-Team": "crm"},
        "retry_max": 7,
        "retry_wait_min": 0.5,
        "retry_wait_max": 60,
        "ca_certificate": "A",
        "client_certificate": "C",
        "client_private_key": "K",
        "skip_cert_verification": True,
        "no_lock_i_know": True,
    }
    assert http_address(settings, {}) == HttpAddress(
        address=URL,
        lock_address=URL,
        unlock_address=URL,
        update_method="PUT",
        lock_method="POST",
        unlock_method="DELETE",
        username="ci",
        password="p",
        headers=(("X-Team", "crm"),),
        retry_max=7,
        retry_wait_min=0.5,
        retry_wait_max=60.0,
        client_ca_certificate_pem="A",
        client_certificate_pem="C",
        client_private_key_pem="K",
        skip_cert_verification=True,
        no_lock_i_know=True,
    )


def variables(prefix):
    return {
        f"{prefix}_ADDRESS": URL,
        f"{prefix}_LOCK_ADDRESS": f"{URL}/l",
        f"{prefix}_UNLOCK_ADDRESS": f"{URL}/u",
        f"{prefix}_UPDATE_METHOD": "PUT",
        f"{prefix}_LOCK_METHOD": "POST",
        f"{prefix}_UNLOCK_METHOD": "DELETE",
        f"{prefix}_USERNAME": "ci",
        f"{prefix}_PASSWORD": prefix,
        f"{prefix}_RETRY_MAX": "5",
        f"{prefix}_RETRY_WAIT_MIN": "5",
        f"{prefix}_RETRY_WAIT_MAX": "50",
        f"{prefix}_CLIENT_CA_CERTIFICATE_PEM": "A",
        f"{prefix}_CLIENT_CERTIFICATE_PEM": "C",
        f"{prefix}_CLIENT_PRIVATE_KEY_PEM": "K",
    }


@pytest.mark.parametrize("prefix", ["RCSPLAN_HTTP", "TF_HTTP"])
def test_everything_can_come_from_variables(prefix):
    assert http_address({}, variables(prefix)) == HttpAddress(
        address=URL,
        lock_address=f"{URL}/l",
        unlock_address=f"{URL}/u",
        update_method="PUT",
        lock_method="POST",
        unlock_method="DELETE",
        username="ci",
        password=prefix,
        retry_max=5,
        retry_wait_min=5.0,
        retry_wait_max=50.0,
        client_ca_certificate_pem="A",
        client_certificate_pem="C",
        client_private_key_pem="K",
    )


def test_what_is_configured_comes_before_our_variables_and_these_before_those_of_terraform():
    environ = {**variables("TF_HTTP"), "RCSPLAN_HTTP_PASSWORD": "ours", "RCSPLAN_HTTP_USERNAME": "ours"}
    assert login(http_address({"username": "configured"}, environ)) == ("configured", "ours")


@pytest.mark.parametrize("settings", [{"url": GITLAB}, {}])
def test_the_lock_of_somebodys_terraform_is_not_taken_for_ours(settings):
    environ = {**variables("TF_HTTP"), **({} if settings else {"RCSPLAN_HTTP_ADDRESS": GITLAB})}
    address = http_address(settings, environ)
    assert (places(address), methods(address)) == (
        (GITLAB, f"{GITLAB}/lock", f"{GITLAB}/lock"),
        ("POST", "POST", "DELETE"),
    )


def test_values_that_are_none_or_empty_are_not_configured():
    settings = {"url": None, "username": "", "password": None, "headers": None}
    assert login(http_address(settings, variables("TF_HTTP"))) == ("ci", "TF_HTTP")


@pytest.mark.parametrize("url", [GITLAB, GITEA, GITLAB.replace("/api", "/gitlab/api")])
def test_gitlab_and_gitea_are_known_by_their_addresses(url):
    address = http_address({"url": url, "username": "ci", "password": "p"}, {})
    assert places(address) == (url, f"{url}/lock", f"{url}/lock")
    assert methods(address) == ("POST", "POST", "DELETE")


def test_a_gitlab_job_needs_no_configuration():
    address = http_address(NAMES, JOB)
    assert address.address == "https://gitlab.example.com/api/v4/projects/42/terraform/state/acme-crm-production"
    assert address.lock_address == f"{address.address}/lock"
    assert methods(address) == ("POST", "POST", "DELETE")
    assert login(address) == ("gitlab-ci-token", "job-do-not-tell")


def test_the_token_of_a_job_is_shown_to_its_own_gitlab():
    assert login(http_address({"url": GITLAB}, JOB)) == ("gitlab-ci-token", "job-do-not-tell")


@pytest.mark.parametrize(
    "url",
    [
        GITLAB.replace("gitlab.example.com", "gitlab.example.com.evil.example"),
        GITLAB.replace("gitlab.example.com", "other.example"),
        GITLAB.replace("/api/v4/", "/api/v4x/api/v4/"),
        GITEA,
    ],
)
def test_the_token_of_a_job_is_shown_to_nobody_else(url):
    assert login(http_address({"url": url}, JOB)) == ("", "")


def test_the_token_of_a_job_is_not_shown_to_a_lock_elsewhere():
    assert login(http_address({"url": GITLAB, "lock_url": URL}, JOB)) == ("", "")


def test_headers_that_let_us_in_come_before_the_token_of_the_job():
    address = http_address({"url": GITLAB, "headers": {"Private-Token": "t"}}, JOB)
    assert (login(address), address.headers) == (("", ""), (("Private-Token", "t"),))


def test_credentials_that_are_given_come_before_the_token_of_the_job():
    assert login(http_address({"url": GITLAB, "username": "ci", "password": "p"}, JOB)) == ("ci", "p")


@pytest.mark.parametrize("missing", JOB)
def test_without_any_address_there_is_an_error(missing):
    environ = {key: value for key, value in JOB.items() if key != missing}
    with pytest.raises(ConfigurationError, match="has no address"):
        http_address(NAMES, environ)


def test_without_a_lock_there_is_an_error():
    with pytest.raises(ConfigurationError, match="has no lock") as caught:
        http_address({"url": URL}, {})
    assert "no_lock_i_know: true" in caught.value.hint


def test_without_a_lock_there_is_an_error_also_for_who_builds_the_address():
    with pytest.raises(ConfigurationError, match="has no lock"):
        HttpAddress(address=URL)


def test_without_a_lock_it_must_be_said():
    assert places(http_address({"url": URL, "no_lock_i_know": True}, {})) == (URL, "", "")


@pytest.mark.parametrize("name", ["a/b", "a%2Fb", "a%2fb"])
@pytest.mark.parametrize("url", [GITLAB, GITEA])
def test_the_name_of_a_state_may_not_contain_a_slash(url, name):
    with pytest.raises(ConfigurationError, match="may not contain '/'"):
        http_address({"url": url.replace("/crm", f"/{name}")}, {})


def test_an_environment_whose_name_has_a_slash_has_no_state_of_that_name():
    with pytest.raises(ConfigurationError, match="may not contain '/'"):
        http_address({"project": "crm", "environment": "eu/prod"}, JOB)


@pytest.mark.parametrize(
    "url",
    [
        "state.example.com",
        "ftp://a/b",
        "https://",
        "https://a:b/c",
        "https://[",
        "https://é/",
        "https://a/b c",
        "https://a/b\n",
    ],
)
def test_what_is_no_address_is_an_error_that_does_not_quote_it(url):
    with pytest.raises(ConfigurationError, match="url is not usable") as caught:
        http_address({"url": url, "lock_url": URL}, {})
    assert url not in caught.value.detail


@pytest.mark.parametrize("key", ["url", "lock_url", "unlock_url"])
def test_a_password_in_an_address_is_an_error_that_does_not_quote_it(key):
    settings = {"url": URL, "lock_url": URL, key: "https://ci:do-not-tell@state.example.com/crm"}
    with pytest.raises(ConfigurationError, match=f"{key} is not usable") as caught:
        http_address(settings, {})
    assert "do-not-tell" not in caught.value.summary + caught.value.detail + caught.value.hint


@pytest.mark.parametrize("url", ["http://state.example.com/crm", "http://10.0.0.1/crm"])
def test_a_state_is_not_sent_over_http(url):
    with pytest.raises(ConfigurationError, match="over https"):
        http_address({"url": url, "lock_url": url}, {})


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost", "[::1]:8080"])
def test_on_this_machine_http_will_do(host):
    url = f"http://{host}/crm"
    assert http_address({"url": url, "lock_url": url}, {}).is_loopback


@pytest.mark.parametrize("key", ["retry_max", "retry_wait_min", "retry_wait_max"])
@pytest.mark.parametrize("value", ["many", "-1", "inf", "nan", "1e9", "10000"])
def test_what_is_no_sensible_number_is_an_error(key, value):
    with pytest.raises(ConfigurationError, match=f"{key} is not a number"):
        http_address({"url": URL, "lock_url": URL, key: value}, {})


BAD = [
    ({"password": "p"}, "has no username"),
    ({"lock_method": "LOCK IT"}, "no HTTP method"),
    ({"client_certificate": "C"}, "needs its private key"),
    ({"client_private_key": "K"}, "needs its private key"),
    ({"headers": {"X-Team": "do\nnot-tell"}}, "what no header may hold"),
    ({"headers": {"X Team": "crm"}}, "what no header may hold"),
    ({"headers": {"X-Team": "é"}}, "what no header may hold"),
]


@pytest.mark.parametrize(("settings", "summary"), BAD)
def test_what_does_not_fit_together_is_an_error(settings, summary):
    with pytest.raises(ConfigurationError, match=summary):
        http_address({"url": URL, "lock_url": URL, **settings}, {})


def test_nothing_secret_shows_in_the_representation():
    address = http_address(
        {"url": f"{URL}?token=do-not-tell", "lock_url": URL, "username": "c", "password": "do-not-tell"}, {}
    )
    assert (repr(address), address.shown) == (f"HttpAddress('{URL}')", URL)


def test_a_neighbour_has_a_name_of_its_own_and_its_own_lock():
    address = http_address({"url": GITLAB}, JOB).neighbour("-probe")
    assert places(address) == (f"{GITLAB}-probe", f"{GITLAB}-probe/lock", f"{GITLAB}-probe/lock")


@pytest.mark.parametrize("settings", [{"url": URL, "lock_url": URL}, {"url": GITLAB, "lock_url": URL}])
def test_where_names_are_not_known_to_be_free_there_is_no_neighbour(settings):
    assert http_address(settings, {}).neighbour("-probe") is None
