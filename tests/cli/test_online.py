"""`--online` on the command line: no private address is asked, and what could not be asked is told."""

import pytest

from tests.cli.running import Project
from tests.manifest.projects import make_manifest, make_project, make_spec
from tests.web.site import HTML, Page, serving


@pytest.fixture
def site():
    with serving({"/": Page(HTML, "text/html")}) as site:
        yield site


@pytest.fixture
def project(tmp_path, capsys, site):
    """A project whose only send has a link to this machine."""
    spec = make_spec(options={"text": f"See {site.url()}"})
    make_project(tmp_path, files={"sale.yaml": make_manifest("sale", spec=spec, schedule={"at": "2030-01-01 10:00"})})
    return Project(tmp_path, capsys)


def test_a_plan_asks_no_private_address(project, site):
    done = project.run("plan", "--online", "--format", "json")
    ((action,), told) = done.json["actions"], "has a host at an address that is not public, and was not asked."
    details = [finding["detail"] for finding in action["policy"] if finding["rule"] == "link-online"]
    assert (details, site.asked) == ([f"{site.url()} {told}"], [])


def test_a_validation_asks_no_private_address_and_warns(project, site):
    done = project.run("validate", "--online")
    assert (done.code, site.asked) == (0, [])
    assert "warning: sale.yaml:1:" in done.err
    assert "[link-online]" in done.err


def test_a_validation_fails_where_the_rule_denies(project):
    project.edit("rcsplan.yaml", '"kind"', '"policy": {"rules": {"link-online": {"severity": "deny"}}}, "kind"')
    assert project.run("validate", "--online").code == 1


def test_without_the_option_nothing_is_told(project):
    assert "link-online" not in project.run("validate").err
    assert "link-online" not in project.run("plan").out
