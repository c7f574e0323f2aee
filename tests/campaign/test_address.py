import pytest
from hypothesis import given
from hypothesis import strategies as st

from rcsplan.campaign.address import CAMPAIGN_NAME, Address, parse_address

NAMES = st.from_regex(CAMPAIGN_NAME, fullmatch=True)
WORDS = st.text(st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters="[]@,="), min_size=1)
OCCURRENCES = st.dates().map(str) | st.datetimes().map(lambda moment: moment.strftime("%Y-%m-%dT%H%M").zfill(15))
ADDRESSES = st.builds(
    Address,
    NAMES,
    st.dictionaries(WORDS, WORDS, max_size=3).map(lambda cell: tuple(sorted(cell.items()))),
    st.just("") | OCCURRENCES,
)


@given(ADDRESSES)
def test_every_address_is_read_back_as_it_was_written(address):
    assert parse_address(str(address)) == address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("spring-sale", Address("spring-sale")),
        ("a", Address("a")),
        ("x" * 63, Address("x" * 63)),
        ("sale[locale=uk]", Address("sale", (("locale", "uk"),))),
        ("sale[brand=acme,locale=uk]", Address("sale", (("brand", "acme"), ("locale", "uk")))),
        ("sale[b=c=d]", Address("sale", (("b", "c=d"),))),
        ("weekly-deals@2026-12-04", Address("weekly-deals", (), "2026-12-04")),
        ("weekly-deals@2026-12-04T0900", Address("weekly-deals", (), "2026-12-04T0900")),
        ("sale[locale=uk]@2026-12-04", Address("sale", (("locale", "uk"),), "2026-12-04")),
    ],
)
def test_what_people_write_is_read(text, address):
    assert parse_address(text) == address


def test_the_order_in_which_people_write_a_cell_is_irrelevant():
    assert parse_address("sale[locale=uk,brand=acme]") == parse_address("sale[brand=acme,locale=uk]")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Spring",
        "spring_sale",
        "-spring",
        "spring-",
        "x" * 64,
        "спринт",
        " spring",
        "spring\n",
        "sale[]",
        "sale[locale]",
        "sale[=uk]",
        "sale[locale=]",
        "sale[locale=uk,]",
        "sale[locale=uk,locale=en]",
        "sale[locale=uk",
        "sale[a=b][c=d]",
        "[locale=uk]",
        "sale@",
        "sale@tomorrow",
        "sale@2026-12-4",
        "sale@2026-12-04T09",
        "sale@2026-12-04[locale=uk]",
    ],
)
def test_what_is_no_address_is_refused(text):
    with pytest.raises(ValueError, match=r"is not an address|has a cell"):
        parse_address(text)


def test_a_renamed_address_keeps_its_cell_and_occurrence():
    assert str(parse_address("old[locale=uk]@2026-12-04").renamed("new")) == "new[locale=uk]@2026-12-04"


def test_addresses_stand_in_order_of_campaign_cell_and_occurrence():
    texts = ["a", "a@2026-12-04", "a[x=1]", "a[x=1]@2026-12-04", "a[x=2]", "b"]
    assert [str(address) for address in sorted(map(parse_address, reversed(texts)))] == texts
