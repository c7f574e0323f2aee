"""Clocks: two that differ are an error, late never means now, and the horizon is the provider's (design section 4)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.ways_out.provider import KEY, served


@pytest.fixture
def concealed(shop, tmp_path, monkeypatch):
    """A shop whose provider has a clock of its own, and that provider."""
    monkeypatch.setenv("BSG_TEST_KEY", KEY)
    # On a machine of a CI system a state on its disk would be refused.
    monkeypatch.delenv("CI", raising=False)
    with served(tmp_path / "account/sandbox.db", conceals=True) as provider:
        shop.configure(**provider.settings(), fingerprint_start_at=False)
        assert shop.run("state", "init").code == 0
        yield shop, provider


def declare_in(shop, span):
    """A send that starts so long from now by the local clock."""
    start = datetime.now(UTC) + span
    shop.declare("sale", schedule={"at": f"{start:%Y-%m-%d %H:%M:%S}", "timezone": "UTC"})


@pytest.mark.parametrize("skew", [timedelta(seconds=123), timedelta(seconds=-123), timedelta(days=40)])
@pytest.mark.parametrize("command", [("plan",), ("apply", "--auto-approve")], ids=" ".join)
def test_more_than_two_minutes_between_the_clocks_is_an_error(concealed, skew, command):
    shop, provider = concealed
    provider.store.advance(skew)
    declare_in(shop, timedelta(days=2))
    said = shop.run(*command)
    assert (said.code, said.err.startswith("Error: The local clock and the provider's differ by")) == (1, True)
    assert "Set this machine's clock" in said.err
    assert provider.store.ledger() == []


@pytest.mark.parametrize("skew", [timedelta(seconds=90), timedelta(seconds=-90)])
def test_less_between_them_is_none(concealed, skew):
    shop, provider = concealed
    provider.store.advance(skew)
    declare_in(shop, timedelta(days=2))
    shop.converge()
    assert len(provider.store.ledger()) == 1


def test_of_two_clocks_the_later_counts(concealed):
    shop, provider = concealed
    provider.store.advance(timedelta(seconds=100))
    declare_in(shop, timedelta(seconds=200))
    assert shop.reasons() == {"sale": "missed"}
    assert shop.apply().code == 4
    assert provider.store.ledger() == []


def test_a_clock_that_is_behind_does_not_make_time(concealed):
    shop, provider = concealed
    provider.store.advance(timedelta(seconds=-100))
    declare_in(shop, timedelta(seconds=60))
    assert shop.reasons() == {"sale": "missed"}
    assert provider.store.ledger() == []


def test_a_simulator_is_its_own_clock(shop):
    shop.declare("sale")
    shop.advance("2d")
    assert shop.plan()["created_at"].startswith("2026-12-03T07:0")


def at(shop, instant):
    assert shop.run("sandbox", "clock", "--set", instant).code == 0


@pytest.fixture
def sharp(shop):
    """A send at 08:00:00 UTC, with a second that its author chose."""
    shop.declare("sale", schedule={"at": "2026-12-04 10:00:00", "timezone": "Europe/Kyiv"})
    shop.configure(fingerprint_start_at=False)
    return shop


@pytest.mark.parametrize(
    "instant", ["2026-12-04T07:58:30Z", "2026-12-04T08:00:00Z", "2026-12-04T08:00:01Z", "2027-06-01T00:00:00Z"]
)
def test_late_never_means_now(sharp, instant):
    at(sharp, instant)
    assert sharp.reasons() == {"sale": "missed"}
    assert sharp.apply().code == 4
    assert sharp.sent() == []


def test_two_minutes_before_the_start_are_enough(sharp):
    at(sharp, "2026-12-04T07:57:30Z")
    sharp.converge()
    assert sharp.live() == ["Hello from sale"]


def test_a_longer_lead_is_kept_where_the_policy_says_so(sharp):
    sharp.configure(policy={"min_lead": "30m"})
    at(sharp, "2026-12-04T07:35:00Z")
    assert sharp.reasons() == {"sale": "missed"}


def test_no_policy_makes_the_lead_shorter_than_two_minutes(sharp):
    sharp.configure(policy={"min_lead": "1m"})
    said = sharp.run("plan")
    assert (said.code, "[out-of-range]" in said.err) == (1, True)


@pytest.mark.parametrize(("start", "action"), [("2026-12-30 23:59:59", "submit"), ("2026-12-31 00:00:00", "defer")])
def test_the_horizon_is_the_end_of_the_thirtieth_day_today_included(shop, start, action):
    shop.declare("sale", schedule={"at": start, "timezone": "Europe/Kyiv"})
    assert shop.actions() == {"sale": action}


def test_the_horizon_is_one_of_the_accounts_days(shop):
    shop.declare("sale", schedule={"at": "2026-12-30 22:30:00", "timezone": "UTC"})
    assert shop.actions() == {"sale": "defer"}


def test_what_is_deferred_is_no_change_and_opens_on_its_day(shop):
    shop.declare("sale", schedule={"at": "2026-12-31 10:00", "timezone": "Europe/Kyiv"})
    shop.converge()
    assert shop.sent() == []
    shop.advance("1d")
    assert shop.run("plan", "--detailed-exitcode").code == 2
    shop.converge()
    assert shop.live() == ["Hello from sale"]
