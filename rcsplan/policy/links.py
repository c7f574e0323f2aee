"""Rules of links and media: where they may lead."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from rcsplan.campaign.message import UNSUBSCRIBE_URL
from rcsplan.policy.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rcsplan.diagnostics import KeyPath
    from rcsplan.policy.candidate import Candidate, World

#: Hosts that shorten the links of everybody: carriers block them, for nobody can tell where they lead.
SHORTENERS = frozenset({
    "bit.ly", "bitly.com", "buff.ly", "clck.ru", "cutt.ly", "goo.gl", "is.gd", "j.mp", "ow.ly", "rb.gy", "rebrand.ly",
    "s.id", "shorturl.at", "t.co", "t.ly", "tiny.cc", "tinyurl.com", "u.to", "v.gd",
})  # fmt: skip

_IN_TEXT = re.compile(r"https?://[^\s<>\"']+", re.IGNORECASE)
_BARE = re.compile(
    r"(?<![\w.@/=&?-])(?:" + "|".join(re.escape(host) for host in sorted(SHORTENERS)) + r")/[^\s<>\"']+", re.IGNORECASE
)
#: What stands for an address that somebody meant to fill in.
_PLACEHOLDER = re.compile(r"x{3,}|todo|tbd|placeholder|your-?(?:link|url|domain)|changeme", re.IGNORECASE)


def links(candidate: Candidate, world: World) -> Iterator[Finding]:
    """Links and media are https, lead to allowed hosts, through no public shortener, and are no placeholders."""
    for path, url in _addresses(candidate):
        problem = _problem(url, host_of(url), world.thresholds.allowed_hosts)
        if problem and url != UNSUBSCRIBE_URL:
            yield Finding(detail=f"{url} {problem}.", path=path, way_out="Give the address that is meant, with https.")


def links_of(candidate: Candidate) -> Iterator[tuple[KeyPath, str]]:
    """Every link that a reader can follow, of buttons and in texts, with its place."""
    yield from candidate.buttons()
    for path, text in candidate.texts:
        for found in _IN_TEXT.findall(text):
            yield path, _trimmed(found)


def host_of(url: str) -> str:
    """The host of an address, without the `www.` that changes nothing; empty where there is none."""
    try:
        return (urlsplit(url if "://" in url else f"https://{url}").hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def is_below(host: str, name: str) -> bool:
    """Whether a host is another one, or lies below it."""
    return host == name or host.endswith(f".{name}")


def _addresses(candidate: Candidate) -> Iterator[tuple[KeyPath, str]]:
    yield from candidate.urls()
    for path, text in candidate.texts:
        for found in () if "/" not in text else (*_IN_TEXT.findall(text), *_BARE.findall(text)):
            yield path, _trimmed(found)


def _trimmed(found: str) -> str:
    """A link of a text without what ends the sentence."""
    return found.rstrip(".,;:!?)")


def _problem(url: str, host: str, allowed: tuple[str, ...] | None) -> str:
    if url.lower().startswith("http:"):
        return "is not https"
    if host in SHORTENERS:
        return "is a public shortener, which carriers block"
    if not host or _PLACEHOLDER.fullmatch(host.partition(".")[0]):
        return "looks like a placeholder"
    if allowed is not None and not any(is_below(host, name.casefold()) for name in allowed):
        return f"leads to {host}, which is not among the allowed hosts"
    return ""
