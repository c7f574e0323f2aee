"""`schema`: the JSON Schemas of what rcsplan reads and writes."""

from __future__ import annotations

from typing import Any

import click

from rcsplan.cli.invocation import Invocation, pass_invocation
from rcsplan.cli.wiring import project_folder
from rcsplan.manifest.schema import headed
from rcsplan.manifest.schema_shape import well_worded
from rcsplan.operations.schema_files import write_schemas
from rcsplan.operations.schemas import AUTHORED, SCHEMAS, format_schema, schema_of, schema_text
from rcsplan.output.problems_json import DiagnosticsDocument
from rcsplan.output.run_json import RoundDocument

NAMES = (*SCHEMAS, "account", "diagnostics", "round")


@click.command()
@click.argument("name", type=click.Choice(NAMES), required=False, metavar="[NAME]")
@click.option("--write", is_flag=True, help="Renew those for editors in the project's .schemas.")
@pass_invocation
def schema(invocation: Invocation, *, name: str | None, write: bool) -> None:
    """Print a JSON Schema, or write those for editors into the project.

    NAME is project, campaign, partial, defaults, calendar, variables, plan, state, account, diagnostics or round.
    """
    if write == (name is not None):
        raise click.UsageError("Give either a name or --write.")
    if name is not None:
        click.echo(text_of(name), nl=False)
        return
    for file in write_schemas(project_folder(invocation), editor_schemas()):
        click.echo(f"wrote {file}")


def editor_schemas() -> dict[str, str]:
    """The texts of the schemas of what people write in an editor, by name."""
    return {name: text_of(name) for name in (*AUTHORED, "account")}


def text_of(name: str) -> str:
    """The text of a schema, as it is kept under schemas/."""
    if name == "diagnostics":
        return format_schema(schema_of(DiagnosticsDocument, title="rcsplan diagnostics"))
    if name == "round":
        return format_schema(schema_of(RoundDocument, title="rcsplan round"))
    return format_schema(account_schema()) if name == "account" else schema_text(name)


def account_schema() -> dict[str, Any]:
    """The JSON Schema of the data of a simulated account."""
    from rcsplan.sandbox.account import Account

    return headed(well_worded(Account.model_json_schema()), "account")
