"""``ocitui export``: equal to what umoci unpacks, whole or not at all, pipes that close, files that exist."""

import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from ocitui.demo.tar import (
    Entry,
    capability,
    character_device,
    directory,
    fifo,
    file,
    hard_link,
    opaque,
    symlink,
    whiteout,
    write_tar,
)
from tests.commands.conftest import REPOSITORY, Run, spawn_on_terminal
from tests.images.layout_writer import LayerSpec, WrittenLayout, write_layout
from tests.images.on_disk import facts_of
from tests.images.tools import require_root, require_tool
from tests.images.tools import run as run_tool
from tests.images.with_umoci import TAG, unpack
from tests.patience import LONG_PATIENCE

LAYERS: list[list[Entry]] = [
    [
        Entry(b"./", mode=0o751, kind=b"5").owned(0, 5),
        directory("etc", 0o750).owned(1, 2).at(1_000_000_000),
        file("etc/app.conf", "one"),
        file("etc/gone", "secret"),
        directory("srv"),
        directory("srv/a").at(1_100_000_000),
        file("srv/a/f", "f" * 5000, 0o4755).owned(1000, 1001),
        directory("empty", 0o1777),
        directory("opaque"),
        file("opaque/low", "low"),
        directory("l" * 90),
        file("l" * 90 + "/" + "n" * 120, "long"),
    ],
    [symlink("current", "srv/a").owned(5), file("etc/app.conf", "two", 0o600), whiteout("etc/gone"), opaque("opaque")],
    [
        hard_link("etc/same", "etc/app.conf"),
        hard_link("srv/f2", "srv/a/f"),
        fifo("pipe"),
        character_device("null", 1, 3),
        file(b"srv/\x1b[31m\xff", "odd"),
        Entry(b"srv/ping", b"ping", 0o755, xattrs=capability(13)),
        file("srv/a/late", "late"),
    ],
]


@pytest.fixture
def layout(tmp_path: Path) -> WrittenLayout:
    return write_layout(tmp_path / "image", [write_tar(layer) for layer in LAYERS])


def same_as_umoci(run: Run, image: str, work: Path) -> None:
    """Compare what umoci unpacks with what GNU tar unpacks of the export."""
    require_root()
    theirs = facts_of(unpack(image, work / "bundle"))
    tar, ours = work / "ours.tar", work / "ours"
    ours.mkdir()
    assert run("export", image, "-o", tar).code == 0
    options = ("-xp", "--same-owner", "--numeric-owner", "--xattrs", "--xattrs-include=*")
    run_tool(require_tool("tar"), *options, "-f", tar, "-C", ours)
    found = facts_of(ours)
    with tarfile.open(tar) as archive:
        names = {member.name for member in archive}
        undescribed = {member.name for member in archive if member.isdir() and member.mtime == 0}
    if "." not in names:
        undescribed.add("")
    for facts in (theirs, found):
        for name in undescribed:
            facts[name.encode()].pop("mtime")
    assert found == theirs


@pytest.mark.peer
@pytest.mark.parametrize("compression", ["gzip", "none"])
def test_it_is_what_umoci_unpacks(run: Run, tmp_path: Path, compression: str) -> None:
    specs = [LayerSpec(write_tar(layer), compression) for layer in LAYERS]  # type: ignore[arg-type]
    same_as_umoci(run, f"{write_layout(tmp_path / 'image', specs).path}:latest", tmp_path)


@pytest.mark.peer
@pytest.mark.parametrize("name", ["umoci_layout", "skopeo_gzip_layout", "buildah_layout"])
def test_images_of_other_tools_are_what_umoci_unpacks(
    run: Run, tmp_path: Path, name: str, request: pytest.FixtureRequest
) -> None:
    layout = request.getfixturevalue(name)
    tag = TAG if name == "umoci_layout" else run("tags", layout).lines[0]
    same_as_umoci(run, f"{layout}:{tag}", tmp_path)


