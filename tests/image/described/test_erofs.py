"""Images of erofs, named with what their superblock says."""

import gzip
import struct
from pathlib import Path

import pytest

from ocitui.image.described.describe import Description, describe_file, sections_of
from tests.images.tools import require_tool, run

IMAGE = gzip.decompress((Path(__file__).parents[2] / "fixtures/filesystems/erofs.gz").read_bytes())


def described(data: bytes) -> Description:
    return describe_file(b"root.img", lambda at, size: data[at : at + size], len(data))


def changed(at: int, form: str, value: int) -> Description:
    data = bytearray(IMAGE)
    struct.pack_into(form, data, 1024 + at, value)
    return described(bytes(data))


def test_its_facts() -> None:
    found = described(IMAGE)
    assert (found.words, found.says_something, found.all_problems) == ("erofs file system", True, ())
    (section,) = sections_of(found)
    facts = {fact.label: fact.value for fact in section.facts}
    inodes = struct.unpack_from("<Q", IMAGE, 1024 + 16)[0]
    assert (section.title, facts["inodes"], facts["blocks of"]) == ("erofs", f"{inodes:,}", "4,096 B")


@pytest.mark.peer
def test_its_facts_as_its_own_tool_reads_them(tmp_path: Path) -> None:
    require_tool("dump.erofs")
    path = tmp_path / "image"
    path.write_bytes(IMAGE)
    said = run("dump.erofs", "-s", str(path)).decode()
    erofs = described(IMAGE).erofs
    assert erofs is not None
    assert str(erofs.inodes) in said
    assert erofs.uuid in said


def test_what_lies() -> None:
    assert changed(12, "<B", 60).all_problems == (
        "erofs: expected blocks of 512 bytes to 64 KiB, found 2 to the power of 60",
    )
    erofs = changed(80, "<I", 0x80000082).erofs
    assert erofs is not None
    assert (erofs.size, erofs.features) == (0, ("big clusters", "addresses of 48 bits", "unknown features 0x80000000"))
    erofs = changed(24, "<Q", 1 << 63).erofs
    assert erofs is not None
    assert erofs.made is None
    assert described(IMAGE[:1060]).all_problems == ("expected 84 bytes at byte 1,024, found 36",)
