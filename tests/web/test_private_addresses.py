"""However an address is written, and wherever it redirects: nothing that is not public is spoken to."""

from ipaddress import ip_address

import pytest

from rcsplan.web.fetching import fetch_head
from rcsplan.web.public_address import is_public, resolve
from tests.web.site import HTML, Page, make_asking, names, serving

NOT_PUBLIC = "has a host at an address that is not public, and was not asked"


@pytest.fixture
def site():
    with serving({"/": Page(HTML)}) as site:
        yield site


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "0x7f000001", "[::ffff:127.0.0.1]"])
def test_this_machine_is_not_asked_under_any_name(site, host):
    answer = fetch_head(site.url(host=host), make_asking(allow=is_public, resolve=resolve))
    assert (answer.problem, site.asked) == (NOT_PUBLIC, [])


def test_a_name_of_a_private_address_is_not_asked(site):
    answer = fetch_head(site.url(host="shop.example"), make_asking(allow=is_public))
    assert (answer.problem, site.asked) == (NOT_PUBLIC, [])


def test_a_host_with_one_address_that_is_not_public_is_not_asked_at_the_others(site):
    asking = make_asking(resolve=names(shop=["127.0.0.1", "10.0.0.1"]))
    answer = fetch_head(site.url(host="shop.example"), asking)
    assert (answer.problem, site.asked) == (NOT_PUBLIC, [])


def test_a_redirect_to_a_private_address_is_not_followed(site):
    with serving({"/": Page(HTML)}, address="127.0.0.2") as inner:
        site.pages["/"] = Page(status=302, location=inner.url("/latest/meta-data/"))
        answer = fetch_head(site.url(), make_asking())
        assert (answer.problem, inner.asked) == (NOT_PUBLIC, [])
    assert answer.steps == (site.url(), inner.url("/latest/meta-data/"))


def test_a_name_that_resolves_anew_leads_nowhere_else(site):
    """The name server first says an address that is allowed, and where it is asked again that of the server."""
    answers = iter([(ip_address("127.0.0.2"),), (ip_address("127.0.0.1"),)])
    asking = make_asking(allow=lambda one: one == ip_address("127.0.0.2"), resolve=lambda *_: next(answers))
    answer = fetch_head(site.url(host="shop.example"), asking)
    assert (answer.problem, site.asked, next(answers)) == ("cannot be connected to", [], (ip_address("127.0.0.1"),))


def test_the_name_is_kept_where_an_address_is_connected_to(site):
    assert fetch_head(site.url(host="shop.example"), make_asking()).status == 200
    assert site.asked[0][1]["host"] == f"shop.example:{site.port}"


def test_where_one_address_does_not_answer_the_next_one_is_asked(site):
    asking = make_asking(allow=lambda one: one.is_loopback, resolve=names(shop=["::1", "127.0.0.9", "127.0.0.1"]))
    assert fetch_head(site.url(host="shop.example"), asking).status == 200


def test_a_proxy_of_the_surroundings_is_not_used(site, monkeypatch):
    with serving() as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url())
        monkeypatch.setenv("ALL_PROXY", proxy.url())
        assert fetch_head(site.url(), make_asking()).status == 200
        assert proxy.asked == []
