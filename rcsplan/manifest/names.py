"""Names across manifests: each is given once, and none is given up while it is still in use."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rcsplan.diagnostics import Diagnostic, Location
    from rcsplan.manifest.reader import Manifest


def name_problems(manifests: list[Manifest]) -> Iterator[Diagnostic]:
    """Names that several manifests claim, for now or for before, and renamings whose source still exists."""
    by_name: dict[str, list[Manifest]] = {}
    for manifest in manifests:
        if manifest.name:
            by_name.setdefault(manifest.name, []).append(manifest)
    for same in by_name.values():
        if len(same) > 1:
            yield from _duplicates(same)
    for manifest in manifests:
        for index, former in enumerate(manifest.moved_from):
            if former in by_name:
                yield _still_there(manifest, index, by_name[former][0])
    yield from _taken_twice(manifests)


def _duplicates(same: list[Manifest]) -> Iterator[Diagnostic]:
    for manifest in same:
        others = [other for other in same if other is not manifest]
        places = ", ".join(str(_place(other)) for other in others)
        yield manifest.document().problem(
            "duplicate-campaign",
            "Campaign name is given twice",
            ("metadata", "name"),
            detail=f"{manifest.name!r} is also declared at {places}.",
            hint="Give each campaign a name of its own; the name is its identity.",
        )


def _taken_twice(manifests: list[Manifest]) -> Iterator[Diagnostic]:
    """Former names that several manifests claim: the records can follow one, and the other would send again."""
    heirs: dict[str, list[Manifest]] = {}
    for manifest in manifests:
        for former in dict.fromkeys(manifest.moved_from):
            heirs.setdefault(former, []).append(manifest)
    for former, same in heirs.items():
        for manifest in same if len(same) > 1 else ():
            places = ", ".join(str(_place(other)) for other in same if other is not manifest)
            yield manifest.document().problem(
                "moved-from-twice",
                "Former name is given twice",
                ("metadata", "moved_from", manifest.moved_from.index(former)),
                detail=f"{former!r} is also named in moved_from by the campaign at {places}.",
                hint="What was sent belongs to one: keep the name there, and set metadata.new: true elsewhere.",
            )


def _still_there(manifest: Manifest, index: int, source: Manifest) -> Diagnostic:
    return manifest.document().problem(
        "moved-from-exists",
        "Renamed campaign still exists",
        ("metadata", "moved_from", index),
        detail=f"{source.name!r} is still declared at {_place(source)}.",
        hint="Remove the old manifest, or remove it from moved_from.",
    )


def _place(manifest: Manifest) -> Location:
    return manifest.document().location(("metadata", "name"))
