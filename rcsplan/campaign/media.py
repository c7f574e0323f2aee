"""Kinds of files by their first bytes, and what the provider takes of them (bsg-api.md section 3.3)."""

from __future__ import annotations

import re
from dataclasses import dataclass

#: The provider's limits in bytes. It says MB and not which: what stays below the smaller reading is within both.
PICTURE_LIMIT = 2_000_000
VIDEO_LIMIT = 10_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class FileKind:
    """A kind of file.

    `types` are the media types under which it is served, `suffixes` the endings of its names, `limit` the bytes that
    the provider takes of it, None where it takes none.
    """

    name: str
    types: tuple[str, ...]
    suffixes: tuple[str, ...]
    limit: int | None = None
    is_picture: bool = False


JPEG = FileKind(
    name="JPEG",
    types=("image/jpeg", "image/jpg", "image/pjpeg"),
    suffixes=("jpg", "jpeg"),
    limit=PICTURE_LIMIT,
    is_picture=True,
)
PNG = FileKind(name="PNG", types=("image/png",), suffixes=("png",), limit=PICTURE_LIMIT, is_picture=True)
GIF = FileKind(name="GIF", types=("image/gif",), suffixes=("gif",), limit=PICTURE_LIMIT, is_picture=True)
WEBP = FileKind(name="WebP", types=("image/webp",), suffixes=("webp",))
AVIF = FileKind(name="AVIF", types=("image/avif",), suffixes=("avif",))
HEIC = FileKind(name="HEIC", types=("image/heic", "image/heif"), suffixes=("heic", "heif"))
SVG = FileKind(name="SVG", types=("image/svg+xml",), suffixes=("svg",))
MP4 = FileKind(
    name="MP4",
    types=("video/mp4", "video/x-m4v", "video/m4v"),
    suffixes=("mp4", "m4v", "mpeg4"),
    limit=VIDEO_LIMIT,
)
H263 = FileKind(
    name="H.263",
    types=("video/3gpp", "video/3gpp2", "video/h263", "video/h263-2000"),
    suffixes=("3gp", "3gpp", "3g2", "h263"),
    limit=VIDEO_LIMIT,
)
MPEG = FileKind(name="MPEG", types=("video/mpeg",), suffixes=("mpeg", "mpg"), limit=VIDEO_LIMIT)
WEBM = FileKind(name="WebM", types=("video/webm",), suffixes=("webm",), limit=VIDEO_LIMIT)
MATROSKA = FileKind(name="Matroska", types=("video/x-matroska", "video/matroska"), suffixes=("mkv",))
QUICKTIME = FileKind(name="QuickTime", types=("video/quicktime",), suffixes=("mov", "qt"))
MP4_SOUND = FileKind(name="MPEG-4 audio", types=("audio/mp4", "audio/x-m4a"), suffixes=("m4a",))
PDF = FileKind(name="PDF", types=("application/pdf",), suffixes=("pdf",))
PAGE = FileKind(name="a web page", types=("text/html", "application/xhtml+xml"), suffixes=("html", "htm"))

#: Every kind that is told from others.
KINDS = (
    JPEG, PNG, GIF, WEBP, AVIF, HEIC, SVG, MP4, H263, MPEG, WEBM, MATROSKA, QUICKTIME, MP4_SOUND, PDF, PAGE,
)  # fmt: skip

_BEGINNINGS = (
    (re.compile(rb"\xff\xd8\xff"), JPEG),
    (re.compile(rb"\x89PNG\r\n\x1a\n"), PNG),
    (re.compile(rb"GIF8[79]a"), GIF),
    (re.compile(rb"RIFF.{4}WEBP", re.DOTALL), WEBP),
    (re.compile(rb"%PDF-"), PDF),
    (re.compile(rb"\x00\x00\x01[\xb3\xba]"), MPEG),
    # A picture header: 22 bits, of which the last is set.
    (re.compile(rb"\x00\x00[\x80-\x83]"), H263),
)
#: First letters of the brand in the first box of ISO media files; what is not named here is MP4.
_BRANDS = (
    (b"qt  ", QUICKTIME),
    (b"3g", H263),
    (b"M4A", MP4_SOUND),
    (b"M4B", MP4_SOUND),
    (b"avif", AVIF),
    (b"avis", AVIF),
    (b"hei", HEIC),
    (b"hev", HEIC),
    (b"mif1", HEIC),
    (b"msf1", HEIC),
)
_EBML = b"\x1a\x45\xdf\xa3"
#: Before the first tag of a page or drawing: a mark of its encoding, space, comments, declarations. Nothing is tried
#: twice, or a page made for it would take for ever.
_TAG = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:\s++|(?><!--.*?-->)|(?><\?xml.*?\?>)"
    rb"|<!doctype(?!\s+html)[^>\[]*+(?:\[[^\]]*+\])?+[^>]*+>)*+"
    rb"<(?:!doctype\s+)?(html|head|body|title|script|meta|svg)\b",
    re.IGNORECASE | re.DOTALL,
)
#: Within so many bytes a page or drawing has begun.
_TEXT_HEAD = 4096


def kind_of(head: bytes) -> FileKind | None:
    """The kind of a file by its first bytes, None where they tell nothing."""
    if head[4:8] == b"ftyp":
        return next((kind for brand, kind in _BRANDS if head[8:12].startswith(brand)), MP4)
    if head.startswith(_EBML):
        return WEBM if b"webm" in head[:64] else MATROSKA
    known = (kind for beginning, kind in _BEGINNINGS if beginning.match(head))
    return next(known, None) or _written_kind(head[:_TEXT_HEAD])


def _written_kind(head: bytes) -> FileKind | None:
    tag = _TAG.match(head)
    if tag is None:
        return None
    return SVG if tag[1].lower() == b"svg" else PAGE
