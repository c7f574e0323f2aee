"""Foreign texts, made fit to be quoted."""

import pytest

from rcsplan.web.redaction import LIMIT, Redaction


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("plain", "plain"),
        ("", ""),
        ("key live_abc is bad", "key [secret] is bad"),
        ("live_abclive_abc", "[secret][secret]"),
        ("a\x1b[31mred\x07\r\nline\u2028two\u202eback", "a [31mred line two back"),
        ("call 380441234567 or +380441234567", "call [phone] or [phone]"),
        ("campaign 54000001 and 123456789", "campaign 54000001 and 123456789"),
        ("x" * 1000, "x" * (LIMIT - 1) + "…"),
        ("привіт 🙂", "привіт 🙂"),
    ],
)
def test_a_foreign_text_is_quoted_without_harm(text, quoted):
    assert Redaction("live_abc").quote(text) == quoted


def test_a_secret_at_the_limit_does_not_survive_in_part():
    assert "live" not in Redaction("live_abc").quote("x" * (LIMIT - 4) + "live_abc")


def test_secrets_that_come_later_are_kept_as_well():
    redaction = Redaction("live_abc")
    redaction.add("token.1")
    assert redaction.quote("live_abc token.1") == "[secret] [secret]"
