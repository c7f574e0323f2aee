"""What sends cost, put into the actions that submit them; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rcsplan.plan.model import ChannelEstimate, Estimate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rcsplan.campaign.cost import Cost
    from rcsplan.plan.model import Action


def with_costs(actions: Iterable[Action], costs: Mapping[str, Cost]) -> tuple[Action, ...]:
    """The actions with what they cost; `costs` are by address."""
    return tuple(
        action.model_copy(update={"estimate": estimate_of(costs[action.address])})
        if action.address in costs
        else action
        for action in actions
    )


def estimate_of(cost: Cost) -> Estimate:
    """A cost as the plan document shows it."""
    return Estimate(
        currency=cost.currency,
        expected=cost.expected,
        worst=cost.worst,
        reach=float(cost.reach) if cost.reach is not None else None,
        reach_origin=cost.reach_origin,
        channels=tuple(
            ChannelEstimate(
                channel=channel.channel,
                messages=channel.messages,
                worst_messages=channel.worst_messages,
                parts=channel.parts,
                price=channel.price,
                origin=channel.origin,
            )
            for channel in cost.channels
        ),
        learned=cost.learned,
        unknown=cost.unknown,
    )
