"""Opens whatever unpacks a blob: `Decompressor.read` gives the next bytes of the unpacked stream."""

from collections.abc import Callable
from typing import Any

from ocitui.layers.compression.seekpoints import PointRecorder, SeekPoint
from ocitui.layers.compression.source import BlobSource
from ocitui.layers.compression.stream import Decompressor, StreamDamageError
from ocitui.layers.summary import Findings
from ocitui.spec.compression import XZ_MEMORY, Compression, xz_member, xz_reason

_INPUT = 1 << 19


def open_decompressor(
    compression: Compression,
    source: BlobSource,
    findings: Findings,
    *,
    exact: bool = False,
    recorder: PointRecorder | None = None,
    point: SeekPoint | None = None,
) -> Decompressor:
    """The decompressor for a blob.

    Args:
        compression: what the blob's bytes are.
        source: the blob, at its start; where there is a point, from the byte that it is in.
        findings: where warnings are noted.
        exact: use the slower library that gives every byte up to a damage.
        recorder: collects seek points on the way.
        point: where to begin, for gzip and zstd.
    """
    match compression:
        case Compression.NONE:
            return source
        case Compression.GZIP:
            from ocitui.layers.compression.gzipstream import GzipStream

            return GzipStream(source, findings, exact=exact, recorder=recorder, point=point)
        case Compression.ZSTD:
            from ocitui.layers.compression.zstdstream import ZstdStream

            return ZstdStream(source, findings, recorder=recorder)
        case Compression.BZIP2:
            import bz2

            return _Members(source, findings, bz2.BZ2Decompressor, "bzip2")
        case Compression.XZ:
            return _Members(source, findings, xz_member, "xz")


class _Members:
    """bzip2 and xz, which no image ought to have, with the standard library: streams one after the other."""

    def __init__(self, source: BlobSource, findings: Findings, library: Callable[[], Any], word: str) -> None:
        self._source = source
        self._findings = findings
        self._library = library
        self._word = word
        self._member = library()
        self._buffer = b""

    @property
    def memory(self) -> int:
        return XZ_MEMORY if self._word == "xz" else 0

    def read(self, size: int) -> bytes:
        while True:
            if self._member.eof:
                self._buffer = self._member.unused_data.lstrip(b"\0") or self._source.read(_INPUT).lstrip(b"\0")
                if not self._buffer and self._source.position == self._source.size:
                    return b""
                if self._buffer:
                    self._member = self._library()
                continue
            if self._member.needs_input and not self._buffer:
                self._buffer = self._source.read(_INPUT)
                if not self._buffer:
                    raise StreamDamageError(f"the {self._word} stream ends too early", self._source.position)
            try:
                data: bytes = self._member.decompress(self._buffer, size)
            except Exception as error:  # lzma.LZMAError, OSError, EOFError
                reason = xz_reason(error) if self._word == "xz" else error
                raise StreamDamageError(
                    f"the {self._word} stream is damaged: {reason}", self._source.position
                ) from None
            self._buffer = b""
            if data:
                return data
