"""Tars that GNU ``tar`` makes, in each of its formats: what four readers list, and what files hold."""

import itertools
import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from ocitui.layers.entry import EntryKind
from ocitui.layers.reader import LayerReader
from ocitui.layers.warnings import LayerWarning
from ocitui.transports.blob import BlobLocation
from tests.commands.conftest import spawn
from tests.images.layout_writer import LayerSpec, write_layout
from tests.images.tools import require_tool, run
from tests.layers.readers import bsdtar, gnu_tar, go, ours
from tests.layers.tars import index_of

pytestmark = pytest.mark.peer

TIME = 1_600_000_000
BIG = 700_000
"""Bytes of the sparse file that has few runs."""


@dataclass(frozen=True)
class Form:
    """How ``tar`` is asked to write, and what comes of it."""

    options: tuple[str, ...]
    knows_long_names: bool = True
    refused_type: str = ""
    """The type that no Go program unpacks, where there is one."""

    def __str__(self) -> str:
        return "_".join(option.strip("-") for option in self.options)


PLAIN = (
    Form(("--format=v7",), knows_long_names=False),
    Form(("--format=ustar",), knows_long_names=False),
    Form(("--format=oldgnu",)),
    Form(("--format=gnu",)),
    Form(("--format=pax",)),
)
SPARSE = (
    Form(("--format=oldgnu", "--sparse"), refused_type="S"),
    Form(("--format=gnu", "--sparse"), refused_type="S"),
    Form(("--format=pax", "--sparse", "--sparse-version=0.0")),
    Form(("--format=pax", "--sparse", "--sparse-version=0.1")),
    Form(("--format=pax", "--sparse", "--sparse-version=1.0")),
)
INCREMENTAL = (
    Form(("--format=oldgnu", "--incremental"), refused_type="D"),
    Form(("--format=gnu", "--incremental"), refused_type="D"),
    Form(("--format=gnu", "--incremental", "--sparse"), refused_type="S"),
    Form(("--format=pax", "--incremental")),
)
every_form = pytest.mark.parametrize("form", [*PLAIN, *SPARSE, *INCREMENTAL], ids=str)


def write_holes(path: Path, runs: int, size: int) -> None:
    with path.open("wb") as file:
        for run in range(runs):
            file.seek(run * (size // runs) + 4096)
            file.write(b"%04d" % run * 256)
        file.truncate(size)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files of each kind; more runs in one than a header of GNU or a block of map has room for."""
    top = tmp_path_factory.mktemp("tree")
    (top / "folder/sub").mkdir(parents=True)
    (top / "folder/file").write_bytes(b"x" * 700)
    (top / "folder/hard").hardlink_to(top / "folder/file")
    (top / "soft").symlink_to("folder/file")
    write_holes(top / "few", 3, BIG)
    write_holes(top / "many", 60, 60 * 12_288)
    (top / "hole").touch()
    os.truncate(top / "hole", 100_000)
    (top / "zz").write_bytes(b"after")
    names = top / "names"
    names.mkdir()
    (names / ("long" * 40)).write_bytes(b"y")
    (names / "far").symlink_to("target/" * 30)
    for path in top.rglob("*"):
        os.utime(path, (TIME - 5, TIME), follow_symlinks=False)
    return top


@pytest.fixture
def tar(form: Form, tree: Path, tmp_path: Path) -> Path:
    archive = tmp_path / "it.tar"
    members = [path.name for path in sorted(tree.iterdir()) if form.knows_long_names or path.name != "names"]
    owner = ("--owner=:1000", "--group=:1001")
    run(require_tool("tar"), "--sort=name", *owner, *form.options, "-cf", archive, "-C", tree, *members)
    return archive


@every_form
def test_listings(form: Form, tar: Path) -> None:
    data = tar.read_bytes()
    if form in INCREMENTAL and "--format=pax" not in form.options:  # a ctime is where ustar has a prefix
        first = next(at for at in itertools.count(0, 512) if data[at + 156 : at + 157] == b"0")
        assert data[first + 345 : first + 380].strip(b"\0"), (
            "without a ctime where ustar has a prefix nothing is proved"
        )
    wanted = gnu_tar.listing(tar)
    assert not wanted.complaint
    assert bsdtar.listing(tar) == wanted
    found = ours.listing(data, 700)
    assert found.rows == wanted.rows
    assert found.complaint.startswith(LayerWarning.REFUSED_TYPE if form.refused_type else "")
    assert bool(found.complaint) is bool(form.refused_type)
    assert {row.path for row in found.rows} >= {b"folder", b"folder/file", b"few", b"soft", b"zz"}


@every_form
def test_contents(form: Form, tar: Path, tree: Path, tmp_path: Path) -> None:
    (tmp_path / "index").mkdir()
    with index_of(tmp_path / "index", tar.read_bytes()) as index, LayerReader(BlobLocation(tar), index) as reader:
        for path, entry in index.walk():
            if entry.kind not in (EntryKind.FILE, EntryKind.HARDLINK):
                continue
            name = os.fsdecode(path)
            held = (tree / name).read_bytes()
            assert reader.read(entry) == held
            assert reader.read(entry, BIG // 3, 5000) == held[BIG // 3 : BIG // 3 + 5000]
            if entry.kind is EntryKind.FILE:
                assert gnu_tar.contents(tar, name) == held
                assert bsdtar.contents(tar, name) == held


@every_form
def test_unpacked(form: Form, tar: Path, tree: Path, tmp_path: Path) -> None:
    data = tar.read_bytes()
    (tmp_path / "index").mkdir()
    with go.unpacked(data, tmp_path) as found, index_of(tmp_path / "index", data) as index:
        if form.refused_type:
            assert f"unknown typeflag '\\x{ord(form.refused_type):x}'" in found.complaint
            return
        assert not found.complaint
        assert found.tree() == ours.tree(index)
        for path, entry in index.walk():
            if entry.kind is EntryKind.FILE:
                assert (found.root / os.fsdecode(path)).read_bytes() == (tree / os.fsdecode(path)).read_bytes()


@pytest.mark.parametrize("form", SPARSE, ids=str)
def test_cat(form: Form, tar: Path, tree: Path, tmp_path: Path, cache_dir: Path) -> None:
    """A sparse file through the whole program, from a compressed layer."""
    layout = write_layout(tmp_path / "image", [LayerSpec(tar.read_bytes())])
    done = spawn("cat", layout.path, "/many")
    assert (done.code, done.err) == (0, "")
    assert done.out == (tree / "many").read_bytes()
