"""`init`: a new project that plans cleanly against the embedded sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rcsplan.errors import ConfigurationError, UsageError
from rcsplan.manifest.files import PROJECT_FILE
from rcsplan.operations.ci_files import recipe_files, repository_of
from rcsplan.operations.schema_files import schema_files

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_PROJECT = """\
# yaml-language-server: $schema=.schemas/project.schema.json
apiVersion: rcsplan/v1
kind: Project
metadata: {name: NAME}
default_environment: sandbox
defaults:                       # merged under the spec of every campaign
  check_stop_list: true
# prices: {currency: EUR, rcs: 0.02, sms: 0.04, reach: 60%}   # what messages cost: then plans tell the costs
# policy: {rules: {quiet-hours: {from: "21:00", until: "09:00"}}}   # what no plan may do: see rcsplan policy list
environments:
  sandbox:                      # the embedded simulator: nothing reaches people
    provider: {type: sandbox, timezone: Europe/Kyiv, account: sandbox/account.yaml}
    vars: [vars/common.yaml]
  # production:
  #   provider:
  #     type: bsg
  #     api_key: {env: BSG_API_KEY}     # the name of a variable, never the key
  #     timezone: Europe/Kyiv           # the account's zone
  #   vars: [vars/common.yaml]
"""

_VARIABLES = """\
# yaml-language-server: $schema=../.schemas/variables.schema.json
# Variables that every campaign may use, as {{ shop.url }}.
shop:
  name: Acme
  url: https://example.com/shop
"""

_CAMPAIGN = """\
# yaml-language-server: $schema=.schemas/campaign.schema.json
apiVersion: rcsplan/v1
kind: Campaign
metadata:
  name: welcome
  owner: growth@example.com
schedule:
  at: "2026-12-07 10:00"
  timezone: Europe/Kyiv
spec:
  groups: [{name: Newsletter}]
  sender: "{{ shop.name }}"
  validity: 9                   # hours; then whoever was not reached gets the SMS
  options:
    cards:
      - title: Welcome to {{ shop.name }}
        text: Free delivery on your first order, until Sunday.
        media: {url: https://cdn.example.com/welcome.jpg}
        suggestions:
          - {text: Shop, url: "{{ shop.url | utm(source='rcs', campaign=metadata.name) }}"}
  alternative_channel:
    sms: {sender: ACME, text: "Acme: free delivery on your first order. {{ shop.url }}", validity: 9}
"""

_ACCOUNT = """\
# yaml-language-server: $schema=../.schemas/account.schema.json
# What the embedded simulator holds. Its clock starts here, so that the example never goes stale;
# `rcsplan sandbox clock --advance 36h` moves it on.
timezone: Europe/Kyiv
clock: "2026-12-01 09:00"
balance: {amount: 5000, credit: 0, currency: EUR}
lists:
  - {id: 101, name: Newsletter, contacts: 1240}
  - {id: 102, name: Test phones, contacts: 3}
senders: [{sender: ACME, type: sms, status: active}]
"""

_IGNORED = """\
# State and simulator of the local environment.
.rcsplan/
"""


def init_project(
    folder: Path, schemas: Mapping[str, str], *, recipes: tuple[str, ...] = (), version: str = ""
) -> tuple[Path, ...]:
    """Write a new project into a folder, with the schemas for its editors, and return the files that were written.

    `recipes` are files with which it runs unattended, at the root of its repository; a project that is there already
    gets them alone. They install this `version` of rcsplan.

    Raises:
        UsageError: one of the files is there already; nothing is written.
        ConfigurationError: the folder cannot be written.
    """
    unattended = recipe_files(recipes, root=repository_of(folder), folder=folder, version=version)
    is_new = not (recipes and (folder / PROJECT_FILE).exists())
    files = {**(_project_files(folder, schemas) if is_new else {}), **unattended}
    present = [path for path in files if path.exists() and path.name != ".gitignore"]
    if present:
        hint = "Choose an empty folder: rcsplan init DIR" if is_new else "Remove it, or keep it as it is."
        raise UsageError(f"{present[0]} is there already", hint=hint)
    try:
        for path, text in files.items():
            _write(path, text)
    except OSError as error:
        raise ConfigurationError(f"{folder} cannot be written", detail=error.strerror or "") from None
    return tuple(files)


def _project_files(folder: Path, schemas: Mapping[str, str]) -> dict[Path, str]:
    name = "".join(c if c.isascii() and c.isalnum() else "-" for c in folder.resolve().name.lower()).strip("-")
    files = {
        PROJECT_FILE: _PROJECT.replace("NAME", name[:60] or "campaigns"),
        "vars/common.yaml": _VARIABLES,
        "welcome.yaml": _CAMPAIGN,
        "sandbox/account.yaml": _ACCOUNT,
        ".gitignore": _IGNORED,
        **schema_files(schemas),
    }
    return {folder / file: text for file, text in files.items()}


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    before = path.read_text("utf-8") if path.exists() else ""
    before += "" if not before or before.endswith("\n") else "\n"
    path.write_text(before + text if text not in before else before, "utf-8")
    if text.startswith("#!"):
        path.chmod(0o755)
