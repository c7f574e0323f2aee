"""Certificates: judged by the name of the host, whatever address is connected to."""

import ssl

import pytest
import trustme

from rcsplan.web.fetching import fetch_head
from tests.backend.state_server import server_tls
from tests.web.site import HTML, Page, make_asking, serving


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture(scope="module")
def site(authority):
    with serving({"/": Page(HTML)}, tls=server_tls(authority.issue_cert("shop.example"))) as site:
        yield site


def trusting(authority):
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def test_a_certificate_of_the_name_is_trusted_at_the_address_that_was_judged(site, authority):
    assert fetch_head(site.url(host="shop.example"), make_asking(tls=trusting(authority))).status == 200


def test_a_certificate_of_another_name_is_not_trusted(site, authority):
    answer = fetch_head(site.url(host="other.example"), make_asking(tls=trusting(authority)))
    expected = "Hostname mismatch, certificate is not valid for 'other.example'."
    assert answer.problem == f"has a certificate that is not trusted ({expected})"


def test_a_certificate_of_an_unknown_authority_is_not_trusted(site):
    answer = fetch_head(site.url(host="shop.example"), make_asking())
    assert answer.problem.startswith("has a certificate that is not trusted (")


def test_what_speaks_no_tls_is_told():
    with serving({"/": Page(HTML)}) as plain:
        answer = fetch_head(f"https://127.0.0.1:{plain.port}/", make_asking())
    assert answer.problem.startswith("has an encryption that fails (")
