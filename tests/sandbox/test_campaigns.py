from datetime import timedelta

import pytest

START = "2026-12-05 09:00:37"


def test_a_new_campaign_is_answered_in_full(simulator):
    assert simulator.submit(start_at=START).data == {
        "id": 54_000_000,
        "name": "RCS api campaign / 2026-12-01 12:00:00",
        "sender": "Acme",
        "status": "creation",
        "message_type": "rcs",
        "start_at": START,
        "real_start_at": None,
        "finished_at": None,
        "created_at": "2026-12-01 12:00:00",
        "statistics": {"delivered": 0, "sent": 0},
        "calculated_price": 14.88,
        "currency": "EUR",
        "alternative_channels": None,
    }


def test_later_reads_know_no_price(simulator):
    info = simulator.info(simulator.accept(start_at=START))
    assert (info["status"], info["calculated_price"], info["currency"]) == ("scheduled", 0, None)


def test_the_detail_is_answered_in_full(simulator):
    id_ = simulator.accept(start_at=START)
    zeros = ("accepted", "sending", "failed", "unknown", "not_viber_user", "moderation", "sent", "delivered", "read")
    assert simulator.detail(id_) == {
        "id": id_,
        "name": "RCS api campaign / 2026-12-01 12:00:00",
        "sender": "Acme",
        "status": "scheduled",
        "type": "rcs",
        "started_at": START,
        "actual_start_at": None,
        "finished_at": None,
        "created_at": "2026-12-01 12:00:00",
        "statistics": dict.fromkeys((*zeros, "expired", "undelivered", "not_rcs_user"), 0) | {"scheduled": 1240},
        "alternative_channels": [],
        "total_messages": 1240,
        "total_phones": 1240,
        "total_price": "0.00",
        "currency": "EUR",
    }


@pytest.mark.parametrize(
    ("options", "price"),
    [
        ({"text": "Hi"}, 14.88),
        ({"cards": [{"text": "Hi"}]}, 24.8),
        ({"cards": [{"text": "Hi"}, {"text": "there"}]}, 37.2),
    ],
)
def test_the_price_depends_on_the_form(simulator, options, price):
    assert simulator.submit(options=options).data["calculated_price"] == price


def test_without_a_start_it_begins_at_once(simulator):
    info = simulator.info(simulator.accept())
    assert (info["status"], info["start_at"]) == ("sending", "2026-12-01 12:00:00")


def test_ids_rise(simulator):
    assert [simulator.accept(sender=name) for name in "abc"] == [54_000_000, 54_000_001, 54_000_002]


def test_sending_ends_with_everything_delivered_or_given_up(simulator):
    id_ = simulator.accept()
    simulator.store.advance(timedelta(hours=73))
    statistics = simulator.detail(id_)["statistics"]
    ended = ("delivered", "read", "expired", "not_rcs_user")
    assert (simulator.info(id_)["status"], sum(statistics[name] for name in ended)) == ("done", 1240)


def test_the_audience_is_frozen_at_creation(simulator):
    id_ = simulator.accept(start_at=START)
    simulator.seed(lists=[{"id": 1864275, "name": "Newsletter UA", "contacts": 9}])
    assert simulator.detail(id_)["total_phones"] == 1240


def test_a_stop_answers_the_stopped_campaign(simulator):
    data = simulator.stop(simulator.accept(start_at=START)).data
    assert (data["status"], data["finished_at"], data["statistics"]["sent"]) == ("stopped", "2026-12-01 12:00:00", 0)


def test_a_stop_while_sending_keeps_what_was_sent(simulator):
    id_ = simulator.accept()
    simulator.store.advance(timedelta(seconds=10))
    simulator.stop(id_)
    simulator.store.advance(timedelta(days=9))
    assert simulator.info(id_)["statistics"]["sent"] == 200


def test_a_stopped_campaign_cannot_be_stopped(simulator):
    id_ = simulator.accept(start_at=START)
    simulator.stop(id_)
    reply = simulator.stop(id_)
    assert (reply.status, reply.json) == (422, {"message": "Invalid campaign status", "errors": []})


def test_a_campaign_that_is_done_cannot_be_stopped(simulator):
    id_ = simulator.accept()
    simulator.store.advance(timedelta(days=9))
    assert simulator.stop(id_).status == 422


@pytest.mark.parametrize(
    ("moderation", "later", "status"),
    [
        ({"minutes": 10}, 9, "moderation"),
        ({"minutes": 10}, 10, "scheduled"),
        ({"minutes": 10, "refuse": True}, 10, "spam"),
        ({"minutes": 10, "senders": ["Acme"]}, 9, "moderation"),
        ({"minutes": 10, "lists": [1864275]}, 9, "moderation"),
        ({"minutes": 10, "senders": ["Other"], "lists": [1]}, 9, "scheduled"),
    ],
)
def test_moderation_is_as_the_account_says(simulator, moderation, later, status):
    simulator.seed(moderation=moderation)
    id_ = simulator.accept(start_at=START)
    simulator.store.advance(timedelta(minutes=later))
    assert simulator.info(id_)["status"] == status


def test_missing_funds_pause_the_sending(simulator):
    simulator.seed(balance={"amount": "1.00", "credit": "0.20"})
    id_ = simulator.accept()
    simulator.store.advance(timedelta(days=9))
    info = simulator.info(id_)
    assert (info["status"], simulator.detail(id_)["statistics"]["scheduled"]) == ("paused", 1140)


def test_earlier_campaigns_use_up_the_funds(simulator):
    simulator.seed(balance={"amount": 15})
    simulator.accept(sender="first")
    id_ = simulator.accept(sender="second")
    simulator.store.advance(timedelta(days=9))
    assert (simulator.info(id_)["status"], simulator.detail(id_)["statistics"]["scheduled"]) == ("paused", 1230)


def test_a_stop_frees_the_funds(simulator):
    simulator.seed(balance={"amount": 15})
    simulator.stop(simulator.accept(sender="first", start_at=START))
    id_ = simulator.accept(sender="second")
    simulator.store.advance(timedelta(days=9))
    assert simulator.info(id_)["status"] == "done"
