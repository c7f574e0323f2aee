"""Plain data as YAML text, in the order in which they come."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML

if TYPE_CHECKING:
    from collections.abc import Mapping

_WIDTH = 120


def format_yaml(data: Mapping[str, Any]) -> str:
    """Plain data as YAML that reads back as the same data; control characters are escaped."""
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.allow_unicode = True
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]  # declared as None alone
    yaml.width = _WIDTH
    out = StringIO()
    yaml.dump(dict(data), out)
    return out.getvalue()
