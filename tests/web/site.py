"""A web site on loopback: pages by their paths, over real HTTP and TLS, that also misbehave; and how to ask it."""

import contextlib
import ssl
import struct
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address

from rcsplan.web.fetching import Asking

HTML = b"<!DOCTYPE html>\n<title>Sorry</title>"
LOOPBACK = ip_address("127.0.0.1")


@dataclass(frozen=True)
class Page:
    """What is served at a path.

    `manner` is how: `plain`; `ranges` serves the bytes that were asked for; `cut` promises more than it sends;
    `endless` never stops; `silent` never begins; `trickle` sends a byte now and then; `garbage` is not HTTP.
    """

    body: bytes = b""
    type: str = ""
    status: int = 200
    location: str = ""
    manner: str = "plain"


@dataclass
class Site:
    """A running server; `asked` are the requests that arrived, each with its headers."""

    pages: dict = field(default_factory=dict)
    asked: list = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)
    port: int = 0
    scheme: str = "http"
    address: str = "127.0.0.1"

    def url(self, path="/", host=None):
        return f"{self.scheme}://{host or self.address}:{self.port}{path}"

    @property
    def paths(self):
        return [path for path, _ in self.asked]


@contextlib.contextmanager
def serving(pages=None, *, tls=None, address="127.0.0.1"):
    """A site while the block runs."""
    site = Site(pages=pages or {}, address=address, scheme="http" if tls is None else "https")
    server = _Server((address, 0), lambda *arguments: _Visit(site, *arguments))
    site.port = server.server_port
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    loop = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    loop.start()
    try:
        yield site
    finally:
        site.ended.set()
        server.shutdown()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """Whoever asks goes away when it knows enough."""


class _Visit(BaseHTTPRequestHandler):
    def __init__(self, site, *arguments):
        self.site = site
        super().__init__(*arguments)

    def do_GET(self):
        self.site.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        page = self.site.pages.get(self.path, Page(HTML, "text/html", 404))
        getattr(self, f"_{page.manner}")(page)

    def log_message(self, *_):
        """Nothing is logged."""

    def _begin(self, page, status, **headers):
        given = {"Content-Type": page.type, "Location": page.location, **headers}
        self.send_response(status)
        for name, value in given.items():
            if value:
                self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def _plain(self, page):
        self._begin(page, page.status, Content_Length=str(len(page.body)))
        self.wfile.write(page.body)

    def _ranges(self, page):
        asked = self.headers.get("Range")
        if asked is None:
            self._plain(page)
        elif not page.body:
            self._begin(page, 416, Content_Range="bytes */0")
        else:
            last = min(int(asked.rpartition("-")[2]), len(page.body) - 1)
            self._begin(page, 206, Content_Range=f"bytes 0-{last}/{len(page.body)}", Content_Length=str(last + 1))
            self.wfile.write(page.body[: last + 1])

    def _cut(self, page):
        self._begin(page, page.status, Content_Length=str(len(page.body) + 1000))
        self.wfile.write(page.body)

    def _endless(self, page):
        self._begin(page, page.status)
        self.wfile.write(page.body)
        while not self.site.ended.is_set():
            self.wfile.write(b"\0" * 8192)

    def _silent(self, _):
        self.site.ended.wait(5)

    def _trickle(self, _):
        for _ in range(100):
            self.wfile.write(b"H")
            if self.site.ended.wait(0.02):
                return

    def _garbage(self, _):
        self.wfile.write(b"SSH-2.0-OpenSSH\r\n\r\n")


def names(**addresses):
    """A name server: hosts by their first label below `.example`, and addresses by themselves."""

    def resolve(host, _):
        if host.endswith(".example"):
            return tuple(map(ip_address, addresses.get(host.removesuffix(".example"), ())))
        with contextlib.suppress(ValueError):
            return (ip_address(host),)
        return ()

    return resolve


def make_asking(**changes):
    """How the tests ask: on this machine's own address alone."""
    return Asking(
        **{
            "tls": ssl.create_default_context(),
            "seconds": 5.0,
            "allow": lambda address: address == LOOPBACK,
            "resolve": names(shop=["127.0.0.1"], other=["127.0.0.1"]),
            **changes,
        }
    )


def png(width=1440, height=720, size=200):
    """The beginning of a PNG, filled up to a size."""
    head = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sIIBBBBBI", 13, b"IHDR", width, height, 8, 2, 0, 0, 0, 0)
    return head.ljust(size, b"\0")


def gif(width=1440, height=720):
    return (b"GIF89a" + struct.pack("<HH", width, height)).ljust(100, b"\0")


def jpeg(width=1440, height=720, before=0):
    """The beginning of a JPEG, with so many bytes of other data before its size."""
    filler = b""
    while before > 0:
        filler += b"\xff\xe2" + struct.pack(">H", 65_535) + b"\0" * 65_533
        before -= 65_537
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 17, 8, height, width, 3) + b"\0" * 9
    return b"\xff\xd8\xff\xe0\x00\x10JFIF\0" + b"\0" * 9 + filler + frame + b"\xff\xd9"
