"""``ocitui extract``: what it writes, what it says, and with what it ends."""

import os
import stat
from pathlib import Path

import pytest

from ocitui.demo.tar import Entry, directory, fifo, file, hard_link, symlink, whiteout, write_tar
from tests.commands.conftest import Run, spawn_on_terminal
from tests.images.layout_writer import LayerSpec, WrittenLayout, write_layout

LAYERS: list[list[Entry]] = [
    [directory("etc"), file("etc/app.conf", "one"), file("etc/gone", "secret"), file("srv/a/f", "f" * 5000)],
    [symlink("current", "srv/a"), file("etc/app.conf", "two", 0o4600), whiteout("etc/gone")],
    [hard_link("etc/same", "etc/app.conf"), fifo("pipe"), file(b"srv/\x1b[31m\xff", "odd")],
]


@pytest.fixture
def layout(tmp_path: Path) -> WrittenLayout:
    return write_layout(tmp_path / "image", [write_tar(layer) for layer in LAYERS])


def files(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_whole_filesystem(run: Run, layout: WrittenLayout, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = run("extract", layout.path, "/", "-o", out)
    assert (done.code, done.out) == (0, b"")
    assert done.err.splitlines() == [
        f"wrote 4 files, 3 folders, 1 link (5.0 kB) to {out}",
        "left out pipe: a fifo is written only when it is asked for",
    ]
    assert files(out) == {
        "etc/app.conf": b"two",
        "etc/same": b"two",
        "srv/a/f": b"f" * 5000,
        "srv/\x1b[31m\udcff": b"odd",
    }
    assert os.readlink(out / "current") == "srv/a"
    assert (out / "etc/app.conf").stat().st_nlink == 2
    assert stat.S_IMODE((out / "etc/app.conf").stat().st_mode) == 0o600


def test_paths_go_under_their_last_names(run: Run, layout: WrittenLayout, tmp_path: Path) -> None:
    out = tmp_path / "new/out"
    done = run("extract", layout.path, "/etc/app.conf", "current/f", "srv/a/", "current", "-o", out)
    assert done.code == 0
    assert sorted(os.listdir(out)) == ["a", "app.conf", "current", "f"]
    assert files(out / "a") == {"f": b"f" * 5000}
    assert (out / "f").read_bytes() == b"f" * 5000
    assert os.readlink(out / "current") == "srv/a"
    done = run("extract", layout.path, "srv/a/f", "current/f", "-o", out)
    assert done.code == 2
    assert "several paths have the same last name" in done.message


def test_one_layer(run: Run, layout: WrittenLayout, tmp_path: Path) -> None:
    done = run("extract", layout.path, "/", "--layer", 1, "-o", tmp_path / "1")
    assert done.code == 0
    assert files(tmp_path / "1") == {"etc/app.conf": b"one", "etc/gone": b"secret", "srv/a/f": b"f" * 5000}
    done = run("extract", layout.path, "etc", "--layer", 2, "-o", tmp_path / "2")
    assert done.code == 0
    assert "left out etc/.wh.gone: is a whiteout" in done.err.replace("etc/gone", "etc/.wh.gone")
    assert files(tmp_path / "2") == {"etc/app.conf": b"two"}
    done = run("extract", layout.path, "etc/same", "--layer", 3, "-o", tmp_path / "3")
    assert done.code == 2
    assert "same: is a hard link to etc/app.conf, which is missing" in done.err


def test_nothing_is_written_where_a_path_is_not_there(run: Run, layout: WrittenLayout, tmp_path: Path) -> None:
    for arguments in (["etc", "etc/gone"], ["etc", "none", "--layer", "1"]):
        done = run("extract", layout.path, *arguments, "-o", tmp_path / "out")
        assert done.code == 1
        assert ": not in " in done.message
    assert not (tmp_path / "out").exists()


def test_files_that_are_there_are_kept_unless_asked(run: Run, layout: WrittenLayout, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "app.conf").write_text("mine")
    done = run("extract", layout.path, "etc/app.conf", "-o", out)
    assert done.code == 2
    assert done.err == "skipped app.conf: already exists (--overwrite replaces it)\n"
    assert files(out) == {"app.conf": b"mine"}
    assert run("extract", layout.path, "etc/app.conf", "-o", out, "--overwrite").code == 0
    assert files(out) == {"app.conf": b"two"}


@pytest.mark.slow
def test_names_are_said_safely(layout: WrittenLayout, tmp_path: Path) -> None:
    out = tmp_path / "out"
    code, first = spawn_on_terminal("extract", layout.path, "srv", "-o", out)
    assert code == 0
    code, seen = spawn_on_terminal("extract", layout.path, "srv", "-o", out)
    assert code == 2
    assert b"srv/\\x1b[31m\\xff: already exists" in seen
    assert b"[31m" in seen
    assert b"\x1b[31m" not in first + seen


def test_many_failures_are_counted(run: Run, tmp_path: Path) -> None:
    layout = write_layout(tmp_path / "image", [write_tar(file(f"f{number}") for number in range(50))])
    assert run("extract", layout.path, "/", "-o", tmp_path / "out").code == 0
    done = run("extract", layout.path, "/", "-o", tmp_path / "out")
    assert done.code == 2
    assert len(done.err.splitlines()) == 21
    assert done.err.splitlines()[-1] == "skipped or written with changes: 30 more"


def test_a_damaged_layer(run: Run, tmp_path: Path) -> None:
    text = b"".join(b"%08d\n" % number for number in range(200_000))
    tar = write_tar([file("first", "whole"), file("f", text)])
    layout = write_layout(tmp_path / "image", [LayerSpec(tar, "zstd")])
    layout.truncate(layout.layers[0], -2000)
    done = run("extract", layout.path, "/", "-o", tmp_path / "out")
    assert done.code == 2
    assert files(tmp_path / "out") == {"first": b"whole"}
    assert "f: " in done.err
    assert "offset" in done.err


def test_what_cannot_be_a_folder(run: Run, layout: WrittenLayout, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    assert run("extract", layout.path, "/", "-o", tmp_path / "file").code == 2
    done = run("extract", layout.path, "/", "-o", tmp_path / "file/below")
    assert (done.code, done.message) == (2, f"{tmp_path}/file/below: cannot be written to: Not a directory")
    assert run("extract", layout.path, "/").code == 2


def test_the_folder_gets_the_root_s_mode_and_owner_where_it_is_made(run: Run, tmp_path: Path) -> None:
    root = Entry(b"./", mode=0o1750, kind=b"5").owned(os.getuid(), os.getgid())
    layout = write_layout(tmp_path / "image", [write_tar([root, file("a")]), write_tar([file("b")])])
    made, kept = tmp_path / "made", tmp_path / "kept"
    kept.mkdir(mode=0o711)
    for out in (made, kept):
        done = run("extract", layout.path, "/", "-o", out)
        assert (done.code, done.err) == (0, f"wrote 2 files (0 B) to {out}\n")
    umask = os.umask(0)
    os.umask(umask)
    assert stat.S_IMODE(made.stat().st_mode) == 0o1750 & ~umask
    assert made.stat().st_mtime == (made / "a").stat().st_mtime
    assert stat.S_IMODE(kept.stat().st_mode) == 0o711
    assert run("extract", layout.path, "a", "-o", tmp_path / "other").code == 0  # which is not the root
    assert stat.S_IMODE((tmp_path / "other").stat().st_mode) == 0o777 & ~umask
