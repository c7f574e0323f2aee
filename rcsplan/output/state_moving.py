"""What became of a state that was moved, probed or recovered, as text and as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from rcsplan.operations.recover import outcome_of
from rcsplan.output.moments import count
from rcsplan.output.terminal import columns, visible
from rcsplan.state.recovery import Fate

if TYPE_CHECKING:
    from rcsplan.backend.protocol import Probe
    from rcsplan.operations.migrate import Migrated
    from rcsplan.operations.recover import Recovered

_FATES = {
    Fate.RECORD: "recorded",
    Fate.KNOWN: "known already",
    Fate.CONFLICT: "not recorded, the state says otherwise",
}


def format_migrated(moved: Migrated, *, environment: str, setting: str) -> str:
    """What was moved, the proof, and what to write into rcsplan.yaml."""
    held = moved.contents
    return (
        f"The state is now at {visible(moved.location)}, with serial {moved.serial}.\n"
        f"Both places hold {count(held.addresses, 'address', 'addresses')} with {count(held.records, 'record')}, of "
        f"which {held.live} may still send:\n"
        f"{held.digest}\n\n"
        f"Now name the new place in rcsplan.yaml:\n"
        f"environments:\n  {environment}:\n    state: {setting}\n\n"
        f"What is left at {visible(moved.former)} is marked as moved: until then every apply is refused.\n"
    )


def format_probes(probes: tuple[Probe, ...], *, location: str) -> str:
    """Each question with its answer, aligned."""
    answers: list[tuple[str, ...]] = [
        ("yes" if probe.holds else "NO", probe.question, visible(probe.detail)) for probe in probes
    ]
    return "\n".join([visible(location), *(line.rstrip() for line in columns(answers))]) + "\n"


def probes_json(probes: tuple[Probe, ...], *, location: str) -> dict[str, object]:
    """The same as a JSON object."""
    return {"location": location, "probes": [asdict(probe) for probe in probes]}


def format_recovered(results: tuple[Recovered, ...]) -> str:
    """What became of each outcome, a line each; where the state says otherwise, what it says."""
    if not results:
        return "Nothing waits to be recorded.\n"
    return "".join(f"{_recovered(result)}\n" for result in results)


def _recovered(result: Recovered) -> str:
    line = f"{visible(result.entry.address)}: {outcome_of(result.entry.after)}: {_FATES[result.fate]}"
    return f"{line}: {outcome_of(result.present)}" if result.fate is Fate.CONFLICT else line
