"""Pages that need no network and run no script: foreign text harmless and visible, style allowed by its hash alone."""

from __future__ import annotations

import base64
import hashlib
import re
from importlib.resources import files
from typing import TYPE_CHECKING

from rcsplan.output.phone import LINK
from rcsplan.output.terminal import shown_characters, visible

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

#: By what a page of ours is told from one of others.
PAGE_MARK = '<meta name="generator" content="rcsplan">'

_FOLDER = "pages"
_LINE_BREAK = re.compile(r"\r\n|\n")


def format_page(template: str, **values: object) -> str:
    """A page of one of our templates."""
    style = files("rcsplan.output").joinpath(_FOLDER, "page.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return _environment().get_template(template).render(style=style, style_hash=f"sha256-{digest}", **values) + "\n"


def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=PackageLoader("rcsplan.output", _FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"shown": shown_text, "message": message_text, "plain": visible, "initial": _initial}
    environment.globals["style_of"] = Markup
    return environment


def shown_text(text: str) -> Markup:
    r"""Foreign text with its line breaks, and every character that hides or steers as an escape that stands out."""
    from markupsafe import Markup

    return Markup("\n").join(Markup("").join(map(_piece, shown_characters(line))) for line in _LINE_BREAK.split(text))


def _piece(character_and_shown: tuple[str, str]) -> Markup:
    from markupsafe import Markup, escape

    character, shown = character_and_shown
    return escape(character) if shown == character else Markup('<span class="unseen">{}</span>').format(shown)


def message_text(text: str, marked: str | None = None) -> Markup:
    """The text of a message: links stand out and lead nowhere, and every occurrence of a character is marked."""
    from markupsafe import Markup

    pieces, end = [], 0
    for match in LINK.finditer(text):
        pieces += [_marked(text[end : match.start()], marked)]
        pieces += [Markup('<span class="link">{}</span>').format(_marked(match[0], marked))]
        end = match.end()
    return Markup().join([*pieces, _marked(text[end:], marked)])


def _initial(name: str) -> str:
    """The letter that stands for a picture of the sender."""
    return next((character.upper() for character in name if character.isalnum()), "?")


def _marked(text: str, character: str | None) -> Markup:
    from markupsafe import Markup

    if character is None:
        return shown_text(text)
    mark = Markup("<mark>{}</mark>").format(shown_text(character))
    return mark.join(shown_text(piece) for piece in text.split(character))
