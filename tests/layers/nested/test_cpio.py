"""cpio archives as ``bsdtar`` writes them, and what is particular to them."""

import gzip
from pathlib import Path

import pytest

from ocitui.layers.entry import EntryKind
from ocitui.layers.nested.archive import Archive
from ocitui.layers.nested.data import Held
from tests.images.nested_archives import make_cpio
from tests.images.tools import require_tool, run


@pytest.mark.peer
@pytest.mark.parametrize("form", ["newc", "odc"])
def test_what_bsdtar_writes(tmp_path: Path, form: str) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "f").write_bytes(b"text" * 99)
    (tmp_path / "d" / "g").hardlink_to(tmp_path / "d" / "f")
    (tmp_path / "link").symlink_to("d/f")
    (tmp_path / "link").lstat()
    made = run(require_tool("bsdtar"), "-c", "--format", form, "-C", tmp_path, "d", "link")
    archive = Archive(Held(made), b"x.cpio")
    assert archive.problems == []
    found = {archive.path_in(each): each for each in archive.walk(archive.root.id)}
    assert sorted(found) == [b"d", b"d/f", b"d/g", b"link"]
    assert (found[b"link"].kind, found[b"link"].link) == (EntryKind.SYMLINK, b"d/f")
    for name in (b"d/f", b"d/g"):
        target = archive.hard_link_target(found[name])
        assert target is not None
        assert archive.read_stored(target, 0, 1000) == b"text" * 99


@pytest.mark.parametrize("field", [b"-0000010", b"0_000010", b"        ", b"ffffffff"])
def test_a_size_that_is_none(field: bytes) -> None:
    data = bytearray(make_cpio({"a": b"text", "b": b""}))
    data[54:62] = field
    archive = Archive(Held(bytes(data)), b"x.cpio")
    assert len(archive.problems) == 1
    assert archive.problems[0].startswith("/x.cpio: the ")


def test_compressed_parts_in_each_other_end() -> None:
    """Each was read through all before it, until Python's stack was full; a gzip may unpack to itself."""
    rest = make_cpio({"last": b"text"})
    for _ in range(300):
        rest = gzip.compress(rest)
    archive = Archive(Held(make_cpio({"first": b"text"}) + rest), b"initrd")
    assert [each.name for each in archive.walk(archive.root.id)] == [b"first"]
    assert [each.split(" at ")[0] for each in archive.problems] == ["/initrd: what follows"]
