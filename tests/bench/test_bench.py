"""The benches' own workings; nothing is timed here."""

import os
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from http.client import IncompleteRead
from pathlib import Path
from urllib.request import urlopen

import pytest

from ocitui.layers.entry import EntryKind
from tests.bench import __main__ as runner
from tests.bench.calm import Patience
from tests.bench.figure import Figure, Target, faster, middle, more, most, nearly_all, times
from tests.bench.inputs.family import FamilyWatch, descendants, memory_of
from tests.bench.inputs.images import indexes_of
from tests.bench.inputs.layouts import Blob, write_archive, write_layout
from tests.bench.inputs.proxy import Proxy
from tests.bench.inputs.tars import write_flat, write_folders
from tests.bench.measure import MeasureError, in_turn, take
from tests.bench.peers import Peer, compare
from tests.bench.registry import Bench, Run, load
from tests.bench.table import BEGIN, END, amount, as_markdown, as_text, cells, has_section, replace_section
from tests.bench.terminal import Terminal
from tests.patience import PATIENCE, wait_until
from tests.transports.registry.scripted import Reply, Server


@pytest.mark.parametrize(
    ("target", "ours", "theirs", "ratio", "holds"),
    [
        (times(1.4), 1.3, 1.0, 1.3, True),
        (times(1.4), 1.5, 1.0, 1.5, False),
        (faster(2.5), 1.0, 2.6, 2.6, True),
        (faster(2.5), 1.0, 2.4, 2.4, False),
        (more(0.12), 0.13, 0.02, 0.11, True),
        (more(0.12), 0.15, 0.02, 0.13, False),
        (most(100e6), 90e6, None, None, True),
        (most(100e6), 110e6, None, None, False),
        (times(1.4), 1.3, None, None, None),
        (None, 1.3, None, None, None),
    ],
)
def test_a_figure_is_compared(
    target: Target | None, ours: float, theirs: float | None, ratio: float | None, holds: bool | None
) -> None:
    figure = Figure("x", "s", ours, target, "peer", theirs)
    assert figure.ratio == (None if ratio is None else pytest.approx(ratio))
    assert figure.holds is holds


def test_medians_of_ours_and_theirs_are_compared() -> None:
    peer, absent = Peer("peer", lambda: 0.0), Peer("absent", None, "pip install absent")
    first, second = compare("x", "s", [1.0, 9.0, 2.0], [(peer, faster(2)), (absent, times(1))], {"peer": [4, 5, 99]})
    assert (first.ours, first.theirs, first.ratio, first.holds) == (2.0, 5, 2.5, True)
    assert second.holds is None
    assert second.missing == "absent is not installed (pip install absent)"
    assert peer.entry.keys() == {"peer"}
    assert not absent.entry
    assert nearly_all([1.0]) == 1.0
    assert 94 < nearly_all([float(number) for number in range(101)]) < 96
    assert middle([3.0, 1.0, 2.0]) == 2.0


def test_contestants_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.bench.measure.undisturbed", lambda measure: measure())
    order: list[str] = []

    def play(name: str) -> float:
        order.append(name)
        return len(order)

    assert in_turn(2, {"a": lambda: play("a"), "b": lambda: play("b")}) == {"a": [1, 3], "b": [2, 4]}
    assert order == ["a", "b", "a", "b"]


