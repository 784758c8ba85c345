"""Streams of lz4: frames, and the older frames that Linux takes of an initrd.

Implements lz4's lz4_Frame_format.md: Legacy Frame (the size of each block, then the block, which unpacks to 8 MiB
at most) and Skippable Frames (their size, then data of the user's own); frames of today are unpacked by the library
``lz4``.
"""

from collections.abc import Callable, Iterator

from ocitui.layers.nested.blocks import unpacker
from ocitui.layers.nested.data import Data
from ocitui.layers.nested.errors import ArchiveError
from ocitui.layers.nested.hold import FREE, hold
from ocitui.layers.nested.whole import read_whole
from ocitui.layers.tar.header import is_header

_FRAME, _OLDER = b"\x04\x22\x4d\x18", b"\x02\x21\x4c\x18"
_SKIPPED = tuple(bytes((0x50 + number,)) + b"\x2a\x4d\x18" for number in range(16))
_BLOCK = 8 << 20
"""Bytes that a block of an older frame unpacks to; the last one to fewer."""
_MOST = _BLOCK + _BLOCK // 255 + 16
"""Bytes of such a block that cannot be made smaller; a larger number is something that follows the frame."""
_INPUT, _OUTPUT = 1 << 18, 1 << 20


def is_lz4(start: bytes) -> bool:
    """Tell a stream of lz4 by its first bytes, of which a tar header may have the same."""
    return start.startswith((_FRAME, _OLDER)) and not is_header(start)


def unpack_lz4(data: Data, title: str, take: Callable[[int], object], problems: list[str]) -> Data:
    """Unpack a stream and keep what comes out; of a damaged one what comes before, and a problem.

    Args:
        data: the stream; what follows it is left alone.
        title: how messages name it, safe to draw.
        take: is told how many bytes came out; may raise.
        problems: where the damage is said.

    Raises:
        ArchiveError: the library for it is missing.
    """
    unpack = unpacker("lz4")

    def pieces() -> Iterator[bytes]:
        size = 0
        stream = _older(data, unpack) if read_whole(data, 0, 4) == _OLDER else _frames(data)
        try:
            for piece in stream:
                take(len(piece))
                size += len(piece)
                yield piece
                if size > FREE:
                    problems.append(f"what it unpacks to is not read after {size:,} bytes")
                    return
        except _DamageError as damage:
            problems.append(f"the lz4 stream is damaged after {size:,} bytes of what it unpacks to: {damage}")

    return hold(pieces(), title)


class _DamageError(Exception):
    """The problem of a damaged stream."""


def _older(data: Data, unpack: Callable[[bytes, int], bytes]) -> Iterator[bytes]:
    at = 0
    while at < data.size:
        head = read_whole(data, at, 4)
        size, at = int.from_bytes(head, "little"), at + 4
        if head == _OLDER:
            continue
        if len(head) < 4 or not 0 < size <= _MOST:  # zeros, or another archive
            return
        block = read_whole(data, at, size)
        if len(block) < size:
            raise _DamageError("it ends early")
        try:
            piece = unpack(block, _BLOCK)
        except ArchiveError as error:
            raise _DamageError(str(error)) from None
        yield piece
        at += size


def _frames(data: Data) -> Iterator[bytes]:
    from lz4.frame import LZ4FrameDecompressor

    at = 0

    def more() -> bytes:
        nonlocal at
        piece = data.read(at, _INPUT)
        at += len(piece)
        return piece

    rest = more()
    while rest.startswith((_FRAME, *_SKIPPED)):
        if not rest.startswith(_FRAME):
            begin = at - len(rest)
            at = min(begin + 8 + int.from_bytes(read_whole(data, begin + 4, 4), "little"), data.size)
            rest = more()
            continue
        frame = LZ4FrameDecompressor()
        while not frame.eof:
            given = b""
            if frame.needs_input:
                given, rest = rest or more(), b""
                if not given:
                    raise _DamageError("it ends early")
            try:
                piece = frame.decompress(given, max_length=_OUTPUT)
            except RuntimeError as error:
                raise _DamageError(str(error)) from None
            if piece:
                yield piece
        rest = frame.unused_data or b""
        if len(rest) < len(_FRAME):
            rest += more()
