"""Digests: equal for what means the same to the provider, different for everything else."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pydantic import JsonValue

    from rcsplan.campaign.model import ListRef

#: Named in every digest, so that a later release with another canonical form never takes equal sends for changed ones.
DIGEST_VERSION = "v1"

#: Made once: json.dumps would make one for each of the thousands of values of a plan.
_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def canonical_json(value: object) -> str:
    """The one JSON text of a value: keys sorted, no spaces, characters as they are."""
    return _CANONICAL.encode(value)


def sha256(value: object) -> str:
    """SHA-256 of the canonical JSON of a value, in hexadecimal."""
    return hashlib.sha256(canonical_json(value).encode("utf-8", "surrogatepass")).hexdigest()


def content_digest(body: Mapping[str, JsonValue]) -> str:
    """What the recipients get and how, without to whom and when."""
    return f"{DIGEST_VERSION}:{sha256(body)}"


def send_digest(content: str, lists: Iterable[ListRef], declared_time: str) -> str:
    """The digest of a send: its content, its declared lists in any order, its declared time."""
    refs = sorted((ref.id or 0, ref.name or "") for ref in lists)
    return f"{DIGEST_VERSION}:{sha256({'content': content, 'lists': refs, 'time': declared_time})}"


def source_digest(tree: Mapping[str, JsonValue]) -> str:
    """The digest of a manifest's own text: its parsed tree before rendering, so that cosmetic edits change nothing."""
    return f"{DIGEST_VERSION}:{sha256(tree)}"
