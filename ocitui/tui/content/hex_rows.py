"""The layout of bytes in rows of hexadecimal numbers with text beside them."""

from collections.abc import Iterable

_SHOWN = "".join(chr(byte) if 0x20 <= byte < 0x7F else "·" if byte else " " for byte in range(256))
_TEXT = str.maketrans({byte: _SHOWN[byte] for byte in range(256)})


def hex_text(data: bytes) -> str:
    """The characters that bytes stand for in ASCII; a dot for what is none, a blank for zero."""
    return data.decode("latin-1").translate(_TEXT)


class HexLayout:
    """Rows of a file: ``0000001f0  7f 45 4c 46 …``.

    Args:
        size: bytes of the file.
        room: columns that there are.
    """

    def __init__(self, size: int, room: int) -> None:
        self.size = size
        self._digits = max(6, len(f"{max(0, size - 1):x}"))
        self.width = 16 if room >= self._digits + 2 + 3 * 16 + 2 + 16 else 8
        """Bytes a row."""

    @property
    def row_count(self) -> int:
        """Number of rows."""
        return -(-self.size // self.width)

    def offset(self, row: int) -> str:
        """The offset of a row, in hexadecimal."""
        return f"{row * self.width:0{self._digits}x}"

    def bytes_text(self, data: bytes) -> str:
        """The bytes of a row, with a wider gap after the eighth, and the gap before the text."""
        text = data[:8].hex(" ")
        if self.width > 8:
            text = f"{text:<23}  {data[8:].hex(' ')}"
        return f"{text:<{self._bytes_columns}}"

    @property
    def _bytes_columns(self) -> int:
        return 3 * self.width + (2 if self.width > 8 else 1)

    def spans(self, found: Iterable[tuple[int, int]], margin: int) -> list[tuple[int, int]]:
        """The characters of a row, in order, that stand for some of its bytes.

        Args:
            found: runs of bytes within the row, in order.
            margin: characters before the bytes.
        """
        numbers: list[tuple[int, int]] = []
        letters: list[tuple[int, int]] = []
        text = margin + self._bytes_columns
        for first, last in found:
            numbers.append((margin + self._column(first), margin + self._column(last - 1) + 2))
            letters.append((text + first, text + last))
        return numbers + letters

    @staticmethod
    def _column(byte: int) -> int:
        return 3 * byte + (byte >= 8)
