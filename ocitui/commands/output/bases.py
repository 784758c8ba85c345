"""The images that another one is built on, as JSON and for people."""

from collections.abc import Sequence

from ocitui.commands.output.json import JsonObject
from ocitui.image.documents.summary import Fact, Section
from ocitui.image.known_bases import KnownBase, base_text


def base_sections(bases: Sequence[KnownBase]) -> list[Section]:
    """Return what an image is built on, under one heading; nothing where that is not known."""
    facts = tuple(Fact("" if number else "base", base_text(each)) for number, each in enumerate(bases))
    return [Section("built on", facts)] if facts else []


def base_object(base: KnownBase) -> JsonObject:
    """Return a base as an object; ``ocitui inspect --json`` says its fields."""
    seen = base.seen
    return {
        "name": base.name or None,
        "digest": base.digest or None,
        "layers": base.layers or None,
        "evidence": [each.value for each in base.evidence],
        "seenIn": seen.reference if seen is not None else None,
        "seenOn": seen.at if seen is not None else None,
    }
