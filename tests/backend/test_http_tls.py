"""State over TLS: an authority of one's own, client certificates, and what is said where they do not fit."""

import pytest
import trustme

from rcsplan.errors import ConfigurationError, StateError
from tests.backend.dialects import GitLab, Plain
from tests.backend.state_server import server_tls
from tests.backend.stores import lock, number_in, put


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture(scope="module")
def certificate(authority):
    return authority.issue_cert("127.0.0.1")


def pem(*blobs):
    return "".join(blob.bytes().decode() for blob in blobs)


def settings_of(authority, client=None):
    settings = {"ca_certificate": pem(authority.cert_pem)}
    if client is not None:
        settings["client_certificate"] = pem(*client.cert_chain_pems)
        settings["client_private_key"] = pem(client.private_key_pem)
    return settings


@pytest.mark.parametrize("dialect", [Plain, GitLab])
def test_a_whole_session_goes_over_tls(serve, authority, certificate, dialect):
    rig = serve(dialect(), tls=server_tls(certificate), **settings_of(authority)).begin()
    with lock(rig.store()) as session:
        session.record([put(1)])
    assert (rig.address().address[:8], number_in(rig.store().load())) == ("https://", 1)


def test_a_server_of_an_unknown_authority_is_not_trusted(serve, certificate):
    rig = serve(Plain(), tls=server_tls(certificate))
    with pytest.raises(StateError, match="did not answer") as caught:
        rig.store().load()
    assert caught.value.detail == "No encrypted connection: CERTIFICATE_VERIFY_FAILED."
    assert "ca_certificate" in caught.value.hint


def test_a_certificate_of_another_host_is_not_trusted(serve, authority):
    rig = serve(Plain(), tls=server_tls(authority.issue_cert("state.example")), **settings_of(authority))
    with pytest.raises(StateError) as caught:
        rig.store().load()
    assert caught.value.detail == "No encrypted connection: CERTIFICATE_VERIFY_FAILED."


def test_verification_is_skipped_only_where_that_is_said(serve, certificate):
    rig = serve(Plain(), tls=server_tls(certificate), skip_cert_verification=True)
    assert rig.begin().store().load().serial == 0


def test_a_client_certificate_lets_us_in(serve, authority, certificate):
    tls = server_tls(certificate, client_authority=authority)
    rig = serve(Plain(), tls=tls, **settings_of(authority, authority.issue_cert("runner@example.com")))
    assert rig.begin().store().load().serial == 0


def test_without_the_client_certificate_that_is_demanded_there_is_no_connection(serve, authority, certificate):
    rig = serve(Plain(), tls=server_tls(certificate, client_authority=authority), **settings_of(authority))
    with pytest.raises(StateError, match="did not answer"):
        rig.store().load()


def test_a_client_certificate_of_another_authority_is_refused(serve, authority, certificate):
    stranger = trustme.CA().issue_cert("runner@example.com")
    tls = server_tls(certificate, client_authority=authority)
    rig = serve(Plain(), tls=tls, **settings_of(authority, stranger))
    with pytest.raises(StateError, match="did not answer"):
        rig.store().load()


BAD = [
    {"ca_certificate": "no certificate"},
    {"client_certificate": "no certificate", "client_private_key": "PRIVATE do-not-tell"},
]


@pytest.mark.parametrize("settings", BAD)
def test_certificates_that_are_none_are_an_error_in_words(serve, certificate, settings):
    rig = serve(Plain(), tls=server_tls(certificate), **settings)
    with pytest.raises(ConfigurationError, match="No connection to the state server") as caught:
        rig.store().load()
    assert "do-not-tell" not in caught.value.detail + caught.value.hint


def test_the_key_of_another_certificate_is_an_error_in_words(serve, authority, certificate):
    settings = settings_of(authority, authority.issue_cert("runner@example.com"))
    other = settings_of(authority, authority.issue_cert("other@example.com"))
    mixed = {**settings, "client_private_key": other["client_private_key"]}
    with pytest.raises(ConfigurationError, match="No connection to the state server"):
        serve(Plain(), tls=server_tls(certificate), **mixed).store().load()


def test_a_key_that_stands_at_rest_nowhere(serve, authority, certificate, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    tls = server_tls(certificate, client_authority=authority)
    serve(Plain(), tls=tls, **settings_of(authority, authority.issue_cert("runner@example.com"))).begin()
    assert list(tmp_path.iterdir()) == []
