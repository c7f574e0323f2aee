"""The beginning of what an address leads to: redirects, sizes, time, and servers that misbehave."""

import threading

import pytest

from rcsplan.web.fetching import HEAD_BYTES, fetch_head
from tests.web.site import HTML, Page, make_asking, png, serving


@pytest.fixture
def site():
    with serving() as site:
        yield site


def fetch(site, page, **changes):
    """What is found of a page."""
    site.pages["/a"] = page
    return fetch_head(site.url("/a"), make_asking(**changes))


def test_a_page_is_found_with_its_status_type_and_size(site):
    answer = fetch(site, Page(HTML, "text/HTML; charset=utf-8"))
    assert (answer.status, answer.content_type, answer.size, answer.head) == (200, "text/html", len(HTML), HTML)


def test_the_first_bytes_are_asked_for_uncompressed_and_without_any_credential(site):
    fetch(site, Page(HTML))
    ((_, headers),) = site.asked
    assert headers == {
        "host": f"127.0.0.1:{site.port}",
        "user-agent": "rcsplan (checks links and media of campaigns)",
        "accept": "*/*",
        "accept-encoding": "identity",
        "range": f"bytes=0-{HEAD_BYTES - 1}",
    }


@pytest.mark.parametrize("manner", ["plain", "ranges"])
def test_of_a_large_file_only_the_beginning_is_read_and_the_size_is_known(site, manner):
    answer = fetch(site, Page(png(size=3_000_000), manner=manner))
    assert (len(answer.head), answer.size, answer.is_whole) == (HEAD_BYTES, 3_000_000, False)


def test_a_body_without_an_end_is_left_after_its_beginning(site):
    answer = fetch(site, Page(manner="endless"))
    assert (answer.status, len(answer.head), answer.size, answer.is_whole) == (200, HEAD_BYTES, None, False)


@pytest.mark.parametrize("manner", ["plain", "ranges"])
def test_an_empty_file_is_empty(site, manner):
    answer = fetch(site, Page(b"", manner=manner))
    assert (answer.status, answer.size, answer.is_whole) == (200, 0, True)


def test_a_file_of_exactly_the_beginning_is_whole(site):
    answer = fetch(site, Page(png(size=HEAD_BYTES)))
    assert (answer.size, answer.is_whole) == (HEAD_BYTES, True)


def test_what_a_server_calls_a_type_is_repeated_only_where_it_is_one(site):
    assert fetch(site, Page(HTML, "<script>alert(1)</script>")).content_type == ""


def test_redirects_are_followed_to_their_end(site):
    site.pages |= {"/a": Page(status=301, location="/b?c=1#d"), "/b?c=1": Page(HTML)}
    answer = fetch_head(site.url("/a#top"), make_asking())
    assert (answer.status, answer.steps) == (200, (site.url("/a"), site.url("/b?c=1")))


def test_five_redirects_are_followed_and_no_more(site):
    site.pages |= {f"/{number}": Page(status=302, location=f"/{number + 1}") for number in range(6)}
    site.pages["/6"] = Page(HTML)
    assert fetch_head(site.url("/1"), make_asking()).status == 200
    assert fetch_head(site.url("/0"), make_asking()).problem == "redirects more than 5 times"


def test_a_circle_of_redirects_is_left(site):
    assert fetch(site, Page(status=302, location="/a")).problem == "redirects more than 5 times"
    assert len(site.asked) == 6


@pytest.mark.parametrize(
    ("location", "problem"),
    [
        ("market://details?id=1", "is no web address"),
        ("file:///etc/passwd", "is no web address"),
        ("http://x:y/", "redirects to what is no web address"),
        ("http://me:secret@127.0.0.1:{port}/b", "holds a user name or a password, and was not asked"),
        ("http://127.0.0.1:22/", "has a port that is none of the web's, and was not asked"),
        ("http://gone.example/", "has a host whose address cannot be found"),
    ],
)
def test_a_redirect_to_what_is_not_asked_is_not_followed(site, location, problem):
    answer = fetch(site, Page(status=302, location=location.format(port=site.port)))
    assert (answer.problem, site.paths) == (problem, ["/a"])


def test_a_password_of_an_address_is_told_to_nobody(site):
    answer = fetch_head(f"http://me:secret@127.0.0.1:{site.port}/a", make_asking())
    assert (site.asked, "secret" in repr(answer)) == ([], False)


@pytest.mark.parametrize(
    ("manner", "problem"),
    [
        ("silent", "does not answer within 0.2 seconds"),
        ("trickle", "does not answer within 0.2 seconds"),
        ("cut", "gives an answer that is broken off, or is not HTTP"),
        ("garbage", "gives an answer that is broken off, or is not HTTP"),
    ],
)
def test_a_server_that_misbehaves_keeps_nobody(site, manner, problem):
    assert fetch(site, Page(b"x", manner=manner), seconds=0.2).problem == problem


def test_a_name_server_that_does_not_answer_keeps_nobody():
    answered = threading.Event()
    asking = make_asking(resolve=lambda *_: answered.wait(5) or (), seconds=0.1)
    assert fetch_head("http://shop.example/", asking).problem == "does not answer within 0.1 seconds"
    answered.set()


def test_a_host_that_listens_to_nobody_is_told():
    with serving() as site:
        url = site.url()
    assert fetch_head(url, make_asking()).problem == "cannot be connected to"


@pytest.mark.parametrize("url", ["http://", "https:///a", "http://[::1", "ftp://shop.example/", "http://x:y/"])
def test_what_is_no_web_address_is_not_asked(url):
    assert fetch_head(url, make_asking()).problem == "is no web address"


@pytest.mark.parametrize("port", [22, 25, 1023, 65536, 99999])
def test_a_port_of_another_service_is_not_asked(port):
    answer = fetch_head(f"http://127.0.0.1:{port}/", make_asking())
    assert answer.problem == "has a port that is none of the web's, and was not asked"
