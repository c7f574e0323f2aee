import pytest

from rcsplan.campaign.message import cards_of, sms_of, text_of, wire_payload
from tests.builders import make_body


def test_a_scheduled_payload_is_the_body_with_lists_and_start():
    assert wire_payload({"sender": "Acme", "validity": 24}, list_ids=(7, 9), start_at="2026-12-01 10:00:07") == {
        "groups": [7, 9],
        "sender": "Acme",
        "validity": 24,
        "start_at": "2026-12-01 10:00:07",
    }


def test_an_instant_payload_has_no_start():
    assert wire_payload({"sender": "Acme"}, list_ids=(7,), start_at=None) == {"groups": [7], "sender": "Acme"}


def test_a_payload_leaves_its_body_as_it_was():
    body = make_body()
    wire_payload(body, list_ids=(7,), start_at="2026-12-01 10:00:07")
    assert body == make_body()


CARD = {"title": "Spring"}


@pytest.mark.parametrize(
    ("options", "cards", "text"),
    [
        ({"text": "Hi"}, (), "Hi"),
        ({"cards": [CARD]}, (CARD,), None),
        ({"cards": [CARD, CARD]}, (CARD, CARD), None),
        ({"cards": []}, (), None),
        ({"cards": None, "text": None}, (), None),
        ({"cards": "none", "text": 7}, (), None),
        ({"cards": ["none", CARD]}, (CARD,), None),
        (None, (), None),
    ],
)
def test_a_message_has_cards_or_a_text(options, cards, text):
    body = make_body(options=options)
    assert (cards_of(body), text_of(body)) == (cards, text)


SMS = {"sender": "ACME", "text": "Hi"}


@pytest.mark.parametrize(
    ("alternative", "sms"), [({"sms": SMS}, SMS), ({"sms": None}, None), ({}, None), (None, None), ({"sms": "x"}, None)]
)
def test_a_message_may_have_an_sms_fallback(alternative, sms):
    assert sms_of(make_body(alternative_channel=alternative)) == sms


def test_a_body_without_options_has_neither_cards_nor_text():
    assert (cards_of({}), text_of({}), sms_of({})) == ((), None, None)
