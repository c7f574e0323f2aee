"""What is seen at addresses: each asked once, with the kind of file and the size of a picture."""

import pytest

from rcsplan.web.looking import look_at
from tests.web.site import HTML, Page, gif, jpeg, make_asking, png, serving


@pytest.fixture
def site():
    with serving() as site:
        yield site


def look(site, body, content_type="image/png"):
    """What is seen of a file."""
    site.pages["/a"] = Page(body, content_type, manner="ranges")
    (seen,) = look_at([site.url("/a")], asking=make_asking()).values()
    return seen


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (png(800, 400), ("PNG", 800, 400)),
        (gif(300, 200), ("GIF", 300, 200)),
        (jpeg(1440, 720), ("JPEG", 1440, 720)),
        (jpeg(1440, 720, before=100_000), ("JPEG", None, None)),
        (png()[:20], ("PNG", None, None)),
        (HTML, ("a web page", None, None)),
    ],
    ids=["png", "gif", "jpeg", "jpeg with its size beyond", "cut off", "page"],
)
def test_a_file_is_known_by_its_first_bytes(site, body, expected):
    seen = look(site, body)
    assert (seen.kind.name, seen.width, seen.height) == expected


def test_each_address_is_asked_once_whatever_its_fragment(site):
    site.pages["/a"] = Page(HTML)
    urls = [site.url("/a"), site.url("/a#top"), site.url("/a"), site.url("/b")]
    seen = look_at(urls, asking=make_asking())
    assert (sorted(site.paths), [seen[url].status for url in urls]) == (["/a", "/b"], [200, 200, 200, 404])


def test_more_addresses_than_are_asked_at_once_are_all_seen(site):
    urls = [site.url(f"/{number}") for number in range(12)]
    assert list(look_at(urls, asking=make_asking())) == urls


def test_without_addresses_nothing_is_set_up():
    assert look_at([]) == {}
