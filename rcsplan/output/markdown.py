"""Foreign text in the Markdown of GitHub and GitLab: shown as it is, and inert.

Entities and backslashes do not help: mentions, references and emoji are looked for in what is already rendered, but
never in code. So foreign text stands in code, and of a sentence everything but plain words does.
"""

from __future__ import annotations

import html
import re
import unicodedata
from typing import TYPE_CHECKING

from rcsplan.output.terminal import visible

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Characters of a text that stands in a line, in a sentence, and in a line of a block.
_IN_LINE, _SENTENCE, _LINE = 120, 600, 2000

_LETTERS = r"[^\W\d_]+(?:['\u2019/-][^\W\d_]+)*"
_NUMBER = r"[\u2212-]?\d{1,3}(?:,\d{3})*(?:\.\d{1,4})?%?|\d{1,6}"
_TIME = r"\d{1,2}:\d{2}(?::\d{2})?|\d{4}-\d{2}-\d{2}"
#: Words that mean nothing to any renderer wherever they stand, but at the beginning of a line.
_PLAIN = re.compile(
    rf"""[("'\u201c\u00ab]?(?:{_LETTERS}|{_NUMBER}|{_TIME})["'\u201d\u00bb]?\)?[.,;:!?]?|[\u2013\u2014\u00b7\u2192\u00d7-]"""
)
#: What is taken for a commit.
_HEXADECIMAL = re.compile(r"[0-9a-fA-F]{7,}")

_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})


def code(text: str, *, longest: int = _IN_LINE) -> str:
    """Foreign text as code in a line of Markdown, with an ellipsis where it is longer than that many characters."""
    return _isolated(_in_backticks(_shown(text, longest)))


def cell(text: str, *, longest: int = _IN_LINE) -> str:
    r"""Foreign text as code in a cell of a table, where a bar is escaped even in code.

    >>> cell("a|b")
    '`a\\|b`'
    """
    return in_cell(code(text, longest=longest))


def in_cell(markup: str) -> str:
    """Markup of one line without a bar that would end a cell."""
    return re.sub(r"(?<=\\)\|", "x7c", markup).replace("|", r"\|")


def html_code(text: str, *, longest: int = _IN_LINE) -> str:
    """Foreign text as code within HTML, where no Markdown is read."""
    direction = ' dir="auto"' if _turns(text) else ""
    return f"<code{direction}>{html.escape(_shown(text, longest)) or '-'}</code>"


def prose(text: str, *, longest: int = _SENTENCE) -> str:
    """A sentence that may have foreign text in it: all but plain words as code. Never to stand first in a line.

    >>> prose("Ask @team about #12 in https://a.example.")
    'Ask `@team` about `#12` in `https://a.example`.'
    """
    pieces: list[str] = []
    strange: list[str] = []
    for word in (*_shown(text, longest).split(" "), ""):
        if word and not _is_plain(word):
            strange.append(word)
            continue
        if strange:
            pieces.append(_quoted(" ".join(strange)))
            strange = []
        pieces += [word] if word else []
    return " ".join(pieces)


def block(lines: Iterable[str], *, language: str = "text") -> str:
    """Lines of foreign text as a block of code. Each must begin with something of ours, two blanks at least.

    GitLab looks for commands by a pattern of its own, to which a fence within a longer fence is one; so no line of a
    block may begin with a fence or a command.
    """
    shown = [_shown(line, _LINE) for line in lines]
    fence = "`" * max(3, _longest_run("\n".join(shown)) + 1)
    return "\n".join([f"{fence}{language}", *shown, fence])


def _shown(text: str, longest: int) -> str:
    """The text on one line, with every control visible; and no comment begins in it, for ours are known by theirs."""
    text = visible(text[: longest + 1]).replace("<!--", r"\x3c!--")
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "\u2026"


def _in_backticks(shown: str) -> str:
    if not shown:
        return "`-`"
    fence = "`" * (_longest_run(shown) + 1)
    blank = " " if shown[0] in "` " or shown[-1] in "` " else ""
    return f"{fence}{blank}{shown}{blank}{fence}"


def _longest_run(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)


def _is_plain(word: str) -> bool:
    return _PLAIN.fullmatch(word) is not None and _HEXADECIMAL.search(word) is None and not _turns(word)


def _quoted(words: str) -> str:
    """Strange words as code; the stop that ends their sentence stays outside."""
    bare = words.rstrip(".,;")
    return f"{_isolated(_in_backticks(bare))}{words[len(bare) :]}" if bare else _in_backticks(words)


def _isolated(markup: str) -> str:
    """Markup whose text runs from right to left, kept from turning what stands beside it."""
    return f'<span dir="auto">{markup}</span>' if _turns(markup) else markup


def _turns(text: str) -> bool:
    return not text.isascii() and any(unicodedata.bidirectional(character) in _RIGHT_TO_LEFT for character in text)
