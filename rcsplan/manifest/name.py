"""Names of projects, environments and campaigns, in the style of DNS labels."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, WithJsonSchema

from rcsplan.campaign.address import CAMPAIGN_NAME
from rcsplan.manifest.validation import complaint


def check_name(name: str) -> str:
    """The name, if it is one.

    Raises:
        PydanticCustomError: it has other characters, or too many.
    """
    if CAMPAIGN_NAME.fullmatch(name) is None:
        raise complaint(
            "wrong-name",
            "Not a name",
            detail="A name has 1 to 63 lower-case letters, digits and hyphens, with no hyphen at either end.",
        )
    return name


Name = Annotated[
    str, AfterValidator(check_name), WithJsonSchema({"type": "string", "pattern": f"^{CAMPAIGN_NAME.pattern}$"})
]
