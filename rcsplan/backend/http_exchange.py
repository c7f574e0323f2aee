"""Requests to an HTTP state server, repeated within bounds, for that is harmless, and no secret for other hosts."""

from __future__ import annotations

import base64
import hashlib
import ssl
import tempfile
from dataclasses import dataclass
from http import HTTPStatus
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Self

import httpx

from rcsplan.errors import ConfigurationError, StateError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rcsplan.backend.http_address import HttpAddress

_CONNECT_SECONDS = 10.0
_PASSING = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})


class StateServerSilent(StateError):
    """There was no complete answer: what was asked may have been done, or not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A complete answer; `etag` is empty where there is none by which exactly these bytes are told."""

    status: int
    body: bytes
    etag: str = ""


class Exchange:
    """One conversation with a state server, used by one thread at a time.

    Args:
        address: the server, with all that lets us in.
        sleep: waits for seconds, between repetitions.
        patience: seconds without a sign of life after which a request has failed.

    Raises:
        ConfigurationError: the certificates, or this system's proxy settings, are not usable.
    """

    def __init__(self, address: HttpAddress, *, sleep: Callable[[float], None], patience: float) -> None:
        self.address = address
        self.sleep = sleep
        self._patience = patience
        self._auth = httpx.BasicAuth(address.username, address.password) if address.username else None
        self._headers = dict(address.headers)
        self._client = _open_client(address, patience)

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def ask(
        self,
        method: str,
        url: str,
        *,
        lock_id: str = "",
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """The answer to a request, asked again a few times where there was none, or one that may pass.

        Args:
            method: of HTTP.
            url: where to.
            lock_id: of the lock that is held, for the query.
            body: JSON.
            headers: further ones.

        Raises:
            StateServerSilent: there was no complete answer.
            StateError: the answer is not one of a state server.
        """
        target = _parse(url).copy_add_param("ID", lock_id) if lock_id else _parse(url)
        sent = {**self._headers, **(headers or {}), **_headers_of(body)}
        for repetition in range(self.address.retry_max):
            try:
                response = self._send(method, target, body, sent)
            except httpx.HTTPError:
                self._wait(repetition, "")
                continue
            if not _may_pass(response.status_code):
                return self._answer(response)
            self._wait(repetition, response.headers.get("Retry-After", ""))
        try:
            return self._answer(self._send(method, target, body, sent))
        except httpx.HTTPError as error:
            raise self._silent(error) from None

    def _send(self, method: str, target: httpx.URL, body: bytes | None, headers: Mapping[str, str]) -> httpx.Response:
        request = self._client.build_request(method, target, content=body, headers=headers)
        response = self._client.send(request, auth=self._auth)
        if method == "GET" and response.is_redirect and response.next_request is not None:
            return self._follow(response, response.next_request.url)
        return response

    def _follow(self, response: httpx.Response, target: httpx.URL) -> httpx.Response:
        # Gitea may send readers on to the object store that it keeps files in, by an address that itself lets them in.
        if target.scheme != response.url.scheme or target.netloc == response.url.netloc:
            return response
        followed = self._client.get(target)
        # What is not found there is lost, which must not be taken for a state that was never begun.
        return followed if followed.status_code == HTTPStatus.OK else response

    def _answer(self, response: httpx.Response) -> Answer:
        body = response.content
        if response.is_success and body.lstrip()[:1] == b"<":
            raise StateError(
                f"{self.address.shown} answers with a web page",
                detail="A state server was asked, and a page for people came: of a login, or of a proxy.",
                hint="Check state.url; for GitLab it begins with https://HOST/api/v4/projects/.",
            )
        if "Content-MD5" in response.headers and response.request.method == "GET":
            self._check_sum(response.headers["Content-MD5"], body)
        etag = response.headers.get("ETag", "")
        return Answer(status=response.status_code, body=body, etag="" if etag.startswith("W/") else etag)

    def _check_sum(self, claimed: str, body: bytes) -> None:
        if claimed.strip() != md5_of(body):
            raise StateError(
                f"What came from {self.address.shown} was damaged on its way",
                detail="Its checksum (Content-MD5) does not match.",
                hint="Run the same command again. If it happens again, look at what stands before the server.",
            )

    def _wait(self, repetition: int, demanded: str) -> None:
        seconds = max(self.address.retry_wait_min * 2**repetition, float(demanded) if demanded.isdecimal() else 0.0)
        self.sleep(min(seconds, self.address.retry_wait_max))

    def _silent(self, error: httpx.HTTPError) -> StateServerSilent:
        detail, hint = self._reason(error)
        return StateServerSilent(f"The state server {self.address.shown} did not answer", detail=detail, hint=hint)

    def _reason(self, error: httpx.HTTPError) -> tuple[str, str]:
        again = "Nothing was submitted without being recorded. When the server is back, run the same command again."
        encryption = _tls_error_of(error)
        if encryption is not None:
            return (
                f"No encrypted connection: {encryption.reason or type(encryption).__name__}.",
                "Check ca_certificate, client_certificate and client_private_key of the state.",
            )
        match error:
            case httpx.TimeoutException():
                return f"It gave no sign of life for {self._patience:g} seconds.", again
            case httpx.ConnectError():
                return "No connection could be made.", f"Check state.url and the network. {again}"
            case _:
                return "The connection was closed before the answer was complete.", again


def md5_of(body: bytes) -> str:
    """The checksum that the protocol carries, in base64."""
    return base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()


def _parse(url: str) -> httpx.URL:
    try:
        return httpx.URL(url)
    except httpx.InvalidURL:
        raise ConfigurationError("The address of the state server is not usable", hint="Check state.url.") from None


def _headers_of(body: bytes | None) -> dict[str, str]:
    return {} if body is None else {"Content-Type": "application/json", "Content-MD5": md5_of(body)}


def _may_pass(status: int) -> bool:
    is_failure = status >= HTTPStatus.INTERNAL_SERVER_ERROR and status != HTTPStatus.NOT_IMPLEMENTED
    return is_failure or status in _PASSING


def _open_client(address: HttpAddress, patience: float) -> httpx.Client:
    try:
        return httpx.Client(
            verify=_tls_of(address),
            # What the environment says of proxies is for the world outside, never for this machine.
            trust_env=not address.is_loopback,
            timeout=httpx.Timeout(patience, connect=min(patience, _CONNECT_SECONDS)),
            headers={
                "User-Agent": f"rcsplan/{version('rcsplan')}",
                # A compressed answer would have another checksum, and a weak ETag.
                "Accept-Encoding": "identity",
                "Cache-Control": "no-cache",
            },
        )
    except (ValueError, OSError, ImportError, httpx.InvalidURL) as error:
        # The text of the error is not quoted, for it may hold a key or the password of a proxy.
        raise ConfigurationError(
            f"No connection to the state server {address.shown} can be set up",
            detail=f"The certificates or the proxy settings are not usable ({type(error).__name__}).",
            hint="Check ca_certificate, client_certificate and client_private_key, HTTPS_PROXY and SSL_CERT_FILE.",
        ) from None


def _tls_of(address: HttpAddress) -> ssl.SSLContext:
    if address.address.startswith("http://"):
        # Reading the system's authorities takes longer than a request to this machine.
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context = httpx.create_ssl_context(trust_env=not address.is_loopback)
    if address.client_ca_certificate_pem:
        context.load_verify_locations(cadata=address.client_ca_certificate_pem)
    if address.client_certificate_pem:
        # Certificate and key are only taken from a file: one for the owner alone, and for this moment.
        with tempfile.TemporaryDirectory() as folder:
            pem = Path(folder) / "client.pem"
            pem.touch(mode=0o600)
            pem.write_text(f"{address.client_certificate_pem}\n{address.client_private_key_pem}\n", "utf-8")
            context.load_cert_chain(pem, password=lambda: b"")
    if address.skip_cert_verification:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _tls_error_of(error: BaseException | None) -> ssl.SSLError | None:
    while error is not None and not isinstance(error, ssl.SSLError):
        error = error.__cause__ or error.__context__
    return error
