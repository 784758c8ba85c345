"""Archives that are packed in a way that is known, and that nothing here unpacks."""

import gzip
from pathlib import Path

import pytest

from ocitui.demo.tar import file, write_tar
from tests.commands.conftest import Run
from tests.images.layout_writer import LayerSpec, write_layout


@pytest.mark.parametrize(
    ("start", "packer"),
    [(b"\x89LZO\0\r\n\x1a\n", "lzo"), (b"LZIP\1", "lzip")],
)
def test_an_initrd_that_cannot_be_unpacked_says_so(run: Run, tmp_path: Path, start: bytes, packer: str) -> None:
    """A search that leaves it out is not a search that found nothing."""
    data = start + bytes(300)
    files = [file("boot/initrd.img", data), file("boot/x.gz", gzip.compress(data))]
    place = write_layout(tmp_path / "image", [LayerSpec(write_tar(files))]).path
    said = f"ocitui: /boot/initrd.img: is packed with {packer}, which cannot be unpacked\n"
    for arguments in (("ls", place, "/boot/initrd.img!"), ("find", place, "a.ko", "--nested")):
        done = run(*arguments)
        assert (done.code, done.out, done.err) == (2, b"", said)
    assert run("cat", place, "/boot/x.gz!/x").out == data
