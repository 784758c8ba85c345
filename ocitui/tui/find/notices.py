"""The words beside and below a search: how many hits there are, what was not searched, and how queries are written."""

from ocitui.display import count_noun, printable
from ocitui.image.search.hit import Hit
from ocitui.image.search.query import SYNTAX
from ocitui.tui.find.columns import status_parts
from ocitui.tui.find.results import FindResults
from ocitui.tui.find.run import FindRun
from ocitui.tui.page.gaps import Gaps
from ocitui.tui.page.search_source import SearchSource
from ocitui.tui.rows.row import Part

_EXAMPLE_WIDTH = 31


def count_parts(run: FindRun, results: FindResults, hits: int, source: SearchSource) -> list[Part]:
    """The number of hits, and how far the search is, for the right of its line.

    Args:
        run: the search.
        results: its hits by layer.
        hits: the number of their rows.
        source: the layers.
    """
    said = f"{count_noun(hits, 'hit')} in {count_noun(results.layer_count, source.layer_noun)}"
    gaps = Gaps.of(source)
    if not hits:
        said = "nothing searched" if gaps.is_total else "no hits"
    if (missing := run.missing) and missing[0].in_archives:
        said = f"{count_noun(hits, 'hit')} · archives of {source.layer_noun} {missing[0].layer}"
    elif missing:
        said = f"{said} · searching {source.layer_noun} {missing[0].layer}"
    elif run.in_archives and hits:
        more = "more than " if run.is_cut else ""
        said = f"{said}, {more}{results.archived_count or 'none'} in archives"
    parts: list[Part] = [(f"{said} ", "prompt--notice")]
    if gaps.text and hits:
        parts.insert(0, (f"✗ {gaps.text}  ", "prompt--bad"))
    elif problems_of(run, source):
        parts.insert(0, ("✗ incomplete  ", "prompt--bad"))
    if gaps.waiting:
        parts.append((f"· {gaps.bar_parts()[0][0]}", "prompt--notice"))
    return parts


def nothing_text(source: SearchSource) -> str:
    """The notice where all layers that are known were searched, and nothing was found."""
    gaps = Gaps.of(source)
    if gaps.is_total and gaps.waiting:
        return f"{source.layer_noun}s are being read…"
    return "nothing found so far" if gaps.waiting else gaps.notice("nothing found in the others") or "nothing found"


def problems_of(run: FindRun, source: SearchSource) -> list[str]:
    """The reasons why an answer is not whole: of layers, then of what is in them."""
    known = (source.problem(number) for number in run.unknown)
    return [*filter(None, known), *run.all_problems]


def run_parts(run: FindRun, hit: Hit | None, source: SearchSource, width: int) -> list[Part]:
    """The hit under the cursor, else what goes on or went wrong, for the line below a search.

    Args:
        run: the search.
        hit: the hit, None where there is none.
        source: the layers.
        width: columns of the line.
    """
    if hit is not None:
        return status_parts(hit, source.instruction(hit.layer), width)
    if problems := problems_of(run, source):
        return [(f" {printable(problems[0])}", "bar--bad")]
    if run.reading and not run.is_over:
        return [(f" reading /{printable(run.reading)}", "bar--muted")]
    return [(f" {run.query.describe()}", "bar--muted")]


def syntax_rows() -> list[list[Part]]:
    """Examples of queries, and what they find."""
    return [[(f"  {example:<{_EXAMPLE_WIDTH}}", "lines--accent"), (what, "lines--muted")] for example, what in SYNTAX]
