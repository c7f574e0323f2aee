"""What Markdown becomes where it is read: rendered by other code than ours, and searched for what must not be there."""

from __future__ import annotations

import re
import unicodedata
from html.parser import HTMLParser

import cmarkgfm
from cmarkgfm.cmark import Options
from markdown_it import MarkdownIt

#: Elements that a plan is made of, each with the attributes that it may have.
_OURS = {
    "h3": (), "h4": (), "p": (), "ul": (), "li": (), "strong": (), "b": (), "table": (), "thead": (), "tbody": (),
    "tr": (), "th": ("align", "style"), "td": ("align", "style"),
    "summary": (), "details": ("open",), "span": ("dir",), "code": ("dir", "class"),
    "pre": ("lang",),
}  # fmt: skip

#: What GitHub and GitLab make something of in rendered text, but for text in code.
_POST_PROCESSED = re.compile(
    r"@|#\d|(?i:gh-\d)|(?<!\w)[!~%&^$]\w|:(?=[a-z0-9_+-]*[a-z]|\d{3})[a-z0-9_+-]+:|://|www\.|\b[0-9a-f]{7,40}\b"
    r"|\$|\[\^|\[[ x]\]|\[!",
    re.ASCII,
)
#: What they make something of where a line of the source begins.
_LINE_BEGINS = re.compile(r"^(/\w|>>>|:::|::|\[\[|\[\^|\[!|~~~|- \[.\]|\d+[.)] |>|===)", re.MULTILINE)


class Page(HTMLParser):
    """A rendered page, and what is wrong with it."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.problems = []
        self.comments = []
        self.texts = []
        self.code = []
        self.rows = []
        self.open = []
        self.feed(html)
        self.close()
        self.problems += [f"<{tag}> is not closed" for tag in self.open]

    def handle_starttag(self, tag, attrs):
        if tag not in _OURS:
            self.problems.append(f"<{tag}> is not ours")
        self.problems += [f"{name} of <{tag}> is not ours" for name, _ in attrs if name not in _OURS.get(tag, ())]
        if tag == "table":
            self.rows.append([])
        if tag == "tr":
            self.rows[-1].append(0)
        if tag in {"td", "th"}:
            self.rows[-1][-1] += 1
        self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.problems.append(f"</{tag}> closes nothing")

    def handle_data(self, data):
        if {"code", "pre"} & set(self.open):
            self.code.append(data)
            return
        self.texts.append(data)
        self.problems += [f"{found.group()!r} stands in text: {data!r}" for found in _POST_PROCESSED.finditer(data)]

    def handle_comment(self, data):
        self.comments.append(data.strip())


def github(markdown):
    """Markdown rendered by GitHub's own parser, with all HTML that it has left in it."""
    return cmarkgfm.github_flavored_markdown_to_html(markdown, options=Options.CMARK_OPT_UNSAFE)


def another(markdown):
    """Markdown rendered by another reading of the specification."""
    return MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(markdown)


def is_inert(character):
    """Whether a character is seen for what it is: blanks of any width are, and joiners of letters that need them."""
    return character.isprintable() or character in "\u200c\u200d" or unicodedata.category(character) == "Zs"


def problems_of(markdown, render=github):
    """Everything in a comment on a plan that is not inert, or not whole."""
    page = Page(render(markdown))
    marker = markdown.partition("\n")[0]
    problems = [*page.problems]
    problems += [f"a table has rows of {rows}" for rows in page.rows if len(set(rows)) > 1]
    problems += [f"a line begins with {found.group()!r}" for found in _LINE_BEGINS.finditer(markdown)]
    problems += [ascii(one) for one in markdown if not (one == "\n" or is_inert(one))]
    if [f"<!-- {comment} -->" for comment in page.comments] != [marker] or markdown.count("<!--") != 1:
        problems.append(f"comments besides {marker}: {page.comments}")
    return problems
