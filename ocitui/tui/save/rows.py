"""The rows that say what was saved, and what could not be and why."""

from collections.abc import Sequence

from ocitui.display import format_count, printable
from ocitui.image.extract.report import ExtractionReport, Unwritten
from ocitui.image.extract.words import FAILED, LEFT_OUT, written_text
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
    if report.has_written:
        rows.append([(f"✓ {written_text(report)}", "lines--good")])
    else:
        rows.append([("nothing was written", "lines--bad" if report.failure_count else "lines--muted")])
    rows.append([(f"  {place}", "")])
    rows += _list("✗", "lines--bad", FAILED, report.failures, report.failure_count)
    rows += _list("·", "lines--muted", LEFT_OUT, report.left_out, report.left_out_count)
    return rows


def _list(mark: str, style: str, what: str, items: Sequence[Unwritten], count: int) -> list[list[Part]]:
    if not count:
        return []
    rows: list[list[Part]] = [[("", "")], [(f"{mark} {format_count(count)} {what}", style)]]
    rows += [[(f"  {printable(item.path)}", ""), (f"  {item.reason}", "lines--muted")] for item in items]
    if count > len(items):
        rows.append([(f"  … and {format_count(count - len(items))} more", "lines--muted")])
    return rows
