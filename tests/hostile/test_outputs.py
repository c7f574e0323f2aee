"""Golden files of what else is shown of the hostile project: pages, tables and lists, before and after an apply."""

from __future__ import annotations

import getpass
import re
import socket

import pytest

from tests.cli.running import process
from tests.hostile.conftest import begin
from tests.hostile.hostile import CARDS

pytestmark = pytest.mark.full

#: What is shown before anything is sent, by its golden file.
BEFORE = {
    "apply.txt": ("apply", "--auto-approve", "--skip-blocked", "--parallelism", "1", *CARDS),
    "calendar.txt": ("calendar", "--ahead", "5d"),
    "calendar.html": ("calendar", "--ahead", "5d", "--format", "html"),
    "errors.txt": ("plan", "no-such\x1b[2J"),
    "explain.txt": ("explain", "card-9"),
}
#: What is shown of sends that have ended.
AFTER = {
    "status.txt": ("status", *CARDS),
    "report.txt": ("report", *CARDS),
    "report.csv": ("report", *CARDS, "--format", "csv"),
    "report.md": ("report", *CARDS, "--format", "markdown"),
    "state-list.txt": ("state", "list"),
}


def stable(text):
    """A text without what is another at every run: who runs it, when to the second, and by which seconds."""
    who = f"{getpass.getuser()}@{socket.gethostname()}"
    text = text.replace(who, "tester@desk").replace("\r\n", "\n")
    text = re.sub(r"(?<![0-9])([0-9]{2}:[0-9]{2}):[0-9]{2}(\.[0-9]+)?(?![0-9])", r"\1:00", text)
    text = re.sub(r"(Plan `?)[0-9a-f]{12,16}", r"\g<1>0123456789abcdef", text)
    return re.sub(r"sha256:[0-9a-f]{12,64}", "sha256:0123456789abcdef", text)


@pytest.mark.parametrize("name", BEFORE)
def test_before_anything_is_sent(hostile, golden, name):
    done = hostile.run(*BEFORE[name])
    golden(name, stable(done.out + done.err))


def test_each_message_on_a_page(hostile, golden, tmp_path):
    assert hostile.run("preview", *CARDS, "-o", str(tmp_path / "page")).code == 0
    golden("preview.html", stable((tmp_path / "page/index.html").read_text("utf-8")))


@pytest.fixture(scope="module")
def ended(tmp_path_factory):
    """The project three weeks after its cards were sent."""
    folder = begin(tmp_path_factory.mktemp("ended") / "shop")
    process("--project", str(folder), *BEFORE["apply.txt"])
    assert process("--project", str(folder), "sandbox", "clock", "--advance", "20d").code == 0
    return folder


@pytest.mark.parametrize("name", AFTER)
def test_after_all_was_sent(ended, golden, name):
    golden(name, stable(process("--project", str(ended), *AFTER[name]).out))
