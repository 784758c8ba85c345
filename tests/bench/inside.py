"""What documents, archives and models hold: large SBOMs, a fat jar in a layer, the header of a model."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.bench.figure import Figure, middle, more, most
from tests.bench.inputs.insides import JAR, LIBRARIES
from tests.bench.inputs.sboms import FIRST
from tests.bench.keys import ocitui
from tests.bench.measure import PYTHON, MeasureError, in_turn, program, surroundings, take, warm
from tests.bench.peers import Peer, compare
from tests.bench.registry import Run, bench

_SBOMS = {
    "few": "26,746 packages",
    "few-enveloped": "the same in an envelope",
    "many": "94,144 packages",
    "many-enveloped": "the same in an envelope",
}
_COUNTED = "from ocitui.__main__ import main; main(); print(open('/proc/self/io').readline().split()[1])"
"""Runs the program, and then prints the bytes that its process has read of anything."""


@bench("sbom", "SBOMs of 50 MB, as text and on the screen", rank=43)
def sbom(run: Run) -> Iterator[Figure]:
    """Beside jq and Python's json, which print names and versions of a bare one and check no digest."""
    for name, title in _SBOMS.items():
        layout = run.data.sboms / name
        blob = max((layout / "blobs" / "sha256").iterdir(), key=lambda path: path.stat().st_size)
        warm(blob)
        peaks: dict[str, list[int]] = {"text": [], "screen": []}
        peers = [] if "enveloped" in name else [_jq(blob), _json(blob)]
        work: dict[str, Callable[[], float]] = {
            "text": _text(run, layout, peaks["text"]),
            "screen": _screen(layout, peaks["screen"]),
        }
        for peer in peers:
            work |= peer.entry
        taken = in_turn(run.runs, work)
        what = f"ocitui attestations --packages, {title}"
        if peers:
            yield from compare(what, "s", taken["text"], [(peer, None) for peer in peers], taken)
        else:
            yield Figure(what, "s", middle(taken["text"]))
        yield Figure("… memory", "MB", max(peaks["text"]), most(250e6))
        yield Figure("… on the screen, from P to the first packages", "s", middle(taken["screen"]), most(1))
        yield Figure("… memory of the screen", "MB", max(peaks["screen"]), most(250e6))


@bench("jar", "a fat jar of 100 MB in a layer that is indexed", rank=43)
def jar(run: Run) -> Iterator[Figure]:
    """Against a folder of the same layer: what is left opens the jar; and unzip on the jar as a file."""
    layout, path = run.data.jar / "jar", run.data.jar / "app.jar"
    warm(path)
    unzip = program("unzip")
    listing = Peer(
        "unzip -l, of the file", None if unzip is None else lambda: take([unzip, "-l", path]).seconds, "unzip"
    )
    environment = surroundings(OCITUI_CACHE_DIR=str(run.folder / "cache"))

    def ask(expected: str, *words: str) -> Callable[[], float]:
        command = [PYTHON, "-m", "ocitui", *words]
        found = take(command, environment=environment, keep=True).output
        if expected.encode() not in found:
            raise MeasureError(f"{words[0]} found something else: {found[:200]!r}")
        return lambda: take(command, environment=environment).seconds

    libraries = f"/{JAR}!/BOOT-INF/lib"
    inner = f"{libraries}/library-{LIBRARIES - 1:03}.jar!/META-INF/MANIFEST.MF"
    folder = Peer("ocitui ls, of its folder", ask("app.jar", "ls", str(layout), f"/{Path(JAR).parent}"))
    number = str(LIBRARIES - 1)
    work = {"ls": ask(number, "ls", str(layout), libraries), "cat": ask(number, "cat", str(layout), inner)}
    taken = in_turn(run.many, {**work, **folder.entry, **listing.entry})
    for name, what in (("ls", f"ocitui ls IMAGE {libraries}"), ("cat", "ocitui cat, of a file in a jar in it")):
        yield from compare(what, "ms", taken[name], [(folder, more(0.100)), (listing, None)], taken)


@bench("model", "the header of a GGUF of 2 GB", rank=43)
def model(run: Run) -> Iterator[Figure]:
    """All that the process reads counts, its own modules too."""
    words = ["inspect", str(run.data.model / "model")]
    took: list[float] = []

    def ours() -> float:
        taken = take([PYTHON, "-c", _COUNTED, *words], keep=True)
        took.append(taken.seconds)
        if b"llama" not in taken.output:
            raise MeasureError("inspect did not show the header")
        return float(taken.output.split()[-1])

    read = [ours() for _ in range(run.runs)]
    yield Figure("ocitui inspect, a GGUF of 2 GB: bytes that its process reads", "B", middle(read), most(20e6))
    yield Figure("… its time", "s", middle(took))


def _text(run: Run, layout: Path, peaks: list[int]) -> Callable[[], float]:
    environment = surroundings(OCITUI_CACHE_DIR=str(run.folder / "cache"))

    def ask() -> float:
        taken = take([PYTHON, "-m", "ocitui", "attestations", "--packages", f"{layout}:bench"], environment=environment)
        peaks.append(taken.peak)
        return taken.seconds

    return ask


def _screen(layout: Path, peaks: list[int]) -> Callable[[], float]:
    def press() -> float:
        with tempfile.TemporaryDirectory() as cache, ocitui(Path(cache), f"{layout}:bench") as terminal:
            terminal.first_frame(b"quit")
            terminal.settle()
            seconds = terminal.press("P", FIRST).seconds
            peaks.append(terminal.memory(peak=True))
        return seconds

    return press


def _jq(blob: Path) -> Peer:
    path = program("jq")
    words = ("-r", ".components[] | [.name, .version] | @tsv", blob)
    return Peer("jq", None if path is None else lambda: take([path, *words]).seconds, "jq")


def _json(blob: Path) -> Peer:
    code = (
        "import json, sys\nfor each in json.load(open(sys.argv[1]))['components']: print(each['name'], each['version'])"
    )
    return Peer("Python's json", lambda: take([PYTHON, "-c", code, blob]).seconds)
