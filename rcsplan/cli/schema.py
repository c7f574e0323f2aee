"""`schema`: the JSON Schemas of what rcsplan reads and writes."""

from __future__ import annotations

import click

from rcsplan.operations.schemas import SCHEMAS, format_schema, schema_of, schema_text
from rcsplan.output.problems_json import DiagnosticsDocument

NAMES = (*SCHEMAS, "diagnostics")


@click.command()
@click.argument("name", type=click.Choice(NAMES))
def schema(*, name: str) -> None:
    """Print the JSON Schema of a kind of document."""
    click.echo(text_of(name), nl=False)


def text_of(name: str) -> str:
    """The text of a schema, as it is kept under schemas/."""
    if name == "diagnostics":
        return format_schema(schema_of(DiagnosticsDocument, title="rcsplan diagnostics"))
    return schema_text(name)
