"""Counting what became of the messages of campaigns that have ended, once and for good."""

from __future__ import annotations

from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING

from rcsplan.bsg.client import NotFound
from rcsplan.errors import ConfigurationError, ProviderError
from rcsplan.operations.observe import BACK
from rcsplan.state.delivery import numbers_are_final
from rcsplan.state.model import Delivery, PutRecord
from rcsplan.state.phase import Phase, phase_of
from rcsplan.web.backoff import Backoff

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from rcsplan.backend.protocol import StateSession
    from rcsplan.bsg.client import ReadClient
    from rcsplan.state.model import Record
    from rcsplan.state.sends import State

#: Records with the addresses that they belong to.
Ended = tuple[tuple[str, "Record"], ...]

#: How many campaigns one run counts, the newest first: an old state is caught up with over several runs.
_MOST = 100
#: How long one run counts, while others wait for its lock.
_SPAN = timedelta(seconds=30)
_ONCE = Backoff(attempts=1)


def read_delivery(
    client: ReadClient, remote_id: int, *, now: datetime, backoff: Backoff | None = None
) -> Delivery | None:
    """The numbers of a campaign as they are now (bsg-api.md section 2.1); None where the provider knows it no more.

    Raises:
        ProviderError: they could not be read.
    """
    try:
        detail = client.detail(remote_id, backoff=backoff)
    except NotFound:
        return None
    return Delivery(
        rcs=_counted(detail.statistics),
        sms=_counted(detail.sms_statistics),
        phones=detail.total_phones,
        price=None if detail.total_price is None else str(detail.total_price),
        currency=detail.currency,
        observed_at=now,
    )


def count_deliveries(
    client: ReadClient,
    state: State,
    session: StateSession,
    *,
    now: datetime,
    hold: Callable[[], str],
    clock: Callable[[], datetime],
) -> Ended:
    """Record the numbers that have become final, as many as can be read now; returns the records that have them now.

    Nothing depends on them but reports and estimates, so that few campaigns are asked for, each once, and those of the
    last weeks alone. What the provider does not answer, what is left after half a minute of `clock`, or when `hold`
    says that the run shall end, waits for the next run.

    Raises:
        StateError: they could not be recorded.
    """
    found: list[PutRecord] = []
    until = clock() + _SPAN
    for address, record, remote_id in islice(_final(state, now), _MOST):
        if hold() or clock() >= until:
            break
        try:
            delivery = read_delivery(client, remote_id, now=now, backoff=_ONCE)
        except (ProviderError, ConfigurationError):
            break
        if delivery is not None:
            found.append(PutRecord(address=address, record=record.model_copy(update={"delivery": delivery})))
    if found:
        session.record(found)
    return tuple((put.address, put.record) for put in found)


def _final(state: State, now: datetime) -> Iterator[tuple[str, Record, int]]:
    for address, entry in state.sends.uncounted_since(now - BACK):
        for record in entry.revisions.values():
            if record.remote_id is None or record.delivery is not None or phase_of(record) is not Phase.ENDED:
                continue
            if numbers_are_final(record, now=now):
                yield address, record, record.remote_id


def _counted(counters: Mapping[str, int]) -> dict[str, int]:
    # Prose prints statuses in upper case, samples in lower (bsg-api.md section 4.2).
    return {status.lower(): number for status, number in counters.items() if number}
