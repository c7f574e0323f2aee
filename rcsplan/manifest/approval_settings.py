"""Who must approve what: thresholds above which people have to say yes, and the people by their roles."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from rcsplan.campaign.model import EMAIL_ADDRESS
from rcsplan.diagnostics import did_you_mean
from rcsplan.manifest.name import Name
from rcsplan.manifest.settings import Settings
from rcsplan.manifest.validation import complaint

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic_core import PydanticCustomError

    from rcsplan.diagnostics import KeyPath


def _check_email(text: str) -> str:
    if EMAIL_ADDRESS.fullmatch(text) is None:
        raise complaint(
            "wrong-value", "Not an email address", hint="Write the one of the person's commits: ann@acme.example."
        )
    return text


#: People are named by the email address of their commits.
Email = Annotated[str, AfterValidator(_check_email)]
Members = Annotated[tuple[Email, ...], Field(strict=False)]


class ApprovalSettings(Settings):
    """Approvals that are needed above a size or a cost."""

    over: int | None = Field(
        None, ge=0, description="Needed for more recipients than these, all sends of a plan together.", examples=[1000]
    )
    over_cost: float | None = Field(
        None,
        ge=0,
        allow_inf_nan=False,
        description="Needed where the worst case costs more than this, all sends of a plan together, or is not known.",
        examples=[500],
    )
    need: int = Field(1, ge=1, description="How many people must approve, none of whom wrote it.")
    role: Name | None = Field(
        None, description="The role of `policy.roles` whose members count; anybody without it.", examples=["legal"]
    )

    @model_validator(mode="after")
    def _one_measure(self) -> Self:
        if (self.over is None) == (self.over_cost is None):
            raise complaint(
                "wrong-value",
                "An approval needs one threshold",
                detail="It is demanded above a number of recipients or above a cost.",
                hint="Give either over or over_cost.",
            )
        return self

    @property
    def cost(self) -> Decimal | None:
        """The cost above which it is needed, as it was written."""
        return None if self.over_cost is None else Decimal(str(self.over_cost))


def role_problem(
    approvals: tuple[ApprovalSettings, ...], roles: Mapping[str, Members], *, at: KeyPath
) -> PydanticCustomError | None:
    """What is wrong with the roles that approvals name; `at` is where these approvals stand."""
    for index, one in enumerate(approvals):
        if one.role is None:
            continue
        members = {email.casefold() for email in roles.get(one.role, ())}
        if one.role not in roles:
            return complaint(
                "unknown-role",
                "Unknown role",
                detail=f"There is no role {one.role!r} in policy.roles.",
                hint=did_you_mean(one.role, roles) or "Name its members: roles: {legal: [ann@acme.example]}.",
                at=(*at, index, "role"),
            )
        if len(members) < one.need:
            return complaint(
                "out-of-range",
                "Value out of range",
                detail=f"{one.role!r} has fewer members than the {one.need} that must approve.",
                at=(*at, index, "need") if "need" in one.model_fields_set else (*at, index, "role"),
            )
    return None
