"""`preview`: a page of every message, of what is blocked as well, and of what it was before."""

from __future__ import annotations

import pathlib
import re
from urllib.parse import unquote, urlsplit

import pytest

from tests.cli.running import Project, begin_state, copy_example
from tests.output.previews import without_style

TEXT = "text: Coats, boots and knitwear. Until Sunday, or while your size lasts."


def page_of(done):
    """The page that a run wrote, by the address that it named."""
    assert (done.code, done.err) == (0, "")
    with pathlib.Path(unquote(urlsplit(done.out.strip().rpartition(" ")[2]).path)).open(encoding="utf-8") as file:
        return file.read()


def preview(project, *arguments):
    """The page of a project."""
    return page_of(project.run("preview", *arguments))


def about(page, anchor):
    """One version of a send on a page."""
    return page.partition(f'id="{anchor}"')[2].partition("</article>")[0]


def anchor_of(page, address):
    """Where a page shows a send, as its calendar links to it."""
    return re.search(rf'<a href="#([\w-]+)"><strong>{re.escape(address)}</strong>', page)[1]


@pytest.fixture
def whole(tmp_path, capsys):
    """All of the example project, with a state of fixed lineage."""
    copy_example(tmp_path / "shop", without=())
    begin_state(tmp_path / "shop/.rcsplan/sandbox.state.json")
    return Project(tmp_path / "shop", capsys)


def test_the_example_project(whole, golden):
    golden("preview.html", without_style(preview(whole)))


def test_the_example_project_after_an_apply_and_an_edit(whole, golden):
    assert whole.apply().code == 0
    whole.edit("acme/winter-sale-en.yaml", TEXT, "text: Coats and boots.")
    whole.remove("kvitka/saint-nicholas-en.yaml")
    golden("preview-edited.html", without_style(preview(whole, "acme-winter-sale-en", "kvitka-saint-nicholas-en")))


def test_it_says_how_much_it_shows_and_where(project):
    done = project.run("preview")
    path = project.folder / ".rcsplan/preview/index.html"
    assert (done.code, done.out) == (0, f"6 sends: {path.as_uri()}\n")


def test_a_page_can_be_read_by_everybody(project):
    preview(project)
    assert (project.folder / ".rcsplan/preview/index.html").stat().st_mode & 0o777 == 0o644


def test_blocked_sends_are_shown_and_it_exits_0(project):
    project.edit("acme/winter-sale-en.yaml", "min: 500, max: 800", "min: 5, max: 8")
    done = project.run("preview")
    assert done.out.startswith("6 sends, 1 of them blocked: ")
    page = page_of(done)
    assert "Coats, boots and knitwear." in about(page, anchor_of(page, "acme-winter-sale-en"))


def test_what_was_submitted_stands_beside_what_would_be(applied):
    applied.edit("acme/winter-sale-en.yaml", TEXT, "text: Coats alone.")
    page = preview(applied)
    anchor = anchor_of(page, "acme-winter-sale-en")
    before, after = about(page, f"{anchor}-before"), about(page, anchor)
    assert ("Coats, boots and knitwear" in before, "Coats alone" in before) == (True, False)
    assert ("Coats, boots and knitwear" in after, "Coats alone" in after) == (False, True)


def test_what_is_to_be_stopped_is_shown_as_it_was_submitted(applied):
    applied.remove("acme/winter-sale-en.yaml")
    page = preview(applied, "acme-winter-sale-en")
    assert '<p class="badge bad">stop</p>' in page
    assert "Coats, boots and knitwear" in page


def test_addresses_and_campaigns_narrow_it(whole):
    assert whole.run("preview", "acme-friday-deals@2026-12-11", "kvitka-winter-bouquets").out.startswith("4 sends: ")
    assert whole.run("preview", "--offline", "acme-friday-deals", "acme-winter-sale-en").out.startswith("4 sends: ")


