"""Addresses: the stable names of sends."""

from __future__ import annotations

import re
from dataclasses import dataclass

CAMPAIGN_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")

#: What may be the value of an axis in an address; nothing that the address itself, or a shell, would take for its own.
CELL_WORD = re.compile(r"[^\W_]([\w.-]{0,38}\w)?")

#: The key that tells the sends of a split audience apart, as in spring-sale[list=1864275].
PART = "list"

_ADDRESS = re.compile(
    r"(?P<campaign>[^\[\]@]+)(\[(?P<cell>[^\[\]]+)\])?(@(?P<occurrence>[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{4})?))?"
)


@dataclass(frozen=True, slots=True, order=True)
class Address:
    """A send's name: its campaign, its matrix cell, and the local date of its occurrence.

    >>> str(Address("spring-sale", (("brand", "acme"), ("locale", "uk"))))
    'spring-sale[brand=acme,locale=uk]'
    """

    campaign: str
    cell: tuple[tuple[str, str], ...] = ()
    occurrence: str = ""

    def __str__(self) -> str:
        cell = ",".join(f"{key}={value}" for key, value in self.cell)
        return self.campaign + (f"[{cell}]" if cell else "") + (f"@{self.occurrence}" if self.occurrence else "")

    def renamed(self, campaign: str) -> Address:
        """The same cell and occurrence of a campaign of another name."""
        return Address(campaign, self.cell, self.occurrence)

    def part(self, list_id: int) -> Address:
        """The address of the send to one list of a split audience."""
        return Address(self.campaign, tuple(sorted((*self.cell, (PART, str(list_id))))), self.occurrence)

    @property
    def whole(self) -> Address:
        """The address of the split send that this is a part of; the address itself where it is none."""
        return Address(self.campaign, tuple(pair for pair in self.cell if pair[0] != PART), self.occurrence)

    @property
    def series(self) -> Address:
        """The address without its occurrence: what all occurrences of one rule have in common."""
        return Address(self.campaign, self.cell)

    @property
    def day(self) -> str:
        """The local date of its occurrence, an empty text where it is none."""
        return self.occurrence.partition("T")[0]


def parse_address(text: str) -> Address:
    """Read an address as people write it.

    Raises:
        ValueError: `text` is not an address.
    """
    match = _ADDRESS.fullmatch(text)
    if match is None or CAMPAIGN_NAME.fullmatch(match["campaign"]) is None:
        raise ValueError(f"{text!r} is not an address such as spring-sale or spring-sale[locale=uk]@2026-12-04")
    pairs = [pair.partition("=") for pair in match["cell"].split(",")] if match["cell"] else []
    if any(not key or not value for key, _, value in pairs):
        raise ValueError(f"{text!r} has a cell that is not written as key=value,key=value")
    if len({key for key, _, _ in pairs}) < len(pairs):
        raise ValueError(f"{text!r} has a cell that names a key twice")
    cell = tuple(sorted((key, value) for key, _, value in pairs))
    return Address(match["campaign"], cell, match["occurrence"] or "")


def is_named(address: str, wanted: str) -> bool:
    """Whether an address is meant by a word: by its own, its series' or its campaign's name.

    >>> is_named("spring-sale[locale=uk]@2026-12-04", "spring-sale")
    True
    """
    series = address.partition("@")[0]
    return wanted in {address, series, series.partition("[")[0]}
