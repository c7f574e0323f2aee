"""The filters of templates: what copywriters need, and those of Jinja that are bounded and the same on every run."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit, urlunsplit

from jinja2 import pass_context, pass_environment, pass_eval_context
from jinja2.exceptions import FilterArgumentError
from jinja2.filters import FILTERS as JINJA_FILTERS
from jinja2.filters import do_join, do_replace, do_sum

from rcsplan.manifest.bounds import check_size

if TYPE_CHECKING:
    from collections.abc import Iterable

    from babel.core import Locale
    from jinja2 import Environment
    from jinja2.nodes import EvalContext
    from jinja2.runtime import Context

#: No `random`, no memory addresses (`pprint`), no widths that fill a disk (`center`, `indent`, `format`), no HTML.
_FROM_JINJA = (
    "abs",
    "capitalize",
    "count",
    "d",
    "default",
    "dictsort",
    "first",
    "float",
    "groupby",
    "int",
    "items",
    "last",
    "length",
    "list",
    "lower",
    "map",
    "max",
    "min",
    "reject",
    "rejectattr",
    "reverse",
    "round",
    "select",
    "selectattr",
    "sort",
    "string",
    "title",
    "trim",
    "truncate",
    "unique",
    "upper",
    "urlencode",
    "wordcount",
)
_NAMED_FORMATS = ("full", "long", "medium", "short")
_WIDE_SPACES = re.compile("[\u00a0\u2009\u202f]")


def utm(url: Any, **tags: Any) -> str:
    """The URL with `utm_` tags in its query: `source`, `medium`, `campaign`, `term`, `content`; others stay."""
    if not isinstance(url, str):
        raise FilterArgumentError("utm needs a URL.")
    unknown = sorted(set(tags) - {"source", "medium", "campaign", "term", "content"})
    if unknown or not tags:
        raise FilterArgumentError(f"utm takes source, medium, campaign, term and content{_not(unknown)}.")
    parts = urlsplit(url)
    added = {f"utm_{name}": quote(str(value), safe="") for name, value in tags.items()}
    kept = [pair for pair in parts.query.split("&") if pair and pair.partition("=")[0] not in added]
    query = "&".join([*kept, *(f"{name}={value}" for name, value in added.items())])
    return urlunsplit(parts._replace(query=query))


@pass_context
def date_words(context: Context, value: Any, form: str = "long", locale: str | None = None) -> str:
    """An ISO date or time in the words of a locale: `full`, `long`, `medium`, `short`, or a CLDR pattern (`d MMMM`)."""
    from babel.dates import format_date, format_datetime  # Babel is slow to import and seldom needed

    moment = _moment(value)
    words = _locale(context, locale)
    if form in _NAMED_FORMATS:
        return _plain_spaces(format_date(moment, form, locale=words))
    return _plain_spaces(format_datetime(moment, form, tzinfo=UTC, locale=words))


@pass_context
def money(context: Context, value: Any, currency: str, locale: str | None = None) -> str:
    """An amount with its currency, as a locale writes it."""
    from babel.numbers import format_currency, is_currency

    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise FilterArgumentError("money needs a number.")
    if not is_currency(currency):
        raise FilterArgumentError(f"{currency!r} is not the code of a currency, such as UAH or EUR.")
    try:
        amount = Decimal(str(value))
    except ArithmeticError:
        raise FilterArgumentError(f"money needs a number, not {value!r}.") from None
    return _plain_spaces(format_currency(amount, currency, locale=_locale(context, locale)))


@pass_context
def plural(context: Context, count: Any, locale: str | None = None, **forms: str) -> str:
    """The form of a word that goes with a count in a locale; `forms` are those of CLDR: one, few, many, other."""
    if isinstance(count, bool) or not isinstance(count, int | float):
        raise FilterArgumentError("plural needs a number.")
    unknown = sorted(set(forms) - {"zero", "one", "two", "few", "many", "other"})
    if unknown:
        raise FilterArgumentError(f"plural takes the forms zero, one, two, few, many and other{_not(unknown)}.")
    words = _locale(context, locale)
    form = words.plural_form(abs(count))
    if form not in forms and "other" not in forms:
        raise FilterArgumentError(f"{words} needs the form {form!r} for {count}.")
    return forms.get(form, forms.get("other", ""))


def bounded_replace(context: EvalContext, text: Any, old: str, new: str, count: int | None = None) -> str:
    """Jinja's `replace`, within bounds."""
    check_size(len(str(text)) + (str(text).count(old) + 1) * len(new))
    return do_replace(context, str(text), old, new, count)


def bounded_join(context: EvalContext, values: Iterable[Any], separator: str = "", attribute: str | None = None) -> str:
    """Jinja's `join`, within bounds."""
    items = list(values)
    check_size(len(items) * len(separator) + sum(len(item) for item in items if isinstance(item, str)))
    return str(do_join(context, items, separator, attribute))


def numeric_sum(environment: Environment, values: Iterable[Any], attribute: str | None = None) -> Any:
    """Jinja's `sum`, of numbers alone."""
    return do_sum(environment, values, attribute)


FILTERS: dict[str, Any] = {
    **{name: JINJA_FILTERS[name] for name in _FROM_JINJA},
    "join": pass_eval_context(bounded_join),
    "replace": pass_eval_context(bounded_replace),
    "sum": pass_environment(numeric_sum),
    "utm": utm,
    "date": date_words,
    "money": money,
    "plural": plural,
}


def _not(unknown: list[str]) -> str:
    return f", not {', '.join(unknown)}" if unknown else ""


def _moment(value: Any) -> datetime:
    try:
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    except (TypeError, ValueError):
        raise FilterArgumentError(f"date needs a date such as 2026-12-01, not {value!r}.") from None


def _locale(context: Context, name: str | None) -> Locale:
    """The locale of an argument, or else that of the variable `locale`."""
    from babel.core import Locale, UnknownLocaleError

    chosen = name if name is not None else context.get("locale")
    if not isinstance(chosen, str):
        raise FilterArgumentError("Say the language with locale='uk', or set a variable named locale.")
    try:
        return Locale.parse(chosen.replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        raise FilterArgumentError(f"{chosen!r} is not a locale, such as uk or en-GB.") from None


def _plain_spaces(text: str) -> str:
    """No-break and thin spaces as plain ones: a single one of them would force a whole SMS into UCS-2."""
    return _WIDE_SPACES.sub(" ", text)
