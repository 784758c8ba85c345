"""Archives: compressed from outside, in a folder of their own, through a pipe; what of them is kept."""

import bz2
import gzip
import io
import json
import lzma
import os
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import zstandard

from ocitui.cache_folder import CacheFolder
from ocitui.demo.tar import directory, file, write_tar
from ocitui.errors import BlobMissingError, UsageError
from ocitui.image.documents.tree import build_tree
from ocitui.image.selection import images_below
from ocitui.spec.digest import Digest
from ocitui.transports.archives import source as archive_module
from ocitui.transports.archives import spool as spool_module
from ocitui.transports.archives.archive import Archive
from ocitui.transports.archives.spool import spool
from ocitui.transports.blob import identity_of
from ocitui.transports.blobs import from_words, to_words
from ocitui.transports.layout import Layout
from ocitui.transports.opening import open_reference
from ocitui.transports.transport import read_blob
from tests.images.docker_archive_writer import ArchiveImage, kaniko_form
from tests.images.layout_writer import WrittenLayout, write_layout

LAYER = write_tar([directory("etc"), file("etc/motd", "hello\n"), file("big", os.urandom(200_000))])

COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "zstd": zstandard.ZstdCompressor().compress,
    "xz": lzma.compress,
    "bzip2": bz2.compress,
}


@pytest.fixture
def written(tmp_path: Path) -> WrittenLayout:
    return write_layout(tmp_path / "layout", [LAYER])


