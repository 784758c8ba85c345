"""Values of ASN.1 in DER: enough to say what a certificate says of itself.

Implements ITU-T X.690, section 8.1 and 10.1. Nothing is checked but that lengths fit; who
checks a signature reads the certificate anew, with a library for that.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from ocitui.errors import DocumentError

BOOLEAN, INTEGER, OBJECT_IDENTIFIER, UTF8_TEXT = 0x01, 0x02, 0x06, 0x0C
SEQUENCE, SET, UTC_TIME, GENERALIZED_TIME = 0x30, 0x31, 0x17, 0x18

_TEXTS = {0x0C: "utf-8", 0x13: "ascii", 0x14: "latin-1", 0x16: "ascii", 0x1E: "utf-16-be", 0x1A: "ascii"}
"""UTF8String, PrintableString, TeletexString, IA5String, BMPString, VisibleString."""
_LENGTH_BYTES = 4


@dataclass(frozen=True, slots=True)
class Value:
    """One value with its tag."""

    tag: int
    content: bytes

    def each(self) -> Iterator["Value"]:
        """Yield the values in it, or raise `DocumentError`."""
        return read_all(self.content)

    @property
    def text(self) -> str:
        """A string of any kind, with what is none of its characters replaced."""
        return self.content.decode(_TEXTS.get(self.tag, "ascii"), "backslashreplace")

    @property
    def oid(self) -> str:
        """An object identifier as people write it: ``2.5.4.3`` (X.690, section 8.19); empty where it is none."""
        numbers: list[int] = []
        number = 0
        for byte in self.content[:64]:
            number = number << 7 | byte & 0x7F
            if not byte & 0x80:
                numbers.append(number)
                number = 0
        if self.tag != OBJECT_IDENTIFIER or not numbers:
            return ""
        first = min(numbers[0] // 40, 2)
        return ".".join(map(str, (first, numbers[0] - 40 * first, *numbers[1:])))

    @property
    def moment(self) -> datetime | None:
        """A time as certificates have it (RFC 5280, section 4.1.2.5); None where it is none."""
        text = self.content.decode("ascii", "replace")
        if self.tag == UTC_TIME and len(text) == 13:
            text = ("20" if text[:2] < "50" else "19") + text
        try:
            return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
        except ValueError:
            return None


def read_value(data: bytes) -> Value:
    """Read the first value, or raise `DocumentError`."""
    return next(read_all(data), None) or _fail("a value, found none")


def read_all(data: bytes) -> Iterator[Value]:
    """Yield values that stand one after the other, or raise `DocumentError`."""
    position = 0
    while position < len(data):
        if len(data) - position < 2:
            _fail("a tag and a length, found the end")
        tag, length = data[position], data[position + 1]
        position += 2
        if length & 0x80:
            count = length & 0x7F
            if not 1 <= count <= _LENGTH_BYTES or len(data) - position < count:
                _fail("a length that DER allows, found another")
            length = int.from_bytes(data[position : position + count])
            position += count
        if length > len(data) - position:
            _fail(f"{length:,} bytes, found {len(data) - position:,}")
        yield Value(tag, data[position : position + length])
        position += length


def _fail(what: str) -> Value:
    raise DocumentError(f"DER: expected {what}")
