"""The command group: each command imported when asked for, and the one place where errors become exit codes."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING

import click

from rcsplan.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from click.shell_completion import CompletionItem

#: What the names of environment variables begin with.
_PREFIX = "RCSPLAN"

#: Where each command lives and what it does; the sentence stands here so that `--help` imports none of them.
COMMANDS = {
    "init": ("rcsplan.cli.init:init", "Write a new project that plans cleanly."),
    "new": ("rcsplan.cli.new:new", "Write the manifest of a new campaign."),
    "validate": ("rcsplan.cli.validate:validate", "Check everything that needs no network."),
    "fmt": ("rcsplan.cli.fmt:fmt", "Give YAML files their canonical form."),
    "render": ("rcsplan.cli.render:render", "Print final request bodies."),
    "explain": ("rcsplan.cli.explain:explain", "Show where each value of a payload comes from."),
    "calendar": ("rcsplan.cli.calendar:calendar", "Show who gets what when."),
    "preview": ("rcsplan.cli.preview:preview", "Show each message as phones show it."),
    "policy": ("rcsplan.cli.policy:policy", "The rules that a send must keep."),
    "plan": ("rcsplan.cli.plan:plan", "Show what an apply would do."),
    "show": ("rcsplan.cli.plan:show", "Show a saved plan."),
    "approve": ("rcsplan.cli.approve:approve", "Approve a saved plan."),
    "apply": ("rcsplan.cli.apply:apply", "Submit what is planned, after confirmation."),
    "comment": ("rcsplan.cli.comment:comment", "Post a saved plan on its pull request."),
    "status": ("rcsplan.cli.status:status", "Show how far each send is."),
    "report": ("rcsplan.cli.report:report", "Show what came of sends."),
    "run": ("rcsplan.cli.run:run", "Plan and apply what is due, once or for ever."),
    "test": ("rcsplan.cli.trial:test", "Send a message to a seed list."),
    "import": ("rcsplan.cli.adopt:import_", "Take a campaign of the account under management."),
    "stop": ("rcsplan.cli.stop:stop", "Stop live campaigns at once."),
    "state": ("rcsplan.cli.state:state", "Inspect the state, and mend it."),
    "lists": ("rcsplan.cli.account:lists", "The account's contact lists."),
    "senders": ("rcsplan.cli.account:senders", "The account's SMS senders."),
    "account": ("rcsplan.cli.account:account", "The account's balance and tariffs."),
    "sandbox": ("rcsplan.cli.sandbox:sandbox", "The embedded provider simulator."),
    "schema": ("rcsplan.cli.schema:schema", "Print a JSON Schema."),
    "completion": ("rcsplan.cli.completion:completion", "Print a shell completion script."),
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they run."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order in which they are learned."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command = getattr(import_module(module), attribute)
        if not isinstance(command, click.Command):
            return None
        _name_variables(command, f"{_PREFIX}_{cmd_name}")
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The commands and options that begin so, with no command imported for it."""
        from click.shell_completion import CompletionItem

        items = [
            CompletionItem(name, help=sentence)
            for name, (_, sentence) in COMMANDS.items()
            if name.startswith(incomplete)
        ]
        return [*items, *click.Command.shell_complete(self, ctx, incomplete)]

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is meant, with a suggestion where there is none of that name."""
        if args and args[0] not in COMMANDS:
            from rcsplan.diagnostics import did_you_mean

            hint = did_you_mean(args[0], COMMANDS)
            raise click.UsageError(f"No such command {args[0]!r}. {hint}".rstrip(), ctx)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; the one place where errors become text and an exit code."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except (click.exceptions.Exit, click.exceptions.Abort, click.ClickException):
            raise
        except Exception as error:  # noqa: BLE001  a bug becomes a report, never a traceback
            from rcsplan.cli.failure import report
            from rcsplan.cli.invocation import Invocation

            return report(error, ctx.obj or Invocation())
        return result

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands with their sentences, none imported."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, sentence) for name, (_, sentence) in COMMANDS.items()])


def _name_variables(command: click.Command, prefix: str) -> None:
    """Let every option also be given as PREFIX_OPTION, by the name that users know: RCSPLAN_PLAN_FORMAT."""
    for parameter in command.params:
        if isinstance(parameter, click.Option) and parameter.allow_from_autoenv:
            flag = max(parameter.opts, key=len).lstrip("-")
            parameter.envvar = f"{prefix}_{flag}".replace("-", "_").upper()
    if isinstance(command, click.Group) and not isinstance(command, LazyGroup):
        for name, subcommand in command.commands.items():
            _name_variables(subcommand, f"{prefix}_{name}")


def _print_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:  # noqa: FBT001  click passes it so
    if not wanted or ctx.resilient_parsing:
        return
    from rcsplan.cli.surroundings import version

    click.echo(f"rcsplan {version()}")
    ctx.exit()


@click.command(
    "rcsplan",
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option("--project", metavar="DIR", help="Project folder, or the rcsplan.yaml in it.")
@click.option("--env", metavar="NAME", help="Environment of the project.")
@click.option("-v", "--verbose", is_flag=True, help="Also show what does not change, and notes.")
@click.option("--log-format", type=click.Choice(["text", "json"]), default="text", help="Progress and problems.")
@click.option("--no-color", is_flag=True, help="No colour; also NO_COLOR.")
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_print_version,
    allow_from_autoenv=False,  # RCSPLAN_VERSION is what CI systems call the version they install
    help="Show the version and exit.",
)
@click.pass_context
def cli(
    ctx: click.Context, *, project: str | None, env: str | None, verbose: bool, log_format: str, no_color: bool
) -> None:
    """Plan and apply RCS campaigns that are kept as code. Every option also as RCSPLAN_…, such as RCSPLAN_ENV."""
    from rcsplan.cli.invocation import Invocation

    ctx.obj = Invocation(project=project, env=env, verbose=verbose, log_format=log_format, no_color=no_color)


_name_variables(cli, _PREFIX)


def run(arguments: Sequence[str]) -> int:
    """Run a command line and return its exit code."""
    try:
        result = cli.main(list(arguments), prog_name="rcsplan", standalone_mode=False)
    except click.exceptions.Abort:
        return ExitCode.SIGINT
    except click.ClickException as error:
        from rcsplan.cli.failure import report_usage

        return report_usage(error)
    return result if isinstance(result, int) else ExitCode.OK
