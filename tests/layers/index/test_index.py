"""The index: repeated paths, implied folders, whiteouts, orders, totals, look-ups."""

import tarfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocitui.errors import LayerError
from ocitui.layers.entry import EntryKind
from ocitui.layers.index.directories import ROOT
from ocitui.layers.index.index import LayerIndex
from ocitui.layers.pathnames import components
from tests.examples import examples
from tests.layers.tars import END, header, index_of, member, paths, tarball


def directory(name: bytes, mode: int = 0o755) -> bytes:
    return header(name, flag=b"5", mode=mode)


def test_implied_and_repeated_directories(tmp_path: Path) -> None:
    data = member(b"./a/b/file", b"12345") + directory(b"./a/", 0o700) + directory(b"a", 0o711) + member(b"/a/c") + END
    with index_of(tmp_path, data) as index:
        assert paths(index) == [b"a", b"a/b", b"a/b/file", b"a/c"]
        a, b = index.lookup(b"a"), index.lookup(b"/a/b/")
        assert a is not None
        assert b is not None
        assert (a.mode, a.is_implied, a.superseded, a.below_entries, a.below_bytes) == (0o711, False, False, 3, 5)
        assert (b.is_implied, b.below_entries, b.below_bytes) == (True, 1, 5)
        assert (index.root.below_entries, index.root.below_bytes, index.root.is_implied) == (4, 5, True)
        assert index.summary.entry_count == 4
        assert index.summary.file_count == 2


def test_root_entry(tmp_path: Path) -> None:
    with index_of(tmp_path, directory(b"./", 0o700) + member(b"./x") + member(b"..") + END) as index:
        assert (index.root.mode, index.root.is_implied, index.root.directory) == (0o700, False, ROOT)
        assert paths(index) == [b"x"]
        assert len(index.summary.notes) == 2


def test_last_of_a_path_is_visible(tmp_path: Path) -> None:
    data = member(b"f", b"one") + member(b"g") + member(b"./f", b"three") + END
    with index_of(tmp_path, data) as index:
        found = index.lookup(b"f")
        assert found is not None
        assert found.size == 5
        assert index.root.below_bytes == 5
        (earlier,) = index.rows([2])
        assert earlier.superseded
        assert earlier.size == 3
        assert list(index.children(ROOT)) == [4, 3]


def test_file_and_directory_replace_each_other(tmp_path: Path) -> None:
    data = member(b"d/x", b"12") + member(b"d", b"3") + member(b"e", b"4567") + member(b"e/y", b"8") + END
    with index_of(tmp_path, data) as index:
        assert paths(index) == [b"d", b"e", b"e/y"]
        assert index.root.below_bytes == 2
        assert index.lookup(b"d/x") is None
        assert index.summary.file_count == 2
        assert index.rows([3])[0].superseded
    again = member(b"d/x/deep", b"12") + member(b"d", b"3") + member(b"d/z", b"4") + END
    with index_of(tmp_path, again) as index:
        assert paths(index) == [b"d", b"d/z"]
        assert (index.root.below_entries, index.root.below_bytes) == (2, 1)


