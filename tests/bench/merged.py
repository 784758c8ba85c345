"""Opening folders of the root filesystem that many layers make up."""

from collections.abc import Iterator

from tests.bench.calm import wait_for_calm
from tests.bench.figure import Figure, middle, most, nearly_all
from tests.bench.inputs.images import make_indexes
from tests.bench.measure import PYTHON, take
from tests.bench.peers import parse_words
from tests.bench.registry import Run, bench


@bench("merged", "folders of an image with 100 layers and 300,000 paths", rank=40)
def merged(run: Run) -> Iterator[Figure]:
    """Folders of 3,000 files, to which every layer added and from which it deleted."""
    layout = run.data.deep.layout
    make_indexes(layout, run.folder)
    command = [PYTHON, "-m", "tests.bench.open_folders", str(layout), str(run.folder)]
    folders = [f"srv/folder-{number:02}" for number in range(0, 100, 4)]
    opened: list[float] = []
    starts: list[float] = []
    for _ in range(run.few):
        wait_for_calm()
        start, *seconds = parse_words(take([*command, *folders], keep=True).output)
        starts.append(start)
        opened += seconds[1:]  # the first opens the folder around as well
    yield Figure("open 100 indexed layers as one tree", "ms", middle(starts))
    yield Figure("open a folder of 3,000 entries from 100 layers", "ms", middle(opened), most(0.030))
    yield Figure("… 95 of 100 folders", "ms", nearly_all(opened))
