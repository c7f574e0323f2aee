from datetime import timedelta

import pytest


@pytest.mark.parametrize(("kind", "names"), [("sms", ["ACME"]), ("viber", ["Acme Shop"])])
def test_senders_are_listed_by_type(simulator, kind, names):
    simulator.seed(senders=[{"sender": "ACME"}, {"sender": "Acme Shop", "type": "viber"}])
    assert [entry["sender"] for entry in simulator.get("/api/senders", type=kind).data] == names


@pytest.mark.parametrize("query", [{}, {"type": "rcs"}])
def test_rcs_agents_cannot_be_listed(simulator, query):
    assert simulator.get("/api/senders", **query).status == 422


def test_the_balance_is_not_touched_before_the_start(simulator):
    simulator.accept(start_at="2026-12-05 09:00:00")
    balance = simulator.get("/api/accounts/balance").data
    assert balance == {"balance": 5000.0, "currency": "EUR", "credit": 0.0}


def test_what_is_delivered_is_charged(simulator):
    id_ = simulator.accept()
    simulator.store.advance(timedelta(days=9))
    charged = float(simulator.detail(id_)["total_price"])
    assert simulator.get("/api/accounts/balance").data["balance"] == pytest.approx(5000 - charged, abs=0.005)


def test_tariffs_are_listed(simulator):
    simulator.seed(tariffs=[{"code": 4, "name": "Promo", "is_active": False, "is_default": True}])
    assert simulator.get("/api/accounts/tariff").json == {
        "data": [{"id": 501, "name": "Promo", "code": 4, "is_active": False, "is_default": True}],
        "total": 1,
    }
