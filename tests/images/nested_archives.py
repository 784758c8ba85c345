"""Small archives of every kind, made for tests."""

import bz2
import gzip
import io
import lzma
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
}
"""Writers of each kind, by name."""
