"""Status and report: text at two widths, JSON and CSV, all drawn from the same values."""

import csv
import io
import json
from dataclasses import replace
from datetime import date

import pytest

from rcsplan.errors import ProviderError
from rcsplan.output.delivery_rows import (
    format_report_csv,
    format_report_json,
    format_status_csv,
    format_status_json,
)
from rcsplan.output.report_markdown import format_report_markdown
from rcsplan.output.report_text import format_report
from rcsplan.output.status_text import format_status
from rcsplan.output.terminal import Style
from rcsplan.output.watching import repaint, show_changes
from rcsplan.state.model import Provenance
from tests.builders import make_remote
from tests.hostile.hostile import EVERYTHING
from tests.hostile.rendering import another, github, problems_of
from tests.output.deliveries import EARLIER, STAGES, make_delivery, make_report, make_status, make_status_of
from tests.output.plans import HOSTILE

PLAIN = Style()
WIDTHS = [80, 200]
REPORTED = (
    *STAGES[:3],
    make_status_of("kyiv", delivery=make_delivery(currency="UAH", price="1234.5678"), is_final=True),
)
HOSTILE_SEND = make_status_of(
    f"=cmd|' /C calc'!A0{HOSTILE}" + "long" * 60,
    delivery=make_delivery(currency=HOSTILE, phones=3000),
    remote=make_remote(HOSTILE, sent=5),
    timezone=HOSTILE,
    provenance=Provenance(who="@SUM(A1)", commit="+1", ci_url="-2", plan_checksum="\t=1"),
)


@pytest.mark.parametrize("width", WIDTHS)
def test_the_status_as_text(width, golden):
    golden(f"deliveries/status-{width}.txt", format_status(make_status(*STAGES), Style(width=width)))


@pytest.mark.parametrize("width", WIDTHS)
def test_the_report_as_text(width, golden):
    text = format_report(make_report(*REPORTED, since=date(2026, 11, 1), until=date(2026, 11, 30)), Style(width=width))
    golden(f"deliveries/report-{width}.txt", text)


def test_the_status_as_json(golden):
    golden("deliveries/status.json", format_status_json(make_status(*STAGES)) + "\n")


def test_the_report_as_json(golden):
    golden("deliveries/report.json", format_report_json(make_report(*REPORTED)) + "\n")


def test_the_status_as_csv(golden):
    golden("deliveries/status.csv", format_status_csv(make_status(*STAGES)).replace("\r\n", "\n"))


def test_the_report_as_csv(golden):
    golden("deliveries/report.csv", format_report_csv(make_report(*REPORTED)).replace("\r\n", "\n"))


def test_the_report_as_markdown(golden):
    text = format_report_markdown(make_report(*REPORTED, since=date(2026, 11, 1), until=date(2026, 11, 30)))
    golden("deliveries/report.md", text)


@pytest.mark.parametrize("render", [github, another])
@pytest.mark.parametrize("number", range(len(EVERYTHING)))
def test_hostile_text_is_inert_where_a_report_is_rendered(number, render):
    text = EVERYTHING[number]
    made = Provenance(who=text, commit=text, ci_url=text, plan_checksum=text)
    delivery = make_delivery(currency=text)
    hostile = make_status_of(f"sale[{text}]", delivery=delivery, provenance=made, superseded=(EARLIER,))
    report = replace(make_report(hostile, hostile), environment=text)
    # Comments on plans begin with a marker, and are read for that one.
    assert problems_of(f"<!-- report -->\n{format_report_markdown(report)}", render) == []


def test_of_a_long_report_the_rest_is_counted_and_the_sum_is_of_all():
    text = format_report_markdown(
        make_report(*(make_status_of(f"sale-{one}", delivery=make_delivery()) for one in range(400)))
    )
    assert ("**Left out:** 250 sends." in text, len(text) < 65_000) == (True, True)
    assert "| **Total** |  | 1,282,000 |" in text