def pack(written: WrittenLayout, below: str = "") -> bytes:
    """The layout as a tar."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        archive.add(written.path, below)
    return stream.getvalue()


def kept(cache_dir: Path, pattern: str = "*") -> list[Path]:
    return sorted((cache_dir / "archives" / f"v{spool_module.VERSION}").glob(pattern))


def layer_of(written: WrittenLayout, path: Path) -> bytes:
    transport, _ = open_reference(str(path))
    return read_blob(transport.locate(Digest.parse(written.layers[0])), "layer", 1 << 30)


@pytest.mark.parametrize("kind", COMPRESS)
def test_one_that_is_compressed_from_outside(
    kind: str, written: WrittenLayout, tmp_path: Path, cache_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x"
    path.write_bytes(COMPRESS[kind](pack(written)))
    expected = written.blob(written.layers[0]).read_bytes()
    assert layer_of(written, path) == expected
    assert sorted(each.suffix for each in kept(cache_dir)) == [".json", ".tar"]
    monkeypatch.setattr(archive_module, "spool", None)  # the copy is there: nothing is unpacked again
    assert layer_of(written, path) == expected


@pytest.mark.parametrize("kind", COMPRESS)
def test_one_that_is_compressed_and_damaged(kind: str, written: WrittenLayout, tmp_path: Path, cache_dir: Path) -> None:
    whole = COMPRESS[kind](pack(written))
    path = tmp_path / "x"
    damaged = False
    for tenth in range(1, 10):
        path.write_bytes(whole[: len(whole) * tenth // 10])
        try:
            transport, _ = open_reference(str(path))
        except UsageError as error:  # nothing of the first member came out
            damaged = "stream is damaged after 0 bytes" in str(error)
            continue
        damaged = bool(transport.problems)
        assert damaged
        assert kept(cache_dir, "*.tar") == []
        del transport
    assert damaged
    assert kept(cache_dir, "*.part") == []
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 0xFF
    path.write_bytes(flipped)
    try:
        transport, _ = open_reference(str(path))
    except UsageError:
        return
    # What the compression does not notice, and the tar neither, the digest of the layer does.
    assert transport.problems or layer_of(written, path) != written.blob(written.layers[0]).read_bytes()


def test_a_copy_goes_where_the_cache_has_no_room(written: WrittenLayout, tmp_path: Path, cache_dir: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(gzip.compress(pack(written)))
    archive = Archive(path, cache=CacheFolder(cache_dir, limit=1000))
    assert Layout(archive).problems == ()
    assert kept(cache_dir, "*.tar") == []
    assert len(kept(cache_dir, "*.part")) == 1
    del archive
    assert kept(cache_dir, "*.part") == []


def test_a_bomb_leaves_room_on_the_disk(tmp_path: Path, cache_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x"
    with gzip.open(path, "wb", compresslevel=1) as sink:
        for _ in range(200):
            sink.write(bytes(1 << 20))
    monkeypatch.setattr(spool_module, "_SPARED", 1 << 60)
    with pytest.raises(UsageError, match=r"not enough space to unpack or copy it: .* left in"):
        open_reference(str(path))
    assert kept(cache_dir) == []


def test_a_folder_that_was_packed_whole(written: WrittenLayout, tmp_path: Path) -> None:
    path = tmp_path / "x.tar"
    path.write_bytes(pack(written, "some-image"))
    assert layer_of(written, path) == written.blob(written.layers[0]).read_bytes()
    transport, _ = open_reference(str(path))
    assert {str(digest) for digest in transport.digests()} == {written.manifest, written.config, *written.layers}


def test_the_table_is_kept_and_belongs_to_one_file(
    written: WrittenLayout, tmp_path: Path, cache_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.tar"
    path.write_bytes(pack(written))
    Archive(path)
    (table,) = kept(cache_dir)
    status = path.stat()
    found = json.loads(table.read_bytes().partition(b"\n")[2])
    assert found["identity"] == list(identity_of(status))
    read: list[Path] = []
    really = archive_module._read_members

    def counted(file: Any) -> Any:
        read.append(path)
        return really(file)

    monkeypatch.setattr(archive_module, "_read_members", counted)
    assert Archive(path).tops == {"blobs", "index.json", "oci-layout"}
    assert not read
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + 1))  # it may have been written to
    Archive(path)
    assert len(read) == 1
    for damage in (b"", b"{}", b"[]", table.read_bytes()[:-40], b'{"identity": [], "members": {}, "damage": ""}'):
        for each in kept(cache_dir):
            each.write_bytes(damage)
        assert Archive(path).tops == {"blobs", "index.json", "oci-layout"}
    assert len(read) == 6


def test_a_cache_that_cannot_be_written_costs_speed_only(
    written: WrittenLayout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("")
    monkeypatch.setenv("OCITUI_CACHE_DIR", str(blocker / "cache"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    path = tmp_path / "x.tar.gz"
    path.write_bytes(gzip.compress(pack(written)))
    assert layer_of(written, path) == written.blob(written.layers[0]).read_bytes()
    assert not list(tmp_path.glob("*.part"))


def test_a_pipe_is_copied(written: WrittenLayout, tmp_path: Path, cache_dir: Path) -> None:
    from threading import Thread

    path = tmp_path / "pipe"
    os.mkfifo(path)
    Thread(target=lambda: path.write_bytes(pack(written)), daemon=True).start()
    archive = Archive(path)
    assert Layout(archive).problems == ()
    assert [each.suffix for each in kept(cache_dir)] == [".part"]
    assert kept(cache_dir)[0].stat().st_mode & 0o777 == 0o600
    del archive
    assert kept(cache_dir) == []


def test_progress_is_told_and_may_give_up(written: WrittenLayout, tmp_path: Path, cache_dir: Path) -> None:
    path = tmp_path / "x.tar.gz"
    path.write_bytes(gzip.compress(pack(written)))
    told: list[tuple[str, int, int | None]] = []
    Archive(path, "here", progress=lambda *said: told.append(said))
    assert told[-1] == ("here", path.stat().st_size, path.stat().st_size)
    for each in kept(cache_dir):
        each.unlink()

    def give_up(*_: object) -> None:
        raise UsageError("enough")

    with pytest.raises(UsageError, match="enough"):
        Archive(path, progress=give_up)
    assert kept(cache_dir) == []


def test_what_comes_broken_leaves_nothing(cache_dir: Path) -> None:
    def pieces() -> Any:
        yield b"x"
        raise ConnectionResetError(104, "reset")

    with pytest.raises(UsageError, match=r"here: cannot be copied to .*: reset"):
        spool(pieces(), "here", CacheFolder(cache_dir))
    assert kept(cache_dir) == []


def test_a_member_that_is_not_there(written: WrittenLayout, tmp_path: Path) -> None:
    path = tmp_path / "x.tar"
    path.write_bytes(pack(written))
    with pytest.raises(BlobMissingError, match=r"^it: missing$"):
        Archive(path).find("nothing", "it")


def test_a_compressed_archive_is_unpacked_again_only_for_what_is_not_kept(
    written: WrittenLayout, tmp_path: Path, cache_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The copy was too large to stay, or had to go: documents and sizes are still known."""
    path = tmp_path / "x"
    path.write_bytes(gzip.compress(pack(written)))
    open_reference(str(path))
    for copy in kept(cache_dir, "*.tar"):
        copy.unlink()
    unpacked: list[str] = []
    really = archive_module.spool

    def counted(*arguments: Any) -> Any:
        unpacked.append("again")
        return really(*arguments)

    monkeypatch.setattr(archive_module, "spool", counted)
    transport, _ = open_reference(str(path))
    top = build_tree(transport)
    assert list(top.all_problems()) == []
    assert not unpacked
    blob = transport.locate(Digest.parse(written.layers[0]))
    assert blob.size == written.blob(written.layers[0]).stat().st_size
    assert read_blob(blob, "layer", 1 << 30) == written.blob(written.layers[0]).read_bytes()
    assert from_words(to_words(blob)).path.suffix == ".tar"
    assert len(unpacked) == 1
    assert len(kept(cache_dir, "*.tar")) == 1


def test_a_compressed_archive_that_changed_is_not_taken_for_the_one_before(
    written: WrittenLayout, tmp_path: Path, cache_dir: Path
) -> None:
    path = tmp_path / "x"
    path.write_bytes(gzip.compress(pack(written)))
    open_reference(str(path))
    for copy in kept(cache_dir, "*.tar"):
        copy.unlink()
    transport, _ = open_reference(str(path))
    blob = transport.locate(Digest.parse(written.layers[0]))
    path.write_bytes(gzip.compress(pack(written, "other")))
    with pytest.raises(UsageError, match="has changed since it was opened"):
        read_blob(blob, "layer", 1 << 30)


def test_layers_of_a_compressed_docker_archive_are_known_without_unpacking(tmp_path: Path, cache_dir: Path) -> None:
    image = ArchiveImage([LAYER], compression="gzip")
    path = tmp_path / "x"
    path.write_bytes(lzma.compress(write_tar(kaniko_form(image))))
    (before,) = images_below(build_tree(open_reference(str(path))[0]))
    for copy in kept(cache_dir, "*.tar"):
        copy.unlink()
    (after,) = images_below(build_tree(open_reference(str(path))[0]))
    assert after.layers == before.layers
    assert after.layers[0].variant
    assert kept(cache_dir, "*.tar") == []
