"""Foreign text in Markdown stands in code, and is seen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rcsplan.output.markdown import block, cell, code, html_code, prose
from tests.hostile.hostile import EVERYTHING
from tests.hostile.rendering import Page, another, github

FOREIGN = st.one_of(
    st.text(max_size=60),
    st.text("`|\\ <>@#$*_~[]():/!-\n&x1", max_size=40),
    st.lists(st.sampled_from(EVERYTHING), max_size=2).map("".join),
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Acme", "`Acme`"),
        ("", "`-`"),
        ("a`b", "``a`b``"),
        ("`a", "`` `a ``"),
        ("a``b`", "``` a``b` ```"),
        ("a\u200bb\n", r"`a\u200bb\n`"),
        ("<!-- rcsplan:a:b -->", r"`\x3c!-- rcsplan:a:b -->`"),
        ("a" * 200, f"`{'a' * 119}…`"),
        ("\u05e9\u05dc\u05d5\u05dd", '<span dir="auto">`\u05e9\u05dc\u05d5\u05dd`</span>'),
    ],
)
def test_foreign_text_in_a_line(text, expected):
    assert code(text) == expected


@pytest.mark.parametrize(("text", "expected"), [("a|b", r"`a\|b`"), (r"a\|b", r"`a\x7cb`")])
def test_a_bar_ends_no_cell(text, expected):
    assert cell(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A start of now needs an end.", "A start of now needs an end."),
        ("Знижка п'ятниці до 10:00, 30% off!", "Знижка п'ятниці до 10:00, 30% off!"),
        ("Ask @team about #12.", "Ask `@team` about `#12`."),
        ("See https://a.example, then www.b.example", "See `https://a.example`, then `www.b.example`"),
        ("wow :tada: :+1: done", "wow `:tada: :+1:` done"),
        ("Campaign 54000001 at deadbeef", "Campaign `54000001` at `deadbeef`"),
        ("Raise metadata.revision to 2", "Raise `metadata.revision` to 2"),
        ("**bold** and <b>", "`**bold**` and `<b>`"),
        ("", ""),
        ("...", "`...`"),
    ],
)
def test_of_a_sentence_all_but_plain_words_are_code(text, expected):
    assert prose(text) == expected


def test_a_block_is_fenced_by_more_than_it_holds():
    assert block(["  ````", "  end"]) == "`````text\n  ````\n  end\n`````"


@given(FOREIGN)
@pytest.mark.parametrize("render", [github, another])
@pytest.mark.parametrize("write", [code, prose])
def test_whatever_it_is_it_stays_text(write, render, text):
    page = Page(render(f"to {write(text)} end"))
    words = "".join(page.texts).split()
    assert (page.problems, page.comments, words[0], words[-1]) == ([], [], "to", "end")


@given(FOREIGN)
@pytest.mark.parametrize("render", [github, another])
def test_whatever_it_is_a_cell_holds_it(render, text):
    page = Page(render(f"| a | b |\n|---|---|\n| {cell(text)} | end |"))
    assert (page.problems, page.rows, "".join(page.texts).split()[-1]) == ([], [[2, 2]], "end")


@given(FOREIGN)
@pytest.mark.parametrize("render", [github, another])
def test_whatever_it_is_a_block_and_a_summary_hold_it(render, text):
    page = Page(render(f"<details><summary>{html_code(text)}</summary>\n\n{block(['  ' + text])}\n\n</details>\n"))
    assert (page.problems, page.comments) == ([], [])


@given(st.text("abc`| \\@#", min_size=1, max_size=30))
def test_what_is_seen_of_code_is_what_is_there(text):
    assert "".join(Page(github(f"x {code(text)}")).code) in {text, text.strip(" "), f" {text} "}
