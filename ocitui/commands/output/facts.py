"""Labelled facts as lines."""

from collections.abc import Iterator

from ocitui.commands.output import terminal
from ocitui.commands.output.styled import Style, styled
from ocitui.display import printable
from ocitui.image.documents.summary import Section


def section_lines(section: Section, width: int | None) -> Iterator[str]:
    """The facts under a heading; nothing of what has none: what is wrong stands in the tree."""
    if not section.title:
        return
    yield ""
    yield styled(section.title, Style.HEADING)
    names = max(len(fact.label) for fact in section.facts)
    for fact in section.facts:
        yield from terminal.wrap(terminal.dim(f"  {fact.label:<{names}}  "), printable(fact.value), width)
