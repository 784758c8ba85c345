"""``python -m tests.bench``: measure, print the table, and write it where the documentation shows it."""

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from tests.bench.calm import Patience
from tests.bench.figure import Figure
from tests.bench.inputs.data import Data
from tests.bench.measure import REPOSITORY, MeasureError, compile_program
from tests.bench.registry import Bench, Run, load
from tests.bench.table import as_markdown, as_text, has_section, replace_section

NOT_MEASURED = "not measured: it failed"


def main(arguments: list[str] | None = None) -> int:
    """Measure what is named, or everything. Returns 1 where a target is missed or something fails."""
    benches = load()
    names = "\n".join(f"  {entry.name:10} {entry.title}" for entry in benches.values())
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench",
        description="Measure ocitui beside its peers.",
        epilog=f"benches:\n{names}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help="what to measure, or the part of a name before a hyphen; everything where none is named",
    )
    parser.add_argument("--runs", type=int, metavar="N", help="how often; medians count (5, or 1 with --quick)")
    parser.add_argument("--quick", action="store_true", help="fewer runs: a first look")
    parser.add_argument("--write", action="store_true", help="put the table into the documentation")
    options = parser.parse_args(arguments)
    chosen: list[str] = []
    for name in options.names:
        found = [each for each in benches if each == name or each.startswith(f"{name}-")]
        if not found:
            parser.error(f"no bench is called {name}")
        chosen += found
    document = REPOSITORY / "ocitui/docs/benchmarks.md"
    text = document.read_text() if options.write else ""
    if options.write and (options.quick or not all(has_section(text, name) for name in chosen)):
        parser.error("--write is for a whole run, or for what has a table of its own; leave --quick out")
    runs = max(1, options.runs or (1 if options.quick else 5))
    if options.quick:
        Patience.left, Patience.attempts = 15.0, 1
    compile_program()
    figures: dict[str, list[Figure]] = {}
    with tempfile.TemporaryDirectory(prefix="ocitui-bench-run-") as top:
        for name in chosen or benches:
            print(f"… {benches[name].title}", file=sys.stderr, flush=True)
            folder = Path(top, name)
            folder.mkdir()
            figures[name] = [*_measure(benches[name], Run(Data(), runs, folder, Path(top, "known")))]
    everything = [*chain.from_iterable(figures.values())]
    print(as_text(everything))
    print(f"\n{machine(runs)}")
    if Patience.disturbed:
        print(f"{Patience.disturbed} measurements were disturbed by other work on this machine.")
    if options.write:
        own = {name for name in figures if has_section(text, name)}
        for name in own:
            text = replace_section(text, as_markdown(figures[name], machine(runs)), name)
        others = [*chain.from_iterable(found for name, found in figures.items() if name not in own)]
        document.write_text(replace_section(text, as_markdown(others, machine(runs))) if others else text)
    return 1 if any(figure.holds is False or figure.missing == NOT_MEASURED for figure in everything) else 0


def _measure(entry: Bench, run: Run) -> Iterator[Figure]:
    """The figures of one bench; what cannot be measured does not keep the rest from it."""
    try:
        yield from entry.measure(run)
    except MeasureError as error:
        print(f"  {error}", file=sys.stderr)
        yield Figure(entry.title, "s", None, missing=NOT_MEASURED)


def machine(runs: int) -> str:
    """What was measured on, in one line, with nothing that names the machine."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    kind = f"{platform.system()} {platform.machine()}"
    python = f"Python {platform.python_version()}"
    return f"Medians of {runs} runs, each in turn with its peers: {cores} cores, {kind}, {python}."


if __name__ == "__main__":
    sys.exit(main())
