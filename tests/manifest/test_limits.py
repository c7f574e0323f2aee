"""The limits of bsg-api.md section 3, each at its boundary."""

from __future__ import annotations

import pytest

from tests.manifest.projects import codes, load_spec, make_card_spec, make_spec, only_send

GRIN = "😀"


def card(**fields):
    return make_card_spec(**fields)


def button(**fields):
    return card(text="Hi", suggestions=[{"text": "Shop", **fields}])


def sms(text="Hi", sender="ACME", **fields):
    return make_spec(alternative_channel={"sms": {"sender": sender, "text": text, **fields}})


def url(length):
    return "https://example.com/".ljust(length, "x")


LINK = {"url": "https://example.com"}

VALID = {
    "1 list": make_spec(groups=[1]),
    "1000 lists": make_spec(groups=list(range(1, 1001))),
    "sender of 1": make_spec(sender="A"),
    "sender of 40": make_spec(sender="A" * 40),
    "text of 160": make_spec(options={"text": "x" * 160}),
    "text of two lines": make_spec(options={"text": "a\nb"}),
    "text of 80 emoji": make_spec(options={"text": GRIN * 80}),
    "text of 160 Cyrillic letters": make_spec(options={"text": "ї" * 160}),
    "5 cards": make_spec(options={"cards": [{"text": "x"}] * 5}),
    "title of 200": card(text="x", title="x" * 200),
    "card text of 1000": card(text="x" * 1000),
    "card text of 500 emoji": card(text=GRIN * 500),
    "card of media": card(media={"url": url(30)}),
    "url of 1000": card(media={"url": url(1000)}),
    "http": card(media={"url": "http://example.com"}),
    "upper case scheme": card(media={"url": "HTTPS://EXAMPLE.com"}),
    "2 buttons": card(text="x", suggestions=[{"text": "x", **LINK}] * 2),
    "no buttons": card(text="x", suggestions=[]),
    "caption of 25": button(**{**LINK, "text": "x" * 25}),
    "phone of 9": button(phone="123456789"),
    "phone of 15": button(phone="123456789012345"),
    "postback of 25": button(**LINK, postback_data="x" * 25),
    "empty postback": button(**LINK, postback_data=""),
    "type link": button(**LINK, type="link"),
    "type call": button(phone="380441234567", type="call"),
    "validity of 1": make_spec(validity=1),
    "validity of 72": make_spec(validity=72),
    "tariff 0": make_spec(tariff_code=0),
    "tariff 9": make_spec(tariff_code=9),
    "tariff as text": make_spec(tariff_code="7"),
    "tariff null": make_spec(tariff_code=None),
    "no fallback": make_spec(alternative_channel=None),
    "765 septets": sms("x" * 765),
    "382 euro signs": sms("€" * 382),
    "335 Cyrillic letters": sms("ї" * 335),
    "167 emoji": sms(GRIN * 167),
    "sms sender of 11": sms(sender="ACME Store1"),
    "sms sender of 15 digits": sms(sender="1" * 15),
    "sms validity of 72": sms(validity=72),
    "sms validity of 30 s": sms(validity_seconds=30),
    "sms validity of 86400 s": sms(validity_seconds=86400),
    "sms validity_seconds null": sms(validity_seconds=None),
}

