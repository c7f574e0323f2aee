from __future__ import annotations

import pytest

from rcsplan.manifest.source import SourceText

KEY = "live_abcdefghijklmnopqrst"


def source(text):
    return SourceText(name="a.yaml", text=text)


@pytest.mark.parametrize(
    ("offset", "place"),
    [(0, (1, 1)), (1, (1, 2)), (2, (2, 1)), (5, (3, 1)), (6, (3, 2)), (8, (4, 1)), (99, (4, 92))],
)
def test_lines_end_at_any_line_break(offset, place):
    assert source("ж\nb\r\ncd\re").place(offset) == place


@pytest.mark.parametrize(("number", "offset"), [(1, 0), (2, 2), (3, 5), (9, 5)])
def test_a_line_begins_after_the_break_before_it(number, offset):
    assert source("a\nb\r\nc").offset_of_line(number) == offset


def test_the_excerpt_is_the_line_without_its_break():
    assert source("a\nbcd\r\ne").excerpt(3) == "bcd"


@pytest.mark.parametrize(
    "line",
    [
        f"x: {KEY}",
        f"api_key: {KEY}",
        "api_key: s3cret",
        '"api_key": "s3cret"',
        "password: a s3cret",
        "{password: 's3cret, of many words'}",
        "Private-Token: s3cret",
        "Authorization: Bearer s3cret",
        "client_private_key: s3cret",
        "url: postgresql://ci:s3cret@db/rcsplan",
        "url: postgresql://db/rcsplan?password=s3cret&x=1",
    ],
)
def test_a_secret_is_blotted_out_of_the_excerpt(line):
    excerpt = source(line).excerpt(0)
    assert ("s3cret" in excerpt, KEY in excerpt, len(excerpt)) == (False, False, len(line))


def test_where_a_secret_is_found_is_shown():
    assert source("api_key: {env: BSG_API_KEY}").excerpt(0) == "api_key: {env: BSG_API_KEY}"


def test_a_line_that_nobody_reads_is_not_shown():
    assert source("a\n" + "x" * 5000).excerpt(2) is None
