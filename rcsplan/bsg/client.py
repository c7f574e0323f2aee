"""What rcsplan asks of the provider: all reads, and, in a class of its own, the two calls that change something."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Literal, TypeVar

import httpx

from rcsplan.bsg.outcome import classify_answer
from rcsplan.bsg.pages import read_all
from rcsplan.bsg.refusal import parse_refusal
from rcsplan.bsg.retry import Transient, repeat
from rcsplan.bsg.times import WIRE_FORMAT
from rcsplan.bsg.wire import (
    Balance,
    CampaignDetail,
    CampaignInfo,
    ContactList,
    Page,
    Sender,
    Tariff,
    parse_document,
    parse_one,
    parse_page,
)
from rcsplan.errors import ProviderError, Rejected
from rcsplan.web.backoff import JITTER, Backoff, is_passing, parse_retry_after
from rcsplan.web.client import FAILURES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from rcsplan.bsg.session import Query, Session

_CAMPAIGNS = "/api/campaigns"
_SEND_GROUPS = "/api/campaigns/rcs/send-groups"
_GROUPS = "/api/groups"

#: The largest page that every list allows (bsg-api.md section 2.1).
_PAGE = 500

#: How far the list reaches for the newest campaign, without knowing whether its window is of creation or of start:
#: nearly the horizon ahead, whatever the account's zone, and with that less than three months in all.
_AHEAD = timedelta(days=29)
_BACK = timedelta(days=55)

_T = TypeVar("_T")
_Model = TypeVar("_Model", ContactList, Tariff, CampaignInfo, CampaignDetail)


class NotFound(ProviderError):
    """The provider knows no such campaign or contact list."""


class ReadClient:
    """All that can be learned of an account; nothing here changes anything.

    Reads that fail in passing are tried again: lost connections, timeouts, 408, 425, 429, 5xx and answers that cannot
    be read. `sleep` takes seconds, `jitter` gives a number from 0 to 1. Every method raises `ProviderError` where a
    read fails for good, and `ConfigurationError` where the provider does not take the key.
    """

    def __init__(
        self,
        session: Session,
        *,
        backoff: Backoff | None = None,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = JITTER,
    ) -> None:
        self._session = session
        self._backoff = backoff or Backoff()
        self._sleep = sleep
        self._jitter = jitter

    @property
    def is_sandbox(self) -> bool:
        """Whether the last answer came from rcsplan's own simulator."""
        return self._session.is_sandbox

    def server_now(self) -> datetime | None:
        """The provider's time in UTC, run on since its last answer; None before there was one with a `Date`."""
        return self._session.server_now()

    def campaigns(self, *, window: tuple[datetime, datetime], down_to_id: int = 0) -> Iterator[CampaignInfo]:
        """The RCS campaigns above an id, newest first, each once (bsg-api.md section 2.1).

        `window` is naive, in the account's zone, at most three months long and to 30 days ahead; whether the provider
        compares it with the creation or with the start is not documented.

        Raises:
            ProviderError: the list could not be read, or is not complete, or not in order.
        """
        newest: int | None = None
        for campaign in read_all(partial(self._campaign_page, window=window, size=_PAGE)):
            if newest is not None and campaign.id > newest:
                raise ProviderError("The provider's list of campaigns is not in the order that was asked for")
            newest = campaign.id
            if campaign.id <= down_to_id:
                return
            if campaign.message_type in {"rcs", ""}:
                yield campaign

    def log_in(self) -> None:
        """Log in, which is enough to know who answers."""
        self._again(self._session.log_in)

    def newest_campaign_id(self) -> int:
        """The highest id of the account's campaigns, 0 where there is none of the last weeks."""
        self.log_in()
        now = self._session.server_now()
        around = None if now is None else (now - _BACK, now + _AHEAD)
        page = self._campaign_page(0, window=around, size=30)
        return max((campaign.id for campaign in page.rows), default=0)

    def campaign(self, campaign_id: int) -> CampaignInfo:
        """A campaign as it is now.

        Raises:
            NotFound: the provider knows none with this id.
        """
        return self._get_one(CampaignInfo, f"{_CAMPAIGNS}/{campaign_id}")

    def detail(self, campaign_id: int, *, backoff: Backoff | None = None) -> CampaignDetail:
        """The counters of a campaign; `backoff` says how often they are asked for, where not as often as all else.

        Raises:
            NotFound: the provider knows none with this id.
        """
        return self._get_one(CampaignDetail, f"{_CAMPAIGNS}/{campaign_id}/detail", backoff)

    def contact_lists(self) -> tuple[ContactList, ...]:
        """All contact lists of the account (bsg-api.md section 2.2)."""
        return tuple(read_all(partial(self._page, ContactList, _GROUPS)))

    def contact_list(self, list_id: int) -> ContactList:
        """A contact list as it is now.

        Raises:
            NotFound: the provider knows none with this id.
        """
        return self._get_one(ContactList, f"{_GROUPS}/{list_id}")

    def senders(self, channel: str) -> tuple[Sender, ...]:
        """The senders of a channel, `sms` or `viber`; RCS agents cannot be listed (bsg-api.md section 2.3)."""
        return self._get("/api/senders", partial(parse_page, Sender), query=(("type", channel),)).rows

    def balance(self) -> Balance:
        """The account's balance and credit (bsg-api.md section 2.3)."""
        return self._get("/api/accounts/balance", partial(parse_one, Balance))

    def tariffs(self) -> tuple[Tariff, ...]:
        """The account's tariffs, of all services (bsg-api.md section 2.3)."""
        return tuple(read_all(partial(self._page, Tariff, "/api/accounts/tariff")))

    def _campaign_page(self, offset: int, *, window: tuple[datetime, datetime] | None, size: int) -> Page[CampaignInfo]:
        # Type and direction are always said: without them the provider lists SMS campaigns, oldest first.
        filters: Query = (("filter[type]", "rcs"), ("sort", "id"), ("way", "desc"))
        if window is not None:
            since, until = (time.strftime(WIRE_FORMAT) for time in window)
            filters += (("filter[from]", since), ("filter[to]", until))
        return self._page(CampaignInfo, _CAMPAIGNS, offset, size=size, filters=filters)

    def _page(
        self, model: type[_Model], path: str, offset: int, *, size: int = _PAGE, filters: Query = ()
    ) -> Page[_Model]:
        query = (("page[offset]", str(offset)), ("page[limit]", str(size)), *filters)
        return self._get(path, partial(parse_page, model), query=query)

    def _get_one(self, model: type[_Model], path: str, backoff: Backoff | None = None) -> _Model:
        try:
            return self._get(path, partial(parse_one, model), backoff=backoff)
        except ProviderError as error:
            # Which of the two answers an unknown id is not documented (bsg-api.md section 9, question 7).
            if error.status not in {404, 422}:
                raise
            raise NotFound(f"The provider does not know {path}", detail=error.detail, status=error.status) from error

    def _get(
        self, path: str, parse: Callable[[object], _T], *, query: Query = (), backoff: Backoff | None = None
    ) -> _T:
        return self._again(lambda: self._read(path, parse, query), backoff)

    def _again(self, read: Callable[[], _T], backoff: Backoff | None = None) -> _T:
        return repeat(read, backoff=backoff or self._backoff, sleep=self._sleep, jitter=self._jitter)

    def _read(self, path: str, parse: Callable[[object], _T], query: Query) -> _T:
        try:
            response = self._session.get(path, query)
        except FAILURES as error:
            detail = self._session.quote(f"GET {path}: {type(error).__name__}: {error}")
            raise Transient("The provider did not answer", detail=detail) from error
        if not httpx.codes.is_success(response.status_code):
            raise self._failed_read(path, response)
        try:
            return parse(parse_document(response.content))
        except ValueError as error:
            detail = f"GET {path}: {self._session.quote(response.text)}"
            raise Transient("The provider's answer cannot be read", detail=detail) from error

    def _failed_read(self, path: str, response: httpx.Response) -> ProviderError:
        status = response.status_code
        summary = f"The provider answered with status {status}"
        detail = f"GET {path}: {parse_refusal(response.content, quote=self._session.quote).message}"
        if is_passing(status):
            return Transient(summary, detail=detail, status=status, retry_after=parse_retry_after(response.headers))
        return ProviderError(summary, detail=detail, status=status)


