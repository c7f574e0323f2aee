"""Rules of what was seen at the addresses of a message, for whoever lets them be looked at (`--online`)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from rcsplan.campaign.media import KINDS
from rcsplan.campaign.message import UNSUBSCRIBE_URL, cards_of
from rcsplan.policy.finding import Finding
from rcsplan.policy.links import host_of, is_below, links_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rcsplan.campaign.media import FileKind
    from rcsplan.campaign.seen import Seen
    from rcsplan.diagnostics import KeyPath
    from rcsplan.policy.candidate import Candidate, World

#: What no address has that is meant as it stands: it is filled in for each recipient, or was forgotten.
_PLACEHOLDER = re.compile(r"[{}<>|\\^`]|\[\[|%%|XXXX|^https?://[^/]*[%$]", re.IGNORECASE)
_STATUSES = {
    401: "which asks for a password",
    403: "which refuses it, at least to this check",
    404: "which is not there",
    410: "which is gone for good",
    429: "which refuses so many questions",
}
_SERVER_FAILS = 500
#: No name of a host is longer (RFC 1035).
_LONGEST_HOST = 253

#: Ratios of width to height that a card shows whole; others are cropped without a word (domain: Sinch, Gupshup).
_RATIOS = {"2:1": 2.0, "16:9": 16 / 9, "7:3": 7 / 3}
_TOLERANCE = 0.03

_MEND_LINK = "Mend the address or what is there, and look again with --online."
_MEND_MEDIA = "Put a file there that the provider takes, and look again with --online."


def link_online(candidate: Candidate, world: World) -> Iterator[Finding]:
    """With --online: links lead to a page that is there, on the host that they name, by https all the way."""
    allowed = world.thresholds.allowed_hosts
    for path, url, seen, more in _each_cause(links_of(candidate), world):
        problem = _absence(url, seen) or _detour(url, seen, allowed)
        if problem:
            yield Finding(detail=f"{problem}.{more}", path=path, way_out=_MEND_LINK)


def media_online(candidate: Candidate, world: World) -> Iterator[Finding]:
    """With --online: media are there, are what their name and type say, and of a kind and size that is taken."""
    for path, url, seen, more in _each_cause(candidate.media(), world):
        absence = _absence(url, seen)
        for problem in (absence,) if absence else _of_file(url, seen):
            yield Finding(detail=f"{problem}.{more}", path=path, way_out=_MEND_MEDIA)


def media_ratio(candidate: Candidate, world: World) -> Iterator[Finding]:
    """With --online: pictures have a ratio that cards show whole, and those of a carousel have the same."""
    pictures = [
        (path, url, seen.width, seen.height)
        for path, url in candidate.media()
        if (seen := world.web.get(url)) is not None and seen.is_there and seen.width and seen.height
    ]
    is_carousel = len(cards_of(candidate.payload)) > 1
    said = set()
    for path, url, width, height in pictures:
        first = pictures[0]
        if is_carousel and not _is_near(width / height, first[2] / first[3]):
            problem = f"{url} has {width} by {height} pixels, another ratio than {first[2]} by {first[3]} of the first"
        elif not any(_is_near(width / height, ratio) for ratio in _RATIOS.values()):
            problem = f"{url} has {width} by {height} pixels and is cropped: cards show {', '.join(_RATIOS)} whole"
        else:
            continue
        if url not in said:
            said.add(url)
            yield Finding(detail=f"{problem}.", path=path, way_out="Give a picture of 1440 by 720 pixels, for example.")


def is_askable(url: str) -> bool:
    """Whether an address is meant as it stands, so that somebody may be asked for it."""
    if url.casefold().startswith(UNSUBSCRIBE_URL.casefold()) or _PLACEHOLDER.search(url):
        return False
    return url.lower().startswith(("http://", "https://"))


def _each_cause(places: Iterable[tuple[KeyPath, str]], world: World) -> Iterator[tuple[KeyPath, str, Seen, str]]:
    """What was seen at the places of a message, each address once, and of each host that does not answer one.

    The text says how many other addresses have the same cause.
    """
    causes: dict[tuple[str, str], list[tuple[KeyPath, str, Seen]]] = {}
    for path, url in places:
        seen = world.web.get(url)
        if seen is None:
            continue
        cause = (host_of(seen.steps[-1]), seen.problem) if seen.problem else (url, "")
        causes.setdefault(cause, []).append((path, url, seen))
    for found in causes.values():
        path, url, seen = found[0]
        others = len({other for _, other, _ in found}) - 1
        yield path, url, seen, f" So it is with {others} more of this message." if others else ""


def _absence(url: str, seen: Seen) -> str:
    """Why nothing was seen there, as a sentence without its end."""
    led = "" if len(seen.steps) == 1 else f"leads to {_place_of(seen.steps[-1])}"
    if seen.problem:
        return f"{url} {led}, which {seen.problem}" if led else f"{url} {seen.problem}"
    if seen.is_there:
        return ""
    status = seen.status or 0
    why = "where the server fails" if status >= _SERVER_FAILS else _STATUSES.get(status, "which is no success")
    return f"{url} {f'{led} and ' if led else ''}answers {status}, {why}"


def _place_of(step: str) -> str:
    """Where a redirect leads, without the rest of the address: that is the server's word, and may be long or secret."""
    scheme, separator, _ = step.partition("://")
    return f"{scheme}://{host_of(step)[:_LONGEST_HOST]}" if separator else f"an address of {scheme.partition(':')[0]}"


