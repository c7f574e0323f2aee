"""A message as Android and an iPhone are likely to show it."""

from __future__ import annotations

import pytest

from rcsplan.output.message import shown_message
from rcsplan.output.phone import ShownButton, ShownMedia, System, shown_on
from tests.output.plans import PAYLOAD

ANDROID, IPHONE = System
LINK = {"type": "link", "text": "Shop", "url": "https://acme.example/s"}
CALL = {"type": "call", "text": "Call", "phone": "380441234567"}
OPT_OUT = {"type": "link", "text": "Stop", "url": "http://nosms.cc/XXXX"}


def card_on(system, **card):
    """A single card on a phone, with what is predicted of it."""
    (shown,) = shown_on(system, {"options": {"cards": [card]}}).cards
    return shown


def media_on(system, url, *, cards=1):
    """The media of the first of some cards on a phone."""
    body = {"options": {"cards": [{"media": {"url": url}}] * cards}}
    return shown_on(system, body).cards[0].media


def predicted(system, text):
    """What is predicted of a text message."""
    return shown_on(system, {"options": {"text": text}}).predictions


def test_a_text_is_shown_whole():
    shown = shown_on(ANDROID, {"options": {"text": "Hello\nworld"}})
    assert (shown.text, shown.cards, shown.predictions) == ("Hello\nworld", (), ())


@pytest.mark.parametrize("system", System)
def test_two_cards_are_a_carousel_and_say_which_of_them_is_cut(system):
    card = {"title": "One", "text": "word " * 100, "suggestions": [LINK]}
    shown = shown_on(system, {"options": {"cards": [{"title": "Fits"}, card]}})
    assert [seen.title for seen in shown.cards] == ["Fits", "One"]
    assert [line.partition(".")[0] for line in shown.predictions] == ["Card 2"]


@pytest.mark.parametrize(
    ("system", "cards", "ratio"), [(ANDROID, 1, "16:9"), (ANDROID, 2, "4:3"), (IPHONE, 1, "3:2"), (IPHONE, 2, "3:2")]
)
def test_the_ratio_depends_on_phone_and_carousel(system, cards, ratio):
    assert media_on(system, "https://cdn.example/a.jpg", cards=cards).ratio == ratio


@pytest.mark.parametrize(
    ("url", "kind", "file", "host"),
    [
        ("https://cdn.example/a/b.JPG?w=1", "Image", "b.JPG", "cdn.example"),
        ("https://cdn.example/b.gif", "Animation", "b.gif", "cdn.example"),
        ("https://cdn.example/b.mp4", "Video", "b.mp4", "cdn.example"),
        ("https://cdn.example/5f3a", "Image or video", "5f3a", "cdn.example"),
        ("https://cdn.example/%D0%BA.png", "Image", "к.png", "cdn.example"),
        ("https://user:secret@cdn.example:8443/b.png", "Image", "b.png", "cdn.example:8443"),
        ("https://cdn.example/", "Image or video", "https://cdn.example/", "cdn.example"),
        ("http://[broken", "Image or video", "http://[broken", ""),
    ],
)
def test_media_are_named_and_never_loaded(url, kind, file, host):
    assert media_on(ANDROID, url) == ShownMedia(kind=kind, file=file, host=host, ratio="16:9")


def test_android_has_no_room_for_the_last_buttons():
    card = card_on(
        ANDROID, title="One", text="Two", media={"url": "https://a.example/a.png"}, suggestions=[LINK, LINK, CALL]
    )
    assert [button.label for button in card.buttons] == ["Shop", "Shop"]
    assert [button.label for button in card.lost] == ["Call"]
    assert card.predictions == ("No room for the button “Call”.",)


def test_an_iphone_cuts_the_description_after_six_lines():
    card = card_on(IPHONE, title="One", text="word\n" * 8)
    assert (card.title_lines, card.text_lines) == (0, 5)
    assert card.predictions == ("The description opens in a view of its own; here it is cut to 5 lines.",)


def test_what_is_not_cut_has_no_number_of_lines():
    card = card_on(ANDROID, title="One", text="Two")
    assert (card.title_lines, card.text_lines, card.predictions) == (0, 0, ())


@pytest.mark.parametrize(
    ("system", "fields", "prediction"),
    [
        (ANDROID, {"text": "See https://a.example"}, "A link in the description cannot be tapped; a button can."),
        (IPHONE, {"text": "See https://a.example"}, "A link in the description cannot be tapped; a button can."),
        (IPHONE, {"text": "a", "media": {"url": "https://a.example/a.gif"}}, "The animation stands still."),
        (
            IPHONE,
            {"text": "a", "suggestions": [LINK, CALL]},
            "For iPhones one button that leads somewhere is advised; here are 2.",
        ),
        (
            ANDROID,
            {"text": "word " * 50, "media": {"url": "https://a.example/a.gif"}, "suggestions": [LINK]},
            "The description is cut to 5 lines.",
        ),
    ],
)
def test_what_is_predicted_of_a_card(system, fields, prediction):
    assert card_on(system, **fields).predictions == (prediction,)


@pytest.mark.parametrize(
    ("text", "predictions"),
    [
        ("No link", ()),
        ("Here: https://a.example/x", ("The link gets a preview.",)),
        ("https://a.example/x and more", ("No preview of a link: it is not the only one at the very end.",)),
        ("https://a.example https://b.example", ("No preview of a link: it is not the only one at the very end.",)),
    ],
)
def test_an_iphone_previews_a_single_link_at_the_end(text, predictions):
    assert predicted(IPHONE, text) == predictions
    assert predicted(ANDROID, text) == ()


def test_buttons_say_where_they_lead():
    buttons = card_on(ANDROID, title="a", suggestions=[LINK, CALL, OPT_OUT]).buttons
    assert buttons == (
        ShownButton(label="Shop", action="opens", target="https://acme.example/s"),
        ShownButton(label="Call", action="calls", target="+380441234567"),
        ShownButton(label="Stop", action="opts out", target="by a link of each reader's own"),
    )


def test_a_message_comes_to_both_phones_and_as_sms():
    message = shown_message(PAYLOAD, sender="Acme")
    assert [phone.system for phone in message.phones] == [ANDROID, IPHONE]
    assert (message.sms.sender, message.sms.parts) == ("ACME", ("Acme: winter is here",))
    assert [button.label for button in message.buttons] == ["Shop", "Call us"]


def test_an_sms_is_shown_by_its_parts_with_what_forces_ucs_2():
    text = "Acme… sale " + "a" * 80
    sms = shown_message({"alternative_channel": {"sms": {"sender": "ACME", "text": text}}}, sender="Acme").sms
    assert (sms.parts, sms.slip) == ((text[:67], text[67:]), "…")
    assert sms.forcing == "first outside GSM-7: U+2026 HORIZONTAL ELLIPSIS; “...” would do"


@pytest.mark.parametrize("text", ["Зима", "plain"])
def test_what_cannot_be_replaced_is_no_slip(text):
    assert shown_message({"alternative_channel": {"sms": {"text": text}}}, sender="Acme").sms.slip is None


@pytest.mark.parametrize(
    "body",
    [
        {"options": None},
        {"options": {"cards": [{"media": None, "suggestions": None}]}},
        {"options": {"cards": [{"media": {"url": 7}, "suggestions": [7, {}], "title": 7}]}},
        {"options": {"text": 7}, "alternative_channel": {"sms": {"text": 7}}},
    ],
)
def test_a_body_of_any_shape_can_be_shown(body):
    assert len(shown_message(body, sender="Acme").phones) == len(System)