@pytest.mark.peer
def test_zstd_layers_and_docker_archives_give_the_same(
    run: Run, skopeo_zstd_layout: Path, skopeo_gzip_layout: Path, umoci_layout: Path, docker_archive: Path
) -> None:
    first = run("export", skopeo_gzip_layout)
    assert first.code == 0
    assert run("export", skopeo_zstd_layout).out == first.out
    assert run("export", docker_archive).out == run("export", umoci_layout).out


def test_standard_output_and_a_file_are_the_same(run: Run, layout: WrittenLayout, tmp_path: Path) -> None:
    piped = run("export", layout.path)
    assert (piped.code, piped.err) == (0, "")
    written = run("export", layout.path, "-o", tmp_path / "out.tar")
    assert (written.code, written.out, written.err) == (0, b"", "")
    assert (tmp_path / "out.tar").read_bytes() == piped.out
    assert sorted(path.name for path in tmp_path.iterdir()) == ["image", "out.tar"]


def test_a_file_that_exists_is_kept_unless_asked(run: Run, layout: WrittenLayout, tmp_path: Path) -> None:
    target = tmp_path / "out.tar"
    target.write_text("kept")
    done = run("export", layout.path, "-o", target)
    assert (done.code, done.message) == (2, f"export: {target}: exists (--overwrite replaces it)")
    assert target.read_text() == "kept"
    assert run("export", layout.path, "-o", target, "--overwrite").code == 0
    assert tarfile.is_tarfile(target)
    assert run("export", layout.path, "-o", "/dev/null").code == 0


def test_a_file_that_cannot_be_written(run: Run, layout: WrittenLayout, tmp_path: Path) -> None:
    done = run("export", layout.path, "-o", tmp_path / "none" / "out.tar")
    assert (done.code, done.out) == (2, b"")
    assert done.message == f"export: {tmp_path / 'none' / 'out.tar'}: cannot be written: No such file or directory"
    if Path("/dev/full").exists():
        done = run("export", layout.path, "-o", "/dev/full")
        assert (done.code, done.message) == (2, "export: /dev/full: cannot be written: No space left on device")


def test_nothing_is_written_of_an_image_that_is_not_whole(run: Run, layout: WrittenLayout, tmp_path: Path) -> None:
    layout.truncate(layout.layers[1], -4)
    done = run("export", layout.path, "-o", tmp_path / "out.tar")
    assert (done.code, done.out) == (2, b"")
    assert done.message.startswith("layer 2 (")
    layout.remove(layout.layers[0])
    assert (run("export", layout.path).code, run("export", layout.path).out) == (2, b"")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["image"]


def test_what_is_left_out_is_told(run: Run, tmp_path: Path) -> None:
    layout = write_layout(tmp_path / "image", [write_tar([file("a", "a"), hard_link("b\x1b[31m", "none")])])
    done = run("export", layout.path)
    assert done.code == 2
    assert done.message == r"left out b\x1b[31m: is a hard link to none, which is missing"
    assert len(done.out) == 2 * 512 + 1024


def test_a_terminal_gets_no_tar(layout: WrittenLayout) -> None:
    code, written = spawn_on_terminal("export", layout.path)
    assert code == 2
    assert b"standard output is a terminal; redirect it, or name a file with -o FILE" in written.replace(b"\r\n", b" ")


@pytest.mark.slow
def test_the_platform_that_is_asked_for(run: Run, demo_layout: Path) -> None:
    image = f"{demo_layout}:latest"
    assert run("export", image, "--platform", "linux/arm64").out != run("export", image).out


@pytest.mark.slow
def test_a_reader_that_has_enough_is_no_error(tmp_path: Path) -> None:
    layout = write_layout(tmp_path / "image", [write_tar([file("zeros", bytes(5_000_000))])])
    command = [sys.executable, "-m", "ocitui", "export", str(layout.path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=REPOSITORY) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(10)
        process.stdout.close()
        assert (process.stderr.read(), process.wait(LONG_PATIENCE)) == (b"", 0)
