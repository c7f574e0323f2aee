from __future__ import annotations

import pytest

from tests.policy.candidates import breaks, found, make_candidate

SMS = ("alternative_channel", "sms", "text")


def buttons(*pairs):
    """A card with buttons of caption and address."""
    return [{"text": "Sale", "suggestions": [{"text": text, "url": url} for text, url in pairs]}]


@pytest.mark.parametrize(
    "cards",
    [
        buttons(("Відписатися", "https://acme.example/a")),
        buttons(("No more", "http://nosms.cc/XXXX")),
        buttons(("Bye", "https://acme.example/unsubscribe")),
        buttons(("Shop", "https://acme.example"), ("Відмовитись", "https://acme.example/b")),
        [{"text": "Відмова: acme.example/stop"}],
    ],
)
def test_a_way_to_opt_out_is_a_button_a_link_or_words(cards):
    assert breaks("opt-out", make_candidate(cards=cards)) == []


def test_a_message_without_a_way_to_opt_out_is_found_in_both_channels():
    candidate = make_candidate(cards=buttons(("Shop", "https://acme.example")), sms="Acme: sale")
    assert breaks("opt-out", candidate) == [("options",), SMS]


def test_each_channel_needs_a_way_of_its_own():
    assert breaks("opt-out", make_candidate(text="Unsubscribe: acme.example/u", sms="Acme: sale")) == [SMS]


def test_the_words_of_a_project_count_too():
    candidate = make_candidate(text="Досить? acme.example/d")
    assert breaks("opt-out", candidate, thresholds={"opt_out_phrases": ("Досить",)}) == []


@pytest.mark.parametrize(
    "text",
    [
        "Sale! Reply STOP to opt out", "Text STOP to end", "Відповідь STOP", "Надішліть СТОП для відмови",
        "Ответьте STOP", "Répondez STOP", "Odpisz STOP", "Reply with the word STOP", "reply stop",
        "Responde BAJA",
    ],
)  # fmt: skip
def test_nobody_can_reply_to_a_sender_of_letters(text):
    assert breaks("reply-stop", make_candidate(sms=text, sms_sender="ACME")) == [SMS]


def test_it_is_said_who_cannot_receive():
    assert found("reply-stop", make_candidate(sms="Reply STOP to end", sms_sender="ACME")) == [
        (SMS, "'Reply STOP' asks for a reply, and 'ACME', a sender of letters, receives none.")
    ]


@pytest.mark.parametrize(
    ("text", "sender"),
    [
        ("Reply STOP to opt out", "380441234567"),
        ("Send STOP to 7117", "ACME"),
        ("Надішліть STOP на номер 4004", "ACME"),
        ("Stop: acme.example/stop", "ACME"),
        ("We never stop. Text us your wish", "ACME"),
        ("Send flowers non-stop", "ACME"),
        ("Send a friend to stop by", "ACME"),
    ],
)
def test_a_way_that_can_be_followed_is_left_alone(text, sender):
    assert breaks("reply-stop", make_candidate(sms=text, sms_sender=sender)) == []


@pytest.mark.parametrize(
    "text", ["Non-stop sale", "Rebajas de invierno", "Nonstop", "Unstoppable", "Trabaja con nosotros"]
)
def test_words_that_only_hold_one_of_opting_out_are_none(text):
    assert breaks("opt-out", make_candidate(text=text)) == [("options",)]


@pytest.mark.parametrize(
    ("sms", "sender", "broken"),
    [
        ("Acme: sale. STOP to opt out", "ACME", [SMS]),
        ("Acme: знижка. Відмова: СТОП", "ACME", [SMS]),
        ("Acme: sale. STOP to opt out", "380441234567", []),
        ("Acme: sale. STOP to 7117", "ACME", []),
        ("Acme: знижка. Відмова на номер 4004", "ACME", []),
        ("Acme: sale. Stop: acme.example/s", "ACME", []),
        ("Acme: 30% off. Unsubscribe at https://acme.example/u", "ACME", []),
    ],
)
def test_a_way_to_opt_out_is_one_that_can_be_followed(sms, sender, broken):
    """A sender of letters receives no replies (domain.md section 4)."""
    candidate = make_candidate(text="Unsubscribe: acme.example/u", sms=sms, sms_sender=sender)
    assert breaks("opt-out", candidate) == broken


def test_words_of_a_project_need_a_way_too():
    candidate = make_candidate(text="Unsubscribe: acme.example/u", sms="Acme: sale. Досить")
    assert found("opt-out", candidate, thresholds={"opt_out_phrases": ("Досить",)}) == [
        (SMS, "The SMS speaks of opting out, with neither link nor number, and 'ACME' receives no replies.")
    ]
