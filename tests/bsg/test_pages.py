"""Reading a list that others change meanwhile."""

from dataclasses import dataclass

import pytest

from rcsplan.bsg.pages import read_all
from rcsplan.errors import ProviderError


@dataclass(frozen=True)
class Row:
    id: int


@dataclass(frozen=True)
class Page:
    rows: tuple
    total: int | None = None


class Shelf:
    """A list of rows that may change between two reads."""

    def __init__(self, count, *, size=3, tells_total=True, changes=()):
        self.ids = list(range(count, 0, -1))
        self.size = size
        self.tells_total = tells_total
        self.changes = list(changes)
        self.offsets = []

    def __call__(self, offset):
        self.offsets.append(offset)
        page = self.ids[offset : offset + self.size]
        total = len(self.ids) if self.tells_total else None
        self.ids = self.changes.pop(0)(self.ids) if self.changes else self.ids
        return Page(rows=tuple(map(Row, page)), total=total)

    def read(self):
        return [row.id for row in read_all(self)]


@pytest.mark.parametrize("tells_total", [True, False])
@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 5, 6, 7, 20])
def test_every_row_is_read_once(count, tells_total):
    assert Shelf(count, tells_total=tells_total).read() == list(range(count, 0, -1))


def test_a_list_that_is_known_to_be_complete_costs_no_further_request():
    shelf = Shelf(5)
    shelf.read()
    assert shelf.offsets == [0, 2]


@pytest.mark.parametrize("tells_total", [True, False])
def test_rows_that_come_meanwhile_hide_no_other(tells_total):
    shelf = Shelf(6, tells_total=tells_total, changes=[lambda ids: [7, *ids], lambda ids: [8, *ids]])
    assert shelf.read() == [6, 5, 4, 3, 2, 1]


@pytest.mark.parametrize("tells_total", [True, False])
def test_rows_that_go_meanwhile_are_noticed(tells_total):
    shelf = Shelf(6, tells_total=tells_total, changes=[lambda ids: ids[1:]])
    with pytest.raises(ProviderError):
        shelf.read()


@pytest.mark.parametrize("count", range(3, 9))
def test_more_new_rows_than_a_page_holds_are_noticed(count):
    shelf = Shelf(6, changes=[lambda ids: [*range(6 + count, 6, -1), *ids]])
    with pytest.raises(ProviderError):
        shelf.read()


def test_a_provider_that_counts_pages_in_place_of_rows_is_noticed():
    shelf = Shelf(6)
    with pytest.raises(ProviderError):
        list(read_all(lambda offset: shelf(offset * shelf.size)))


def test_a_provider_that_rounds_the_offset_down_is_noticed():
    shelf = Shelf(6)
    with pytest.raises(ProviderError):
        list(read_all(lambda offset: shelf(offset // shelf.size * shelf.size)))


def test_a_list_that_is_shorter_than_promised_is_noticed():
    with pytest.raises(ProviderError) as caught:
        list(read_all(lambda offset: Page(rows=(Row(2), Row(1))[offset:], total=3)))
    assert caught.value.detail == "It has 3 rows, of which 2 came."
