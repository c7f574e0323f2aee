from __future__ import annotations

import pytest

from tests.policy.candidates import breaks, found, make_candidate

TEXT, SMS = ("options", "text"), ("alternative_channel", "sms", "text")
CYRILLIC_A, CYRILLIC_O, CYRILLIC_IE = "\u0430", "\u043e", "\u0435"


@pytest.mark.parametrize(
    "left",
    [
        "{name}", "{ first_name }", "{user.name}", "${name}", "{{name}}", "{{ name }", "{ { name } }", "{% if x %}",
        "%%name%%", "%name%", "[[name]]", "<%= name %>", "*|FNAME|*", "#name#", "TODO", "FIXME", "TBD", "undefined",
        "Lorem ipsum", "%%DC::Previous Viewed White Paper::Subject Line%",
    ],
)  # fmt: skip
def test_what_a_template_should_have_filled_in_is_found(left):
    """Silverpop sent one of these as a subject (incident 15)."""
    assert breaks("residue", make_candidate(text=f"Hello {left}, welcome")) == [TEXT]


@pytest.mark.parametrize(
    "text",
    [
        "-30% on all, 20% on the rest", "100% wool, 50%% off", "Price: 5$ {", "Ціна #1 \u0443 місті",
        "a [b] c", "Todo list planner", "<3 from us", "2 * 3 | 4", "Знижка 100%", "5 % off, 10 % tomorrow",
    ],
)  # fmt: skip
def test_what_only_resembles_a_placeholder_is_left_alone(text):
    assert breaks("residue", make_candidate(text=text)) == []


@pytest.mark.parametrize("text", ["Integration Test Email #1", "asdfgh", "Тестова розсилка", "dummy"])
def test_a_trial_does_not_reach_people(text):
    """HBO Max, 2021 (incident 2)."""
    assert breaks("residue", make_candidate(text=text)) == [TEXT]


@pytest.mark.parametrize("text", ["The latest contest", "Our greatest offer", "Протестовано часом"])
def test_a_word_that_holds_another_is_no_trial(text):
    assert breaks("residue", make_candidate(text=text)) == []


def test_where_nobody_is_reached_trials_are_welcome():
    assert breaks("residue", make_candidate(text="Integration test"), reaches_people=False) == []


def test_every_text_is_read():
    card = {"title": "{a}", "text": "{b}", "suggestions": [{"text": "{c}", "url": "https://acme.example"}]}
    assert breaks("residue", make_candidate(cards=[{"text": "fine"}, card], sms="{d}")) == [
        ("options", "cards", 1, "title"),
        ("options", "cards", 1, "text"),
        ("options", "cards", 1, "suggestions", 0, "text"),
        SMS,
    ]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("a\u200bb", "Character 2 is U+200B ZERO WIDTH SPACE, which nobody sees."),
        ("\ufeffHello", "Character 1 is U+FEFF ZERO WIDTH NO-BREAK SPACE, which nobody sees."),
        ("so\u00adft", "Character 3 is U+00AD SOFT HYPHEN, which nobody sees."),
        ("abc\u202edef", "Character 4 is U+202E RIGHT-TO-LEFT OVERRIDE, which nobody sees."),
        ("a\u200db", "Character 2 is U+200D ZERO WIDTH JOINER, which nobody sees."),
        ("ї\u200e", "Character 2 is U+200E LEFT-TO-RIGHT MARK, which nobody sees."),
    ],
)
def test_characters_that_nobody_sees_are_found(text, name):
    assert found("characters", make_candidate(text=text)) == [(TEXT, name)]


@pytest.mark.parametrize(
    "text",
    [
        "👨\u200d👩\u200d👧 family", "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "❤\ufe0f", "\u0645\u06cc\u200c\u062e", "שלום\u200f!", "क्\u200dष", "Букет від 890\u00a0₴", "naïve café",
    ],
)  # fmt: skip
def test_characters_that_a_script_or_an_emoji_needs_are_left_alone(text):
    assert breaks("characters", make_candidate(text=text)) == []


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (f"S{CYRILLIC_A}le", "U+0430 CYRILLIC SMALL LETTER A"),
        (f"Дл{CYRILLIC_A}c", "U+0063 LATIN SMALL LETTER C"),
        (f"C{CYRILLIC_O}d{CYRILLIC_IE}", "U+043E CYRILLIC SMALL LETTER O, U+0435 CYRILLIC SMALL LETTER IE"),
    ],
)
def test_a_letter_of_another_script_is_found(text, names):
    assert found("characters", make_candidate(text=f"Big {text} today")) == [
        (TEXT, f"{text!r} mixes scripts: {names}.")
    ]


@pytest.mark.parametrize(
    "text", ["VIP\u0430м знижка", "SMS-розсилка", "iPhone для вас", "Kvitka та Acme", "20\u0433\u0440н"]
)
def test_words_of_two_scripts_that_deceive_nobody_are_left_alone(text):
    assert breaks("characters", make_candidate(text=text)) == []


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ("a" * 160, []),
        ("a" * 161, [TEXT]),
        ("ї" * 80, []),
        ("ї" * 81, [TEXT]),
        ("😀" * 40, []),
        ("😀" * 40 + "a", [TEXT]),
    ],
)
def test_the_price_step_is_counted_in_bytes(text, broken):
    assert breaks("price-boundary", make_candidate(text=text)) == broken


def test_cards_have_no_price_step():
    assert breaks("price-boundary", make_candidate(cards=[{"text": "ї" * 500}])) == []
