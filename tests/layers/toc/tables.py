"""Layers with tables of contents, right or not, as their formats have them."""

import gzip
import json
import re
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import zstandard

from ocitui.spec.descriptor import Descriptor
from ocitui.spec.digest import Digest
from tests.layers.tars import END, header, member, patched
from tests.transports.tar_splits import lines_of

TOC_DIGEST = "containerd.io/snapshot/stargz/toc.digest"

Edit = Callable[[list[dict[str, Any]]], object]
"""Changes the entries of a table, so that it lies."""

Owners = Mapping[str, tuple[str, str]]
"""What the user and the group are called in the tar, by the names of files."""


EXTERNAL = b"\x1f\x8b\x08\x04\0\0\0\0\0\xff\x15\0SG\x11\0STARGZEXTERNALTOC\x01\0\0\xff\xff" + bytes(8)
"""The footer of a layer whose table is in another image; the only one without an offset."""


@dataclass(eq=False)
class Layer:
    """A blob, and what a manifest says of it."""

    blob: bytes
    annotations: dict[str, str] = field(default_factory=dict)
    tar: bytes = b""
    """What it unpacks to."""

    @property
    def digest(self) -> Digest:
        """Of the blob."""
        return Digest.of(self.blob)

    @property
    def descriptor(self) -> Descriptor:
        """As a manifest would have it."""
        compression = "gzip" if self.blob[:2] == b"\x1f\x8b" else "zstd"
        value = {"mediaType": f"application/vnd.oci.image.layer.v1.tar+{compression}", "size": len(self.blob)}
        return Descriptor.read({**value, "digest": str(self.digest), "annotations": self.annotations}, "layer")


FILES: dict[str, bytes] = {
    "etc/": b"",
    "etc/hostname": b"paperboat\n",
    "etc/empty": b"",
    "usr/share/words": b"".join(b"word %d\n" % number for number in range(5000)),
    "var/.wh.cache": b"",
}
"""What there is in layers of which a test says nothing else."""


def entry_of(name: str, data: bytes, **more: object) -> dict[str, Any]:
    """An entry of a table; of a file without its chunks."""
    kind = "dir" if name.endswith("/") else "reg"
    said = {"name": name, "type": kind, "mode": 0o644, "modtime": "2020-09-13T12:26:40Z", "uid": 1000, "gid": 1001}
    if data:
        said |= {"size": len(data), "digest": str(Digest.of(data))}
    return said | more


def estargz(
    files: Mapping[str, bytes] = FILES,
    *,
    chunk: int = 4 << 20,
    edit: Edit = lambda entries: None,
    owners: Owners | None = None,
    footer: bytes | None = None,
    table: bytes | None = None,
) -> Layer:
    """An eStargz layer.

    Args:
        files: names and contents.
        chunk: bytes of a chunk at most.
        edit: changes the table.
        owners: what they are called in the tar, nothing where it is not said.
        footer: another one, with ``%016x`` for the offset.
        table: another tar with the table in it.
    """
    parts: list[bytes] = []
    tar, entries = _chunked(files, chunk, lambda data: parts.append(gzip.compress(data, mtime=0)), parts, owners or {})
    edit(entries)
    text = json.dumps({"version": 1, "entries": entries}, indent="\t", ensure_ascii=False).encode()
    offset = sum(map(len, parts))
    listed = member(b"stargz.index.json", text) + END if table is None else table
    parts.append(gzip.compress(listed, mtime=0))
    default = b"\x1f\x8b\x08\x04\0\0\0\0\0\xff\x1a\0SG\x16\0%016xSTARGZ\x01\0\0\xff\xff" + bytes(8)
    parts.append(footer if footer == EXTERNAL else (default if footer is None else footer) % offset)
    return Layer(b"".join(parts), {TOC_DIGEST: str(Digest.of(text))}, tar + listed)


def estargz_without_table(files: Mapping[str, bytes] = FILES, edit: Edit = lambda entries: None) -> tuple[Layer, bytes]:
    """An eStargz layer whose table is in another image, and the layer of that image which is the table."""
    with_table = estargz(files, edit=edit)
    offset = int(with_table.blob[-35:-19], 16)
    table = with_table.blob[offset:-51]
    layer = Layer(with_table.blob[:offset] + EXTERNAL, with_table.annotations, with_table.tar)
    layer.tar = gzip.decompress(layer.blob)
    return layer, table


