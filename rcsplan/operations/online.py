"""Lets the addresses of messages be looked at, on request, before the policy is asked about what was seen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from rcsplan.campaign.seen import Seen
from rcsplan.policy.finding import Severity
from rcsplan.policy.links import links_of
from rcsplan.policy.online import is_askable
from rcsplan.policy.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rcsplan.policy.candidate import World
    from rcsplan.policy.evaluation import Policy

#: Looks at addresses, each once; nothing is requested where there is none.
Look = Callable[[Iterable[str]], Mapping[str, Seen]]


def looked_at(world: World, policy: Policy, look: Look | None) -> World:
    """The world with what is seen at the addresses of its candidates, as far as a rule that is asked needs them."""
    return world if look is None else replace(world, web=look(dict.fromkeys(_addresses(world, policy))))


def _addresses(world: World, policy: Policy) -> Iterator[str]:
    asked = {rule.id for rule in RULES.values() if rule.looks_online and policy.of(rule) is not Severity.OFF}
    for candidate in world.candidates:
        links = links_of(candidate) if "link-online" in asked else ()
        media = candidate.media() if asked & {"media-online", "media-ratio"} else ()
        yield from (url for places in (links, media) for _, url in places if is_askable(url))
