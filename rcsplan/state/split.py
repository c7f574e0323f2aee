"""A state in two parts: a document of what is live, and segments that hold the history and never change."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from rcsplan.errors import StateDamaged
from rcsplan.state.sends import Sends

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rcsplan.state.model import Segment
    from rcsplan.state.sends import State

#: So many entries must be over before they move into a segment of their own: a segment an apply would be too many.
_WORTH_MOVING = 500

#: A segment that is less than so many times as large as the one that follows is merged with it, so that their number
#: grows with the logarithm of the history.
_MERGED_UP_TO = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitState:
    """A state whose `sends` are only those that the document itself holds; the others lie in the segments."""

    state: State
    segments: tuple[Segment, ...] = ()
    forgotten: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Loaded:
    segment: Segment
    entries: Mapping[str, Any]


class History:
    """The segments of a state as loaded: what stands in them needs no second writing."""

    def __init__(self, loaded: tuple[_Loaded, ...] = ()) -> None:
        self._loaded = loaded
        self.segments = tuple(part.segment for part in loaded)
        self.entries = {address: entry for part in loaded for address, entry in part.entries.items()}

    @classmethod
    def read(cls, segments: tuple[Segment, ...], fetch: Callable[[Segment], Mapping[str, Any]]) -> History:
        """The history that `fetch` finds in the segments, oldest first."""
        return cls(tuple(_Loaded(segment, fetch(segment)) for segment in segments))

    def whole(self, document: SplitState) -> State:
        """The state with all its sends: the document's, and those in segments that it neither repeats nor forgets."""
        entries = {**self.entries, **document.state.sends.as_json()}
        for address in document.forgotten:
            entries.pop(address, None)
        return replace(document.state, sends=Sends(entries))

    def split(
        self, state: State, keep: Callable[[Mapping[str, Any]], Segment], *, worth_moving: int = _WORTH_MOVING
    ) -> tuple[SplitState, History]:
        """What the document of a state has to say, and the history that will then lie beside it.

        What is over moves into a new segment, which `keep` writes, once there are so many entries of it.
        """
        entries = state.sends.as_json()
        # An entry that nobody touched is still the very object that was read from the segment.
        hot = {address: entry for address, entry in entries.items() if self.entries.get(address) is not entry}
        over = {address: entry for address, entry in hot.items() if _is_over(entry)}
        history = self
        if len(over) >= worth_moving:
            hot = {address: entry for address, entry in hot.items() if address not in over}
            history = self._with(over, keep)
        forgotten = tuple(sorted(address for address in history.entries if address not in entries))
        document = replace(state, sends=Sends(hot))
        return SplitState(state=document, segments=history.segments, forgotten=forgotten), history

    def _with(self, entries: Mapping[str, Any], keep: Callable[[Mapping[str, Any]], Segment]) -> History:
        loaded = list(self._loaded)
        while loaded and loaded[-1].segment.sends < _MERGED_UP_TO * len(entries):
            entries = {**loaded.pop().entries, **entries}
        return History((*loaded, _Loaded(keep(entries), entries)))


def format_segment(entries: Mapping[str, Any]) -> str:
    """The text of a segment."""
    return json.dumps({"format_version": 1, "sends": entries}, ensure_ascii=False, separators=(",", ":")) + "\n"


def parse_segment(text: str, *, name: str) -> dict[str, Any]:
    """The entries of a segment whose checksum was found to be right.

    Raises:
        StateDamaged: it is no segment.
    """
    try:
        document = json.loads(text)
        entries: dict[str, Any] = document["sends"]
        is_segment = document["format_version"] == 1 and all(isinstance(entry, dict) for entry in entries.values())
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        is_segment = False
    if not is_segment:
        raise StateDamaged(f"{name} is not a segment of a state that this rcsplan knows")
    return entries


def _is_over(entry: dict[str, Any]) -> bool:
    records = entry.get("revisions", {}).values()
    return bool(records) and all(
        record.get("archived_at") is not None and record.get("intent") is None for record in records
    )