class SendClient(ReadClient):
    """The client that can also submit and stop; `stop_method` is for a provider that stops by PUT alone."""

    def __init__(
        self,
        session: Session,
        *,
        stop_method: Literal["PATCH", "PUT"] = "PATCH",
        backoff: Backoff | None = None,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = JITTER,
    ) -> None:
        super().__init__(session, backoff=backoff, sleep=sleep, jitter=jitter)
        self._stop_method = stop_method

    def send_groups(self, body: Mapping[str, object], *, deadline_seconds: float, attempt: int = 1) -> CampaignInfo:
        """Submit a campaign, once (bsg-api.md section 3).

        Nothing is repeated here, except after a 401, which is answered before anything is executed. The deadline
        covers the whole call. `attempt` counts the POSTs of this submission, from 1: a 429 to a later one is unknown.

        Raises:
            Rejected: the provider said no; nothing was accepted.
            NotSent: it certainly was not executed, and may be repeated.
            OutcomeUnknown: it may have been executed.
            ConfigurationError: the provider does not take the key; nothing was accepted.
        """
        response = self._session.submit("POST", _SEND_GROUPS, body=body, deadline_seconds=deadline_seconds)
        return self._conclude(response, attempt=attempt)

    def stop(self, campaign_id: int, *, deadline_seconds: float = 60.0) -> CampaignInfo:
        """Stop a campaign for good; one that is stopped already is a success (bsg-api.md section 4.1).

        Raises:
            Rejected: the provider said no, and the campaign is not stopped.
            NotSent: the request certainly was not executed, and may be repeated.
            OutcomeUnknown: it may have been executed.
            ConfigurationError: the provider does not take the key.
        """
        path = f"{_CAMPAIGNS}/{campaign_id}/stop"
        response = self._session.submit(self._stop_method, path, deadline_seconds=deadline_seconds)
        if response.status_code == httpx.codes.METHOD_NOT_ALLOWED and self._stop_method == "PATCH":
            response = self._session.submit("PUT", path, deadline_seconds=deadline_seconds)
        try:
            return self._conclude(response, attempt=1)
        except Rejected as refused:
            if refused.status != httpx.codes.UNPROCESSABLE_ENTITY:
                raise
            return self._stopped_already(campaign_id, refused)

    def _stopped_already(self, campaign_id: int, refused: Rejected) -> CampaignInfo:
        try:
            campaign = self.campaign(campaign_id)
        except NotFound:
            raise refused from None
        if campaign.status != "stopped":
            raise refused
        return campaign

    def _conclude(self, response: httpx.Response, *, attempt: int) -> CampaignInfo:
        conclusion = classify_answer(response, attempt=attempt, quote=self._session.quote)
        if isinstance(conclusion, CampaignInfo):
            return conclusion
        raise conclusion
