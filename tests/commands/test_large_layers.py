"""Layers of extreme shape through the real commands: what they say, and what they cost.

A million files in one folder are in ``python -m tests.bench crowd``.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ocitui.layers.entry import EntryKind
from ocitui.layers.index.directories import ROOT
from tests.bench.inputs.tars import file, folder
from tests.commands.conftest import REPOSITORY
from tests.images.layout_writer import LayerSpec, write_layout
from tests.images.tools import require_tool, run
from tests.layers.readers import bsdtar, gnu_tar, go
from tests.layers.tars import END, header, index_of, member, pax

pytestmark = pytest.mark.slow

MEMORY = 250_000_000
"""Bytes that no command takes."""

DEPTH = 10_000
DEEP = b"d/" * DEPTH + b"file"


def ask(*arguments: str | Path | bytes, memory: int = MEMORY, code: int = 0) -> list[bytes]:
    """Run a command within limits, and return the lines that it prints."""
    words = [os.fsdecode(word) for word in arguments]
    command = [sys.executable, "-m", "tests.commands.limited", *words]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, check=False)
    assert done.returncode == code, done.stderr
    assert int(done.stderr.splitlines()[-1]) < memory
    return done.stdout.splitlines()


def linked(count: int) -> bytes:
    """As many hard links to one file."""
    links = (header(b"links/%06d" % n, flag=b"1", link=b"first") for n in range(count))
    return b"".join([member(b"first", b"x" * 1000), *links, END])


def chained(count: int) -> bytes:
    """As many hard links, each to the one before it, and the first of a listing the last of the chain."""
    links = [header(b"links/%06d" % n, flag=b"1", link=b"links/%06d" % (n + 1)) for n in reversed(range(count))]
    return b"".join([member(b"links/%06d" % count, b"x" * 1000), *links, END])


def relinked(count: int) -> bytes:
    """One path again and again, and a hard link to each of its versions."""
    versions = (member(b"first", b"%d" % n) + header(b"links/%06d" % n, flag=b"1", link=b"first") for n in range(count))
    return b"".join([*versions, END])


@pytest.mark.peer
def test_100_000_links_to_one_file(tmp_path: Path) -> None:
    """As both tars list them; and none of them counts for the size."""
    tar = linked(100_000)
    (tmp_path / "it.tar").write_bytes(tar)
    for program in ("tar", "bsdtar"):
        _, *links = run(require_tool(program), "-tvf", tmp_path / "it.tar").splitlines()
        assert len(links) == 100_000
        assert all(line.endswith(b" link to first") for line in links)
    (tmp_path / "index").mkdir()
    with index_of(tmp_path / "index", tar) as index:
        assert (index.root.below_entries, index.root.below_bytes) == (100_002, 1000)
        entries = list(index.entries(index.directory_id(b"links") or ROOT))
        assert {(entry.kind, entry.size, entry.link) for entry in entries} == {(EntryKind.HARDLINK, 0, b"first")}
        first = index.lookup(b"first")
        assert all(index.hard_link_target(entry) == first for entry in entries[::1000])


def test_commands_on_50_000_links(tmp_path: Path) -> None:
    """Each link is one file with the others; replacing the first name leaves it where it is."""
    upper = member(b"first", b"new") + member(b"links/.wh.000000") + END
    image = write_layout(tmp_path / "image", [LayerSpec(linked(50_000), "none"), upper]).path
    assert len(ask("ls", "--layer", "1", image, "/links")) == 50_000
    assert b"added" in b"".join(ask("which", image, "/links/049999"))
    assert ask("cat", image, "/links/049999") == [b"x" * 1000]
    ask("waste", image)


@pytest.mark.parametrize("make", [linked, chained, relinked])
def test_links_cost_what_they_are(make: Callable[[int], bytes], tmp_path: Path) -> None:
    """In the merged tree and in one layer; they are links of each other on disk, too."""
    count = 2_000
    image = write_layout(tmp_path / "image", [make(count), member(b"other") + END]).path
    assert len(ask("ls", image, "/links")) >= count
    ask("waste", image)
    for name, options in (("merged", ()), ("layer", ("--layer", "1"))):
        ask("extract", *options, image, "/links", "-o", tmp_path / name)
        files = list((tmp_path / name / "links").iterdir())
        assert len(files) >= count
        if make is not relinked:
            assert len({path.stat().st_ino for path in files}) == 1
        else:
            assert all(path.read_bytes() == b"%d" % int(path.name) for path in files[::500])


@pytest.mark.peer
def test_a_path_10_000_deep(tmp_path: Path) -> None:
    """As both tars list it; no file system takes it, so that Go's programs refuse it."""
    tar = pax([(b"path", DEEP)]) + member(b"short", b"deep\n") + END
    (tmp_path / "it.tar").write_bytes(tar)
    (tmp_path / "go").mkdir()
    for listing in (gnu_tar.listing(tmp_path / "it.tar"), bsdtar.listing(tmp_path / "it.tar", has_times=False)):
        assert [(row.path, row.size) for row in listing.rows] == [(DEEP, 5)]
    with go.unpacked(tar, tmp_path / "go") as found:
        assert "file name too long" in found.complaint
    image = write_layout(tmp_path / "image", [tar, member(b"other") + END]).path
    assert ask("cat", image, b"/" + DEEP) == [b"deep"]
    assert ask("cat", "--layer", "1", image, b"/" + DEEP) == [b"deep"]
    assert ask("ls", image, "/d/d") == [b"d"]
    assert ask("ls", "-R", "--layer", "1", image)[-1] == DEEP
    assert b"added" in b"".join(ask("which", image, b"/" + DEEP))
    assert [hit.split(b"\t")[3] for hit in ask("find", image, "name:file")] == [b"/" + DEEP]
    ask("waste", image)