def test_a_process_is_measured() -> None:
    taken = take([sys.executable, "-c", "print('x' * 3, bytearray(50_000_000)[0])"], keep=True)
    assert taken.output == b"xxx 0\n"
    assert taken.peak > 40_000_000
    assert taken.seconds > 0
    with pytest.raises(MeasureError, match="ended with 3"):
        take([sys.executable, "-c", "raise SystemExit(3)"])


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_the_memory_of_processes_adds_up() -> None:
    hold = "import sys, subprocess; held = bytearray(30_000_000); "
    child = f"{hold}sys.stdin.read()"
    parent = f"{hold}subprocess.run([sys.executable, '-c', {child!r}])"
    with FamilyWatch() as family:
        process = subprocess.Popen([sys.executable, "-c", parent], stdin=subprocess.PIPE)
        wait_until(lambda: family.peak >= 60_000_000, "both hold what they hold")
        assert len(descendants(os.getpid())) >= 2
        process.communicate()
    assert family.peak >= 60_000_000
    assert memory_of(process.pid) == 0


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (1.234, "s", "1.23 s"),
        (0.0049, "ms", "4.9 ms"),
        (0.2, "ms", "200 ms"),
        (9e7, "MB", "90 MB"),
        (6144, "B", "6,144 bytes"),
        (2, "n", "2"),
        (4.96, "n", "5"),
        (4.26, "n", "4.3"),
    ],
)
def test_amounts(value: float, unit: str, shown: str) -> None:
    assert amount(value, unit) == shown  # type: ignore[arg-type]


def test_the_table() -> None:
    figures = [
        Figure("index", "s", 1.0, faster(2.5), "dive", 3.0),
        Figure("ls", "ms", 0.15, more(0.12), "python", 0.02),
        Figure("odd | name", "s", 2.0, times(1.4), "igzip", missing="igzip is not installed (isal)"),
    ]
    assert cells(figures[0]) == ("index", "1.00 s", "dive 3.00 s", "3.00×", "≥ 2.5× as fast", "yes")
    assert cells(figures[1]) == ("ls", "150 ms", "python 20.0 ms", "+130 ms", "≤ +120 ms", "NO")
    assert cells(figures[2])[2:] == ("igzip is not installed (isal)", "", "≤ 1.4×", "")
    text = as_text(figures).splitlines()
    assert len(text) == 5
    assert not any(line.endswith(" ") for line in text)
    markdown = as_markdown(figures, "Measured here.").splitlines()
    assert markdown[0] == "| what | ours | peer | ratio | target | holds |"
    assert "odd \\| name" in markdown[4]
    assert markdown[-2:] == ["", "Measured here."]


def test_the_section_of_a_document_is_replaced() -> None:
    document = f"# A\n\n{BEGIN}\nold \\1\n{END}\n\nmore\n"
    once = replace_section(document, "| new \\1 |")
    assert once == f"# A\n\n{BEGIN}\n\n| new \\1 |\n\n{END}\n\nmore\n"
    assert replace_section(once, "| new \\1 |") == once


@pytest.mark.parametrize(
    "document", ["", BEGIN, f"{END} {BEGIN}", f"{BEGIN} {END} {BEGIN} {END}", f"{BEGIN} {BEGIN} {END}"]
)
def test_a_document_without_one_section_is_left_alone(document: str) -> None:
    with pytest.raises(ValueError, match="expected one section"):
        replace_section(document, "x")


def test_a_bench_may_have_a_section_of_its_own() -> None:
    document = f"{BEGIN}{END}\n<!-- bench far -->\nold\n{END}\n"
    assert has_section(document, "far")
    assert not has_section(document, "near")
    once = replace_section(document, "new", "far")
    assert once == f"{BEGIN}{END}\n<!-- bench far -->\n\nnew\n\n{END}\n"
    assert replace_section(once, "| all |").endswith(once.partition("\n")[2])


def test_every_bench_is_registered() -> None:
    benches = load()
    assert {"gzip", "zstd", "plain", "million", "ls", "which", "paint", "keys", "merged"} <= benches.keys()
    assert next(iter(benches)) == "gzip"
    assert all(entry.title for entry in benches.values())


