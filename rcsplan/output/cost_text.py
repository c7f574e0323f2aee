"""What sends cost, in words that show the arithmetic."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from rcsplan.output.moments import count, money
from rcsplan.output.terminal import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rcsplan.plan.model import ChannelEstimate, Estimate, PlanEstimate


def cost_of_send(estimate: Estimate) -> str:
    """What a send costs as expected and at worst, with the sum that it comes from; or why it is not known."""
    if not estimate.currency or (estimate.expected is None and estimate.worst is None):
        return " ".join(("not known.", *map(visible, estimate.unknown)))
    sums = ", ".join(_sums(estimate.expected, estimate.worst, estimate.currency))
    learned = f"; {visible(estimate.learned)}" if estimate.learned else ""
    if estimate.expected is None:
        # Where the worst case is known, it is the share alone that is not.
        return f"{sums}, expected only with prices.reach{learned}"
    terms = " + ".join(_term(channel) for channel in estimate.channels if channel.messages)
    return f"{sums}: {terms or 'nobody'}{_reach(estimate)}{learned}"


def cost_of_plan(estimate: PlanEstimate | None) -> str:
    """What a plan costs as a whole, beside the month and the balance; empty where nothing is known.

    `Cost: ` is left to who shows it.
    """
    if estimate is None or not estimate.currency or estimate.worst is None:
        return ""
    text = ", ".join(_sums(estimate.expected, estimate.worst, estimate.currency))
    if estimate.unknown:
        text += f", and {count(estimate.unknown, 'send')} of unknown cost"
    if estimate.month is not None:
        text += f". Month: {money(estimate.month, estimate.currency)} at worst"
    if estimate.balance is not None:
        text += f". Balance: {money(estimate.balance, estimate.currency)}"
    return f"{text}."


def saving_of_a_part(estimate: Estimate | None) -> str:
    """What an SMS of one part less saves, `17.90 EUR, at most 47.12 EUR`; empty where that is not known."""
    channels = [channel for channel in estimate.channels if channel.channel == "sms"] if estimate else []
    prices = [(channel, channel.price) for channel in channels if channel.price is not None]
    if estimate is None or not prices or len(prices) < len(channels):
        return ""
    expected = sum((channel.messages * price for channel, price in prices), Decimal(0))
    at_most = sum((channel.worst_messages * price for channel, price in prices), Decimal(0))
    more = f", at most {money(at_most, estimate.currency)}" if at_most > expected else ""
    return f"{money(expected, estimate.currency)}{more}" if expected else ""


def _sums(expected: Decimal | None, worst: Decimal | None, currency: str) -> Iterator[str]:
    if expected is not None:
        yield f"expected {money(expected, currency)}"
    if worst is not None:
        yield f"worst case {money(worst, currency)}"


def _term(channel: ChannelEstimate) -> str:
    price = "?" if channel.price is None else f"{channel.price.normalize():f}"
    parts = [str(channel.parts)] if channel.parts > 1 else []
    # Without spaces, so that no line breaks inside of a product.
    product = "\N{MULTIPLICATION SIGN}".join([f"{channel.messages:,}", *parts, price])
    return f"{channel.channel.upper()} {product}"


def _reach(estimate: Estimate) -> str:
    return "" if estimate.reach is None else f", {estimate.reach:.2%} reach".replace(".00%", "%")