INVALID = {
    "no list": (make_spec(groups=[]), "too-short"),
    "1001 lists": (make_spec(groups=list(range(1, 1002))), "too-long"),
    "list 0": (make_spec(groups=[0]), "wrong-list"),
    "list of true": (make_spec(groups=[True]), "wrong-list"),
    "list id as text": (make_spec(groups=["101"]), "ambiguous-list"),
    "list without anything": (make_spec(groups=[{}]), "wrong-list"),
    "list of null": (make_spec(groups=[None]), "wrong-list"),
    "list of an empty name": (make_spec(groups=[" "]), "wrong-list"),
    "list with another key": (make_spec(groups=[{"id": 1, "nam": "x"}]), "wrong-list"),
    "one id twice": (make_spec(groups=[1, 2, 1]), "duplicate-list"),
    "one name twice": (make_spec(groups=["x", {"name": "x"}]), "duplicate-list"),
    "one id by two names": (make_spec(groups=[1, {"id": 1, "name": "x"}]), "duplicate-list"),
    "groups no list": (make_spec(groups=5), "wrong-type"),
    "sender of 0": (make_spec(sender=""), "too-short"),
    "sender of 41": (make_spec(sender="A" * 41), "too-long"),
    "sender a number": (make_spec(sender=7), "wrong-type"),
    "text of 0": (make_spec(options={"text": ""}), "too-short"),
    "text of 161": (make_spec(options={"text": "x" * 161}), "too-long"),
    "text of 81 emoji": (make_spec(options={"text": GRIN * 81}), "too-long"),
    "text with a null": (make_spec(options={"text": "x\0"}), "control-character"),
    "text with an escape": (make_spec(options={"text": "\x1b[2J"}), "control-character"),
    "text with a tab": (make_spec(options={"text": "a\tb"}), "control-character"),
    "title with a bell": (card(text="x", title="x\x07"), "control-character"),
    "card text with a backspace": (card(text="x\b"), "control-character"),
    "caption with a return": (button(**{**LINK, "text": "a\r"}), "control-character"),
    "sms with an escape": (sms("\x1bx"), "control-character"),
    "sender with a null": (make_spec(sender="A\0"), "control-character"),
    "text and cards": (make_spec(options={"text": "x", "cards": [{"text": "x"}]}), "wrong-options"),
    "neither text nor cards": (make_spec(options={}), "missing-key"),
    "options null": (make_spec(options=None), "wrong-type"),
    "buttons of a text": (make_spec(options={"text": "x", "suggestions": []}), "unknown-key"),
    "0 cards": (make_spec(options={"cards": []}), "too-short"),
    "6 cards": (make_spec(options={"cards": [{"text": "x"}] * 6}), "too-long"),
    "title of 0": (card(text="x", title=""), "too-short"),
    "title of 201": (card(text="x", title="x" * 201), "too-long"),
    "card text of 1001": (card(text="x" * 1001), "too-long"),
    "card text of 501 emoji": (card(text=GRIN * 501), "too-long"),
    "card of a title": (card(title="x"), "missing-key"),
    "url of 1001": (card(media={"url": url(1001)}), "too-long"),
    "url without scheme": (card(media={"url": "example.com/a.jpg"}), "wrong-url"),
    "ftp": (card(media={"url": "ftp://example.com"}), "wrong-url"),
    "url with a space": (card(media={"url": "https://example.com/a b"}), "wrong-url"),
    "url without host": (card(media={"url": "https://"}), "wrong-url"),
    "3 buttons": (card(text="x", suggestions=[{"text": "x", **LINK}] * 3), "too-long"),
    "caption of 0": (button(**{**LINK, "text": ""}), "too-short"),
    "caption of 26": (button(**{**LINK, "text": "x" * 26}), "too-long"),
    "caption of 13 emoji": (button(**{**LINK, "text": GRIN * 13}), "too-long"),
    "button without action": (button(), "wrong-suggestion"),
    "button with two actions": (button(**LINK, phone="380441234567"), "wrong-suggestion"),
    "type of another action": (button(**LINK, type="call"), "wrong-suggestion"),
    "unknown type": (button(**LINK, type="reply"), "wrong-value"),
    "phone of 8": (button(phone="12345678"), "wrong-phone"),
    "phone of 16": (button(phone="1234567890123456"), "wrong-phone"),
    "phone with plus": (button(phone="+380441234567"), "wrong-phone"),
    "phone with zero": (button(phone="0441234567"), "wrong-phone"),
    "phone a number": (button(phone=380441234567), "wrong-type"),
    "postback of 26": (button(**LINK, postback_data="x" * 26), "too-long"),
    "validity of 0": (make_spec(validity=0), "out-of-range"),
    "validity of 73": (make_spec(validity=73), "out-of-range"),
    "validity as text": (make_spec(validity="24"), "wrong-type"),
    "validity true": (make_spec(validity=True), "wrong-type"),
    "validity 24.0": (make_spec(validity=24.0), "wrong-type"),
    "validity null": (make_spec(validity=None), "wrong-type"),
    "tariff true": (make_spec(tariff_code=True), "wrong-type"),
    "tariff as word": (make_spec(tariff_code="base"), "wrong-type"),
    "stop list as text": (make_spec(check_stop_list="yes"), "wrong-type"),
    "766 septets": (sms("x" * 766), "too-long"),
    "383 euro signs": (sms("€" * 383), "too-long"),
    "336 Cyrillic letters": (sms("ї" * 336), "too-long"),
    "168 emoji": (sms(GRIN * 168), "too-long"),
    "sms of 0": (sms(""), "too-short"),
    "sms sender of 0": (sms(sender=""), "wrong-sms-sender"),
    "sms sender of 12": (sms(sender="ACME Stores1"), "wrong-sms-sender"),
    "sms sender of 16 digits": (sms(sender="1" * 16), "wrong-sms-sender"),
    "Cyrillic sms sender": (sms(sender="ЖЖ"), "wrong-sms-sender"),
    "sms validity of 73": (sms(validity=73), "out-of-range"),
    "sms validity of 29 s": (sms(validity_seconds=29), "out-of-range"),
    "fallback without sms": (make_spec(alternative_channel={}), "missing-key"),
    "another fallback": (make_spec(alternative_channel={"viber": {}}), "unknown-key"),
    "callback": (make_spec(callback_url="https://example.com"), "unknown-key"),
}


