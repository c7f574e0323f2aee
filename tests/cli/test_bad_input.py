"""Whatever a manifest holds: exit 1, every problem at its place, no traceback, and nothing half done."""

from __future__ import annotations

import re

import pytest

HEAD = "apiVersion: rcsplan/v1\nkind: Campaign\nmetadata: {name: bad}\n"
BODY = "spec:\n  groups: [201]\n  sender: Acme\n  start_at: '2026-12-06 12:00:00'\n"
TEXT = "  options: {text: Hello}\n"
GOOD = HEAD + BODY + TEXT

BAD = {
    "unknown key": (GOOD + "  sendr: Acme\n", "unknown-key"),
    "wrong type": (GOOD + "  validity: soon\n", "wrong-type"),
    "missing variable": (HEAD + BODY + "  options: {text: '{{ nobody }}'}\n", "undefined-variable"),
    "unquoted expression": (HEAD + BODY + "  options: {text: {{ offer }}}\n", "unquoted-template"),
    "unquoted expression in a block": (HEAD + BODY + "  options:\n    text: {{ offer }}\n", "unquoted-template"),
    "template syntax": (HEAD + BODY + "  options: {text: '{{ offer'}\n", "template-syntax"),
    "a forbidden attribute": (HEAD + BODY + "  options: {text: '{{ metadata.__class__ }}'}\n", "undefined-variable"),
    "a lookup that is not allowed": (HEAD + BODY + "  options: {text: '{{ metadata.name.__class__ }}'}\n", None),
    "duplicate key": (GOOD + "  sender: Acme\n", "duplicate-key"),
    "duplicate campaign": (f"{GOOD}---\n{GOOD}", "duplicate-campaign"),
    "alias bomb": (
        HEAD
        + "vars:\n  a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        + "".join(f"  a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9))
        + BODY
        + TEXT,
        "alias-bomb",
    ),
    "recursive alias": (HEAD + "vars: &a {b: *a}\n" + BODY + TEXT, "recursive-alias"),
    "python object": (GOOD + "  validity: !!python/object/apply:os.system [id]\n", "unknown-tag"),
    "not YAML": ("apiVersion: rcsplan/v1\nkind: [\n", "yaml-syntax"),
    "deep nesting": (HEAD + f"vars: {{a: {'[' * 500}{']' * 500}}}\n" + BODY + TEXT, "too-deep"),
    "gap in summer time": (
        HEAD
        + "schedule: {at: '2026-03-29 03:30', timezone: Europe/Kyiv}\n"
        + BODY.replace("  start_at: '2026-12-06 12:00:00'\n", "")
        + TEXT,
        "nonexistent-time",
    ),
    "twice in autumn": (
        HEAD
        + "schedule: {at: '2026-10-25 03:30', timezone: Europe/Kyiv}\n"
        + BODY.replace("  start_at: '2026-12-06 12:00:00'\n", "")
        + TEXT,
        "ambiguous-time",
    ),
    "unknown zone": (
        HEAD + "schedule: {at: '2026-12-06 12:00', timezone: Europe/Kiew}\n" + BODY + TEXT,
        "unknown-timezone",
    ),
    "phone with a plus": (
        HEAD + BODY + "  options: {cards: [{text: Hi, suggestions: [{text: Call, phone: +380441234567}]}]}\n",
        None,
    ),
    "time as a number": (HEAD + BODY.replace("'2026-12-06 12:00:00'", "21:00") + TEXT, "wrong-time"),
    "no schedule": (HEAD + BODY.replace("  start_at: '2026-12-06 12:00:00'\n", "") + TEXT, "no-schedule"),
    "unknown version": (GOOD.replace("rcsplan/v1", "rcsplan/v9"), "unknown-version"),
    "no version": (GOOD.replace("apiVersion: rcsplan/v1\n", ""), None),
    "no mapping": ("- 1\n- 2\n", None),
    "a scalar": ("hello\n", None),
    "a control character": (HEAD + BODY + "  options: {text: a\x07b}\n", "control-character"),
    "too long": (HEAD + BODY + f"  options: {{text: {'x' * 161}}}\n", "too-long"),
    "too long by emoji": (HEAD + BODY + f"  options: {{text: {'🎁' * 81}}}\n", "too-long"),
    "an infinite number": (GOOD + "  validity: .inf\n", None),
    "a null body": (HEAD + "spec:\n", None),
    "a revision of nought": (GOOD.replace("{name: bad}", "{name: bad, revision: 0}"), None),
    "a name with a slash": (GOOD.replace("{name: bad}", "{name: ../bad}"), "wrong-name"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_manifest_stops_every_command_and_leaves_no_trace(project, name):
    text, code = BAD[name]
    project.write("bad.yaml", text)
    found = [project.run(*command) for command in (("validate",), ("plan",), ("apply", "--auto-approve"), ("render",))]
    assert [one.code for one in found] == [1] * 4
    assert ["Traceback" in one.err or "A bug" in one.err for one in found] == [False] * 4
    assert project.ledger() == []
    assert not (project.folder / ".rcsplan/plans").exists()
    codes = re.findall(r"^error: bad\.yaml:\d+:\d+: .* \[([a-z-]+)\]$", found[0].err, re.MULTILINE)
    assert (code or codes[0]) in codes


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\xff\xfe\x00", "not-utf-8"),
        ("metadata: {name: caf\u00e9}".encode("latin-1"), "not-utf-8"),
        (b"a: \x00", None),
        (b"#" + b"x" * 50_000_000, "file-too-large"),
    ],
    ids=["utf-16", "latin-1", "null byte", "50 MB"],
)
def test_a_file_that_is_no_manifest_is_an_error(project, data, code):
    (project.folder / "bad.yaml").write_bytes(data)
    found = project.run("plan")
    assert (found.code, f"[{code or ''}" in found.err, "A bug" in found.err) == (1, True, False)


