"""Writing to disk: what tar and umoci would write, and nothing outside the chosen folder."""

import os
import random
import stat
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ocitui.demo.tar import Entry as TarEntry
from ocitui.demo.tar import character_device, directory, fifo, file, hard_link, opaque, symlink, whiteout, write_tar
from ocitui.errors import LayerError
from ocitui.image.extract.extraction import Extraction
from ocitui.image.extract.items import ExtractionItem, items_below
from ocitui.image.extract.report import ExtractionOptions, ExtractionReport
from ocitui.image.extract.target import ExtractionTarget, is_safe
from ocitui.image.filesystem.layer import LayerFilesystem
from ocitui.image.filesystem.merged import MergedFilesystem
from ocitui.image.merged.tree import MergedTree
from ocitui.layers.reader import LayerReader
from ocitui.transports.blob import BlobLocation
from tests.image.stacks import close, found_on_disk, index_of, stack_of
from tests.images.tools import require_root, require_tool
from tests.layers.tars import END, header, patched

ALL = ExtractionOptions(overwrite=True, owners=True, devices=True, xattrs=True)


def open_tar(folder: Path, tar: bytes, name: str = "layer") -> LayerReader:
    """A reader of a layer that is not compressed."""
    index = index_of(tar, folder, name)
    return LayerReader(BlobLocation(folder / f"{name}.tar"), index)


def items_of(reader: LayerReader, name: bytes = b"") -> Iterator[ExtractionItem]:
    """A whole layer."""
    files = LayerFilesystem(reader.index, 1)
    return items_below(files, files.root, name)


def items_of_all(tree: MergedTree) -> Iterator[ExtractionItem]:
    """Layers over each other, whole."""
    files = MergedFilesystem(tree)
    return items_below(files, files.root, b"")


def extract(reader: LayerReader, target: Path, options: ExtractionOptions = ALL, name: bytes = b"") -> ExtractionReport:
    """Write a whole layer."""
    items = items_of(reader, name)
    return Extraction(target, lambda _: reader, options).run(items)


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """Where layers and their indexes are; not where anything is extracted to."""
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


