"""Whiteouts with hostile names: what each means is the same everywhere, and nothing that it names is ever touched.

image-spec, Image Layer Filesystem Changeset: Whiteouts. "As files prefixed with .wh. are special whiteout
markers, it is not possible to create a filesystem which has a file or directory with a name beginning with .wh."
A whiteout is told by the last component of a path: a folder of such a name is made for what is in it, all the same.
"""

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ocitui.demo.tar import Entry, directory, fifo, file, hard_link, opaque, symlink, whiteout, write_tar
from ocitui.image.merged.tree import MergedTree
from tests.commands.conftest import Run
from tests.examples import examples
from tests.hostile.agreement import assert_views_agree
from tests.hostile.extract.breakouts import UP, aimed
from tests.hostile.extract.canary import Yard
from tests.hostile.extract.stacked import ALL, opened
from tests.image.cut_folders import folders  # noqa: F401
from tests.image.stacks import found_on_disk
from tests.images.layout_writer import LayerSpec, write_layout
from tests.images.tools import require_root, require_tool

LOWER = (directory("d", 0o700), file("d/a", "a"), file("keep", "k"), directory("d/s"), file("d/s/t", "t"))

SAME, REFUSES = "the same as ours", "refuses the layer"


@dataclass(frozen=True)
class Case:
    """A layer over `LOWER`."""

    upper: Sequence[Entry]
    gone: str = ""
    """What is not there any more of the paths of `LOWER`, by spaces."""
    new: str = ""
    """What is there."""
    umoci: str = SAME
    """What umoci makes of it: else the paths that it leaves beside ours, by spaces."""
    lower: Sequence[Entry] = LOWER


_IN_D = "d/a d/s d/s/t"
_ALL = f"d {_IN_D} keep"
_LONG = "x" * 251