def test_offline_it_needs_neither_key_nor_state(project, monkeypatch):
    monkeypatch.delenv("BSG_API_KEY", raising=False)
    assert project.run("--env", "production", "preview").code == 1
    page = preview(project, "--offline")
    assert "6 sends as the manifests declare them, without the account." in page
    assert "Coats, boots and knitwear." in page
    assert not (project.folder / ".rcsplan/sandbox.db").exists()


def test_a_saved_plan_has_the_same_page(fixed, tmp_path):
    fixed.run("plan", "--out", str(tmp_path / "plan.json"))
    saved = preview(fixed, "--plan", str(tmp_path / "plan.json"))
    assert re.sub(r"Planned .*", "", saved) == re.sub(r"Planned .*", "", preview(fixed))


def test_a_saved_plan_is_narrowed_by_campaign(fixed, tmp_path):
    file = str(tmp_path / "plan.json")
    fixed.run("plan", "--out", file)
    assert fixed.run("preview", "--plan", file, "acme-winter-sale-uk").out.startswith("1 send: ")
    refused = fixed.run("preview", "--plan", file, "acme-winter-sale-ua")
    assert refused.first == (64, "Error: The plan does not speak of 'acme-winter-sale-ua'")
    assert "acme-winter-sale-uk" in refused.err


@pytest.mark.parametrize("option", [("--offline",), ("--var", "a=b"), ("--var-file", "a.yaml")])
def test_a_saved_plan_is_shown_as_it_is(project, option):
    refused = project.run("preview", "--plan", "plan.json", *option)
    assert refused.first == (64, "Error: A saved plan is shown as it is")


def test_it_is_written_where_it_is_asked_to(project, tmp_path):
    preview(project, "-o", str(tmp_path / "site/preview"))
    assert [path.name for path in (tmp_path / "site/preview").iterdir()] == ["index.html"]


def test_it_takes_the_place_of_an_earlier_one_and_of_no_other_page(project, tmp_path):
    page = tmp_path / "index.html"
    preview(project, "-o", str(tmp_path))
    preview(project, "-o", str(tmp_path))
    page.write_text("<h1>Our shop</h1>", "utf-8")
    refused = project.run("preview", "-o", str(tmp_path))
    assert refused.first == (1, f"Error: {page} is left as it is")
    assert page.read_text("utf-8") == "<h1>Our shop</h1>"


@pytest.mark.parametrize("folder", ["/dev/null", "/dev/null/below", "\0"])
def test_a_folder_that_cannot_be_written_is_told(project, folder):
    assert project.run("preview", "-o", folder).code == 1


def test_a_page_in_the_project_is_no_manifest(fixed):
    before = fixed.actions()
    preview(fixed, "-o", str(fixed.folder / "preview"))
    preview(fixed)
    assert fixed.actions() == before


@pytest.mark.parametrize("option", [(), ("--offline",)])
def test_manifests_with_errors_are_told(project, option):
    project.write("acme/broken.yaml", "a: [")
    assert project.run("preview", *option).code == 1


@pytest.mark.parametrize("option", [(), ("--offline",)])
def test_an_address_that_nothing_declares_is_told(project, option):
    refused = project.run("preview", "acme-winter-sale-ua", *option)
    assert (refused.code, "acme-winter-sale-uk" in refused.err) == (64, True)


def test_what_was_submitted_has_its_own_moments(applied):
    applied.edit("acme/winter-sale-en.yaml", "2026-12-04 11:00", "2026-12-05 12:00")
    page = preview(applied)
    anchor = anchor_of(page, "acme-winter-sale-en")
    assert "Fri 4 Dec 2026 11:00 Europe/Kyiv" in about(page, f"{anchor}-before")
    assert "Fri 4 Dec 2026 20:00 Europe/Kyiv" in about(page, f"{anchor}-before")
    assert "Sat 5 Dec 2026 21:00 Europe/Kyiv" in about(page, anchor)
