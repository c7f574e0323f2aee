"""The echo check: the provider must show a start exactly as it was sent, or its clock and ours are not the same."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from rcsplan.campaign.message import WIRE_TIME
from rcsplan.errors import ConfigurationError

if TYPE_CHECKING:
    from datetime import datetime
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


def _fitting(start_at: datetime, echo: str, expected: str) -> str:
    if echo == f"{expected[:-2]}00":
        return "The provider drops seconds: set provider.fingerprint_start_at: false"
    if echo == start_at.astimezone(UTC).strftime(WIRE_TIME):
        return "Its answers are in UTC: set provider.response_timezone: UTC"
    return (
        "Look the campaign up in the provider's panel. If it starts when it should, set provider.response_timezone to "
        "the zone of the answers; if not, stop it, and set provider.timezone to the account's zone."
    )
