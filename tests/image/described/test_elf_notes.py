"""The notes of an ELF file."""

import struct

import pytest

from ocitui.errors import DocumentError
from ocitui.image.described.elf_notes import Note, read_notes
from tests.image.described.test_elf import bounded

MANY = 16 << 20


def note(name: bytes, kind: int, content: bytes, *, order: str = "<", step: int = 4) -> bytes:
    data = struct.pack(f"{order}III", len(name), len(content), kind) + name
    data += bytes(-len(data) % step) + content
    return data + bytes(-len(data) % step)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("step", [4, 8])
def test_notes(order: str, step: int) -> None:
    said = [Note("GNU", 3, b"\1\2\3"), Note("Go", 4, b"abc/def"), Note("", 1, b"")]
    data = b"".join(note(each.name.encode() + b"\0", each.kind, each.content, order=order, step=step) for each in said)
    name = {"<": "little", ">": "big"}[order]
    assert [*read_notes(bounded(b"before" + data), 6, len(data), step, name)] == said


def test_a_long_name_is_passed_over_and_not_read() -> None:
    file = bounded(note(b"x" * MANY, 1, b"") + note(b"GNU\0", 3, b"\1"))
    assert [*read_notes(file, 0, file.length, 4, "little")] == [Note("", 1, b""), Note("GNU", 3, b"\1")]
    assert file.fetched <= 1 << 17


@pytest.mark.parametrize(
    "data", [struct.pack("<III", 1 << 31, 0, 3), struct.pack("<III", 4, 1 << 31, 3) + b"GNU\0", b"\xff" * 12]
)
def test_one_that_goes_on_beyond_the_end(data: bytes) -> None:
    with pytest.raises(DocumentError, match="expected a note of at most"):
        list(read_notes(bounded(data + bytes(100)), 0, len(data), 4, "little"))


def test_the_first_few_are_looked_at() -> None:
    data = note(b"", 1, b"") * 1000
    assert len([*read_notes(bounded(data), 0, len(data), 4, "little")]) == 64
