"""Kinds of files by their first bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rcsplan.campaign.media import kind_of


def box(brand):
    """The first box of an ISO media file."""
    return b"\x00\x00\x00\x18ftyp" + brand + b"\0\0\0\0isom"


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"\xff\xd8\xff\xe1", "JPEG"), (b"\x89PNG\r\n\x1a\n", "PNG"), (b"GIF87a", "GIF"), (b"GIF89a", "GIF"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "WebP"), (box(b"isom"), "MP4"), (box(b"mp42"), "MP4"), (box(b"M4V "), "MP4"),
        (box(b"qt  "), "QuickTime"), (box(b"3gp5"), "H.263"), (box(b"avif"), "AVIF"), (box(b"heic"), "HEIC"),
        (box(b"M4A "), "MPEG-4 audio"), (b"\x1a\x45\xdf\xa3\x9fB\x82\x84webm", "WebM"),
        (b"\x1a\x45\xdf\xa3\x9fB\x82\x88matroska", "Matroska"), (b"\0\0\x01\xba", "MPEG"), (b"\0\0\x01\xb3", "MPEG"),
        (b"\0\0\x82\x02", "H.263"), (b"%PDF-1.7", "PDF"), (b"<!doctype html>", "a web page"),
        (b"\xef\xbb\xbf\n <!-- hello -->\n<HTML lang=en>", "a web page"), (b"<svg xmlns='x'>", "SVG"),
        (b"<?xml version='1.0'?>\n<!DOCTYPE svg PUBLIC 'x' 'y'>\n<svg>", "SVG"),
        (b"<?xml version='1.0'?><!DOCTYPE html PUBLIC 'x'><html>", "a web page"),
    ],
)  # fmt: skip
def test_a_kind_is_known(head, name):
    assert kind_of(head).name == name


@pytest.mark.parametrize("head", [b"", b"RIFF\0\0\0\0WAVE", b"{}", b"hello", b"\x1f\x8b\x08", b"<note>", b"\xff\xd8"])
def test_other_files_are_of_no_known_kind(head):
    assert kind_of(head) is None


@pytest.mark.parametrize(
    "head", [b" " * 4096, b"<!---->" * 600, b"<?xml?>" * 600, b"<!doctype" + b"a" * 4096, b"<!doctype[" + b"[]" * 2048]
)
def test_a_page_that_is_made_to_take_long_does_not(head):
    assert kind_of(head) is None


@given(st.binary(max_size=200) | st.text(alphabet="<!-? >svghtml[]\n", max_size=4096).map(str.encode))
def test_no_beginning_is_too_strange(head):
    kind_of(head)
