"""A layer's tar, put together of its files and its tar-split."""

import base64
import gzip
import io
import os
import tarfile
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocitui.transports.blob import BlobFile, StoredDamageError
from ocitui.transports.blobs import from_words, to_words
from ocitui.transports.containers_storage.packed_bytes import PackedBytes
from ocitui.transports.containers_storage.split_runs import LINE_LIMIT, read_runs
from ocitui.transports.containers_storage.tar_split import TarSplitBlob
from tests.examples import examples
from tests.images.tools import require_tool, run
from tests.transports.tar_splits import split, write_split

_NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0/"), min_size=1, max_size=30).filter(
    lambda name: name not in (".", "..") and len(name.encode()) < 200
)


def read_all(file: BlobFile, size: int = 1 << 19) -> bytes:
    """All bytes of a blob, in order."""
    parts: list[bytes] = []
    while part := file.read_at(sum(map(len, parts)), size):
        parts.append(part)
    return b"".join(parts)


def make_tar(files: dict[str, bytes]) -> bytes:
    """A tar with these files, in a folder each, and links between them."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for number, (name, data) in enumerate(files.items()):
            folder = tarfile.TarInfo(f"d{number % 3}/")
            folder.type, folder.mode = tarfile.DIRTYPE, 0o755
            archive.addfile(folder)
            member = tarfile.TarInfo(f"d{number % 3}/{name}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
            link = tarfile.TarInfo(f"link{number}")
            link.type, link.linkname = tarfile.SYMTYPE, member.name
            archive.addfile(link)
    return out.getvalue()


@pytest.mark.slow
@settings(deadline=None, max_examples=examples(60))
@given(
    files=st.dictionaries(_NAMES, st.binary(max_size=3000), max_size=8),
    places=st.lists(st.tuples(st.integers(0, 40_000), st.integers(1, 9000)), max_size=20),
)
def test_the_tar_is_the_same_at_any_offset(files: dict[str, bytes], places: list[tuple[int, int]]) -> None:
    tar = make_tar(files)
    with tempfile.TemporaryDirectory() as folder:
        blob = split(tar, Path(folder))
        file = blob.open()
        assert file.size == len(tar) == blob.size
        assert read_all(file) == tar
        for offset, size in places:
            assert file.read_at(offset, size) == tar[offset : offset + size]
        file.close()
        file.close()


def test_it_goes_to_a_worker_and_back(tmp_path: Path) -> None:
    for size in (None, 5):
        blob = TarSplitBlob(tmp_path / "x", tmp_path, size)
        assert from_words(to_words(blob)) == blob


@pytest.mark.peer
def test_what_gnu_tar_writes(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for name in (b"plain", b"\xff\xfe not utf-8", b"n" * 150):
        (source / os.fsdecode(name)).write_bytes(name * 1000)
    tar = run(require_tool("tar"), "-C", source, "--format=gnu", "-cf", "-", ".")
    blob = split(tar, tmp_path / "split")
    file = blob.open()
    assert read_all(file, 777) == tar
    file.close()


@pytest.mark.slow
def test_many_files_take_little_memory(tmp_path: Path) -> None:
    header = base64.b64encode(os.urandom(32) + bytes(480)).decode()
    lines: list[dict[str, object]] = []
    for number in range(30_000):
        lines.append({"type": 2, "payload": header, "position": 0})
        lines.append({"type": 1, "name": f"usr/share/{number // 100}/{number}", "size": 512, "position": 0})
    blob = write_split(tmp_path, lines)
    lines.clear()
    import tracemalloc

    tracemalloc.start()
    runs = read_runs(blob.path)
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert runs.size == 30_000 * 1024
    assert runs.at(29_999 * 1024 + 600).name == b"usr/share/299/29999"
    assert kept < 6 << 20


def test_packed_bytes_are_the_same() -> None:
    data = os.urandom(1000) * 300
    packed = PackedBytes()
    for start in range(0, len(data), 7001):
        packed.append(data[start : start + 7001])
    assert len(packed) == len(data)
    for offset in (0, 65_535, 65_536, 131_000, 299_999):
        found = packed.read(offset, 100)
        assert found
        assert data[offset : offset + 100].startswith(found)
    assert packed.read(300_000, 1) == b""


def _message(blob: TarSplitBlob) -> str:
    """Why a blob cannot be read."""
    with pytest.raises(OSError) as caught:  # noqa: PT011
        read_all(blob.open())
    assert caught.value.strerror
    return caught.value.strerror


@pytest.mark.parametrize(
    "line",
    [
        b"{",
        b"[]",
        b"{}",
        b'{"type": 3}',
        b'{"type": 2, "payload": "%"}',
        b'{"type": 2, "payload": "AA"}',
        b'{"type": 2, "payload": 5}',
        b'{"type": 1, "name": "a", "size": -1}',
        b'{"type": 1, "name": "a", "size": 1e3}',
        b'{"type": 1, "name": "a", "size": 99999999999999999999}',
        b'{"type": 1, "name": "", "size": 1}',
        b'{"type": 1, "name": "a\\u0000b", "size": 1}',
        b'{"type": 1, "name_raw": "\xff", "size": 1}',
        b"[" * 200_000,
        b'{"type": ' + b"9" * 5000 + b"}",
        b"",
    ],
)
def test_what_is_no_tar_split_is_said(line: bytes, tmp_path: Path) -> None:
    blob = write_split(tmp_path, [])
    blob.path.write_bytes(gzip.compress(line))
    assert _message(blob).startswith("the tar-split: ")


def test_a_line_without_end_is_not_read_to_the_end(tmp_path: Path) -> None:
    blob = write_split(tmp_path, [])
    blob.path.write_bytes(gzip.compress(b" " * (LINE_LIMIT * 4), 1))
    assert "at most 16,777,216 bytes" in _message(blob)


def test_a_tar_too_large_is_refused(tmp_path: Path) -> None:
    lines: list[dict[str, object]] = [{"type": 1, "name": "a", "size": 1 << 52}] * 3
    assert "at most" in _message(write_split(tmp_path, lines))


def test_a_cut_tar_split_is_said(tmp_path: Path) -> None:
    blob = split(make_tar({f"f{n}": os.urandom(50) for n in range(50)}), tmp_path)
    data = blob.path.read_bytes()
    for tenth in range(10):
        blob.path.write_bytes(data[: len(data) * tenth // 10])
        assert _message(blob).startswith("the tar-split: ")
    blob.path.unlink()
    with pytest.raises(FileNotFoundError):
        blob.open()


def test_damaged_files_are_said(tmp_path: Path) -> None:
    tar = make_tar({"a": b"a" * 600})
    blob = split(tar, tmp_path)
    path = blob.folder / "d0" / "a"
    secret = tmp_path / "secret"
    secret.write_bytes(b"s" * 600)
    start = tar.index(b"a" * 600)
    file = blob.open()
    path.write_bytes(b"a" * 599)
    assert file.read_at(0, 1 << 20) == tar[:start]  # what is before it is given
    file.close()
    assert _message(blob) == "'d0/a': expected 600 bytes, found 599"
    path.unlink()
    assert _message(blob) == "'d0/a': expected a file of the layer, found none"
    path.symlink_to(secret)
    assert _message(blob) == "'d0/a': expected a file, found a link"
    path.unlink()
    os.mkfifo(path)
    assert _message(blob) == "'d0/a': expected a file, found a device, a pipe or a socket"
    path.unlink()
    path.mkdir()
    assert _message(blob) == "'d0/a': expected a file, found a folder"
    path.rmdir()
    path.parent.rmdir()
    path.parent.write_text("")
    assert _message(blob) == "'d0/a': expected a file of the layer, found none"


def test_links_lead_where_they_do_inside(tmp_path: Path) -> None:
    """With vfs a layer is written into a copy of those below, through the links of that."""
    data = b"x" * 10
    blob = write_split(tmp_path, [{"type": 1, "name": "lib/x", "size": 10}])
    (blob.folder / "usr/lib").mkdir(parents=True)
    (blob.folder / "usr/lib/x").write_bytes(data)
    link = blob.folder / "lib"
    for target in ("usr/lib", "/usr/lib", "../../usr/lib", "usr/lib/../lib/."):
        link.unlink(missing_ok=True)
        link.symlink_to(target)
        file = blob.open()
        assert read_all(file) == data
        file.close()
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "x").write_bytes(data)
    for target in ("../outside", str(outside), "usr/../../outside"):
        link.unlink()
        link.symlink_to(target)
        assert _message(blob) == "'lib/x': expected a file of the layer, found none"
    link.unlink()
    link.symlink_to("lib")
    assert "links in a circle" in _message(blob)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_no_permission_is_said_with_what_helps(tmp_path: Path) -> None:
    blob = split(make_tar({"a": b"secret"}), tmp_path)
    (blob.folder / "d0" / "a").chmod(0)
    for folder in (tmp_path, *tmp_path.parents[:-1]):
        if not folder.stat().st_mode & 0o001:
            folder.chmod(0o711)
    os.seteuid(65534)
    try:
        message = _message(blob)
    finally:
        os.seteuid(0)
    assert message == ("'d0/a': cannot be read: Permission denied (a rootless storage is read inside `podman unshare`)")


def test_no_file_stays_open(tmp_path: Path) -> None:
    blob = split(make_tar({f"f{n}": b"x" * 10 for n in range(30)}), tmp_path)
    before = os.listdir("/proc/self/fd")
    file = blob.open()
    read_all(file, 100)
    assert len(os.listdir("/proc/self/fd")) <= len(before) + 3
    file.close()
    (blob.folder / "d1" / "f1").unlink()
    file = blob.open()
    with pytest.raises(StoredDamageError):
        read_all(file)
    file.close()
    assert len(os.listdir("/proc/self/fd")) == len(before)
