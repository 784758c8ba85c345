"""``ocitui blob``: bytes that are checked, digests that are cut, terminals."""

import subprocess
import sys
from pathlib import Path

import pytest

from ocitui.demo.tar import file, write_tar
from tests.commands.conftest import REPOSITORY, Run, spawn_on_terminal
from tests.images.docker_archive_writer import ArchiveImage, kaniko_form, write_docker_archive
from tests.images.layout_writer import LayerSpec, WrittenLayout, write_layout
from tests.patience import LONG_PATIENCE

TAR = write_tar([file("etc/motd", "hello\n")])


@pytest.fixture
def layout(tmp_path: Path) -> WrittenLayout:
    return write_layout(tmp_path / "image", [TAR, LayerSpec(TAR, "none")])


def test_any_blob_of_the_place_to_the_byte(run: Run, layout: WrittenLayout) -> None:
    for digest in (layout.manifest, layout.config, *layout.layers):
        for name in (digest, digest[:20], digest[7:], digest[7:13]):
            for image in (layout.path, f"{layout.path}:latest"):
                done = run("blob", image, name)
                assert (done.code, done.out, done.err) == (0, layout.blob(digest).read_bytes(), "")


@pytest.mark.parametrize(
    ("digest", "code", "said"),
    [
        ("sha256:" + "0" * 64, 1, "no blob sha256:" + "0" * 64),
        ("0" * 12, 1, "no blob 000000000000"),
        ("0" * 5, 2, "blob: '00000' is not a digest; give at least the first 6 hexadecimal digits of one"),
        (
            "../../etc",
            2,
            "blob: '../../etc' is not a digest; give at least the first 6 hexadecimal digits of one",
        ),
    ],
)
def test_a_digest_that_is_none_here(run: Run, layout: WrittenLayout, digest: str, code: int, said: str) -> None:
    done = run("blob", layout.path, digest)
    assert (done.code, done.out) == (code, b"")
    assert done.message.endswith(said)


def test_a_beginning_of_several(run: Run, layout: WrittenLayout) -> None:
    for end in "01":
        (layout.path / "blobs/sha256" / ("abcdef" + end * 58)).write_bytes(b"x")
    done = run("blob", layout.path, "abcdef")
    assert (done.code, done.out) == (2, b"")
    assert done.message.startswith("blob abcdef: several blobs begin so: sha256:abcdef000")


def test_bytes_that_do_not_match_are_told_at_the_end(run: Run, layout: WrittenLayout) -> None:
    layout.replace(layout.layers[0], b"changed")
    done = run("blob", layout.path, layout.layers[0])
    assert (done.code, done.out) == (2, b"changed")
    assert done.message.startswith(f"blob: expected digest {layout.layers[0]}, found sha256:")
    assert done.message.endswith("; do not use what was written")


def test_an_algorithm_that_cannot_be_checked(run: Run, layout: WrittenLayout) -> None:
    folder = layout.path / "blobs/blake3"
    folder.mkdir()
    (folder / ("a" * 64)).write_bytes(b"bytes")
    done = run("blob", layout.path, "blake3:" + "a" * 64)
    assert (done.code, done.out) == (2, b"bytes")
    assert "cannot be checked, blake3 is not an algorithm that ocitui knows" in done.message


def test_a_layer_that_goes_by_its_diff_id_is_unpacked(run: Run, tmp_path: Path) -> None:
    image = ArchiveImage([TAR], compression="gzip")
    archive = write_docker_archive(tmp_path / "image.tar", kaniko_form(image))
    done = run("blob", archive, image.diff_ids[0])
    assert (done.code, done.out, done.err) == (0, TAR, "")


@pytest.mark.slow
def test_a_terminal_gets_text_and_no_binary_unasked(layout: WrittenLayout) -> None:
    code, written = spawn_on_terminal("blob", layout.path, layout.layers[0])
    assert code == 2
    assert b"is binary, and standard output is a terminal; --force writes it, escaped" in written
    code, written = spawn_on_terminal("blob", layout.path, layout.layers[0], "--force")
    assert (code, written[:8]) == (0, b"\\x1f\\x8b")
    code, written = spawn_on_terminal("blob", layout.path, layout.config)
    assert (code, written.replace(b"\r\n", b"\n")) == (0, layout.blob(layout.config).read_bytes() + b"\n")


@pytest.mark.slow
def test_a_reader_that_has_enough_is_no_error(layout: WrittenLayout) -> None:
    big = layout.path / "blobs/sha256" / ("f" * 64)
    big.write_bytes(bytes(10_000_000))
    command = [sys.executable, "-m", "ocitui", "blob", str(layout.path), "f" * 64]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=REPOSITORY) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(10)
        process.stdout.close()
        assert (process.stderr.read(), process.wait(LONG_PATIENCE)) == (b"", 0)
