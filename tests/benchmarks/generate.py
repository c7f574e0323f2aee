"""A project of N campaigns as a marketing team writes them, the same on every machine: what the benchmarks plan.

A manifest has about 1.8 KB: four cards, six templated values and an SMS fallback. Names, times and copy are distinct.
With cells, each has a matrix of so many locales, and comes to a send for each of them.
"""

from __future__ import annotations

import argparse
import sys
from datetime import datetime, timedelta
from pathlib import Path
from string import Template

#: The values of the axis of matrices, each with a contact list of its own.
LOCALES = ("uk", "en", "pl", "de", "fr", "it", "es", "cs")
_FIRST_LIST = 1864275
#: The clock of the simulated account stands still before all starts, and all starts lie inside the horizon.
ACCOUNT = {
    "timezone": "Europe/Kyiv",
    "clock": "2026-11-24 09:00",
    "balance": {"amount": 5000000, "credit": 0, "currency": "EUR"},
    "lists": [
        {"id": _FIRST_LIST + index, "name": f"Newsletter {locale}", "contacts": 1240}
        for index, locale in enumerate(LOCALES)
    ],
    "agents": ["Acme"],
    "senders": [{"sender": "ACME", "type": "sms", "status": "active"}],
}
#: The environment variable that holds the key of an environment that is served over HTTP.
KEY_VARIABLE = "BENCHMARK_API_KEY"

_FIRST_START = datetime(2026, 11, 26, 9, 0)  # noqa: DTZ001  a wall time: its zone stands in the manifest
_DAYS, _MINUTES_OF_A_DAY = 25, 660
MAX_COUNT = _DAYS * _MINUTES_OF_A_DAY

_PROJECT = Template("""\
apiVersion: rcsplan/v1
kind: Project
metadata: {name: benchmark}
defaults:
  check_stop_list: true
environments:
  benchmark:
    provider: $provider
    vars: [vars/common.yaml]
""")
_EMBEDDED = f"{{type: sandbox, timezone: Europe/Kyiv, account: {ACCOUNT}}}"
_SERVED = "{{type: bsg, base_url: {base_url}, api_key: {{env: {variable}}}, timezone: Europe/Kyiv}}"
_VARIABLES = """\
brand:
  name: Acme
  agent: Acme
  cdn: cdn.example.com
  shop: https://shop.example.com
  phone: "380441234567"
lists:
  newsletter: 1864275
"""
_LISTS_BY_LOCALE = "".join(f"  {locale}: {_FIRST_LIST + index}\n" for index, locale in enumerate(LOCALES))
_MANIFEST = Template("""\
apiVersion: rcsplan/v1
kind: Campaign
metadata:
  name: $name
  owner: growth@example.com
  labels: {season: winter, product: $slug}
vars:
  offer: {product: $product, code: $code, percent: $percent}
${matrix}schedule:
  at: "$at"
  timezone: Europe/Kyiv
audience:
  expect: {min: 100, max: 2000}
spec:
  groups: ["{{ $list }}"]
  sender: "{{ brand.agent }}"
  validity: 24
  options:
    cards:
      - title: $percent% off $product
        text: >-
          Winter is here, and $product are $percent% off until Sunday night. Enter the code $code at the
          checkout; delivery is free above 1000 UAH.
        media: {url: "https://{{ brand.cdn }}/$name_there/hero.jpg"}
        suggestions:
          - {text: Shop now, url: "{{ brand.shop }}/$name_there?utm_source=rcs&utm_medium=$medium"}
          - {text: All offers, url: "https://shop.example.com/offers"}
      - title: Loved by those who wear them
        text: "Rated 4.8 of 5 by people who bought $product last winter."
        media: {url: "https://cdn.example.com/reviews/$slug.png"}
        suggestions:
          - {text: Read reviews, url: "https://shop.example.com/reviews/$slug"}
      - title: Not the right size?
        text: Send it back within 30 days, free of charge.
        suggestions:
          - {text: How to return, url: "https://shop.example.com/returns"}
      - title: Питання? Дзвоніть нам
        text: Щодня з 9 до 20, дзвінки безкоштовні.
        suggestions:
          - {text: Call us, phone: "{{ brand.phone }}"}
  alternative_channel:
    sms:
      sender: ACME
      text: "{{ brand.name }}: $percent_there% off until Sunday with the code $code_there. {{ brand.shop }}"
      validity: 24
""")
#: What stands inside templated texts: expressions that all manifests share, unless their copy is written there.
_EXPRESSIONS = {"name": "{{ metadata.name }}", "code": "{{ offer.code }}", "percent": "{{ offer.percent }}"}
_KINDS = ("Winter boots", "Wool scarves", "Down jackets", "Ski goggles", "Fleece gloves", "Thermal socks", "Ice skates")
_LINES = ("for women", "for men", "for kids", "of last season", "from Norway", "in new colours")


