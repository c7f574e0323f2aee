"""Which project, which environment, which form: on the command line, in the surroundings, or from where one stands."""

from __future__ import annotations

import pytest

from tests.cli.running import ROOT, process, run


def first_line(result):
    return result.code, (result.out or result.err).partition("\n")[0]


def heads(*arguments, **options):
    """Exit code and environment of a plan."""
    result = process(*arguments, **options)
    return result.code, result.out.partition("Environment: ")[2].partition(" ")[0]


def test_the_project_is_its_folder(project):
    assert heads("--project", str(project.folder), "plan") == (0, "sandbox")


def test_the_project_is_also_named_by_its_file(project):
    assert heads("--project", str(project.folder / "rcsplan.yaml"), "plan") == (0, "sandbox")


def test_the_project_is_found_from_a_folder_below(project):
    assert heads("plan", cwd=project.folder / "acme") == (0, "sandbox")


def test_the_project_is_found_in_campaigns(project):
    project.folder.rename(project.folder.with_name("campaigns"))
    assert heads("plan", cwd=project.folder.parent) == (0, "sandbox")


@pytest.mark.parametrize("place", ["nowhere", "shop/acme", "shop/acme/winter-sale-en.yaml"])
def test_a_named_place_without_a_project_is_an_error(project, place):
    refused = process("--project", str(project.folder.parent / place), "plan")
    assert refused.first == (1, "Error: No project found")


def test_a_folder_without_a_project_anywhere_is_an_error(tmp_path):
    assert process("plan", cwd=tmp_path).first == (1, "Error: No project found")


@pytest.mark.parametrize(
    ("variable", "value", "command", "expected"),
    [
        ("RCSPLAN_PROJECT", "{folder}", ("state", "list"), (0, "The state has no sends.")),
        ("RCSPLAN_PLAN_FORMAT", "json", ("--project", "{folder}", "plan"), (0, "{{")),
        (
            "RCSPLAN_PLAN_DETAILED_EXITCODE",
            "1",
            ("--project", "{folder}", "validate"),
            (0, "6 campaigns checked, no problems found."),
        ),
        ("RCSPLAN_ENV", "nowhere", ("--project", "{folder}", "plan"), (1, "Error: Unknown environment")),
        (
            "RCSPLAN_LOG_FORMAT",
            "xml",
            ("--project", "{folder}", "plan"),
            (64, "Usage: rcsplan [OPTIONS] COMMAND [ARGS]..."),
        ),
        ("RCSPLAN_VERSION", "0.1.0", ("--project", "{folder}", "state", "list"), (0, "The state has no sends.")),
    ],
)
def test_every_option_is_also_an_environment_variable(project, variable, value, command, expected):
    folder = str(project.folder)
    done = process(*(word.format(folder=folder) for word in command), env={variable: value.format(folder=folder)})
    assert first_line(done) == (expected[0], expected[1].replace("{{", "{"))


def test_an_option_wins_over_its_environment_variable(project):
    assert heads("--project", str(project.folder), "plan", env={"RCSPLAN_PROJECT": "/nowhere"}) == (0, "sandbox")


def test_template_variables_come_from_the_surroundings_and_the_command_line(project):
    project.edit("vars/common.yaml", "discount: 30", "discount: 30\nseason: autumn")
    project.edit("acme/winter-sale-en.yaml", "text: Coats, boots", "text: '{{ season }}: coats'  #")
    texts = [
        project.process("render", "acme-winter-sale-en", *flags, env=env).out
        for flags, env in (
            ((), {}),
            ((), {"RCSPLAN_VAR_season": "spring"}),
            (("--var", "season=summer"), {"RCSPLAN_VAR_season": "spring"}),
        )
    ]
    assert [word in text for word, text in zip(("autumn:", "spring:", "summer:"), texts, strict=True)] == [True] * 3


@pytest.mark.parametrize("flag", ["season", "=winter", "1a=b", "a-b=c"])
def test_a_variable_that_is_not_name_and_value_is_an_error(project, flag):
    assert project.run("plan", "--var", flag).code == 64


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("plan", "--env", "production"), "It stands before the command: rcsplan --env NAME plan"),
        (("plan", "-v"), "It stands before the command: rcsplan -v plan"),
        (("state", "list", "--project", "x"), "It stands before the command: rcsplan --project DIR state list"),
    ],
)
def test_a_global_option_after_the_command_is_shown_its_place(project, arguments, hint):
    refused = project.run(*arguments)
    assert (refused.code, refused.err.splitlines()[-1].strip()) == (64, hint)


@pytest.mark.parametrize(("wrong", "meant"), [("plna", "plan"), ("aply", "apply"), ("stat", "state")])
def test_a_misspelled_command_gets_a_suggestion(project, wrong, meant):
    assert project.run(wrong).err.splitlines()[-1] == f"Error: No such command '{wrong}'. Did you mean '{meant}'?"


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("state",),
        ("plan", "--format", "xml"),
        ("apply", "--auto-approve", "--parallelism", "0"),
        ("apply", "--auto-approve", "--parallelism", "many"),
        ("apply", "--auto-approve", "--lock-timeout", "-1"),
        ("apply", "--auto-approve", "--lock-timeout", "nan"),
        ("sandbox", "clock", "--real", "--advance", "1h"),
        ("sandbox", "clock", "--set", "tomorrow"),
        ("sandbox", "serve", "--port", "99999"),
        ("completion", "powershell"),
        ("schema", "everything"),
        ("show",),
        ("state", "show"),
        ("init", "a", "b"),
    ],
    ids=" ".join,
)
def test_wrong_usage_is_64(project, arguments):
    assert project.run(*arguments).code == 64


def test_the_version_is_one_line(capsys):
    assert (run(["--version"]), capsys.readouterr().out) == (0, "rcsplan 0.1.0\n")


def test_the_example_project_is_found_from_the_root_of_the_repository():
    assert process("validate", cwd=ROOT).out == "9 campaigns checked, no problems found.\n"
