"""A filesystem as a tar, read by the standard library: every kind of entry, links, order, and the same bytes again."""

import io
import tarfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from ocitui.demo.tar import (
    Entry,
    capability,
    character_device,
    directory,
    fifo,
    file,
    hard_link,
    opaque,
    symlink,
    whiteout,
    write_tar,
)
from ocitui.display import printable
from ocitui.errors import LayerError
from ocitui.image import export as export_module
from ocitui.image.export import TarExport
from ocitui.image.filesystem.merged import MergedFilesystem
from ocitui.image.merged.stack import LayerStack
from ocitui.image.merged.tree import MergedTree
from ocitui.layers.reader import LayerReader
from ocitui.transports.blob import BlobLocation
from tests.image.stacks import close, index_of, stack_of
from tests.layers.tars import END, member, pax
from tests.layers.toc.indexed import by_table
from tests.layers.toc.tables import estargz

Export = Callable[..., tuple[bytes, list[str]]]


@pytest.fixture
def export(tmp_path: Path) -> Export:
    """The tar of layers, and what is left out of it."""

    def export_layers(*layers: list[Entry] | bytes) -> tuple[bytes, list[str]]:
        tars = [layer if isinstance(layer, bytes) else write_tar(layer) for layer in layers]
        stack = LayerStack([index_of(tar, tmp_path, str(number)) for number, tar in enumerate(tars, 1)])
        with ExitStack() as closing:
            closing.callback(close, stack)

            def reader_of(number: int) -> LayerReader:
                index = stack.index_of(number)
                assert index is not None
                return closing.enter_context(LayerReader(BlobLocation(tmp_path / f"{number}.tar"), index))

            export = TarExport(MergedFilesystem(MergedTree(stack)), reader_of)
            return b"".join(export.pieces()), [
                f"{printable(each.path)}: {each.reason}" for each in export.report.left_out
            ]

    return export_layers


def members(tar: bytes) -> dict[str, dict[str, Any]]:
    """What each member of a tar says, with its contents."""
    found = {}
    with tarfile.open(fileobj=io.BytesIO(tar)) as archive:
        for each in archive:
            data = archive.extractfile(each) if each.isreg() else None
            found[each.name] = {
                "type": each.type,
                "mode": each.mode,
                "owner": (each.uid, each.gid),
                "mtime": each.mtime,
                "link": each.linkname,
                "data": data.read() if data is not None else None,
                "device": (each.devmajor, each.devminor),
                "pax": {key: value for key, value in each.pax_headers.items() if key not in {"mtime", "path"}},
            }
    return found


def test_every_kind_as_it_is(export: Export) -> None:
    ping = Entry(b"bin/ping", b"ping", 0o755, xattrs=capability(13))
    tar, left_out = export(
        [directory("bin", 0o711).owned(3, 4), ping.owned(1000, 2**30).at(-5), file("etc/a", "a" * 600, 0o4640)],
        [symlink("link", "/bin/ping"), fifo("pipe", 0o620), character_device("null", 1, 3), file("bin/ü", "ü")],
    )
    found = members(tar)
    assert left_out == []
    assert set(found) == {"bin", "bin/ping", "bin/ü", "etc", "etc/a", "link", "null", "pipe"}
    assert (found["bin"]["type"], found["bin"]["mode"], found["bin"]["owner"]) == (tarfile.DIRTYPE, 0o711, (3, 4))
    assert (found["bin/ping"]["data"], found["bin/ping"]["owner"]) == (b"ping", (1000, 2**30))
    assert found["bin/ping"]["mtime"] == -5
    assert set(found["bin/ping"]["pax"]) == {"gid", "SCHILY.xattr.security.capability"}
    assert (found["etc/a"]["data"], found["etc/a"]["mode"]) == (b"a" * 600, 0o4640)
    assert (found["link"]["type"], found["link"]["link"]) == (tarfile.SYMTYPE, "/bin/ping")
    assert (found["pipe"]["type"], found["pipe"]["mode"]) == (tarfile.FIFOTYPE, 0o620)
    assert (found["null"]["type"], found["null"]["device"]) == (tarfile.CHRTYPE, (1, 3))
    undescribed = found["etc"]
    assert (undescribed["mode"], undescribed["owner"], undescribed["mtime"]) == (0o755, (0, 0), 0)


