"""Where every value of a final payload comes from: which file and line, and through which expressions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rcsplan.diagnostics import Location, format_key_path
from rcsplan.manifest.template import holds_template
from rcsplan.manifest.variables import VariablePlaces

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import JsonValue

    from rcsplan.campaign.model import Send
    from rcsplan.diagnostics import KeyPath
    from rcsplan.manifest.project import Environment
    from rcsplan.manifest.reader import Traced
    from rcsplan.manifest.variables import Variables

#: Variables of variables are followed so far; nobody reads on.
_DEPTH = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class VariableOrigin:
    """A variable that an expression needs: where it is set, and what it needs itself.

    `place` is where it stands in a file, None where it comes from elsewhere, which `kind` then says.
    """

    name: str
    kind: str
    place: Location | None = None
    written: str = ""
    needs: tuple[VariableOrigin, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueOrigin:
    """One value of the payload: `written` is its template, an empty text where it stands as it is in the file."""

    path: KeyPath
    value: JsonValue
    kind: str
    place: Location | None = None
    written: str = ""
    needs: tuple[VariableOrigin, ...] = ()

    @property
    def name(self) -> str:
        """The path as people write it."""
        return format_key_path(self.path)


def explain_send(traced: Traced, send: Send, environment: Environment, variables: Variables) -> tuple[ValueOrigin, ...]:
    """The origin of every value of a send, in the order of the payload."""
    tracer = _Tracer(traced, environment, variables)
    groups = traced.rendering.value(traced.composed.tree["spec"].get("groups"), ("spec", "groups"))
    body: dict[str, JsonValue] = {"groups": groups, **send.body}
    values = [tracer.value(path, value) for path, value in _leaves(body, ())]
    return (*values, tracer.start(send))


def _leaves(node: Any, path: KeyPath) -> Iterator[tuple[KeyPath, JsonValue]]:
    entries = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else None
    if entries is None:
        yield path, node
        return
    for key, child in entries:
        yield from _leaves(child, (*path, key))


class _Tracer:
    def __init__(self, traced: Traced, environment: Environment, variables: Variables) -> None:
        self._traced = traced
        self._origin = traced.rendering.origin
        self._shared = VariablePlaces(environment, variables)

    def value(self, path: KeyPath, value: JsonValue) -> ValueOrigin:
        full: KeyPath = ("spec", *path)
        if not self._is_written(full):
            return ValueOrigin(path=path, value=value, kind="documented default of the provider")
        place, template = self._written(full)
        needs = self._needs(template, ())
        return ValueOrigin(path=path, value=value, kind="file", place=place, written=template, needs=needs)

    def start(self, send: Send) -> ValueOrigin:
        occurrence = self._traced.part.occurrence
        path: KeyPath = ("schedule", "rrule" if occurrence else "at")
        path = path if "schedule" in self._traced.composed.tree else ("spec", "start_at")
        place, template = self._written(path)
        return ValueOrigin(
            path=("start_at",),
            value=send.schedule.declared,
            kind="file",
            place=place,
            written=template,
            needs=self._needs(template, ()),
        )

    def _written(self, path: KeyPath) -> tuple[Location, str]:
        """The place of a value of the manifest, or of the file of its text, and its template if it has one."""
        document, written = self._origin.find(path)
        node = _node_at(document.tree, document.known_part(written))
        if _is_file(node):
            place, text = (
                Location(file=node["file"], line=1, column=1),
                self._traced.templates.text_of_file(node["file"]),
            )
        else:
            place, text = document.location(written), node
        return place, text if isinstance(text, str) and holds_template(text) else ""

    def _is_written(self, path: KeyPath) -> bool:
        document, written = self._origin.find(path)
        known = document.known_part(written)
        # Of what a template gave as a whole only the template itself is known.
        node = _node_at(document.tree, known)
        return len(known) == len(written) or (isinstance(node, str) and holds_template(node)) or _is_file(node)

    def _needs(self, template: str, above: tuple[str, ...]) -> tuple[VariableOrigin, ...]:
        if not template or len(above) >= _DEPTH:
            return ()
        paths = sorted(self._traced.templates.paths_in(template))
        return tuple(self._variable(path, (*above, path[0])) for path in paths if path[0] not in above)

    def _variable(self, keys: tuple[str, ...], above: tuple[str, ...]) -> VariableOrigin:
        part, name = self._traced.part, ".".join(keys)
        if keys[0] in part.variables:
            return VariableOrigin(name=name, kind="occurrence" if keys[0] == "occurrence" else "matrix")
        path: KeyPath = ("vars", *keys)
        if keys[0] in self._traced.composed.variables:
            place, template = self._written(path)
            needs = self._needs(template, above)
            return VariableOrigin(name=name, kind="file", place=place, written=template, needs=needs)
        shared, kind = self._shared.find(keys)
        return VariableOrigin(name=name, kind=kind, place=shared)


def _is_file(node: Any) -> bool:
    return isinstance(node, dict) and node.keys() == {"file"}


def _node_at(tree: Any, path: KeyPath) -> Any:
    for part in path:
        tree = tree[part]
    return tree