CASES: dict[str, Case] = {
    # A whiteout of nothing, of the folder that it is in, of the one above. umoci takes all three for the folder.
    ".wh.": Case([file(".wh."), file("n")], new="n", umoci=REFUSES),
    ".wh. in a folder": Case([file("d/.wh.")], umoci=REFUSES),
    ".wh. with contents": Case([file("d/.wh.", "x" * 1000)], umoci=REFUSES),
    ".wh. as a directory": Case([directory("d/.wh."), file("d/.wh./x", "x")], umoci=REFUSES),
    ".wh. that is implied": Case([file("d/.wh./a", "x")], new="d/.wh. d/.wh./a"),
    ".wh..": Case([file(".wh.."), file("d/.wh..")], umoci=REFUSES),
    ".wh.. as a directory": Case([directory("d/.wh.."), file("d/.wh../x", "x")], umoci=REFUSES),
    ".wh...": Case([file(".wh..."), file("d/.wh..."), file("d/s/.wh...")], umoci=REFUSES),
    ".wh... with contents": Case([file("d/s/.wh...", "../../canary")], umoci=REFUSES),
    ".wh....": Case([file(".wh....")], lower=[*LOWER, file("...", "x")], gone="..."),
    # Names of AUFS's own, which mean nothing.
    ".wh..wh.": Case([file(".wh..wh."), file("d/.wh..wh.")]),
    ".wh..wh.d": Case([file(".wh..wh.d"), file("d/.wh..wh.a"), file(".wh..wh..wh..opq")]),
    ".wh..wh.aufs": Case([file(".wh..wh.aufs"), file(".wh..wh.orph", "x")]),
    ".wh..wh.plnk": Case(
        [directory(".wh..wh.plnk"), file(".wh..wh.plnk/1.2", "x")], umoci=".wh..wh.plnk .wh..wh.plnk/1.2"
    ),
    # The opaque whiteout, as whatever it comes.
    "an opaque directory": Case([directory("d/.wh..wh..opq"), file("d/n")], gone=_IN_D, new="d/n"),
    "an opaque directory with contents": Case(
        [directory("d/.wh..wh..opq"), file("d/.wh..wh..opq/a", "x")],
        gone=_IN_D,
        new="d/.wh..wh..opq d/.wh..wh..opq/a",
    ),
    "an opaque directory that is implied": Case([file("d/.wh..wh..opq/a", "x")], new="d/.wh..wh..opq d/.wh..wh..opq/a"),
    "an opaque file with contents": Case([file("d/.wh..wh..opq", "data"), file("d/n")], gone=_IN_D, new="d/n"),
    "an opaque link": Case([symlink("d/.wh..wh..opq", "@"), file("d/n")], gone=_IN_D, new="d/n"),
    "an opaque hard link": Case([hard_link("d/.wh..wh..opq", "keep")], gone=_IN_D),
    "an opaque pipe": Case([fifo("d/.wh..wh..opq")], gone=_IN_D),
    "an opaque root": Case([file("./.wh..wh..opq"), file("n")], gone=_ALL, new="n"),
    "opaque above the root": Case([file("../.wh..wh..opq"), file("n")], gone=_ALL, new="n"),
    "opaque at the canary": Case([file("@/.wh..wh..opq"), file("../../canary/.wh..wh..opq")]),
    "opaque in capitals": Case([file("d/.WH..WH..OPQ"), file("d/.WH.a")], new="d/.WH..WH..OPQ d/.WH.a"),
    # A plain whiteout, as whatever it comes.
    "contents": Case([file("d/.wh.a", "data")], gone="d/a"),
    "a directory": Case([directory("d/.wh.a")], gone="d/a"),
    "a directory with contents": Case(
        [directory("d/.wh.a"), file("d/.wh.a/x", "x")], gone="d/a", new="d/.wh.a d/.wh.a/x"
    ),
    "a directory that is implied": Case([file("d/.wh.s/x", "x")], new="d/.wh.s d/.wh.s/x"),
    "a link": Case([symlink("d/.wh.a", "@/secret")], gone="d/a"),
    "a hard link": Case([hard_link("d/.wh.a", "@/secret"), hard_link("d/.wh.s", "keep")], gone=_IN_D),
    "a pipe": Case([fifo("d/.wh.a")], gone="d/a"),
    # Names that lead elsewhere.
    "a name that climbs": Case([file("../.wh.canary"), file("../../.wh.canary"), file("../canary/.wh.secret")]),
    "a name that climbs to what is there": Case([file("a/../../.wh.keep"), file(f"{UP}/d/.wh.a")], gone="keep d/a"),
    "an absolute name": Case([file("/.wh.keep"), file("@/.wh.secret")], gone="keep"),
    "a denormal name": Case([file("//d//.wh.a"), file("./d/./s/../s/.wh.t")], gone="d/a d/s/t"),
    "a name that ends with a slash": Case([file("d/.wh.a/")], gone="d/a"),
    "a name that is cut": Case([Entry(b"d/.wh.a\0/../../canary/secret")], gone="d/a"),
    "a long name": Case([file(f"d/.wh.{_LONG}")], lower=[*LOWER, file(f"d/{_LONG}")], gone=f"d/{_LONG}"),
    "a name that is too long": Case([file("d/.wh." + "x" * 300)], umoci=REFUSES),
    "a name with a newline": Case([file("d/.wh.a\n")], lower=[*LOWER, file("d/a\n")], gone="d/a\n"),
    # Folders that are links.
    "opaque in a link out": Case([opaque("l")], lower=[symlink("l", "../../canary"), *LOWER]),
    "opaque in a link to a folder": Case([opaque("l")], lower=[symlink("l", "/d"), *LOWER], gone=_IN_D),
    "below a link out": Case([file("l/.wh.keep")], lower=[symlink("l", "../.."), *LOWER], gone="keep"),
    "at the canary, through a link": Case(
        [file("l/.wh.secret"), whiteout("l/folder"), opaque("l/folder")], lower=[symlink("l", "@"), *LOWER]
    ),
    "of a link out": Case([whiteout("l")], lower=[symlink("l", "../canary"), *LOWER], gone="l"),
    "of a link out, then through it": Case(
        [whiteout("l"), file("l/secret", "x")],
        lower=[symlink("l", "../canary"), *LOWER],
        gone="",
        new="l/secret",
    ),
    # Alone.
    "all alone": Case([opaque("d"), whiteout("keep"), file(".wh."[:3])], lower=[], new=".wh"),
}


def expected(case: Case) -> set[bytes]:
    """The paths of the final filesystem."""
    lower = {each.name.decode().rstrip("/") for each in case.lower}
    assert set(_words(case.gone)) <= lower
    return {path.encode() for path in (lower - {*_words(case.gone)}) | {*_words(case.new)}}


def _words(text: str) -> list[str]:
    return [word for word in text.split(" ") if word]


