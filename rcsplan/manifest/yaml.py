"""YAML files as plain data with positions, straight from the events of the C parser."""

from __future__ import annotations

from array import array
from itertools import islice
from typing import TYPE_CHECKING, Any

from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from rcsplan.diagnostics import did_you_mean
from rcsplan.manifest.document import Document
from rcsplan.manifest.events import event_source, masked_event_source, may_be_misread
from rcsplan.manifest.scalar import SUSPECTS, WORDS, UnusableNumberError, resolve_plain
from rcsplan.manifest.source import MAX_PROBLEMS
from rcsplan.manifest.yaml_problems import (
    CORE,
    alias_bomb,
    control_character,
    duplicate_key,
    merge_key,
    syntax_problem,
    unknown_tag,
    unquoted_template,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from rcsplan.diagnostics import Diagnostic
    from rcsplan.manifest.source import SourceText

#: Deeper than any request body; what is deeper is a mistake or an attack.
MAX_DEPTH = 50
#: How many nodes the aliases of a document may stand for, all in all.
MAX_ALIASED_NODES = 20_000

#: The characters with which a key can begin that is a number, or a merge key.
_ODD_STARTS = "-+.0123456789<"
_SCALAR_TYPES: dict[str, tuple[type, ...]] = {
    CORE + "int": (int,),
    CORE + "float": (float, int),
    CORE + "bool": (bool,),
    CORE + "null": (type(None),),
}
_START_EVENTS = (MappingStartEvent, SequenceStartEvent)
_END_EVENTS = (MappingEndEvent, SequenceEndEvent)


def parse_documents(source: SourceText) -> tuple[tuple[Document, ...], tuple[Diagnostic, ...]]:
    """The documents of a file that are free of problems, and every problem of the others."""
    if problem := control_character(source):
        return (), (problem,)
    reader = _Reader(source, event_source(source.text))
    error = reader.read()
    if error and may_be_misread(source.text):
        reader = _Reader(source, masked_event_source(source.text))
        error = reader.read()
    if error:
        reader.report_syntax(error)
    return tuple(reader.documents), tuple(reader.problems)


class _AbandonedError(Exception):
    """The rest of the file is not worth reading."""


class _Reader:
    """Reads the events of one file, recursively, and remembers where each node began."""

    def __init__(self, source: SourceText, next_event: Callable[[], Any]) -> None:
        self.documents: list[Document] = []
        self.problems: list[Diagnostic] = []
        self._source = source
        self._next = next_event
        self._begin()

    def _begin(self) -> None:
        self._offsets = array("I")
        self._aliases: set[int] = set()
        self._anchors: dict[str, tuple[Any, int] | None] = {}
        self._borrowed = 0
        self._depth = 0

    def read(self) -> YAMLError | None:
        """Read every document of the file; the error of the parser where it is no YAML."""
        try:
            self._read_documents()
        except YAMLError as error:
            return error
        except _AbandonedError:
            pass  # the problem is recorded; what follows in this file cannot be told apart from it
        return None

    def _read_documents(self) -> None:
        index = 0
        while (event := self._next()).__class__ is not StreamEndEvent:
            if event.__class__ is not DocumentStartEvent:
                continue
            self._begin()
            problems = len(self.problems)
            tree = self._node(self._next())
            while self._next().__class__ is not DocumentEndEvent:
                continue
            if len(self.problems) == problems:
                self._finish(tree, index)
            index += 1

    def report_syntax(self, error: YAMLError) -> None:
        """Report what ended the reading; what was said of the same line before was only its first symptom."""
        problem = syntax_problem(self._source, error)
        if self.problems and self.problems[-1].location.line == problem.location.line:
            self.problems.pop()
        self.problems.append(problem)

    def _finish(self, tree: Any, index: int) -> None:
        document = Document(
            source=self._source,
            index=index,
            tree=tree,
            offsets=self._offsets,
            aliases=frozenset(self._aliases),
        )
        self.documents.append(document)

    def _problem(self, event: Any, code: str, summary: str, *, detail: str = "", hint: str = "") -> None:
        offset = event.start_mark.index
        self._report(self._source.problem(code, summary, offset, detail=detail, hint=hint))

    def _report(self, *problems: Diagnostic) -> None:
        self.problems.extend(problems)
        if len(self.problems) >= MAX_PROBLEMS:
            raise _AbandonedError

    def _node(self, event: Any) -> Any:
        kind = event.__class__
        self._offsets.append(event.start_mark.index)
        if kind is ScalarEvent:
            # `ctag` is the tag itself; `tag` is a property, of which a hundred a document are felt.
            if event.ctag is not None or event.anchor is not None:
                return self._marked_scalar(event)
            text = event.value
            return text if event.style or text[:1] not in SUSPECTS else self._plain(event)
        if kind is AliasEvent:
            return self._alias(event)
        return self._container(event, kind)

    def _container(self, event: Any, kind: type) -> Any:
        if event.ctag is not None:
            self._check_container_tag(event, kind)
        self._depth += 1
        if self._depth > MAX_DEPTH:
            self._problem(event, "too-deep", "Nested too deeply", detail=f"More than {MAX_DEPTH} levels.")
            raise _AbandonedError
        if event.anchor is not None:
            self._anchors[event.anchor] = None
        size = len(self._offsets) + self._borrowed
        value: Any = self._mapping(event) if kind is MappingStartEvent else self._sequence()
        if event.anchor is not None:
            self._anchors[event.anchor] = value, len(self._offsets) + self._borrowed - size
        self._depth -= 1
        return value

    def _sequence(self) -> list[Any]:
        following, node = self._next, self._node
        items = []
        while (event := following()).__class__ is not SequenceEndEvent:
            items.append(node(event))
        return items

    def _mapping(self, start: Any) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        number = len(self._offsets) - 1
        following, node, note = self._next, self._node, self._offsets.append
        while (event := following()).__class__ is not MappingEndEvent:
            if event.__class__ is not ScalarEvent:
                self._refuse_key(start, event)
                return mapping
            note(event.start_mark.index)
            key = event.value
            if key[:1] in _ODD_STARTS or key in WORDS:
                self._check_key(event)
            if event.ctag is not None or event.anchor is not None:
                self._marked_scalar(event)
            if key in mapping:
                self._refuse_duplicate(event, mapping, number)
                key = f"{key}\0{len(self._offsets)}"  # a key no file can hold: the walk over positions stays right
            mapping[key] = node(following())
        return mapping

    def _plain(self, event: Any) -> Any:
        try:
            return resolve_plain(event.value)
        except UnusableNumberError as error:
            self._problem(
                event, "unusable-number", "Not a usable number", detail=str(error), hint="Quote it if it is text."
            )
            return None

    def _marked_scalar(self, event: Any) -> Any:
        value = self._tagged(event)
        if event.anchor is not None:
            self._anchors[event.anchor] = value, 1
        return value

    def _tagged(self, event: Any) -> Any:
        tag, text = event.tag, event.value
        if tag is None:
            return text if event.style else self._plain(event)
        if tag in {CORE + "str", "!"}:
            return text
        if tag not in _SCALAR_TYPES:
            self._refuse_tag(event)
            return None
        value = self._plain(event)
        if not isinstance(value, _SCALAR_TYPES[tag]):
            name = tag.removeprefix(CORE)
            self._problem(
                event, "wrong-type", "Value has the wrong type", detail=f"{text!r} is tagged !!{name} but is none."
            )
        return float(value) if tag == CORE + "float" and isinstance(value, int) else value

    def _check_container_tag(self, event: Any, kind: type) -> None:
        expected = CORE + ("map" if kind is MappingStartEvent else "seq")
        if event.tag not in {"!", expected}:
            self._refuse_tag(event)

    def _refuse_tag(self, event: Any) -> None:
        self._report(unknown_tag(self._source, event.start_mark.index, event.tag))

    def _alias(self, event: Any) -> Any:
        name = event.anchor
        self._aliases.add(len(self._offsets) - 1)
        if name not in self._anchors:
            hint = did_you_mean(name, islice(self._anchors, MAX_PROBLEMS))
            self._problem(event, "unknown-alias", "Unknown alias", detail=f"No anchor &{name} stands above.", hint=hint)
            return None
        anchored = self._anchors[name]
        if anchored is None:
            self._problem(event, "recursive-alias", "Alias contains itself", detail=f"*{name} stands inside &{name}.")
            return None
        value, size = anchored
        self._borrowed += size
        if self._borrowed > MAX_ALIASED_NODES:
            self.problems.append(alias_bomb(self._source, event.start_mark.index, bound=MAX_ALIASED_NODES))
            raise _AbandonedError
        return value

    def _check_key(self, event: Any) -> None:
        if event.style or event.tag is not None:
            return
        if event.value == "<<":
            self._report(merge_key(self._source, event.start_mark.index))
        elif not isinstance(self._plain(event), str):
            hint = f'Quote it: "{event.value}"' if event.value else "Write a key before the colon."
            self._problem(event, "wrong-key", "Key is not text", hint=hint)

    def _refuse_duplicate(self, event: Any, mapping: dict[str, Any], number: int) -> None:
        so_far = Document(
            source=self._source,
            index=0,
            tree=mapping,
            offsets=self._offsets[number:],
            aliases=frozenset(alias - number for alias in self._aliases),
        )
        first, again = so_far.offset((event.value,), on_key=True), event.start_mark.index
        self._report(*duplicate_key(self._source, event.value, first=first, again=again))

    def _refuse_key(self, start: Any, event: Any) -> None:
        """Report a key that is no scalar, and leave out the rest of its mapping."""
        text = self._source.text
        if event.__class__ is MappingStartEvent and text.startswith("{{", start.start_mark.index):
            end = text.find("}}", start.start_mark.index)
            expression = text[start.start_mark.index : end + 2] if end > 0 else "{{ x }}"
            self._report(unquoted_template(self._source, start.start_mark.index, expression))
        else:
            self._problem(
                event, "wrong-key", "Key is not text", detail="A mapping, a list or an alias cannot be a key."
            )
        self._skip(depth=2 if isinstance(event, _START_EVENTS) else 1)

    def _skip(self, *, depth: int) -> None:
        while depth:
            event = self._next()
            depth += isinstance(event, _START_EVENTS) - isinstance(event, _END_EVENTS)
