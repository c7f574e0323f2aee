"""`policy`: the rules that a send must keep."""

from __future__ import annotations

import click

from rcsplan.cli.invocation import Invocation, pass_invocation
from rcsplan.cli.options import format_option
from rcsplan.cli.wiring import open_environment
from rcsplan.manifest.settings import SandboxSettings
from rcsplan.operations.policy import policy_of, thresholds_of
from rcsplan.output.policy_text import format_policy, format_policy_json, format_rule
from rcsplan.policy.rules import RULES


@click.group()
def policy() -> None:
    """The rules that a send must keep: what they are, and how much they weigh here."""


@policy.command("list")
@format_option("text", "json")
@pass_invocation
def list_rules(invocation: Invocation, *, output_format: str) -> None:
    """Show every rule with its severity in the environment."""
    environment = open_environment(invocation)
    severities = policy_of(environment, reaches_people=not isinstance(environment.provider, SandboxSettings))
    thresholds = thresholds_of(environment)
    if output_format == "json":
        click.echo(format_policy_json(environment.name, severities, thresholds))
    else:
        click.echo(format_policy(environment.name, severities, thresholds, invocation.out))


@policy.command("explain")
@click.argument("rule", type=click.Choice(tuple(RULES)), metavar="RULE")
@pass_invocation
def explain_rule(invocation: Invocation, *, rule: str) -> None:
    """Show what RULE demands, why, and how it is set."""
    click.echo(format_rule(RULES[rule], invocation.out), nl=False)
