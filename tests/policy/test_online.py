"""What was seen at the addresses of a message, judged: links, files, and the ratios of pictures."""

from __future__ import annotations

import pytest

from rcsplan.campaign import media
from rcsplan.campaign.seen import Seen
from rcsplan.policy.online import is_askable
from tests.policy.candidates import found, make_candidate

SHOP = "https://acme.example/shop"
PICTURE = "https://cdn.acme.example/a.jpg"
BUTTON = ("options", "cards", 0, "suggestions", 0, "url")
MEDIA = ("options", "cards", 0, "media", "url")


def make_seen(*steps, **fields):
    """What is seen of an address that is there."""
    return Seen(steps=steps or (SHOP,), **{"status": 200, **fields})


def make_picture(**fields):
    """What is seen of a good JPEG."""
    good = {"content_type": "image/jpeg", "size": 90_000, "kind": media.JPEG, "width": 1440, "height": 720}
    return make_seen(PICTURE, **{**good, **fields})


def of_link(seen, url=SHOP, **fields):
    """What is said of a button's address, without the address."""
    candidate = make_candidate(cards=[{"text": "Sale", "suggestions": [{"text": "Shop", "url": url}]}])
    return [text.removeprefix(f"{url} ") for _, text in found("link-online", candidate, web={url: seen}, **fields)]


def of_file(seen, url=PICTURE):
    """What is said of a card's file, without its address."""
    candidate = make_candidate(cards=[{"media": {"url": url}}])
    return [text.removeprefix(f"{url} ") for _, text in found("media-online", candidate, web={url: seen})]


def of_pictures(*sizes):
    """The places of cards whose pictures of these sizes are not shown as they are."""
    urls = [f"https://cdn.acme.example/{number}.jpg" for number in range(len(sizes))]
    web = {url: make_picture(width=width, height=height) for url, (width, height) in zip(urls, sizes, strict=True)}
    candidate = make_candidate(cards=[{"media": {"url": url}} for url in urls])
    return [path[2] for path, _ in found("media-ratio", candidate, web=web)]


def test_without_a_look_nothing_is_said():
    candidate = make_candidate(cards=[{"media": {"url": PICTURE}, "suggestions": [{"text": "Shop", "url": SHOP}]}])
    assert [found(rule, candidate) for rule in ("link-online", "media-online", "media-ratio")] == [[], [], []]


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (make_seen(), []),
        (make_seen(status=206), []),
        (make_seen(SHOP, "https://www.acme.example/shop/"), []),
        (make_seen(status=404), ["answers 404, which is not there."]),
        (make_seen(status=410), ["answers 410, which is gone for good."]),
        (make_seen(status=503), ["answers 503, where the server fails."]),
        (make_seen(status=418), ["answers 418, which is no success."]),
        (make_seen(SHOP, "https://x.test/?token=1", status=404),
         ["leads to https://x.test and answers 404, which is not there."]),
        (make_seen(problem="cannot be connected to", status=None), ["cannot be connected to."]),
        (make_seen(SHOP, "market://details", problem="is no web address"),
         ["leads to market://details, which is no web address."]),
        (make_seen(SHOP, "intent:x", problem="is no web address"),
         ["leads to an address of intent, which is no web address."]),
        (make_seen(SHOP, "https://evil.test/a"),
         ["leads on to evil.test, another host than the message names."]),
        (make_seen(SHOP, "http://acme.example/a", SHOP),
         ["is redirected through http, where everybody on the way can read and change it."]),
    ],
)  # fmt: skip
def test_a_link_is_judged_by_where_it_ends(seen, expected):
    assert of_link(seen) == expected


def test_a_link_that_begins_with_http_may_end_with_https():
    assert of_link(make_seen("http://acme.example/", SHOP), "http://acme.example/") == []


@pytest.mark.parametrize(("host", "expected"), [("acme.shop", []), ("www.acme.shop", []), ("notacme.shop", [1])])
def test_a_link_may_end_on_an_allowed_host(host, expected):
    told = of_link(make_seen(SHOP, f"https://{host}/"), thresholds={"allowed_hosts": ("acme.shop",)})
    assert [1 for _ in told] == expected


def test_links_in_texts_are_judged_where_they_stand():
    candidate = make_candidate(text=f"Hello: {SHOP}.", sms=f"Go to {SHOP}!")
    place = ("options", "text")
    assert found("link-online", candidate, web={SHOP: make_seen(status=404)}) == [
        (place, f"{SHOP} answers 404, which is not there.")
    ]


