"""Asking which layer a file comes from, of an image that was looked at before and of one that was not."""

import shutil
from collections.abc import Iterator

from tests.bench import peers
from tests.bench.figure import Figure, faster, more
from tests.bench.inputs.images import a_file_of, make_indexes
from tests.bench.ls import command
from tests.bench.measure import in_turn, warm
from tests.bench.peers import bare_python, compare
from tests.bench.registry import Run, bench


@bench("which", "which layer a file comes from", rank=21)
def which(run: Run) -> Iterator[Figure]:
    """Against a Python that does nothing; and where nothing is indexed yet, against dive."""
    image, deep = run.data.parts, run.data.deep.layout
    known, cold = run.folder / "known", run.folder / "cold"
    path = a_file_of(image.layout, known)
    make_indexes(deep, known)
    peer = bare_python()
    work = {
        "few": command(known, "which", str(image.layout), path),
        "many": command(known, "which", str(deep), "srv/folder-50/file-50-03"),
        **peer.entry,
    }
    taken = in_turn(run.many, work)
    yield from compare("ocitui which, 4 layers, indexed", "ms", taken["few"], [(peer, more(0.150))], taken)
    yield from compare("ocitui which, 100 layers, indexed", "ms", taken["many"], [(peer, more(0.150))], taken)

    warm(image.archive, *(image.layout / "blobs" / "sha256").iterdir())
    ask = command(cold, "which", str(image.layout), path)

    def ours() -> float:
        shutil.rmtree(cold, ignore_errors=True)
        return ask()

    dive = peers.dive(image.archive)
    taken = in_turn(run.runs, {"ocitui": ours, **dive.entry})
    yield from compare("ocitui which, nothing indexed", "s", taken["ocitui"], [(dive, faster(2.5))], taken)
