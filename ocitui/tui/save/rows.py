"""The rows that say what was saved, and what could not be and why."""

from collections.abc import Sequence

from ocitui.display import format_count, format_size, printable
from ocitui.image.extract.report import ExtractionReport, Unwritten
from ocitui.tui.rows.row import Part


def report_rows(report: ExtractionReport, place: str) -> list[list[Part]]:
    """A report as people read it.

    Args:
        report: what was written.
        place: where to; safe to draw.
    """
    rows: list[list[Part]] = []
    if report.is_cancelled:
        rows.append([("✗ cancelled; what was written before stays", "lines--bad")])
    written = written_words(report)
    if written:
        rows.append([(f"✓ {written}", "lines--good")])
    else:
        rows.append([("nothing was written", "lines--bad" if report.failure_count else "lines--muted")])
    rows.append([(f"  {place}", "")])
    rows += _list("✗", "lines--bad", "could not be written as they are", report.failures, report.failure_count)
    rows += _list("·", "lines--muted", "left out", report.left_out, report.left_out_count)
    return rows


def written_words(report: ExtractionReport) -> str:
    """The files that were written, in words: ``3 files, 1 folder, 648 B``."""
    counts = (
        (report.files, "file"),
        (report.folders, "folder"),
        (report.links, "link"),
        (report.nodes, "device or pipe"),
    )
    words = [f"{format_count(count)} {name}{'' if count == 1 else 's'}" for count, name in counts if count]
    return ", ".join([*words, format_size(report.size)]) if words else ""


def _list(mark: str, style: str, what: str, items: Sequence[Unwritten], count: int) -> list[list[Part]]:
    if not count:
        return []
    rows: list[list[Part]] = [[("", "")], [(f"{mark} {format_count(count)} {what}", style)]]
    rows += [[(f"  {printable(item.path)}", ""), (f"  {item.reason}", "lines--muted")] for item in items]
    if count > len(items):
        rows.append([(f"  … and {format_count(count - len(items))} more", "lines--muted")])
    return rows