def test_10_000_folders_each_in_the_one_before(tmp_path: Path) -> None:
    """Two hundred megabytes of paths are not kept by the worker."""
    parts = (pax([(b"path", b"d/" * depth)]) + header(b"short", flag=b"5") for depth in range(1, DEPTH))
    image = write_layout(tmp_path / "image", [b"".join([*parts, END])]).path
    assert ask("ls", "--layer", "1", image, memory=100_000_000) == [b"d"]


def test_120_000_files_in_one_folder_of_two_layers(tmp_path: Path) -> None:
    """They are merged, searched and compared a piece at a time; held all at once they took 146 MB."""
    lower = b"".join([folder("flat"), *(file(f"flat/{n:06}", n % 2) for n in range(120_000)), END])
    upper = folder("flat") + member(b"flat/.wh.000007") + member(b"flat/050000", b"new") + END
    images = [
        write_layout(tmp_path / name, [LayerSpec(lower, "none"), *layers]).path
        for name, layers in (("one", [upper]), ("other", [upper, member(b"flat/119999", b"other") + END]))
    ]
    memory = 115_000_000
    assert ask("ls", "--layer", "1", images[0], memory=memory) == [b"flat"]
    names = ask("ls", "--layer", "1", images[0], "/flat", memory=memory)
    assert (len(names), names[0], names[-1]) == (120_000, b"000000", b"119999")
    for image in images:
        names = ask("ls", image, "/flat", memory=memory)
        assert (len(names), names[7], names[-1]) == (119_999, b"000008", b"119999")
    hits = [hit.split(b"\t") for hit in ask("find", images[0], "/flat/0500", memory=memory)]
    assert len(hits) == 101
    found = [(hit[0], hit[1]) for hit in hits if hit[3] == b"/flat/050000"]
    assert found == [(b"1", b"replaced by layer 2"), (b"2", b"modified")]
    assert len(ask("which", images[0], "/flat/*77", memory=memory)) > 1000
    told = ask("diff", images[0], images[1], memory=memory, code=1)
    assert [line.split()[-1] for line in told if b"/flat/" in line] == [b"/flat/119999"]


def test_a_comparison_10_000_folders_deep(tmp_path: Path) -> None:
    """The paths of all of the folders would be 50 MB each time they are kept; it kept five."""
    images = [
        write_layout(tmp_path / name, [pax([(b"path", DEEP)]) + member(b"short", text) + END]).path
        for name, text in (("one", b"deep"), ("other", b"deeper"))
    ]
    told = ask("diff", *images, memory=150_000_000, code=1)
    assert [line.split()[-1] for line in told if b"d/d" in line] == [b"/" + DEEP]
