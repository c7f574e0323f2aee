"""The beginning of what an address leads to: one bounded GET a step, every redirect judged like the first address."""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import httpcore
import httpx

from rcsplan.web.network import Deadline, NotSpokenTo, PublicNetwork
from rcsplan.web.public_address import is_public, resolve

if TYPE_CHECKING:
    from collections.abc import Callable

    from rcsplan.web.public_address import IPAddress

#: So many bytes tell what a file is, and how large a picture.
HEAD_BYTES = 65_536
_MOST_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PARTIAL, _NO_SUCH_RANGE = 206, 416
_TOTAL = re.compile(r"bytes 0-\d+/(\d{1,18})")
_LENGTH = re.compile(r"\d{1,18}")
#: What a server may say of a type: nothing else is repeated to anybody.
_TYPE = re.compile(r"\s*([\w.+-]{1,60}/[\w.+-]{1,60})\s*(?:;.*)?", re.ASCII | re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back from the last step; `problem` is the predicate of a sentence where nothing did.

    `steps` are the addresses that were asked. `size` is in bytes, None where nobody told; `head` has the first bytes,
    and `is_whole` says that there are no more.
    """

    steps: tuple[str, ...]
    problem: str = ""
    status: int | None = None
    content_type: str = ""
    size: int | None = None
    head: bytes = b""
    is_whole: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """How addresses are asked.

    `seconds` are those that one of them may take, redirects included. `allow` judges every address that a host
    resolves to: a test that serves pages by itself passes another judgement, and nothing else can. Proxies are not
    used: behind one nobody could tell which address is spoken to.
    """

    tls: ssl.SSLContext
    seconds: float = 10.0
    allow: Callable[[IPAddress], bool] = field(default=is_public)
    resolve: Callable[[str, int], tuple[IPAddress, ...]] = field(default=resolve)


def fetch_head(url: str, asking: Asking) -> Answer:
    """Ask an address for its first bytes, and follow where it leads."""
    steps: list[str] = []
    network = PublicNetwork(allow=asking.allow, resolve=asking.resolve, deadline=Deadline(asking.seconds))
    try:
        return _follow(url, steps, network, asking.tls)
    except NotSpokenTo as refusal:
        problem = str(refusal)
    except httpcore.TimeoutException:
        problem = f"does not answer within {asking.seconds:g} seconds"
    except (httpcore.NetworkError, httpcore.ProtocolError) as error:
        problem = _encryption_problem(error) or _PROBLEMS[type(error)]
    return Answer(steps=tuple(steps), problem=problem)


_PROBLEMS: dict[type[Exception], str] = {
    httpcore.ConnectError: "cannot be connected to",
    httpcore.ReadError: "breaks off while it answers",
    httpcore.WriteError: "breaks off while it is asked",
    httpcore.RemoteProtocolError: "gives an answer that is broken off, or is not HTTP",
    httpcore.LocalProtocolError: "cannot be asked for in HTTP",
}


def _follow(url: str, steps: list[str], network: PublicNetwork, tls: ssl.SSLContext) -> Answer:
    for _ in range(_MOST_REDIRECTS + 1):
        target = _target_of(url, steps)
        answer, location = _get(target, tuple(steps), network, tls)
        if answer.status not in _REDIRECTS or not location:
            return answer
        try:
            url = str(target.join(location))
        except (httpx.InvalidURL, ValueError):
            raise NotSpokenTo("redirects to what is no web address") from None
    raise NotSpokenTo(f"redirects more than {_MOST_REDIRECTS} times")


def _target_of(url: str, steps: list[str]) -> httpx.URL:
    """An address that may be asked, noted as a step; without its fragment, which is for readers alone."""
    try:
        target = httpx.URL(url).copy_with(fragment=None)
    except (httpx.InvalidURL, ValueError):
        raise NotSpokenTo("is no web address") from None
    steps.append(str(target.copy_with(userinfo=b"")))
    if target.scheme not in {"http", "https"} or not target.raw_host:
        raise NotSpokenTo("is no web address")
    if target.userinfo:
        raise NotSpokenTo("holds a user name or a password, and was not asked")
    return target


def _get(target: httpx.URL, steps: tuple[str, ...], network: PublicNetwork, tls: ssl.SSLContext) -> tuple[Answer, str]:
    with httpcore.ConnectionPool(ssl_context=tls, network_backend=network) as pool:
        answer, location = _exchange(target, steps, pool, ranged=True)
        if answer.status == _NO_SUCH_RANGE:
            # An empty file has no first byte; what the server says of the whole of it counts.
            answer, location = _exchange(target, steps, pool, ranged=False)
        return answer, location


def _exchange(
    target: httpx.URL, steps: tuple[str, ...], pool: httpcore.ConnectionPool, *, ranged: bool
) -> tuple[Answer, str]:
    headers: dict[bytes | str, bytes | str] = {
        "Host": target.netloc.decode("ascii"),
        "User-Agent": "rcsplan (checks links and media of campaigns)",
        "Accept": "*/*",
        "Accept-Encoding": "identity",
        **({"Range": f"bytes=0-{HEAD_BYTES - 1}"} if ranged else {}),
    }
    url = httpcore.URL(scheme=target.raw_scheme, host=target.raw_host, port=target.port, target=target.raw_path or b"/")
    with pool.stream("GET", url, headers=headers) as response:
        given = {name.decode("ascii").lower(): value.decode("latin-1") for name, value in response.headers}
        status = response.status
        head = b"" if status in _REDIRECTS else _first_bytes(response)
    size = _size_of(status, given)
    if size is None and status != _PARTIAL and len(head) < HEAD_BYTES:
        size = len(head)
    kind = _TYPE.fullmatch(given.get("content-type", ""))
    answer = Answer(
        steps=steps,
        status=status,
        content_type=kind[1].lower() if kind else "",
        size=size,
        head=head,
        is_whole=size == len(head),
    )
    return answer, given.get("location", "")


def _first_bytes(response: httpcore.Response) -> bytes:
    """The first bytes of an answer; a server that sends more than was asked for is not listened to any longer."""
    head = b""
    for chunk in response.iter_stream():
        head += chunk
        if len(head) >= HEAD_BYTES:
            break
    return head[:HEAD_BYTES]


def _size_of(status: int, headers: dict[str, str]) -> int | None:
    """The size of the whole, where the server tells it."""
    if status == _PARTIAL:
        total = _TOTAL.fullmatch(headers.get("content-range", ""))
        return int(total[1]) if total is not None else None
    length = headers.get("content-length", "")
    return int(length) if _LENGTH.fullmatch(length) else None


def _encryption_problem(error: BaseException | None) -> str:
    """What is wrong with the encryption of a connection that failed, empty where that is not why."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return f"has a certificate that is not trusted ({error.verify_message})"
        if isinstance(error, ssl.SSLError):
            return f"has an encryption that fails ({error.reason})"
        error = error.__context__
    return ""
