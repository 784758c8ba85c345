"""A docker archive of a gigabyte: asked again when its layers are indexed, and asked for the first time."""

import shutil
from collections.abc import Iterator

from tests.bench import peers
from tests.bench.figure import Figure, faster, more
from tests.bench.inputs.images import a_file_of, make_indexes
from tests.bench.ls import command
from tests.bench.measure import in_turn, warm
from tests.bench.peers import bare_python, compare
from tests.bench.registry import Run, bench


@bench("archives", "docker archives of 1 GB", rank=22)
def archives(run: Run) -> Iterator[Figure]:
    """Against a Python that does nothing; and where nothing is known of the archive yet, against dive."""
    for kind, stored in (("plain", run.data.plain_archive), ("gzip", run.data.gzip_archive)):
        archive = stored.archive
        known, cold = run.folder / f"known-{kind}", run.folder / f"cold-{kind}"
        make_indexes(archive, known)
        path = a_file_of(archive, known)
        ask_again, ask = command(known, "which", str(archive), path), command(cold, "which", str(archive), path)
        ask_again()  # the table of the archive's members is kept from now on
        peer = bare_python()
        taken = in_turn(run.many, {"ocitui": ask_again, **peer.entry})
        what = f"ocitui which, archive of 1 GB, {kind} layers"
        yield from compare(f"{what}, indexed", "ms", taken["ocitui"], [(peer, more(0.200))], taken)

        warm(archive)

        def first(cold: object = cold, ask: object = ask) -> float:
            shutil.rmtree(str(cold), ignore_errors=True)
            return ask()  # type: ignore[operator,no-any-return]

        dive = peers.dive(archive)
        taken = in_turn(run.runs, {"ocitui": first, **dive.entry})
        yield from compare(f"{what}, nothing indexed", "s", taken["ocitui"], [(dive, faster(2))], taken)
