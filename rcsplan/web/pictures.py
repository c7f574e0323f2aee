"""How large a picture is, from its first bytes."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rcsplan.campaign.media import FileKind


def dimensions_of(head: bytes, kind: FileKind | None) -> tuple[int, int] | tuple[None, None]:
    """Width and height in pixels, as they are shown; None where the bytes do not tell, or are no picture."""
    if kind is None or not kind.is_picture:
        return None, None
    import imagesize

    width, height = imagesize.get(BytesIO(head))
    return (width, height) if width > 0 and height > 0 else (None, None)
