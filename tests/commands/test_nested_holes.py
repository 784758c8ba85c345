"""Files of a terabyte that are nearly all hole: in a layer, and in images of filesystems in a layer."""

import json
import tarfile
import zlib
from pathlib import Path

import pytest

from ocitui.demo.tar import file, write_tar
from tests.commands.conftest import Run
from tests.images.layout_writer import LayerSpec, write_layout
from tests.images.made_filesystems import (
    EXTENTS,
    FILE,
    FOLDER,
    FREE,
    ext_inode,
    ext_names,
    extents,
    make_ext,
    make_squashfs,
    squashfs_file,
)

SIZE = 1 << 40
UNIT = 1 << 20
PLACES = 5 * UNIT, SIZE - UNIT
"""Where the data are."""


def make_filesystem(kind: str, texts: tuple[bytes, bytes]) -> bytes:
    if kind == "squashfs":
        packed = [zlib.compress(text.ljust(UNIT, b"\0")) for text in texts]
        words = [0] * (SIZE // UNIT)
        for place, block in zip(PLACES, packed, strict=True):
            words[place // UNIT] = len(block)
        return make_squashfs({b"big.bin": squashfs_file(SIZE, words)}, data=b"".join(packed), block_size=UNIT)
    rows = [(place // 1024, 1, FREE + 1 + at) for at, place in enumerate(PLACES)]
    big = ext_inode(FILE, SIZE, extents(*rows), flags=EXTENTS)
    root = ext_inode(FOLDER, 1024, extents((0, 1, FREE)), flags=EXTENTS)
    names = ext_names({b"big.bin": 12})
    return make_ext({2: root, 12: big}, {FREE: names, FREE + 1: texts[0], FREE + 2: texts[1]})


def make_sparse_tar(texts: tuple[bytes, bytes]) -> bytes:
    info = tarfile.TarInfo("big.bin")
    runs = (*(f"{place},{len(text)}" for place, text in zip(PLACES, texts, strict=True)), f"{SIZE},0")
    info.pax_headers = {
        "GNU.sparse.map": ",".join(runs),
        "GNU.sparse.size": str(SIZE),
        "GNU.sparse.name": "big.bin",
    }
    data = b"".join(texts)
    info.size = len(data)
    return info.tobuf(tarfile.PAX_FORMAT) + data + bytes(-len(data) % 512) + bytes(1024)


def write_image(folder: Path, kind: str, texts: tuple[bytes, bytes]) -> Path:
    tar = make_sparse_tar(texts)
    if kind != "layer":
        held = tar if kind == "tar" else make_filesystem(kind, texts)
        tar = write_tar([file("x.tar" if kind == "tar" else "x.img", held)])
    return write_layout(folder, [LayerSpec(tar, "gzip")]).path


TEXTS = b"a line\nthe needle\n", b"the other one\n"
KINDS = ["layer", "tar", "squashfs", "ext"]
PATHS = {"layer": "/big.bin", "tar": "/x.tar!/big.bin", "squashfs": "/x.img!/big.bin", "ext": "/x.img!/big.bin"}


@pytest.mark.parametrize("kind", KINDS)
def test_its_text_is_found_without_its_zeros(run: Run, tmp_path: Path, kind: str) -> None:
    image = write_image(tmp_path / "image", kind, TEXTS)
    for text, line, offset in (("needle", 2, PLACES[0] + 11), ("other", 3, PLACES[1] + 4)):
        done = run("find", image, "big.bin", f"text:{text}", "--nested", "--json")
        assert (done.code, done.err) == (0, "")
        (hit,) = json.loads(done.out)["hits"]
        assert "/" + hit["path"].lstrip("/") == PATHS[kind]
        assert (hit["match"]["line"], hit["match"]["offset"]) == (line, offset)
    assert run("find", image, "big.bin", "text:none", "--nested").code == 1


@pytest.mark.parametrize("kind", KINDS)
def test_two_of_them_are_compared_without_their_zeros(run: Run, tmp_path: Path, kind: str) -> None:
    same, other = (b"A line\nthe needle\n", TEXTS[1]), (TEXTS[0], b"the other two\n")
    one, two, three = (
        write_image(tmp_path / str(number), kind, texts) for number, texts in enumerate([TEXTS, other, same])
    )
    for changed in (two, three):
        done = run("diff", one, changed, "--nested")
        assert (done.code, done.err) == (1, "")
        assert any(line.startswith("  ~  content") and line.endswith(PATHS[kind]) for line in done.text.splitlines())
    assert run("diff", one, one, "--nested").code == 0


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_extracted_with_its_holes(run: Run, tmp_path: Path, kind: str) -> None:
    image = write_image(tmp_path / "image", kind, TEXTS)
    assert run("extract", image, PATHS[kind], "-o", tmp_path / "out").code == 0
    made = tmp_path / "out" / "big.bin"
    assert made.stat().st_size == SIZE
    assert made.stat().st_blocks * 512 < 8 * UNIT
    with made.open("rb") as stream:
        for place, text in zip(PLACES, TEXTS, strict=True):
            stream.seek(place - 2)
            assert stream.read(len(text) + 2) == b"\0\0" + text
