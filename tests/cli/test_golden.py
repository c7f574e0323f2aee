"""What users read of the example project, command by command."""

from __future__ import annotations

import re

import pytest

from tests.cli.running import Project, begin_state, copy_example


def stable(text):
    """A text without the id of its plan and the folder of this test."""
    return re.sub(r"(Plan `?)[0-9a-f]{16}", r"\g<1>0123456789abcdef", re.sub(r"/\S+/shop/", "/shop/", text))


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("plan", ("plan",)),
        ("plan-one", ("plan", "acme-winter-sale-en")),
        ("plan-verbose", ("-v", "plan")),
        ("plan-markdown", ("plan", "--format", "markdown")),
        ("render", ("render", "acme-winter-sale-en", "kvitka-saint-nicholas-uk")),
        ("render-json", ("render", "acme-winter-sale-en", "--format", "json")),
        ("validate", ("validate",)),
        ("lists", ("lists",)),
        ("senders", ("senders",)),
        ("policy-list", ("policy", "list")),
        ("policy-explain", ("policy", "explain", "quiet-hours")),
        ("policy-explain-instant", ("policy", "explain", "instant")),
        ("account", ("account",)),
        ("state-list-empty", ("state", "list")),
        ("ledger-empty", ("sandbox", "ledger")),
    ],
)
def test_before_the_first_apply(fixed, name, command, golden):
    done = fixed.run(*command)
    assert (done.code, done.err) == (0, "")
    golden(f"before/{name}.txt", stable(done.out))


def test_the_first_apply(fixed, golden):
    done = fixed.apply("--parallelism", "1")
    assert done.code == 0
    golden("apply.txt", stable(done.out) + done.err)


@pytest.mark.parametrize("width", ["80", "200"])
def test_the_whole_example_at_each_width(tmp_path, capsys, width, golden, monkeypatch):
    """What is planned first; applied; looked at; edited and planned again, with all that may become of a send."""
    monkeypatch.setenv("COLUMNS", width)
    copy_example(tmp_path / "shop", without=())
    begin_state(tmp_path / "shop/.rcsplan/sandbox.state.json")
    project = Project(tmp_path / "shop", capsys)
    golden(f"wide/plan-{width}.txt", stable(project.run("plan").out))
    applied = project.apply("--parallelism", "1")
    golden(f"wide/apply-{width}.txt", applied.out.partition("valid until")[2].partition("\n\n")[2] + applied.err)
    commands = (("status",), ("report",), ("state", "list"))
    shown = "".join(re.sub(r"Seen: .*\n", "", project.run(*command).out) for command in commands)
    golden(f"wide/status-{width}.txt", shown)
    project.advance("4410m")
    project.edit(
        "acme/winter-sale-uk.yaml", "\u0412\u0437\u0443\u0442\u0442\u044f", "\u0427\u043e\u0431\u043e\u0442\u0438"
    )
    project.edit("kvitka/saint-nicholas-en.yaml", "Saint Nicholas is near", "Saint Nicholas comes")
    project.remove("kvitka/saint-nicholas-uk.yaml")
    golden(f"wide/edited-{width}.txt", stable(project.run("plan").out))


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("plan", ("plan",)),
        ("plan-verbose", ("-v", "plan")),
        ("state-list", ("state", "list")),
        ("apply", ("apply", "--auto-approve")),
    ],
)
def test_after_the_first_apply(fixed, name, command, golden):
    fixed.apply("--parallelism", "1")
    done = fixed.run(*command)
    assert (done.code, done.err) == (0, "")
    golden(f"after/{name}.txt", stable(done.out))


def test_a_record_in_full(fixed, golden):
    fixed.apply("--parallelism", "1")
    text = fixed.run("state", "show", "acme-winter-sale-uk").out
    golden("after/state-show.txt", re.sub(r"(submitted +).*", r"\1…", text))


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("no-such-address", ("plan", "acme-winter-sale-ua")),
        ("no-such-environment", ("--env", "sandbux", "plan")),
        ("no-such-command", ("plna",)),
        ("no-key", ("--env", "production", "plan")),
        ("no-terminal", ("apply",)),
        ("no-plan-file", ("show", "no-such-plan.json")),
        ("no-plan", ("show", "/dev/null")),
        ("no-record", ("state", "show", "acme-winter-sale-ua")),
        ("no-time", ("sandbox", "clock", "--set", "tomorrow")),
        ("no-fault", ("sandbox", "serve", "--fault", "nothing")),
    ],
)
def test_errors(fixed, name, command, golden, monkeypatch):
    monkeypatch.delenv("BSG_API_KEY", raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    refused = fixed.run(*command)
    assert (refused.code in {1, 5, 64}, refused.out) == (True, "")
    golden(f"errors/{name}.txt", stable(refused.err))


def test_hostile_manifests_are_inert_in_every_output(fixed):
    fixed.edit(
        "acme/winter-sale-en.yaml",
        "text: Coats, boots and knitwear. Until Sunday, or while your size lasts.",
        'text: "a\\e[2J\\e]0;x\\a\\u202Eb\\r\\nFAKE\\u2028c"',
    )
    fixed.edit("sandbox/account.yaml", "name: Acme VIP", 'name: "Acme VIP"')
    done = [
        fixed.run(*command)
        for command in (("-v", "plan"), ("validate",), ("apply", "--auto-approve"), ("state", "list"))
    ]
    text = "".join(one.out + one.err for one in done)
    assert [character for character in text if character != "\n" and not character.isprintable()] == []


@pytest.mark.parametrize("output_format", ["yaml", "json"])
def test_hostile_manifests_are_inert_where_they_are_rendered(fixed, output_format):
    fixed.edit(
        "acme/winter-sale-en.yaml",
        "text: Coats, boots and knitwear. Until Sunday, or while your size lasts.",
        'text: "a\\e[2J\\e]0;x\\a\\u202Eb\\r\\nFAKE\\u2028c"',
    )
    text = fixed.run("render", "--format", output_format).out
    assert [character for character in text if character in "\x1b\x07\x9b\r\x00"] == []
