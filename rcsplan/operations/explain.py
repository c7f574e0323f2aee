"""`explain`: where each value of a final payload comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rcsplan.diagnostics import did_you_mean
from rcsplan.errors import InvalidContent, UsageError
from rcsplan.manifest.explanation import explain_send
from rcsplan.manifest.load import load_sends
from rcsplan.manifest.occasion import Occasion
from rcsplan.manifest.reader import ManifestReader
from rcsplan.manifest.variables import load_variables

if TYPE_CHECKING:
    from datetime import datetime

    from rcsplan.manifest.explanation import ValueOrigin
    from rcsplan.manifest.project import Environment
    from rcsplan.manifest.variables import Variables


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """The origins of the values of one send."""

    address: str
    values: tuple[ValueOrigin, ...]


def explain(
    environment: Environment, variables: Variables, *, now: datetime, address: str, path: str | None
) -> Explanation:
    """Where the values of a send come from, all of them or those at and below a path such as options.cards[0].title.

    Raises:
        InvalidContent: a manifest has an error.
        UsageError: nothing is declared under the address, or its payload has no such path.
    """
    occasion = Occasion(now=now)
    loaded = load_sends(environment, variables=variables, occasion=occasion)
    if loaded.has_errors:
        raise InvalidContent(loaded.diagnostics)
    send = next((send for send in loaded.desired if str(send.address) == address), None)
    if send is None:
        hint = did_you_mean(address, (str(one.address) for one in loaded.desired))
        raise UsageError(f"Nothing is declared under {address!r}", hint=hint)
    shared, _ = load_variables(environment, variables)
    reader = ManifestReader(environment, shared=shared, occasion=occasion)
    traced = reader.trace(loaded.read[send.address.campaign].document(), send.address)
    values = explain_send(traced, send, environment, variables) if traced is not None else ()
    return Explanation(address=address, values=_below(values, path) if path else values)


def _below(values: tuple[ValueOrigin, ...], path: str) -> tuple[ValueOrigin, ...]:
    wanted = path.removeprefix("spec.")
    found = tuple(one for one in values if one.name == wanted or one.name.startswith((f"{wanted}.", f"{wanted}[")))
    if not found:
        hint = did_you_mean(wanted, (one.name for one in values))
        raise UsageError(f"The payload has nothing at {path!r}", hint=hint)
    return found