@pytest.mark.parametrize("case", VALID)
def test_a_body_within_the_limits_is_valid(tmp_path, case):
    only_send(load_spec(tmp_path, VALID[case]))


@pytest.mark.parametrize("case", INVALID)
def test_a_body_beyond_a_limit_is_not(tmp_path, case):
    spec, code = INVALID[case]
    assert code in codes(load_spec(tmp_path, spec))


@pytest.mark.parametrize(
    ("setting", "spec"),
    [
        ({"max_cards": 10}, make_spec(options={"cards": [{"text": "x"}] * 10})),
        ({"max_suggestions": 4}, card(text="x", suggestions=[{"text": "x", **LINK}] * 4)),
        ({"max_ucs2_sms": 355}, sms("ї" * 355)),
    ],
)
def test_a_limit_on_which_the_sources_disagree_is_a_setting(tmp_path, setting, spec):
    only_send(load_spec(tmp_path, spec, provider=setting))


@pytest.mark.parametrize(
    ("spec", "path"),
    [
        (make_spec(options={"cards": [{"text": "x"}] * 7}), ("spec", "options", "cards", 5)),
        (make_spec(groups=[1, 2, 1]), ("spec", "groups", 2)),
        (button(**LINK, type="call"), ("spec", "options", "cards", 0, "suggestions", 0, "type")),
        (button(phone="+380441234567"), ("spec", "options", "cards", 0, "suggestions", 0, "phone")),
    ],
)
def test_the_entry_that_is_too_much_or_wrong_is_pointed_at(tmp_path, spec, path):
    assert [problem.location.path for problem in load_spec(tmp_path, spec).diagnostics] == [path]


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (sms("x" * 335 + "ї"), "It has 336 UTF-16 units, for 'ї' forces UCS-2; allowed are 335."),
        (sms("x" * 766), "It has 766 GSM-7 septets; allowed are 765."),
        (make_spec(options={"text": GRIN * 81}), "It has 162 UTF-16 units, of which 160 are allowed"),
    ],
)
def test_what_is_too_long_is_told_how_it_was_counted(tmp_path, spec, words):
    (problem,) = load_spec(tmp_path, spec).diagnostics
    assert problem.detail.startswith(words)


@pytest.mark.parametrize(
    ("spec", "code"),
    [
        (make_spec(tariff_code=10), "unusual-tariff"),
        (make_spec(tariff_code="12"), "unusual-tariff"),
        (make_spec(validity_seconds=600), "undocumented-field"),
        (make_spec(validity=72, validity_seconds=600), "undocumented-field"),
        (sms(sender="A&B"), "unusual-sms-sender"),
    ],
)
def test_what_is_merely_unusual_is_a_warning_and_loads(tmp_path, spec, code):
    loaded = load_spec(tmp_path, spec)
    assert (codes(loaded), [d.is_error for d in loaded.diagnostics], len(loaded.desired.sends)) == ([code], [False], 1)


@pytest.mark.parametrize(
    ("spec", "hint"),
    [
        (make_spec(text="Hi"), "options.text"),
        (make_spec(cards=[]), "It belongs at spec.options.cards."),
        (make_spec(tarif_code=1), "Did you mean 'tariff_code'?"),
        (make_spec(schedule={}), "It belongs at schedule."),
        (make_spec(callback_url="x"), "the account has one for all of RCS"),
        (button(phone=380441234567), 'Quote it: "380441234567".'),
        (button(phone="+380 44 123-45-67"), 'Write "380441234567".'),
        (make_spec(validity="24"), "| int"),
        (make_spec(groups=["101"]), "Write 101 without quotes"),
        (make_spec(options={"cards": [{"text": "x"}] * 6}), "provider.max_cards raises the limit"),
    ],
)
def test_the_way_out_is_said(tmp_path, spec, hint):
    (problem,) = load_spec(tmp_path, spec).diagnostics
    assert hint in problem.hint