def write_project(folder: Path, count: int, *, base_url: str = "", inline_copy: bool = False, cells: int = 1) -> int:
    """Write a project of `count` campaigns and return the bytes of their manifests.

    Its one environment is the embedded sandbox, or, with a base URL, a simulator served there. With `inline_copy` the
    templated texts hold the copy of their campaign beside their expressions, so that no two manifests share them. With
    more `cells` than one each of them is sent in so many locales.
    """
    if count > MAX_COUNT:
        raise ValueError(f"at most {MAX_COUNT} campaigns have start times of their own")
    if not 0 < cells <= len(LOCALES):
        raise ValueError(f"a matrix has 1 to {len(LOCALES)} cells")
    provider = _SERVED.format(base_url=base_url, variable=KEY_VARIABLE) if base_url else _EMBEDDED
    _write(folder / "rcsplan.yaml", _PROJECT.substitute(provider=provider))
    _write(folder / "vars" / "common.yaml", _VARIABLES + _LISTS_BY_LOCALE * (cells > 1))
    return sum(_write_manifest(folder, index, inline_copy=inline_copy, cells=cells) for index in range(count))


def _write_manifest(folder: Path, index: int, *, inline_copy: bool, cells: int) -> int:
    product = f"{_KINDS[index % len(_KINDS)]} {_LINES[index // len(_KINDS) % len(_LINES)]}"
    slug = product.lower().replace(" ", "-")
    start = _FIRST_START + timedelta(days=index % _DAYS, minutes=index // _DAYS)
    copy = {"name": f"{slug}-{index:05}", "product": product, "code": f"W{index:05}", "percent": 10 + index % 41}
    templated = copy if inline_copy else _EXPRESSIONS
    there = {f"{key}_there": templated[key] for key in _EXPRESSIONS}
    text = _MANIFEST.substitute(**copy, **there, **_parts(cells), slug=slug, at=f"{start:%Y-%m-%d %H:%M}")
    return _write(folder / f"{start:%Y-%m-%d}" / f"{copy['name']}.yaml", text)


def _parts(cells: int) -> dict[str, str]:
    """What differs in a manifest that comes to several sends."""
    if cells == 1:
        return {"matrix": "", "list": "lists.newsletter", "medium": "card"}
    matrix = f"matrix: {{locale: [{', '.join(LOCALES[:cells])}]}}\n"
    return {"matrix": matrix, "list": "lists[locale]", "medium": "{{ locale }}"}


def _write(path: Path, text: str) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.write_bytes(text.encode())


def main() -> None:
    """Write a project where the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("count", type=int)
    parser.add_argument("--inline-copy", action="store_true", help="no two manifests share a templated text")
    parser.add_argument("--cells", type=int, default=1, help="locales in which each is sent")
    arguments = parser.parse_args()
    size = write_project(arguments.folder, arguments.count, inline_copy=arguments.inline_copy, cells=arguments.cells)
    each = size / max(arguments.count, 1)
    sys.stdout.write(f"MANIFESTS      BYTES  BYTES EACH\n{arguments.count:9,}  {size:9,}  {each:10,.0f}\n")


if __name__ == "__main__":
    main()
