"""The state file as text: one JSON document that knows its format version and whether it is whole."""

from __future__ import annotations

import hashlib
import json
import re

from pydantic import ValidationError

from rcsplan.errors import StateDamaged, StateVersionUnsupported
from rcsplan.state.model import FORMAT_VERSION, Segment, StateHeader, first_complaint
from rcsplan.state.sends import Sends, State
from rcsplan.state.split import SplitState
from rcsplan.state.upgrades import upgraded

_SEAL = ',"integrity":"sha256:'
_VERSION = re.compile(r'\s*\{\s*"format_version"\s*:\s*([0-9]{1,9})\b')
_RECOVERY = (
    "Restore the file from its backup (the same name with .backup) or from your version control, then plan again."
)


def format_state(state: State) -> str:
    """The text of a state, sealed with a checksum of everything before it."""
    return format_split(SplitState(state=state))


def format_split(split: SplitState) -> str:
    """The text of the document of a split state; without segments it is that of a whole one."""
    header = split.state.header.model_dump(mode="json", exclude_defaults=True)
    history = {"segments": [segment.model_dump() for segment in split.segments], "forgotten": split.forgotten}
    document = {
        "format_version": FORMAT_VERSION,
        **header,
        **(history if split.segments else {}),
        "sends": split.state.sends.as_json(),
    }
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":"))[:-1]
    return f'{body}{_SEAL}{_digest(body)}"}}\n'


def parse_state(text: str, *, name: str) -> State:
    """Read a state; `name` says in errors where it came from.

    Raises:
        StateVersionUnsupported: a newer rcsplan wrote it.
        StateDamaged: it is torn, was edited, is no state, or only a part of one.
    """
    split = parse_split(text, name=name)
    if split.segments:
        raise StateDamaged(
            f"{name} is only a part of a state",
            detail="Its history lies in segments, beside the object that this was copied from.",
            hint="Ask for the whole: rcsplan state pull",
        )
    return split.state


def parse_split(text: str, *, name: str, recovery: str = _RECOVERY) -> SplitState:
    """Read the document of a state that may keep its history apart; `recovery` says what to do about damage.

    Raises:
        StateVersionUnsupported: a newer rcsplan wrote it.
        StateDamaged: it is torn, was edited, or is no state.
    """
    version = _format_version(text, name=name)
    body, seal, rest = text.rpartition(_SEAL)
    if not seal:
        raise StateDamaged(f"{name} is not a whole state file", detail=_what_it_is(text, name=name), hint=recovery)
    if rest.rstrip() != f'{_digest(body)}"}}':
        raise StateDamaged(
            f"{name} was changed outside rcsplan",
            detail="Its contents do not match the checksum that it carries: it is torn, or was edited by hand.",
            hint=recovery,
        )
    if version is None:
        raise StateDamaged(f"{name} has no format version", hint=recovery)
    return _parts_of(body, version, name=name, recovery=recovery)


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()


def _parts_of(body: str, version: int, *, name: str, recovery: str) -> SplitState:
    try:
        document = upgraded(json.loads(body + "}"), version=version)
        sends = document.pop("sends", {})
        segments = tuple(Segment.model_validate(segment) for segment in document.pop("segments", ()))
        forgotten = tuple(document.pop("forgotten", ()))
        header = StateHeader.model_validate_json(json.dumps(document))
    except ValidationError as error:
        raise StateDamaged(f"{name} is not a state", detail=first_complaint(error), hint=recovery) from None
    except (ValueError, RecursionError):
        raise StateDamaged(f"{name} is not a state", detail="It is not JSON.", hint=recovery) from None
    if not isinstance(sends, dict) or not all(isinstance(entry, dict) for entry in sends.values()):
        raise StateDamaged(f"{name} is not a state", detail="sends: not a mapping of mappings.", hint=recovery)
    state = State(
        lineage=header.lineage,
        serial=header.serial,
        environment=header.environment,
        account=header.account,
        series=header.series,
        rules=header.rules,
        used_plans=header.used_plans,
        baseline_id=header.baseline_id,
        not_ours=header.not_ours,
        awaited=header.awaited,
        trials=header.trials,
        moved_to=header.moved_to,
        sends=Sends(sends),
    )
    return SplitState(state=state, segments=segments, forgotten=forgotten)


def _format_version(text: str, *, name: str) -> int | None:
    # Before all else: a newer format may well be sealed in another way.
    match = _VERSION.match(text)
    if match is None:
        return None
    version = int(match[1])
    if version > FORMAT_VERSION:
        raise StateVersionUnsupported(
            f"{name} has format version {version}; this rcsplan knows {FORMAT_VERSION}",
            detail="A newer rcsplan wrote it. Reading it with an older one could send again what was already sent.",
            hint="Upgrade rcsplan here, or use the newer one.",
        )
    return version


def _what_it_is(text: str, *, name: str) -> str:
    if not text.strip():
        return f"{name} is empty."
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return "The text ends early or is not JSON."
    return "It is JSON without the checksum that rcsplan writes at the end."
