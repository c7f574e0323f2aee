from __future__ import annotations

import pytest

from rcsplan.manifest.scalar import UnusableNumberError, resolve_plain


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("nUll", "nUll"),
        ("true", True),
        ("False", False),
        ("no", "no"),
        ("on", "on"),
        ("y", "y"),
        ("0", 0),
        ("-7", -7),
        ("+380441234567", 380441234567),
        ("0123", 123),
        ("0o17", 15),
        ("0x1F", 31),
        ("1_000", "1_000"),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("1.2.3", "1.2.3"),
        ("21:00", "21:00"),
        ("2026-12-01", "2026-12-01"),
        ("2026-12-01 10:00:00", "2026-12-01 10:00:00"),
        ("-", "-"),
        ("...", "..."),
        ("next", "next"),
    ],
)
def test_a_plain_scalar_has_the_value_of_the_core_schema(text, value):
    resolved = resolve_plain(text)
    assert (type(resolved), resolved) == (type(value), value)


@pytest.mark.parametrize("text", [".inf", "-.Inf", ".nan", "1e999", "9" * 41, "0x" + "f" * 40])
def test_a_number_that_json_cannot_say_is_refused(text):
    with pytest.raises(UnusableNumberError):
        resolve_plain(text)
