"""The echo check: the provider must show a start exactly as it was sent, or its clock and ours are not the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from rcsplan.campaign.message import WIRE_TIME
from rcsplan.errors import ConfigurationError
from rcsplan.state.phase import Phase, phase_of

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from rcsplan.state.model import Record
    from rcsplan.state.sends import State


def expected_echo(start_at: datetime, response_zone: ZoneInfo) -> str:
    """The start as the provider must show it, in the zone of its answers."""
    return start_at.astimezone(response_zone).strftime(WIRE_TIME)


def is_proven(state: State, response_zone: ZoneInfo) -> bool:
    """Whether an earlier submission of this state came back with the start, to the second, that was sent."""
    return any(
        record.start_at is not None
        and record.start_at.second != 0
        and record.remote is not None
        and record.remote.start_at == expected_echo(record.start_at, response_zone)
        for _, entry in state.sends.current()
        for record in entry.revisions.values()
    )


def echo_problem(record: Record, response_zone: ZoneInfo) -> ConfigurationError | None:
    """What is wrong with the start that the provider shows, and the setting that fits; None where nothing is."""
    echo = record.remote.start_at if record.remote else None
    if record.start_at is None or echo is None:
        return None
    expected = expected_echo(record.start_at, response_zone)
    if echo == expected:
        return None
    return ConfigurationError(
        f"The provider shows another start for campaign {record.remote_id} than was sent",
        detail=f"It shows {echo}; by provider.response_timezone {response_zone.key} it should be {expected}. "
        f"{record.wire_start_at} was sent. The campaign is recorded, and nothing further was submitted.",
        hint=_fitting(record.start_at, echo, expected),
    )


def standing_shift(
    state: State, *, zone: ZoneInfo, response_zone: ZoneInfo, fingerprint_seconds: bool
) -> ConfigurationError | None:
    """What is wrong with the start of a scheduled campaign, where by the same settings any other would go wrong too.

    None where an echo was right before, or where the settings were corrected since: the time sent would be another.
    """
    if is_proven(state, response_zone):
        return None
    for _, entry in state.sends.current():
        for record in entry.revisions.values():
            problem = echo_problem(record, response_zone) if phase_of(record) is Phase.WAITING else None
            if problem is not None and _would_go_again(record, zone, response_zone, seconds=fingerprint_seconds):
                return problem
    return None


def _would_go_again(record: Record, zone: ZoneInfo, response_zone: ZoneInfo, *, seconds: bool) -> bool:
    start, echo = record.start_at, record.remote.start_at if record.remote else None
    if start is None or echo is None or record.wire_start_at != expected_echo(start, zone):
        return False
    return seconds or echo != expected_echo(start.replace(second=0), response_zone)


def _fitting(start_at: datetime, echo: str, expected: str) -> str:
    is_cut = start_at.second != 0 and echo.endswith(":00")
    cut = "The provider drops seconds: set provider.fingerprint_start_at: false"
    if is_cut and echo[:-2] == expected[:-2]:
        return cut
    shown = datetime.strptime(echo, WIRE_TIME).replace(tzinfo=UTC) - start_at.replace(
        second=0 if is_cut else start_at.second
    )
    zone = _fitting_zone(shown)
    return f"{cut}\n{zone}" if is_cut else zone


def _fitting_zone(shown: timedelta) -> str:
    """The setting that explains a start which is shown so far from UTC."""
    if not shown:
        return "Its answers are in UTC: set provider.response_timezone: UTC"
    hours, minutes = divmod(int(abs(shown).total_seconds()) // 60, 60)
    sign = "-" if shown < timedelta() else "+"
    return (
        "Look the campaign up in the provider's panel. If it starts when it should, set provider.response_timezone to "
        f"the zone of the answers, which are at UTC{sign}{hours:02}:{minutes:02}; if not, stop it, and set "
        "provider.timezone to the account's zone."
    )