def layers_of(case: Case, canary: Path = Path("/ocitui-canary")) -> list[list[Entry]]:
    return aimed([layer for layer in (case.lower, case.upper) if layer], canary)


@pytest.mark.peer
@pytest.mark.parametrize("name", CASES)
def test_what_it_means_and_what_umoci_does(name: str, tmp_path: Path) -> None:
    require_root()
    case = CASES[name]
    layers = layers_of(case)
    with opened(tmp_path / "work", layers) as image:
        assert {row.path for row in MergedTree(image.stack).walk()} == expected(case)
        image.extract(image.whole(), tmp_path / "ours", ALL)
    ours = found_on_disk(tmp_path / "ours")
    assert ours.keys() == expected(case)
    layout = write_layout(tmp_path / "image", [LayerSpec(write_tar(layer), "none") for layer in layers]).path
    command = [require_tool("umoci"), "unpack", "--image", f"{layout}:latest", str(tmp_path / "bundle")]
    done = subprocess.run(command, capture_output=True, check=False)
    assert (done.returncode != 0) == (case.umoci == REFUSES), done.stderr
    if done.returncode == 0:
        theirs = found_on_disk(tmp_path / "bundle/rootfs")
        left = set() if case.umoci == SAME else {path.encode() for path in _words(case.umoci)}
        assert theirs.keys() - ours.keys() == left
        assert {path: what for path, what in theirs.items() if path not in left} == ours


@pytest.mark.parametrize("name", CASES)
def test_every_view_says_the_same_and_nothing_is_touched(name: str, yard: Yard, tmp_path: Path) -> None:
    with opened(tmp_path / "work", layers_of(CASES[name], yard.canary)) as image:
        assert_views_agree(image)
        for items in image.ways():
            image.extract(items, yard.target, ALL)
        yard.assert_untouched()


_NAMES = st.sampled_from(
    [*("a", "d", "s", ".wh.", ".wh..", ".wh...", ".wh.a", ".wh.d", ".wh..wh.", ".wh..wh..opq", ".wh..wh.a"), ".."]
)
_PATHS = st.lists(_NAMES, min_size=1, max_size=3).map("/".join)
_ENTRIES = st.one_of(
    st.builds(file, _PATHS, st.sampled_from(["", "1", "22"])),
    st.builds(file, _PATHS, st.sampled_from(["", "1", "22"])),
    st.builds(directory, _PATHS),
    st.builds(symlink, _PATHS, st.just("gone")),
)


@settings(max_examples=examples(30), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(layers=st.lists(st.lists(_ENTRIES, min_size=1, max_size=6), min_size=1, max_size=3))
def test_any_whiteouts_mean_the_same_everywhere(
    layers: list[list[Entry]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    with opened(tmp_path_factory.mktemp("layers"), layers) as image:
        assert_views_agree(image)


COMMANDS: tuple[tuple[str, ...], ...] = (
    *(("ls", "-R", "-l"), ("ls", "-R", "--json"), ("which", "**"), ("which", "d/.wh.a", ".wh.", "d/.wh..wh..opq/a")),
    *(("waste",), ("verify",), ("find", "**"), ("inspect",), ("ci",), ("diff", "--layer", "1", "--layer", "3")),
    *(("cat", "d/.wh.a"), ("extract", "/", "-o", "TARGET", "--overwrite")),
    *(("ls", "-R", "-l", "--layer"), ("extract", "/", "-o", "TARGET", "--overwrite", "--layer")),
)


def test_every_command_on_all_of_them_at_once(yard: Yard, tmp_path: Path, run: Run) -> None:
    """A layer for each; those without a number above get one after the other."""
    uppers = [case.upper for case in CASES.values()]
    layers = aimed([[*LOWER, symlink("l", "@")], *uppers], yard.canary)
    layout = write_layout(tmp_path / "image", [LayerSpec(write_tar(layer), "none") for layer in layers]).path
    for command, *rest in COMMANDS:
        words = [word.replace("TARGET", str(yard.target)) for word in rest]
        for number in range(1, len(layers) + 1) if words[-1:] == ["--layer"] else [None]:
            done = run(command, layout, *words, *([number] if number is not None else []))
            assert done.code in (0, 1, 2), done
            assert "defect of ocitui" not in done.err
        yard.assert_untouched()
