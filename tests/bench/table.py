"""The table as text and as Markdown, and its place in the documentation."""

import re
from collections.abc import Sequence

from tests.bench.figure import Figure, Relation, Unit

BEGIN = "<!-- bench -->"
END = "<!-- /bench -->"
OWN_BEGIN = "<!-- bench {} -->"
"""The same of a bench that has a table of its own, so that it can be measured alone; it ends alike."""
HEADER = ("what", "ours", "peer", "ratio", "target", "holds")

Row = tuple[str, ...]


def amount(value: float, unit: Unit) -> str:
    """A value with its unit."""
    match unit:
        case "s":
            return f"{value:.2f} s"
        case "ms":
            return f"{value * 1000:.0f} ms" if abs(value) >= 0.0995 else f"{value * 1000:.1f} ms"
        case "MB":
            return f"{value / 1e6:.0f} MB"
        case "B":
            return f"{value:,.0f} bytes"
        case "n":
            return f"{value:,.1f}".removesuffix(".0")


def cells(figure: Figure) -> Row:
    """A figure as the words of one line."""
    target, ratio = figure.target, figure.ratio
    ours = "–" if figure.ours is None else amount(figure.ours, figure.unit)
    peer = "" if figure.theirs is None else f"{figure.peer} {amount(figure.theirs, figure.unit)}"
    if figure.missing:
        peer = figure.missing
    shown = ""
    if ratio is not None:
        is_more = target is not None and target.relation is Relation.MORE
        shown = f"{'+' if ratio >= 0 else ''}{amount(ratio, figure.unit)}" if is_more else f"{ratio:.2f}×"
    return (figure.what, ours, peer, shown, _wanted(figure), {True: "yes", False: "NO", None: ""}[figure.holds])


def _wanted(figure: Figure) -> str:
    if figure.target is None:
        return ""
    limit = figure.target.limit
    match figure.target.relation:
        case Relation.TIMES:
            return f"≤ {limit:g}×"
        case Relation.FASTER:
            return f"≥ {limit:g}× as fast"
        case Relation.MORE:
            return f"≤ +{_round(limit, figure.unit)}"
        case Relation.MOST:
            return f"≤ {_round(limit, figure.unit)}"


def _round(limit: float, unit: Unit) -> str:
    return f"{limit * 1000:g} ms" if unit == "ms" else f"{limit:g} s" if unit == "s" else amount(limit, unit)


def as_text(figures: Sequence[Figure]) -> str:
    """A table for a terminal."""
    rows = [HEADER, *map(cells, figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADER))]
    rows.insert(1, tuple("─" * width for width in widths))
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)


def as_markdown(figures: Sequence[Figure], machine: str) -> str:
    """A table for the documentation, and in a line below it what it was measured on."""
    rows: list[Row] = [HEADER, ("---", "---:", "---", "---:", "---", "---"), *map(cells, figures)]
    lines = [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows]
    return "\n".join([*lines, "", machine])


def has_section(document: str, name: str) -> bool:
    """True if a bench has a table of its own."""
    return OWN_BEGIN.format(name) in document


def replace_section(document: str, content: str, name: str = "") -> str:
    """Put new content between the two marks of a document.

    Args:
        document: the text.
        content: the table.
        name: the bench whose table it is; empty for that of all others.

    Raises:
        ValueError: it does not have exactly one place for it.
    """
    begin = OWN_BEGIN.format(name) if name else BEGIN
    pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(END)}", re.DOTALL)
    if len(pattern.findall(document)) != 1 or document.count(begin) != 1:
        raise ValueError(f"expected one section between {begin} and {END}")
    return pattern.sub(lambda _: f"{begin}\n\n{content}\n\n{END}", document)
