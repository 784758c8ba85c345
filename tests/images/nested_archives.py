"""Small archives of every kind, made for tests."""

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
from collections.abc import Callable, Mapping

import zstandard

Files = Mapping[str, bytes]

WHEN = 1_600_000_000
"""The time of everything in them, in seconds since the epoch."""


def make_zip(files: Files, method: int = zipfile.ZIP_DEFLATED, prefix: bytes = b"") -> bytes:
    """Return a zip."""
    stream = io.BytesIO(prefix)
    stream.seek(0, io.SEEK_END)
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name, (2020, 9, 13, 12, 26, 40))
            info.external_attr = 0o100640 << 16
            info.compress_type = method
            archive.writestr(info, content)
    return stream.getvalue()


def make_tar(files: Files) -> bytes:
    """Return a tar."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size, info.mtime, info.mode = len(content), WHEN, 0o640
            archive.addfile(info, io.BytesIO(content))
    return stream.getvalue()


def make_ar(files: Files) -> bytes:
    """Return an archive as ``ar`` writes it, with GNU's table of long names."""
    names = b"".join(name.encode() + b"/\n" for name in files)
    out = [b"!<arch>\n", _ar_header(b"//", len(names)), names, b"\n" * (len(names) % 2)]
    at = 0
    for name, content in files.items():
        out += [_ar_header(b"/%d" % at, len(content)), content, b"\n" * (len(content) % 2)]
        at += len(name.encode()) + 2
    return b"".join(out)


def _ar_header(name: bytes, size: int) -> bytes:
    return b"%-16s%-12d%-6d%-6d%-8o%-10d`\n" % (name, WHEN, 0, 0, 0o100640, size)


def make_cpio(files: Files) -> bytes:
    """Return an archive in cpio's new format."""
    out = bytearray()
    for number, (name, content) in enumerate([*files.items(), ("TRAILER!!!", b"")]):
        path = name.encode() + b"\0"
        fields = (number, 0o100640, 0, 0, 1, WHEN, len(content), 0, 0, 0, 0, len(path), 0)
        out += b"070701" + b"".join(b"%08x" % field for field in fields) + path
        out += bytes(-len(out) % 4)
        out += content
        out += bytes(-len(out) % 4)
    return bytes(out)


def make_initrd(files: Files) -> bytes:
    """Return an archive that is not compressed, and after it one that is, as initrds with microcode are."""
    first, *others = files.items()
    return make_cpio(dict([first])) + bytes(512) + zstandard.compress(make_cpio(dict(others)))


def make_rpm(files: Files) -> bytes:
    """Return a package without anything in its headers."""
    header = b"\x8e\xad\xe8\x01" + bytes(4) + struct.pack(">II", 1, 5) + bytes(16 + 5)
    signed = header + bytes(-(96 + len(header)) % 8)
    return b"\xed\xab\xee\xdb" + bytes(92) + signed + header + lzma.compress(make_cpio(files))


ARCHIVES: dict[str, Callable[[Files], bytes]] = {
    "zip, deflated": make_zip,
    "zip, stored": lambda files: make_zip(files, zipfile.ZIP_STORED),
    "zip, bzip2": lambda files: make_zip(files, zipfile.ZIP_BZIP2),
    "zip, lzma": lambda files: make_zip(files, zipfile.ZIP_LZMA),
    "zip behind a script": lambda files: make_zip(files, prefix=b"#!/bin/sh\nexec java -jar $0\n"),
    "tar": make_tar,
    "tar.gz": lambda files: gzip.compress(make_tar(files)),
    "tar.bz2": lambda files: bz2.compress(make_tar(files)),
    "tar.xz": lambda files: lzma.compress(make_tar(files)),
    "tar.zst": lambda files: zstandard.compress(make_tar(files)),
    "ar": make_ar,
    "cpio": make_cpio,
    "cpio.gz": lambda files: gzip.compress(make_cpio(files)),
    "initrd": make_initrd,
    "rpm": make_rpm,
}
"""Writers of each kind, by name."""