def test_the_runner_writes_into_the_documentation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def good(run: Run) -> Iterator[Figure]:
        yield Figure("good", "s", float(run.runs), most(9))

    def broken(run: Run) -> Iterator[Figure]:
        raise MeasureError("it fell over")
        yield

    document = tmp_path / "ocitui/docs/benchmarks.md"
    document.parent.mkdir(parents=True)
    document.write_text(f"{BEGIN}{END}")
    monkeypatch.setattr(Patience, "left", 0.0)
    monkeypatch.setattr(runner, "REPOSITORY", tmp_path)
    monkeypatch.setattr(runner, "load", lambda: {"good": Bench("good", "what is good", good)})
    assert runner.main(["--runs", "3", "--write"]) == 0
    assert "| good | 3.00 s |" in document.read_text()
    assert runner.machine(3) in document.read_text()
    monkeypatch.setattr(runner, "load", lambda: {"broken": Bench("broken", "what is not", broken)})
    assert runner.main([]) == 1
    said = capsys.readouterr()
    assert "it fell over" in said.err
    assert runner.NOT_MEASURED in said.out
    with pytest.raises(SystemExit):
        runner.main(["--quick", "--write"])
    with pytest.raises(SystemExit):
        runner.main(["nothing"])


def test_the_data_is_what_it_claims_to_be(tmp_path: Path) -> None:
    write_folders(tmp_path / "folders.tar", "tree", 3, 4)
    write_flat(tmp_path / "flat.tar", "flat", 5)
    with tarfile.open(tmp_path / "folders.tar") as archive:
        assert len(archive.getmembers()) == 1 + 3 + 12
    blobs = [Blob.compress(tmp_path / "folders.tar", "none"), Blob.compress(tmp_path / "flat.tar", "none")]
    write_layout(tmp_path / "layout", blobs)
    counts = []
    for index in indexes_of(tmp_path / "layout", tmp_path / "cache"):
        with index:
            assert index.summary.verified
            counts.append(sum(entry.kind is EntryKind.FILE for _, entry in index.walk()))
    assert counts == [12, 5]
    write_archive(tmp_path / "docker.tar", blobs)
    with tarfile.open(tmp_path / "docker.tar") as archive:
        assert archive.getnames()[1:] == ["manifest.json", "layer-001.tar", "layer-002.tar"]


def test_a_way_that_breaks_and_one_that_is_long() -> None:
    """Bytes are counted as they pass, and a connection that is cut says so at once."""
    body = bytes(2_000_000)

    def fetch(proxy: Proxy) -> int:
        with urlopen(f"http://{proxy.address}/x", timeout=PATIENCE) as answer:
            try:
                return len(answer.read())
            except IncompleteRead as error:
                return len(error.partial)

    with Server(lambda seen: Reply(200, body)) as server:
        with Proxy(server.port, cuts=1, longest=500_000) as proxy:
            assert 0 < fetch(proxy) < 500_000
            assert proxy.left == 0
            assert fetch(proxy) == len(body)
            assert len(body) < proxy.passed < len(body) + 600_000
        with Proxy(server.port, round_trip=0.1) as proxy:
            start = time.perf_counter()
            fetch(proxy)
            assert time.perf_counter() - start >= 0.2


_ECHO = """
import os, sys, tty
tty.setraw(0)
os.write(1, b"\\x1b[48;1Hready")
while (key := os.read(0, 1)) != b"q":
    os.write(1, b"<" + key + b">")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="needs pseudo terminals")
def test_a_program_in_a_terminal_is_watched() -> None:
    with Terminal([sys.executable, "-c", _ECHO], {"TERM": "xterm"}) as terminal:
        assert terminal.first_frame(b"ready") > 0
        painted = terminal.press("a", b"<a>")
        assert painted.output == b"<a>"
        assert painted.seconds > 0
        assert terminal.memory() > 1_000_000
        assert terminal.children() == 0
        with pytest.raises(MeasureError, match="has ended"):
            terminal.press("q", b"never")


@pytest.mark.slow
def test_it_runs_as_a_module() -> None:
    done = subprocess.run([sys.executable, "-m", "tests.bench", "--help"], capture_output=True, text=True)
    assert done.returncode == 0
    assert "indexing a gzip layer of real files" in done.stdout