def _detour(url: str, seen: Seen, allowed: tuple[str, ...] | None) -> str:
    """Where a link leads that nobody would expect, as a sentence without its end."""
    if url.lower().startswith("https:") and any(step.startswith("http:") for step in seen.steps):
        return f"{url} is redirected through http, where everybody on the way can read and change it"
    declared, final = host_of(seen.steps[0]), host_of(seen.steps[-1])
    if final == declared or any(is_below(final, name.casefold()) for name in allowed or ()):
        return ""
    return f"{url} leads on to {final}, another host than the message names"


def _of_file(url: str, seen: Seen) -> Iterator[str]:
    """What the provider or a phone will not like of a file, each as a sentence without its end."""
    kind = seen.kind
    if seen.size == 0:
        yield f"{url} is empty"
    elif kind is None:
        yield f"{url} is of a kind that is not known, served as {seen.content_type or 'nothing'}"
    elif kind.limit is None:
        yield f"{url} is {kind.name}, which is not taken: JPEG, PNG, GIF, MP4, H.263, MPEG and WebM are"
    else:
        yield from _of_taken_file(url, seen, kind, kind.limit)


def _of_taken_file(url: str, seen: Seen, kind: FileKind, limit: int) -> Iterator[str]:
    suffix = _suffix_of(url)
    if suffix in _SUFFIXES and suffix not in kind.suffixes:
        yield f"{url} is {kind.name}, not what the ending .{suffix} of its name says"
    if seen.content_type not in kind.types:
        yield f"{url} is {kind.name} and is served as {seen.content_type or 'nothing'}, not as {kind.types[0]}"
    if seen.size is not None and seen.size > limit:
        yield f"{url} has {seen.size / 1e6:,.1f} MB; {limit / 1e6:g} MB are taken of a {_sort_of(kind)}"
    if kind.is_picture and seen.is_whole and seen.width is None:
        yield f"{url} is damaged: its beginning is that of {kind.name}, and it has no width and height"


_SUFFIXES = frozenset(suffix for kind in KINDS for suffix in kind.suffixes)


def _suffix_of(url: str) -> str:
    name = urlsplit(url).path.rpartition("/")[2]
    return name.rpartition(".")[2].lower() if "." in name else ""


def _sort_of(kind: FileKind) -> str:
    return "picture" if kind.is_picture else "video"


def _is_near(ratio: float, other: float) -> bool:
    return abs(ratio - other) <= other * _TOLERANCE
