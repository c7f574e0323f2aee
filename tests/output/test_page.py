"""Foreign text on a page: harmless, with its line breaks, and nothing in it hidden."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest

from rcsplan.output.page import format_page, message_text, shown_text


def unseen(escape):
    """How an escape stands on a page."""
    return f'<span class="unseen">{escape}</span>'


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain & <b>", "plain &amp; &lt;b&gt;"),
        ("one\ntwo\r\nthree", "one\ntwo\nthree"),
        ("a\x1b[2Jb", "a" + unseen(r"\x1b") + "[2Jb"),
        ("\u202eevil", unseen(r"\u202e") + "evil"),
        ("a\rb\u2028c", "a" + unseen(r"\r") + "b" + unseen(r"\u2028") + "c"),
        ("\ud800", unseen(r"\ud800")),
        ("Зима ❤️ 👩‍👧", "Зима ❤️ 👩‍👧"),
        ("\\u202e", "\\u202e"),
    ],
)
def test_what_cannot_be_seen_stands_out(text, shown):
    assert shown_text(text) == shown


def test_links_stand_out_and_lead_nowhere():
    shown = message_text("See https://a.example/?a=1&b=<i>, now.")
    assert shown == 'See <span class="link">https://a.example/?a=1&amp;b=&lt;i</span>&gt;, now.'


def test_a_character_can_be_marked():
    assert message_text("a… <…>", "…") == "a<mark>…</mark> &lt;<mark>…</mark>&gt;"


def test_the_policy_of_a_page_allows_its_own_style_and_nothing_else():
    page = format_page("calendar.html.j2", title="Calendar", days=())
    style = re.search(r"(?s)<style>(.*)</style>", page)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = re.search(r'Content-Security-Policy" content="(.*)">', page)[1]
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def test_the_style_asks_for_nothing():
    style = format_page("calendar.html.j2", title="", days=()).partition("<style>")[2].partition("</style>")[0]
    assert (bool(style), re.findall(r"url\(|@import|<", style)) == (True, [])
