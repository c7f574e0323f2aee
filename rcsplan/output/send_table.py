"""Sends and their numbers as a table: a line each where there is room for it, else the numbers below the name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rcsplan.output.moments import moment
from rcsplan.output.terminal import columns, hanging, shortened, visible, width_of, wrapped

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from rcsplan.operations.status import SendStatus
    from rcsplan.output.terminal import Style

#: What stands where a number is not known.
NOT_KNOWN = "-"

#: Currencies are words of three letters (ISO 4217); the provider may say anything.
_CURRENCY = 5
_MARGIN = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row: what it is of, its numbers, and remarks that stand below it."""

    names: tuple[str, ...]
    numbers: tuple[str, ...]
    remarks: tuple[str, ...] = ()


def table(heading: Row, rows: tuple[Row, ...], style: Style) -> list[str]:
    """The rows below a heading, in a style's width but for addresses that are wider."""
    width = style.width
    first_number = len(heading.names)
    cells = [(*row.names, *row.numbers) for row in (heading, *rows)]
    lines = columns(cells, right=frozenset(range(first_number, len(cells[0]))))
    if max(map(width_of, lines)) <= width:
        blocks = [[line] for line in lines]
    else:
        numbers = columns([row.numbers for row in (heading, *rows)], right=frozenset(range(len(heading.numbers))))
        titles = [_title(row, width) for row in rows]
        blocks = [
            [f"  {numbers[0]}"],
            *([*title, f"  {line}"] for title, line in zip(titles, numbers[1:], strict=True)),
        ]
    remarks = [
        [],
        *([f"    {line}" for text in row.remarks for line in wrapped(text, style.prose - 4)] for row in rows),
    ]
    blocks[0] = [style.dim(line) for line in blocks[0]]
    return [line for block, below in zip(blocks, remarks, strict=True) for line in (*block, *below)]


def _title(row: Row, width: int) -> list[str]:
    """The names of a row, on as many lines as they need: none is torn but one that alone is wider."""
    lines: list[str] = []
    for name in filter(None, row.names):
        longer = f"{lines[-1]} · {name}" if lines else name
        if lines and width_of(longer) <= width - _MARGIN:
            lines[-1] = longer
        else:
            lines.append(name)
    leads = ("", *(" " * _MARGIN for _ in lines))
    return [
        part for lead, line in zip(leads, lines, strict=False) for part in hanging(lead, line, width, margin=_MARGIN)
    ]


def place_lines(environment: str, zone: str, looked_at: datetime, *, reaches_people: bool) -> tuple[str, str]:
    """Of which environment the numbers are, and of when."""
    simulated = "" if reaches_people else " (simulated: nothing is sent to people)"
    return f"Environment: {visible(environment)}{simulated}.", f"Seen: {moment(looked_at, zone)}."


def title_of(send: SendStatus) -> str:
    """The address, with the revision where there were earlier ones."""
    later = f" (revision {send.record.revision})" if send.record.revision > 1 else ""
    return f"{visible(send.address)}{later}"


def start_of(send: SendStatus) -> str:
    """When it starts or started, in its own zone."""
    return visible(moment(send.began, send.record.timezone)) if send.began is not None else NOT_KNOWN


def drift_remark(send: SendStatus) -> str:
    """How the audience differs from the planned one; an empty text where that is not worth a remark."""
    if not send.is_adrift or send.drift is None:
        return ""
    word = "fewer" if send.drift < 0 else "more"
    return f"! {send.phones:,} phones for {send.planned:,} planned contacts: {abs(send.drift):.1%} {word}"


def number(value: int | None) -> str:
    """A number of messages or people."""
    return NOT_KNOWN if value is None else f"{value:,}"


def money(amount: Decimal | None, currency: str) -> str:
    """`24.80 EUR`: at least cents, and whatever is finer than that."""
    if amount is None:
        return NOT_KNOWN
    plain = amount.normalize()
    exponent = plain.as_tuple().exponent
    places = max(2, -exponent) if isinstance(exponent, int) else 2
    return f"{amount:,.{places}f} {shortened(currency, _CURRENCY)}".strip()