def texts(width):
    return [
        format_status(make_status(*STAGES, HOSTILE_SEND), Style(width=width)),
        format_report(make_report(*REPORTED, HOSTILE_SEND), Style(width=width)),
    ]


@pytest.mark.parametrize("width", WIDTHS)
def test_no_line_is_wider_than_the_terminal(width):
    assert [line for text in texts(width) for line in text.splitlines() if len(line) > width] == []


@pytest.mark.parametrize("width", WIDTHS)
def test_hostile_text_is_inert_in_a_terminal(width):
    assert [letter for text in texts(width) for letter in text if letter != "\n" and not letter.isprintable()] == []


def test_colour_carries_nothing_that_the_text_does_not():
    colored = format_status(make_status(*STAGES), Style(color=True, width=80))
    plain = colored.replace("\x1b[0m", "").replace("\x1b[1m", "").replace("\x1b[2m", "")
    assert plain == format_status(make_status(*STAGES), PLAIN)


def cells(text):
    return [cell for row in csv.reader(io.StringIO(text)) for cell in row]


def test_no_cell_is_a_formula():
    written = cells(format_report_csv(make_report(HOSTILE_SEND)) + format_status_csv(make_status(HOSTILE_SEND)))
    numbers = {str(HOSTILE_SEND.record.revision), "-6.4"}
    dangerous = [cell for cell in written if cell.lstrip().startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert set(dangerous) - numbers == set()


def test_every_row_of_the_csv_ends_as_rfc_4180_wants_it():
    text = format_report_csv(make_report(*REPORTED))
    assert (text.count("\r\n"), text.count("\n")) == (1 + len(REPORTED), 1 + len(REPORTED))


def test_without_sends_the_csv_has_its_heading():
    assert format_report_csv(make_report()).startswith("address,campaign,revision,")


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ([send for one in json.loads(format_report_json(make_report(*REPORTED)))["campaigns"] for send in one["sends"]],
         format_report_csv(make_report(*REPORTED))),
        (json.loads(format_status_json(make_status(*STAGES)))["sends"], format_status_csv(make_status(*STAGES))),
    ],
    ids=["report", "status"],
)  # fmt: skip
def test_csv_and_json_have_the_same_columns(rows, text):
    assert list(rows[0]) == next(csv.reader(io.StringIO(text)))


def test_nothing_to_show_is_said():
    assert "Nothing is live" in format_status(make_status(), PLAIN)
    assert "Nothing was sent." in format_report(make_report(), PLAIN)


def test_only_what_is_new_is_written_where_there_is_no_terminal():
    out, complaints = io.StringIO(), []
    first, second = make_status(STAGES[4]), make_status(STAGES[2])
    failure = ProviderError("The provider did not answer")
    show_changes(
        [first, first, failure, second],
        out,
        draw=lambda seen: f"{seen.sends[0].address}\n",
        complain=complaints.append,
    )
    assert (out.getvalue(), complaints) == (
        "friday-deals@2026-11-27\nflash\n",
        ["The provider did not answer; trying again."],
    )


def test_a_terminal_that_is_too_low_shows_what_it_can_and_the_whole_in_the_end():
    out = io.StringIO()
    repaint([make_status()], out, draw=lambda *_: "1\n2\n3\n4\n5\n6\n", size=lambda: (80, 5))
    painted, whole = out.getvalue().split("\x1b[2J")[1:]
    assert painted.replace("\x1b[K", "") == "\x1b[H1\n2\n3\n… 3 more lines\n\x1b[J"
    assert whole == "\x1b[H1\n2\n3\n4\n5\n6\n"


def test_a_failure_is_painted_below_the_last_look():
    out = io.StringIO()
    looks = [make_status(), ProviderError(f"away {HOSTILE}")]
    repaint(looks, out, draw=lambda *_: "table\n", size=lambda: (80, 24))
    assert "\x1b[Htable\x1b[K\n\x1b[K\naway \\x1b[2J" in out.getvalue()