def test_a_host_that_cannot_be_reached_is_said_once():
    urls = [f"https://acme.example/{number}" for number in range(3)]
    buttons = [{"text": "Shop", "url": url} for url in (*urls, urls[0])]
    web = {url: make_seen(url, problem="cannot be connected to", status=None) for url in urls}
    assert found("link-online", make_candidate(cards=[{"text": "Sale", "suggestions": buttons}]), web=web) == [
        (BUTTON, f"{urls[0]} cannot be connected to. So it is with 2 more of this message.")
    ]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"status": 404}, ["answers 404, which is not there."]),
        ({"kind": media.PAGE, "content_type": "text/html"},
         ["is a web page, which is not taken: JPEG, PNG, GIF, MP4, H.263, MPEG and WebM are."]),
        ({"kind": media.WEBP, "content_type": "image/webp"},
         ["is WebP, which is not taken: JPEG, PNG, GIF, MP4, H.263, MPEG and WebM are."]),
        ({"kind": None}, ["is of a kind that is not known, served as image/jpeg."]),
        ({"kind": None, "size": 0}, ["is empty."]),
        ({"content_type": "application/octet-stream"},
         ["is JPEG and is served as application/octet-stream, not as image/jpeg."]),
        ({"content_type": ""}, ["is JPEG and is served as nothing, not as image/jpeg."]),
        ({"kind": media.PNG, "content_type": "image/png"}, ["is PNG, not what the ending .jpg of its name says."]),
        ({"size": 2_000_000}, []),
        ({"size": 2_000_001}, ["has 2.0 MB; 2 MB are taken of a picture."]),
        ({"size": None}, []),
        ({"width": None, "height": None}, []),
        ({"width": None, "height": None, "is_whole": True},
         ["is damaged: its beginning is that of JPEG, and it has no width and height."]),
    ],
)  # fmt: skip
def test_a_file_is_judged_by_its_bytes(changes, expected):
    assert of_file(make_picture(**changes)) == expected


@pytest.mark.parametrize(
    ("url", "is_right"),
    [
        ("https://cdn.acme.example/a.JPEG", True), ("https://cdn.acme.example/a", True),
        ("https://cdn.acme.example/a.php?file=b.png", True), ("https://cdn.acme.example/a.mp4", False),
        ("https://cdn.acme.example/a.jpg?v=b.png", True),
    ],
)  # fmt: skip
def test_the_ending_of_a_name_is_judged_where_it_says_a_kind(url, is_right):
    assert (of_file(make_picture(), url) == []) is is_right


def test_a_video_may_have_ten_megabytes():
    video = {"kind": media.MP4, "content_type": "video/mp4", "width": None, "height": None, "is_whole": True}
    url = "https://cdn.acme.example/a.mp4"
    assert of_file(make_picture(size=10_000_000, **video), url) == []
    assert of_file(make_picture(size=10_600_000, **video), url) == ["has 10.6 MB; 10 MB are taken of a video."]


@pytest.mark.parametrize("size", [(1440, 720), (1920, 1080), (700, 300), (1440, 724)])
def test_ratios_of_cards_are_shown_whole(size):
    assert of_pictures(size) == []


@pytest.mark.parametrize("size", [(800, 800), (720, 1440), (800, 600)])
def test_other_ratios_are_cropped(size):
    assert of_pictures(size) == [0]


def test_the_pictures_of_a_carousel_have_the_ratio_of_the_first():
    assert of_pictures((1440, 720), (720, 360), (1920, 1080)) == [2]


@pytest.mark.parametrize(
    "url",
    [
        "http://nosms.cc/XXXX", "HTTP://NOSMS.CC/xxxx", "https://acme.example/{id}", "https://acme.example/%%id%%",
        "https://acme.example/<%=id%>", "https://acme.example/*|ID|*", "https://acme.example/[[id]]",
        "https://acme.example/u/XXXX", "https://%host%/a", "mailto:a@acme.example", "bit.ly/abc",
    ],
)  # fmt: skip
def test_what_is_filled_in_for_each_recipient_is_not_asked(url):
    assert not is_askable(url)


@pytest.mark.parametrize("url", [SHOP, "HTTPS://Acme.example", "https://acme.example/%D0%BA%D0%B0?a=b&c=%20#d"])
def test_what_is_meant_as_it_stands_is_asked(url):
    assert is_askable(url)