def _chunked(
    files: Mapping[str, bytes],
    chunk: int,
    write: Callable[[bytes], object],
    parts: Sequence[bytes],
    owners: Owners,
) -> tuple[bytes, list[dict[str, Any]]]:
    """Write a tar, each chunk of a file as a member or frame of its own; give the tar and the table."""
    tar: list[bytes] = []
    entries: list[dict[str, Any]] = []
    for name, data in files.items():
        flag = b"5" if name.endswith("/") else b"0"
        user, group = (each.encode("utf-8", "surrogateescape") for each in owners.get(name, ("", "")))
        head = header(name.encode("utf-8", "surrogateescape"), size=len(data), flag=flag)
        head = patched(head, {265: user, 297: group})
        write(head)
        tar.append(head)
        shown = re.sub(r"[\udc80-\udcff]", "\ufffd", name)  # one for each byte, as encoding/json of Go does it
        first = entry_of(shown, data)
        for at in range(0, len(data), chunk):
            piece = data[at : at + chunk]
            is_last = at + chunk >= len(data)
            said = {"offset": sum(map(len, parts)), "chunkDigest": str(Digest.of(piece))}
            said |= {"chunkOffset": at} if at else {}
            said |= {} if is_last else {"chunkSize": chunk}
            entries.append(first | said if not at else {"name": shown, "type": "chunk", **said})
            piece += bytes(-len(data) % 512) if is_last else b""
            write(piece)
            tar.append(piece)
        if not data:
            entries.append(first)
    return b"".join(tar), entries


OLD_ZSTD, NEW_ZSTD = "io.containers.zstd-chunked.", "io.github.containers.zstd-chunked."


def zstd_chunked(
    files: Mapping[str, bytes] = FILES,
    *,
    chunk: int = 1 << 16,
    edit: Edit = lambda entries: None,
    owners: Owners | None = None,
    prefix: str = OLD_ZSTD,
    split: Callable[[list[dict[str, object]]], object] | None = None,
) -> Layer:
    """A zstd:chunked layer, as skopeo 1.9 and stargz-snapshotter write it, or skopeo 1.18.

    Args:
        files: names and contents.
        chunk: bytes of a chunk at most.
        edit: changes the table.
        owners: what they are called in the tar, nothing where it is not said.
        prefix: the beginning of the annotations.
        split: changes the tar-split, if there is to be one, as newer ones have.
    """
    parts: list[bytes] = []
    compress = zstandard.ZstdCompressor(level=3).compress
    tar, entries = _chunked(files, chunk, lambda data: parts.append(compress(data)), parts, owners or {})
    parts.append(compress(END))
    edit(entries)
    listed: dict[str, object] = {"version": 1, "entries": entries}
    more = b""
    if split is not None:
        lines = lines_of(tar + END)
        split(lines)
        said = "".join(json.dumps(line) + "\n" for line in lines).encode()
        more = compress(said)
        listed["tarSplitDigest"] = str(Digest.of(more))
    text = json.dumps(listed, separators=(",", ":")).encode()
    packed = compress(text)
    place = sum(map(len, parts)) + 8
    annotations = {
        f"{prefix}manifest-checksum": str(Digest.of(packed)),
        f"{prefix}manifest-position": f"{place}:{len(packed)}:{len(text)}:1",
    }
    footer = struct.pack("<QQQQ", place, len(packed), len(text), 1)
    parts.append(skippable(packed))
    if split is not None:
        second = place + len(packed) + 8
        annotations[f"{prefix}tarsplit-position"] = f"{second}:{len(more)}:{len(said)}"
        footer += struct.pack("<QQQ", second, len(more), len(said))
        parts.append(skippable(more))
    parts.append(skippable(footer + (b"GnUlInUx" if split is None else b"GNUlInUx")))
    return Layer(b"".join(parts), annotations, tar + END)


def skippable(data: bytes) -> bytes:
    """A skippable frame of zstd."""
    return struct.pack("<II", 0x184D2A50, len(data)) + data
