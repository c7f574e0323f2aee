from __future__ import annotations

from pathlib import Path

import pytest

from rcsplan.manifest.template import Templates
from rcsplan.manifest.template_problem import TemplateProblemError


def render(expression, **variables):
    return Templates(Path()).render("{{ " + expression + " }}", variables)


@pytest.mark.parametrize(
    ("expression", "url"),
    [
        ("'https://a.b/c' | utm(source='rcs')", "https://a.b/c?utm_source=rcs"),
        ("'https://a.b' | utm(source='rcs', medium='m')", "https://a.b?utm_source=rcs&utm_medium=m"),
        ("'https://a.b/?x=1#top' | utm(campaign='s')", "https://a.b/?x=1&utm_campaign=s#top"),
        ("'https://a.b/?utm_source=old&x=%20' | utm(source='new')", "https://a.b/?x=%20&utm_source=new"),
        ("'https://a.b/' | utm(term='a b&c', content='ї')", "https://a.b/?utm_term=a%20b%26c&utm_content=%D1%97"),
        ("'https://a.b/?id={id}' | utm(source='rcs')", "https://a.b/?id={id}&utm_source=rcs"),
        ("'https://a.b/' | utm(campaign=7)", "https://a.b/?utm_campaign=7"),
    ],
)
def test_utm_merges_tags_into_the_query(expression, url):
    assert render(expression) == url


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("'2026-12-01' | date('d MMMM', locale='uk')", "1 грудня"),
        ("'2026-12-01' | date(locale='en')", "December 1, 2026"),
        ("'2026-12-01' | date('full', locale='en-GB')", "Tuesday, 1 December 2026"),
        ("'2026-12-01 09:05' | date('HH:mm', locale='uk')", "09:05"),
        ("1499.5 | money('UAH', locale='uk')", "1 499,50 ₴"),
        ("'1499' | money('EUR', locale='de')", "1.499,00 €"),
        ("1 | plural(one='day', other='days', locale='en')", "day"),
        ("5 | plural(one='день', few='дні', many='днів', locale='uk')", "днів"),
        ("22 | plural(one='день', few='дні', many='днів', locale='uk')", "дні"),
        ("1.5 | plural(one='день', few='дні', other='дня', locale='uk')", "дня"),
    ],
)
def test_words_are_those_of_the_locale(expression, words):
    assert render(expression) == words


def test_the_variable_locale_is_the_locale_where_none_is_said():
    assert render("'2026-12-01' | date('MMMM')", locale="uk") == "грудня"


@pytest.mark.parametrize(
    "expression", ["1234567.5 | money('UAH', locale='fr')", "'2026-12-01' | date('full', locale='fr')"]
)
def test_no_space_forces_an_sms_into_ucs_2(expression):
    assert [character for character in render(expression) if character in "\u00a0\u2009\u202f"] == []


@pytest.mark.parametrize(
    "expression",
    [
        "1 | utm(source='x')",
        "'https://a.b' | utm()",
        "'https://a.b' | utm(sauce='x')",
        "'soon' | date(locale='uk')",
        "1 | date(locale='uk')",
        "'2026-12-01' | date",
        "'2026-12-01' | date(locale='xx-nowhere')",
        "'2026-12-01' | date(locale=3)",
        "'x' | money('UAH', locale='uk')",
        "true | money('UAH', locale='uk')",
        "1 | money('HRYVNIA', locale='uk')",
        "'5' | plural(one='x', locale='uk')",
        "5 | plural(one='x', locale='uk')",
        "5 | plural(several='x', locale='uk')",
        "['x'] | sum",
    ],
)
def test_wrong_arguments_are_problems(expression):
    with pytest.raises(TemplateProblemError) as caught:
        render(expression)
    assert caught.value.code == "template-error"
