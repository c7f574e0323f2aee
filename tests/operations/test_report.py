"""What came of sends: of which, reached by what, at what price."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from rcsplan.errors import UsageError
from rcsplan.operations.report import Price, Split, Sum, report, split_of
from rcsplan.operations.status import SendStatus
from rcsplan.state.delivery import Counts
from rcsplan.state.model import Delivery
from tests.builders import NOW, make_record

DAY = 86400
FIRST, SECOND = date(2026, 12, 1), date(2026, 12, 5)


@pytest.fixture
def sent(shop):
    """A shop with two sends of one list, four days apart, both gone out and counted."""
    shop.declare("spring")
    shop.declare("autumn", at="2026-12-05 00:30")
    shop.apply()
    shop.clock.tick(21 * DAY)
    shop.apply()
    return shop


def names(made):
    return [campaign.name for campaign in made.campaigns]


def test_a_send_is_reported_with_its_audience_channels_price_and_who_sent_it(sent):
    (campaign,) = report(sent.target, ("spring",)).campaigns
    (send,) = campaign.sum.sends
    assert (send.planned, send.phones, send.is_final, send.currency) == (1240, 1240, True, "EUR")
    assert (send.record.provenance.who, send.record.provenance.plan_checksum[:7]) == ("tester@desk", "sha256:")
    split = campaign.sum.split
    assert split.rcs + split.sms + split.nobody == pytest.approx(100)


def test_the_whole_is_the_sum_of_the_campaigns(sent):
    made = report(sent.target)
    assert made.total.phones == sum(campaign.sum.phones for campaign in made.campaigns) == 2480
    amounts = [campaign.sum.prices[0].amount for campaign in made.campaigns]
    assert made.total.prices[0].amount == sum(amounts)


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        (FIRST, None, ["spring", "autumn"]),
        (FIRST, FIRST, ["spring"]),
        (FIRST + timedelta(days=1), None, ["autumn"]),
        (SECOND, SECOND, ["autumn"]),
        (None, FIRST, ["spring"]),
        (SECOND + timedelta(days=1), None, []),
        (date.min, date.max, ["spring", "autumn"]),
    ],
)
def test_the_days_are_those_of_the_account_and_both_included(sent, since, until, expected):
    assert names(report(sent.target, since=since, until=until)) == expected


def test_without_dates_it_is_the_last_thirty_days(sent):
    assert (names(report(sent.target)), report(sent.target).since) == (["spring", "autumn"], date(2026, 11, 16))
    sent.clock.tick(19 * DAY)
    assert names(report(sent.target)) == ["autumn"]


def test_what_is_named_is_reported_however_long_ago_it_was(sent):
    sent.clock.tick(300 * DAY)
    assert names(report(sent.target, ("spring",))) == ["spring"]


def test_what_nobody_got_is_not_reported(shop):
    shop.declare("spring")
    shop.declare("autumn")
    shop.apply()
    shop.remove("autumn")
    shop.apply(allow_mass_stop=True)
    assert names(report(shop.target, ("spring", "autumn"))) == []


def test_what_has_no_final_numbers_is_read_afresh(shop):
    shop.declare("spring")
    shop.apply()
    shop.clock.tick((shop.record().start_at - shop.clock()) / timedelta(seconds=1) + 60)
    (campaign,) = report(shop.target).campaigns
    assert (campaign.sum.is_final, campaign.sum.counts.rcs_sent > 0) == (False, True)


def test_each_revision_is_reported(sent):
    sent.declare("spring", revision=2, at="2026-12-16 10:00")
    sent.apply()
    sent.clock.tick(20 * DAY)
    (campaign,) = report(sent.target, ("spring",)).campaigns
    assert [send.record.revision for send in campaign.sum.sends] == [1, 2]


def test_days_the_wrong_way_round_are_a_mistake(sent):
    with pytest.raises(UsageError, match="before it begins"):
        report(sent.target, since=SECOND, until=FIRST)


def test_what_was_never_submitted_is_a_mistake(sent):
    with pytest.raises(UsageError, match="Nothing was submitted"):
        report(sent.target, ("winter",))


def send_of(price=None, currency="EUR", *, phones=10, lists=()):
    delivery = Delivery(phones=phones, price=price, currency=currency, rcs={"delivered": 1}, observed_at=NOW)
    return SendStatus(address="spring", record=make_record(lists=lists), delivery=delivery)


def test_currencies_are_never_mixed():
    total = Sum(sends=(send_of("1.10"), send_of("2.20"), send_of("5", "UAH"), send_of(None)))
    assert total.prices == (
        Price(amount=Decimal("3.30"), currency="EUR", phones=20),
        Price(amount=Decimal(5), currency="UAH", phones=10),
    )


def test_sums_in_which_a_number_is_missing_are_not_known():
    total = Sum(sends=(send_of(phones=None), send_of()))
    assert (total.planned, total.phones, total.split) == (None, None, None)


def test_nothing_has_no_price_a_phone():
    assert Price(amount=Decimal(5), currency="EUR", phones=0).per_phone is None


@pytest.mark.parametrize(
    ("phones", "counts", "expected"),
    [
        (200, Counts(rcs_delivered=150, rcs_read=50, sms_delivered=30), Split(rcs=75, read=25, sms=15, nobody=10)),
        (10, Counts(rcs_delivered=8, sms_delivered=4), Split(rcs=80, read=0, sms=40, nobody=0)),
        (0, Counts(), None),
        (None, Counts(), None),
        (10, None, None),
    ],
)
def test_the_split_is_of_all_phones(phones, counts, expected):
    assert split_of(phones, counts) == expected