@pytest.fixture(params=[0o022, 0o077, 0], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


@pytest.mark.peer
@pytest.mark.parametrize("owners", [False, True])
def test_what_is_written_is_what_tar_writes(owners: bool, umask: int, tmp_path: Path, work: Path) -> None:
    require_tool("tar")
    if owners:
        require_root()
    entries: list[TarEntry] = [
        directory("etc", 0o750),
        file("etc/motd", "hello", 0o640).at(1_000_000_000),
        file("etc/empty", mode=0o666),
        symlink("etc/link", "motd"),
        symlink("etc/away", "/nowhere/at/all"),
        hard_link("etc/same", "etc/motd"),
        directory("bin", 0o711),
        file("bin/su", "#!", 0o4755).owned(0, 5),
        file(b"bin/\xff\x1b[31m", "odd name", 0o755),
        directory("tmp", 0o1777),
        file("deep/er/implied/file", "x" * 300_000),
        fifo("pipe"),
    ]
    if owners:
        entries += [character_device("null", 1, 3), file("etc/theirs", "t", 0o600).owned(1000, 1001)]
    tar = write_tar(entries)
    reader = open_tar(work, tar)
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    theirs.mkdir()
    options = ExtractionOptions(owners=owners, devices=True)
    found = extract(reader, ours, options)
    assert found.failures == []
    keep = ["--same-owner", "-p"] if owners else ["--no-same-owner", "--no-same-permissions"]
    subprocess.run(["tar", "-x", *keep, "-C", theirs], input=tar, check=True)
    here, there = found_on_disk(ours), found_on_disk(theirs)
    if not owners:  # tar takes the sticky bit away too, by which a folder for everybody is less dangerous
        there[b"tmp"] = (*there[b"tmp"][:1], 0o1777 & ~umask, *there[b"tmp"][2:])
    for implied in (b"deep", b"deep/er", b"deep/er/implied"):
        here.pop(implied), there.pop(implied)
    assert here == there
    for path in here:
        if not path.startswith(b"deep"):
            mine, other = (os.lstat(os.path.join(os.fsencode(folder), path)) for folder in (ours, theirs))
            assert mine.st_mtime_ns == other.st_mtime_ns
            assert mine.st_nlink == other.st_nlink
            assert mine.st_rdev == other.st_rdev
    close_reader(reader)


def close_reader(reader: LayerReader) -> None:
    reader.close()
    reader.index.close()


@pytest.mark.peer
def test_the_merged_tree_is_what_umoci_unpacks(umoci_layout: Path, tmp_path: Path) -> None:
    require_root()
    from ocitui.commands.opened.image import open_image
    from tests.images import with_umoci

    with open_image(str(umoci_layout), None) as opened:
        items = items_of_all(opened.tree)
        found = Extraction(tmp_path / "ours", opened.contents.reader, ALL).run(items)
    assert found.failures == []
    assert found.left_out == []
    theirs = with_umoci.unpack(f"{umoci_layout}:{with_umoci.TAG}", tmp_path / "bundle")
    assert found_on_disk(tmp_path / "ours") == found_on_disk(theirs)


def test_hard_links_over_layers_are_one_file(tmp_path: Path, work: Path) -> None:
    stack = stack_of(work, [file("a", "first"), file("b", "other")], [hard_link("c", "a"), hard_link("d", "gone")])
    readers = {
        layer.number: LayerReader(BlobLocation(work / f"{layer.number}.tar"), layer.index)
        for layer in stack.layers
        if layer is not None
    }
    items = list(items_of_all(MergedTree(stack)))
    found = Extraction(tmp_path / "out", readers.__getitem__).run(items)
    assert [(each.path, each.reason) for each in found.failures] == [(b"d", "is a hard link to gone, which is missing")]
    assert os.path.samefile(tmp_path / "out/a", tmp_path / "out/c")
    assert (tmp_path / "out/c").read_text() == "first"
    for reader in readers.values():
        reader.close()
    close(stack)


def test_a_hard_link_is_a_copy_where_the_file_was_replaced_meanwhile(tmp_path: Path, work: Path) -> None:
    """A link is only made to the very file that this extraction wrote."""
    reader = open_tar(work, write_tar([file("a", "contents"), hard_link("b", "a")]))
    target = tmp_path / "out"
    items = [*items_of(reader)]
    secret = tmp_path / "secret"
    secret.write_text("secret")

    def replace_first(_: ExtractionReport, path: bytes) -> None:
        if path == b"b" and (target / "a").exists() and not (target / "a").is_symlink():
            (target / "a").unlink()
            (target / "a").symlink_to(secret)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ocitui.image.extract.extraction._INTERVAL", 0)
        found = Extraction(target, lambda _: reader, on_progress=replace_first).run(items)
    assert found.failures == []
    assert (target / "b").read_text() == "contents"
    assert not (target / "b").is_symlink()
    assert secret.read_text() == "secret"
    assert secret.stat().st_nlink == 1
    close_reader(reader)


@pytest.mark.peer
def test_holes_are_kept(tmp_path: Path, work: Path) -> None:
    require_tool("tar")
    with (work / "holes").open("wb") as sparse:
        sparse.write(b"start" * 1000)
        sparse.seek(20_000_000)
        sparse.write(b"end" * 1000)
        sparse.truncate(30_000_000)
    tar = subprocess.run(["tar", "-S", "-C", work, "-c", "holes"], capture_output=True, check=True).stdout
    reader = open_tar(work, tar)
    found = extract(reader, tmp_path / "out")
    assert found.failures == []
    assert found.size < 100_000
    written = tmp_path / "out/holes"
    assert written.read_bytes() == (work / "holes").read_bytes()
    assert written.stat().st_blocks * 512 < 1_000_000
    close_reader(reader)


def test_extended_attributes_are_kept_when_asked_for(tmp_path: Path, work: Path) -> None:
    entry = replace(file("a", "x"), xattrs=(("user.note", b"yes"), ("bad name", b"no")))
    reader = open_tar(work, write_tar([entry]))
    extract(reader, tmp_path / "without", ExtractionOptions())
    assert os.listxattr(tmp_path / "without/a") == []
    try:
        os.setxattr(tmp_path / "without/a", "user.note", b"x")
    except OSError:
        pytest.skip("this file system has no extended attributes")
    found = extract(reader, tmp_path / "with", ExtractionOptions(xattrs=True))
    assert os.getxattr(tmp_path / "with/a", "user.note") == b"yes"
    assert [each.path for each in found.failures] == [b"a"]
    assert found.failures[0].reason.startswith("the extended attribute bad name cannot be set: ")
    assert found.files == 1
    close_reader(reader)


def test_what_is_not_meant_to_be_written_is_listed(tmp_path: Path, work: Path) -> None:
    entries = [whiteout("gone"), opaque("d"), file("d/f"), fifo("pipe"), character_device("null", 1, 3)]
    reader = open_tar(work, write_tar(entries))
    found = extract(reader, tmp_path / "out", ExtractionOptions())
    assert found.failures == []
    assert {each.path: each.reason for each in found.left_out} == {
        b"gone": "is a whiteout, which is no file",
        b"d/.wh..wh..opq": "is an opaque whiteout, which is no file",
        b"pipe": "a fifo is written only when it is asked for",
        b"null": "a character device is written only when it is asked for",
    }
    assert sorted(os.listdir(tmp_path / "out")) == ["d"]
    close_reader(reader)


def test_a_device_whose_numbers_cannot_be_read_is_left_out(tmp_path: Path, work: Path) -> None:
    reader = open_tar(work, patched(header(b"odd", flag=b"3"), {337: b"9999999\0"}) + END)
    found = extract(reader, tmp_path / "out", ALL)
    assert {each.path: each.reason for each in found.left_out} == {b"odd": "its device numbers cannot be read"}
    assert os.listdir(tmp_path / "out") == []
    close_reader(reader)


@pytest.mark.parametrize("overwrite", [False, True])
def test_what_is_there_already(overwrite: bool, tmp_path: Path, work: Path) -> None:
    entries = [
        file("file", "new"),
        file("link", "new"),
        symlink("a", "new"),
        file("folder", "new"),
        directory("not-a-folder"),
        file("linked-folder/f", "new"),
        file("kept-folder/f", "new"),
    ]
    reader = open_tar(work, write_tar(entries))
    out, outside = tmp_path / "out", tmp_path / "outside"
    for folder in (out, outside, out / "folder", out / "kept-folder"):
        folder.mkdir()
    for path in (out / "file", out / "a", out / "not-a-folder", outside / "f", out / "kept-folder/other"):
        path.write_text("old")
    (out / "link").symlink_to(outside / "f")
    (out / "linked-folder").symlink_to(outside)
    found = extract(reader, out, ExtractionOptions(overwrite=overwrite))
    reasons = {each.path: each.reason for each in found.failures}
    expected = {
        b"folder": "already exists as a folder",
        b"not-a-folder": "already exists and is not a folder",
        b"linked-folder": "already exists and is not a folder",
        b"linked-folder/f": "a symbolic link is on the way to it",
    }
    if not overwrite:
        expected |= dict.fromkeys([b"file", b"link", b"a"], "already exists")
    assert reasons == expected
    assert (out / "file").read_text() == ("new" if overwrite else "old")
    assert (out / "link").is_symlink() is not overwrite
    assert (out / "a").is_symlink() is overwrite
    assert (outside / "f").read_text() == "old"
    assert os.listdir(outside) == ["f"]
    assert (out / "kept-folder/f").read_text() == "new"
    assert (out / "kept-folder/other").read_text() == "old"
    assert not [name for name in os.listdir(out) if name.endswith(".part")]
    close_reader(reader)


def test_a_file_that_cannot_be_read_is_not_left_half(tmp_path: Path, work: Path) -> None:
    tar = write_tar([file("whole", "1"), file("cut", "x" * 600_000)])[:-200_000]
    reader = open_tar(work, tar)
    found = extract(reader, tmp_path / "out", ExtractionOptions())
    assert [each.path for each in found.failures] == [b"cut"]
    assert "the layer ends at offset" in found.failures[0].reason
    assert os.listdir(tmp_path / "out") == ["whole"]
    close_reader(reader)


def test_a_layer_that_cannot_be_opened_fails_its_files(tmp_path: Path, work: Path) -> None:
    reader = open_tar(work, write_tar([directory("d"), file("d/f", "x")]))

    def refuse(_: int) -> LayerReader:
        raise LayerError("layer 1: blob missing")

    found = Extraction(tmp_path / "out", refuse).run(items_of(reader, b"top"))
    assert [(each.path, each.reason) for each in found.failures] == [(b"top/d/f", "layer 1: blob missing")]
    assert (tmp_path / "out/top/d").is_dir()
    close_reader(reader)


def test_cancelling_leaves_nothing_half(tmp_path: Path, work: Path) -> None:
    entries = [directory("d", 0o500), *(file(f"d/f{number:02}", "x" * 900_000) for number in range(20))]
    reader = open_tar(work, write_tar(entries))
    asked = iter(range(1000))
    items = items_of(reader)
    found = Extraction(tmp_path / "out", lambda _: reader, is_cancelled=lambda: next(asked) > 45).run(items)
    assert found.is_cancelled
    names = os.listdir(tmp_path / "out/d")
    assert 0 < len(names) < 20
    assert all((tmp_path / "out/d" / name).stat().st_size == 900_000 for name in names)
    assert stat.S_IMODE((tmp_path / "out/d").stat().st_mode) == 0o500
    close_reader(reader)


def test_files_are_read_in_the_order_of_the_stream(tmp_path: Path, work: Path) -> None:
    names = random.Random(1).sample([f"f{number:03}" for number in range(200)], 200)
    reader = open_tar(work, write_tar(file(name, name) for name in names))
    seen: list[bytes] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ocitui.image.extract.extraction._INTERVAL", 0)
        items = items_of(reader)
        Extraction(tmp_path / "out", lambda _: reader, on_progress=lambda _, path: seen.append(path)).run(items)
    assert list(dict.fromkeys(seen[200:])) == [name.encode() for name in names]
    close_reader(reader)


def test_odd_numbers_do_not_stop_it(tmp_path: Path, work: Path) -> None:
    reader = open_tar(work, write_tar([file("f", "x")]))
    entry = reader.index.lookup(b"f")
    assert entry is not None
    odd = replace(entry, uid=-5, gid=2**62, mtime_ns=2**63 - 1, mode=0o7777)
    found = Extraction(tmp_path / "out", lambda _: reader, ALL).run([ExtractionItem(b"f", 1, odd)])
    assert (tmp_path / "out/f").read_text() == "x"
    assert {each.path for each in found.failures} == {b"f"}
    close_reader(reader)


@pytest.mark.parametrize("path", [b"", b".", b"..", b"/a", b"a/", b"a//b", b"a/../b", b"../a", b"a/.", b"a\0b"])
def test_paths_that_are_no_names(path: bytes) -> None:
    assert not is_safe(path)


def test_the_target_makes_folders_for_its_owner_only_until_they_are_full(tmp_path: Path) -> None:
    with ExtractionTarget(tmp_path / "new/out") as target:
        assert target.make_folder(b"a")
        assert not target.make_folder(b"a")
        assert stat.S_IMODE((tmp_path / "new/out/a").stat().st_mode) == 0o700
