"""Searching a million entries for a path."""

from collections.abc import Iterator
from pathlib import Path

from tests.bench.calm import wait_for_calm
from tests.bench.figure import Figure, middle, most
from tests.bench.index import know
from tests.bench.keys import MILLION
from tests.bench.measure import PYTHON, take
from tests.bench.peers import parse_words
from tests.bench.registry import Run, bench

QUERIES = {
    "a word with few hits": "folder-04321",
    "a word with no hit": "nowhere",
    "a glob": "**/folder-0432*/*-07?.txt",
    "a regular expression": "/file-0(13|57)\\.txt$/",
    "a word with a million hits": "file",
}


@bench("search", "a search by path over 1,000,000 entries", rank=42)
def search(run: Run) -> Iterator[Figure]:
    """From the query until every hit is known and a screenful can be shown."""
    layout = run.data.large.layout
    cache = know(run, layout, MILLION)
    program: list[str | Path] = [PYTHON, "-m", "tests.bench.search_once"]
    taken: list[list[float]] = []
    for _ in range(run.few):
        wait_for_calm()
        taken.append(parse_words(take([*program, layout, str(MILLION), cache, *QUERIES.values()], keep=True).output))
    for what, seconds in zip(QUERIES, zip(*taken, strict=True), strict=True):
        yield Figure(f"search 1,000,000 entries for {what}", "ms", middle(list(seconds)), most(0.3))
