"""The calendar as one HTML page that needs no network and runs no script."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from rcsplan.output.moments import day_of
from rcsplan.output.terminal import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rcsplan.operations.calendar import CalendarEntry

_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{{ title }}</title>
<style>
:root { color-scheme: light dark; --ink: #1c1c1e; --quiet: #5b5b60; --line: #d9d9de; --paper: #fff; --mark: #8a4b00 }
@media (prefers-color-scheme: dark) {
  :root { --ink: #f2f2f4; --quiet: #a9a9b0; --line: #3a3a3e; --paper: #161618; --mark: #ffb45c }
}
body { font: 16px/1.45 system-ui, sans-serif; color: var(--ink); background: var(--paper); margin: 0 auto;
  max-width: 60rem; padding: 1.5rem 1rem }
h1 { font-size: 1.4rem; margin: 0 0 1rem } h2 { font-size: 1.05rem; margin: 1.8rem 0 .4rem }
ul { list-style: none; margin: 0; padding: 0 }
li { border-top: 1px solid var(--line); display: grid; gap: 0 1rem; grid-template-columns: 5.5rem 1fr;
  padding: .6rem 0 }
time { font-variant-numeric: tabular-nums } p { margin: .1rem 0; overflow-wrap: anywhere }
.quiet { color: var(--quiet) } .collision { color: var(--mark); font-weight: 600 }
@media (max-width: 30rem) { li { grid-template-columns: 1fr } }
</style>
</head>
<body>
<main>
<h1>{{ title }}</h1>
{% for day in days %}
<h2>{{ day.name }}</h2>
<ul>
{% for send in day.sends %}
<li>
<time datetime="{{ send.iso }}">{{ send.clock }}</time>
<div>
<p><strong>{{ send.address }}</strong> <span class="quiet">{{ send.zone }}</span></p>
<p>{{ send.message }}</p>
<p class="quiet">To {{ send.lists }} as {{ send.sender }}{% if send.fallback %} · SMS {{ send.fallback }}{% endif %}</p>
{% if send.collisions %}<p class="collision">A list also gets {{ send.collisions }}</p>{% endif %}
</div>
</li>
{% endfor %}
</ul>
{% else %}
<p>Nothing is declared for these days.</p>
{% endfor %}
</main>
</body>
</html>
"""


def format_calendar_html(entries: Sequence[CalendarEntry], *, project: str, environment: str) -> str:
    """The calendar as a page, in the zone of each send."""
    from jinja2 import Environment

    days = [
        {"name": day_of(sends[0].start, sends[0].zone), "sends": [_send(send) for send in sends]}
        for sends in (list(group) for _, group in groupby(entries, key=lambda entry: entry.day))
    ]
    page = Environment(autoescape=True, trim_blocks=True).from_string(_PAGE)
    return page.render(title=f"Calendar of {project}, {environment}", days=days) + "\n"


def _send(entry: CalendarEntry) -> dict[str, str]:
    local = entry.start.astimezone(ZoneInfo(entry.zone))
    fallback = entry.fallback_at.astimezone(ZoneInfo(entry.zone)) if entry.fallback_at else None
    return {
        "iso": local.isoformat(),
        "clock": f"until {local:%H:%M}" if entry.is_instant else f"{local:%H:%M}",
        "address": visible(entry.address),
        "zone": visible(entry.zone),
        "message": visible(entry.message),
        "lists": visible(", ".join(entry.lists)),
        "sender": visible(entry.sender),
        "fallback": f"{day_of(fallback, entry.zone)} {fallback:%H:%M}" if fallback else "",
        "collisions": visible(", ".join(entry.collides_with)),
    }