def test_what_layers_hide_and_replace(export: Export) -> None:
    tar, _ = export(
        [directory("d"), file("d/a", "1"), file("d/b", "1"), directory("e"), file("e/x", "1"), directory("")],
        [whiteout("d/a"), file("d/b", "2"), opaque("e"), file("e/y", "2")],
    )
    found = members(tar)
    assert {name: each["data"] for name, each in found.items() if each["data"]} == {"d/b": b"2", "e/y": b"2"}


def test_names_of_one_file_are_links_to_the_first(export: Export) -> None:
    tar, _ = export(
        [file("b", "same"), hard_link("a", "b"), hard_link("c", "a"), symlink("s", "b"), hard_link("t", "s")],
        [hard_link("z/d", "b"), file("c", "own")],
    )
    found = members(tar)
    assert {name: each["data"] for name, each in found.items() if each["data"]} == {"a": b"same", "c": b"own"}
    links = {name: each["link"] for name, each in found.items() if each["type"] == tarfile.LNKTYPE}
    assert links == {"b": "a", "z/d": "a", "t": "s"}
    order = list(found)
    assert order.index("a") < order.index("b")


def test_links_that_are_apart_by_more_than_is_sorted_at_once(export: Export, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_module, "_AT_ONCE", 2)
    tar, _ = export([file("z", "same"), *(file(f"m{number}", "m") for number in range(5)), hard_link("a", "z")])
    found = members(tar)
    assert (found["a"]["data"], found["z"]["type"], found["z"]["link"]) == (b"same", tarfile.LNKTYPE, "a")


def test_folders_with_something_in_them_come_last(export: Export) -> None:
    tar, _ = export([directory("a"), directory("a/empty"), file("a/f", "f"), directory("z"), file("b", "b")])
    assert list(members(tar)) == ["a/empty", "z", "a/f", "b", "a"]


def test_the_root_is_written_where_a_layer_describes_it(export: Export) -> None:
    tar, _ = export([Entry(b"./", mode=0o700, kind=b"5").owned(7), file("f")])
    found = members(tar)
    assert (found["."]["mode"], found["."]["owner"]) == (0o700, (7, 7))
    assert "." not in members(export([file("f")])[0])


def test_sparse_files_are_whole(export: Export) -> None:
    sparse = [(b"GNU.sparse.map", b"2,3,1000,1"), (b"GNU.sparse.size", b"2000")]
    tar, _ = export(pax(sparse) + member(b"s", b"abcd") + END)
    assert members(tar)["s"]["data"] == bytes(2) + b"abc" + bytes(995) + b"d" + bytes(999)


def test_what_no_tar_can_hold_is_left_out_and_told(export: Export) -> None:
    tar, left_out = export([file("a", "a"), hard_link("lost", "nothing"), Entry(b"odd", kind=b"S")])
    assert set(members(tar)) <= {"a", "odd"}
    assert "lost: is a hard link to nothing, which is missing" in left_out


def test_an_attribute_that_pax_has_no_name_for(tmp_path: Path) -> None:
    def say(entries: list[dict[str, Any]]) -> None:
        entries[0]["xattrs"] = {"user.a=b": "dg==", "user.c": "dg=="}

    stack = LayerStack([by_table(tmp_path, estargz({"d/": b""}, edit=say))])
    export = TarExport(MergedFilesystem(MergedTree(stack)), lambda _: pytest.fail("nothing is to be read"))
    assert members(b"".join(export.pieces()))["d"]["pax"] == {"SCHILY.xattr.user.c": "v"}
    assert [each.reason for each in export.report.left_out] == ["an extended attribute has = in its name"]
    close(stack)


def test_the_same_layers_give_the_same_bytes(export: Export) -> None:
    layers = [[file("b", "b"), file("a", "a" * 2000)], [hard_link("c", "a"), directory("d")]]
    first, second = export(*layers), export(*layers)
    assert first == second
    assert len(first[0]) % 512 == 0
    assert first[0].endswith(bytes(1024))


def test_contents_that_cannot_be_read_end_it(tmp_path: Path) -> None:
    stack = stack_of(tmp_path, [file("a", "a" * 5000)])
    index = stack.index_of(1)
    assert index is not None
    with LayerReader(BlobLocation(tmp_path / "1.tar"), index) as reader:
        (tmp_path / "1.tar").write_bytes((tmp_path / "1.tar").read_bytes()[:1000])
        export = TarExport(MergedFilesystem(MergedTree(stack)), lambda _: reader)
        with pytest.raises(LayerError):
            b"".join(export.pieces())
    close(stack)