def test_a_link_out_of_the_project_is_not_followed(project, tmp_path):
    (tmp_path / "secret.yaml").write_text("password: hunter2")
    (project.folder / "bad.yaml").symlink_to(tmp_path / "secret.yaml")
    found = project.run("plan")
    assert (found.code, "hunter2" in found.err) == (1, False)


@pytest.mark.parametrize("link", ["/dev/zero", "nowhere.yaml", "bad.yaml"])
def test_a_link_to_no_file_is_an_error(project, link):
    (project.folder / "bad.yaml").symlink_to(link)
    found = project.run("plan")
    assert (found.code, "A bug" in found.err) == (1, False)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "[]",
        "apiVersion: rcsplan/v1\nkind: Project\n",
        "{{ x }}",
        "a: &a [*a]",
        "metadata: {name: !!set {}}",
        "- \x00",
    ],
)
def test_a_bad_project_file_is_an_error(project, text):
    project.write("rcsplan.yaml", text)
    found = [project.run(*command) for command in (("validate",), ("plan",), ("sandbox", "ledger"), ("state", "list"))]
    assert [(one.code, "A bug" in one.err) for one in found] == [(1, False)] * 4


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "a: [",
        "lists: 7",
        "lists: [{id: 1}]",
        "clock: soon",
        "timezone: Mars/Base",
        "balance: {amount: .nan}",
        "!!python/name:os.system",
    ],
)
def test_bad_account_data_of_the_sandbox_are_an_error_or_nothing(project, text):
    project.write("sandbox/account.yaml", text)
    found = project.run("plan")
    assert (found.code in {0, 1, 4}, "A bug" in found.err) == (True, False)


@pytest.mark.parametrize("fault", ["nonsense", "POST=slow", "slow:-1", "refuse:2", ""])
def test_a_fault_that_cannot_be_read_is_an_error(project, fault):
    project.edit(
        "rcsplan.yaml", "account: sandbox/account.yaml", f"account: sandbox/account.yaml\n      faults: ['{fault}']"
    )
    assert project.run("plan").first[0] == 1


def test_all_problems_of_all_files_are_reported_at_once(project, golden):
    project.write("bad/one.yaml", BAD["unknown key"][0].replace("sendr: Acme", "sendr: Acme\n  validty: 24"))
    project.write("bad/three.yaml", BAD["missing variable"][0].replace("name: bad", "name: third"))
    project.write("bad/two.yaml", BAD["unquoted expression"][0].replace("name: bad", "name: second"))
    project.edit("acme/winter-sale-en.yaml", "text: Shop", "text: Shop all of the winter collection")
    project.edit("acme/winter-sale-uk.yaml", "2026-12-04 10:00", "2027-03-28 03:30")
    found = project.run("validate")
    assert found.code == 1
    golden("diagnostics.txt", found.err + found.out)


def test_problems_of_the_provider_stand_at_the_line_that_caused_them(project, golden):
    project.edit("sandbox/account.yaml", "agents: [Acme, Kvitka]", "agents: [Acme]")
    refused = project.apply("--parallelism", "1", "--on-error", "continue")
    assert refused.code == 1
    golden("refused.txt", refused.out.partition("Plan ")[2].partition("\n")[2] + refused.err)