@pytest.mark.parametrize("at_once", [1, 2, 3, 1000])
def test_entries_are_read_some_at_a_time(at_once: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file and a whiteout of one name stand at the border between two of them."""
    names = [b"c", b"b", b"a", b"\x01", b".wh.a", b".wh.b", b"b", b"d/x", b"e"]
    with index_of(tmp_path, b"".join(member(name) for name in names) + END) as index:
        rows = index.rows(index.children(ROOT))
        expected = sorted((entry.name, entry.id) for entry in rows)
        monkeypatch.setattr("ocitui.layers.index.index._ENTRIES_AT_ONCE", at_once)
        assert [(entry.name, entry.id) for entry in index.entries(ROOT)] == expected
        assert len(expected) == 8


def test_whiteouts(tmp_path: Path) -> None:
    names = [b"a/.wh.gone", b"a/gone", b"a/.wh..wh..opq", b".wh..wh.aufs", b".wh.", b".wh..", b".wh...", b".wh.dir/"]
    with index_of(tmp_path, b"".join(member(name) for name in names) + END) as index:
        a = index.directory_id(b"a")
        assert a is not None
        found = [(entry.name, entry.kind, entry.raw_name) for entry in index.entries(a)]
        assert found == [
            (b".wh..wh..opq", EntryKind.OPAQUE, b".wh..wh..opq"),
            (b"gone", EntryKind.WHITEOUT, b".wh.gone"),
            (b"gone", EntryKind.FILE, b"gone"),
        ]
        whiteout, opaque, visible = index.whiteout(a, b"gone"), index.opaque(a), index.lookup(b"a/gone")
        assert whiteout is not None
        assert opaque is not None
        assert visible is not None
        assert visible.kind is EntryKind.FILE
        assert index.whiteout(ROOT, b"gone") is None
        assert index.lookup(b"dir") is None
        assert index.lookup(b".wh.") is not None
        assert len(index.summary.notes) == 2


def test_climbing_names_stay_inside(tmp_path: Path) -> None:
    data = member(b"../../etc/passwd") + member(b"a/../b") + member(b"/abs//x/./y") + END
    with index_of(tmp_path, data) as index:
        assert paths(index) == [b"abs", b"abs/x", b"abs/x/y", b"b", b"etc", b"etc/passwd"]
        assert "climb out" in index.summary.notes[0]


def test_orders(tmp_path: Path) -> None:
    data = member(b"d/big", b"x" * 100) + member(b"b", b"x" * 50, mtime=1) + member(b"a", b"x" * 50, mtime=3) + END
    with index_of(tmp_path, data) as index:

        def names(order: str, reverse: bool = False) -> list[bytes]:
            ids = index.children(ROOT, order, reverse)  # type: ignore[arg-type]
            return [entry.name for entry in index.rows(ids)]

        assert names("name") == [b"a", b"b", b"d"]
        assert names("name", True) == [b"d", b"b", b"a"]
        assert names("size") == [b"a", b"b", b"d"]
        assert names("size", True) == [b"d", b"a", b"b"]
        assert names("time") == [b"d", b"b", b"a"]
        with pytest.raises(LayerError, match="no entry 99"):
            index.rows([99])


@pytest.mark.slow
@settings(max_examples=examples(60), deadline=None)
@given(
    st.lists(
        st.tuples(
            st.lists(st.sampled_from(["a", "b", "c", "."]), min_size=1, max_size=4).map("/".join),
            st.sampled_from([tarfile.REGTYPE, tarfile.DIRTYPE]),
            st.integers(0, 9),
        ),
        max_size=12,
    )
)
def test_same_as_unpacking(tmp_path_factory: pytest.TempPathFactory, items: list[tuple[str, bytes, int]]) -> None:
    """The visible tree and its totals are those that a naive unpacking leaves, whatever the order of the entries."""
    tree: dict[tuple[bytes, ...], int | None] = {}
    members = []
    for path, kind, size in items:
        info = tarfile.TarInfo(path)
        info.type = kind
        members.append((info, b"x" * size if kind == tarfile.REGTYPE else b""))
        parts = tuple(components(path.encode())[0])
        if not parts:
            continue
        for length in range(1, len(parts)):
            if tree.get(parts[:length], 0) is not None:
                tree[parts[:length]] = None
        if kind == tarfile.REGTYPE:
            for other in [other for other in tree if other[: len(parts)] == parts]:
                del tree[other]
            tree[parts] = size
        elif tree.get(parts, 0) is not None:
            tree[parts] = None
    with index_of(tmp_path_factory.mktemp("naive"), tarball(members)) as index:
        found = {tuple(path.split(b"/")): entry for path, entry in index.walk()}
        assert found.keys() == tree.keys()
        assert index.root.below_entries == len(tree)
        assert index.root.below_bytes == sum(size or 0 for size in tree.values())
        assert index.summary.file_count == sum(size is not None for size in tree.values())
        for parts, entry in found.items():
            assert entry.kind is (EntryKind.DIRECTORY if tree[parts] is None else EntryKind.FILE)
            assert index.path_of(entry) == b"/".join(parts)
            looked_up = index.lookup(b"/".join(parts))
            assert looked_up == entry
            if entry.directory is not None:
                below = [size for other, size in tree.items() if other[: len(parts)] == parts and other != parts]
                assert (entry.below_entries, entry.below_bytes) == (len(below), sum(size or 0 for size in below))


def test_extras_come_back(tmp_path: Path) -> None:
    info = tarfile.TarInfo("x")
    info.pax_headers = {"SCHILY.xattr.user.one": "1", "SCHILY.xattr.user.two": ""}
    device = tarfile.TarInfo("null")
    device.type, device.devmajor, device.devminor = tarfile.CHRTYPE, 1, 3
    with index_of(tmp_path, tarball([(info, b""), (device, b"")])) as index:
        null, x = index.entries(ROOT)
        assert null.device == (1, 3)
        assert x.xattrs == {b"user.one": b"1", b"user.two": b""}


def test_foreign_files_are_no_index(tmp_path: Path) -> None:
    path = tmp_path / "x.sqlite"
    path.write_bytes(b"hello")
    with pytest.raises(LayerError):
        LayerIndex(path)
    with pytest.raises(LayerError):
        LayerIndex(tmp_path / "missing")
    whole = index_of(tmp_path, member(b"a") + END).path
    whole.write_bytes(whole.read_bytes()[:-4096])
    with pytest.raises(LayerError):
        LayerIndex(whole)
