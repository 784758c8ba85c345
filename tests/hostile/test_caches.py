"""A cache that is damaged, of another version, elsewhere, or not to be written costs speed, never the answer."""

import ctypes
import gzip
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from ocitui.demo.tar import file, write_tar
from ocitui.layers.index import checksum as checksum_module
from ocitui.layers.index import schema
from ocitui.layers.index.checksum import SIZE, append_checksum, is_intact
from ocitui.transports.recent import recents, remember
from tests.commands.conftest import Result, Run, spawn
from tests.hostile.test_hard_stops import parts
from tests.images.layout_writer import LayerSpec, write_layout
from tests.images.tools import require_root, require_tool

CUTS, FLIPS = 20, 50
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
_PR_CAPBSET_DROP = 24


@dataclass(frozen=True)
class Places:
    """One image, stored in three ways."""

    layout: Path
    archive: Path
    packed: Path


@pytest.fixture(scope="module")
def places() -> Iterator[Places]:
    """Two small layers, and a file that no table of an archive holds whole; every user may read them."""
    contents = random.Random(8).randbytes(1 << 17)
    tars = [
        write_tar([file("large", contents), *(file(f"d{number % 9}/{layer}-{number}", "x") for number in range(80))])
        for layer in range(2)
    ]
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        layout = write_layout(Path(folder, "image"), [tars[0], LayerSpec(tars[1], "zstd")]).path
        archive, packed = Path(folder, "image.tar"), Path(folder, "image.tar.gz")
        with tarfile.open(archive, "w") as tar:
            tar.add(layout, "")
        packed.write_bytes(gzip.compress(archive.read_bytes(), 1))
        yield Places(layout, archive, packed)


def answers(run: Callable[..., Result], places: Places) -> list[Result]:
    """All that commands say of the image, in every place."""
    said = []
    for place in (places.layout, places.archive, places.packed):
        said += [run("ls", "-R", "-l", place), run("cat", place, "large"), run("which", place, "/d3/1-3")]
    return said


@pytest.fixture(scope="module")
def said_before() -> dict[Places, tuple[list[Result], Path]]:
    """What the commands said when they were first asked here, and a copy of the cache that came of it."""
    return {}


@pytest.fixture
def expected(
    run: Run,
    places: Places,
    cache_dir: Path,
    said_before: dict[Places, tuple[list[Result], Path]],
    tmp_path_factory: pytest.TempPathFactory,
) -> list[Result]:
    """What they say with a cold cache, which is warm from then on."""
    if places not in said_before:
        found = answers(run, places)
        assert {result.code for result in found} == {0}
        assert answers(run, places) == found
        said_before[places] = found, Path(shutil.copytree(cache_dir, tmp_path_factory.mktemp("said") / "warm"))
    found, warm = said_before[places]
    shutil.copytree(warm, cache_dir, dirs_exist_ok=True)
    return found


def kept(cache: Path) -> list[Path]:
    """Every file in the cache."""
    return sorted(path for path in cache.rglob("*") if path.is_file())


def damages(data: bytes, seed: int) -> Iterator[bytes]:
    """The same bytes, cut at many places and with one bit turned round at many others, of the head above all."""
    chance = random.Random(seed)
    for number in range(CUTS):
        yield data[: len(data) * number // CUTS]
    for number in range(FLIPS):
        at = chance.randrange(min(len(data), len(data) if number % 5 else 600))
        yield data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :]


def test_the_cache_holds_what_is_damaged_here(expected: list[Result], cache_dir: Path) -> None:
    names = {(path.relative_to(cache_dir).parts[0], path.suffix) for path in kept(cache_dir)}
    assert names == {("layers", ".sqlite"), ("layers", ".seen"), ("archives", ".json"), ("archives", ".tar")}


@pytest.mark.parametrize(
    ("pattern", "place"), [("*.sqlite", "layout"), ("*.json", "archive"), ("*.json", "packed"), ("*.tar", "packed")]
)
def test_a_file_of_the_cache_is_damaged(
    pattern: str, place: str, expected: list[Result], places: Places, run: Run, cache_dir: Path, tmp_path: Path
) -> None:
    whole = Path(shutil.copytree(cache_dir, tmp_path / "whole"))
    image = getattr(places, place)
    command = ("ls", "-R", "-l", image) if pattern == "*.sqlite" else ("cat", image, "large")
    wanted = run(*command)
    for number, path in enumerate(path for path in kept(cache_dir) if path.match(pattern)):
        original = (whole / path.relative_to(cache_dir)).read_bytes()
        for damaged in damages(original, number):
            for other in path.parent.glob("*.tar"):  # made in place of the one that was damaged before
                other.unlink()
            path.write_bytes(damaged)
            assert run(*command) == wanted
            for left in (path, *path.parent.glob(pattern)):  # another image's table is not looked at
                if left.exists() and left.read_bytes() == damaged:
                    assert pattern == "*.json"
        path.write_bytes(original)
    assert answers(run, places) == expected


@pytest.mark.parametrize("number", [0, CUTS - 1, CUTS, CUTS + FLIPS - 1])
def test_all_files_of_the_cache_are_damaged(
    number: int, expected: list[Result], places: Places, run: Run, cache_dir: Path
) -> None:
    for seed, path in enumerate(kept(cache_dir)):
        path.write_bytes(list(damages(path.read_bytes(), seed))[number])
    assert answers(run, places) == expected
    assert all(is_intact(path) for path in cache_dir.rglob("*.sqlite"))


def test_a_checksum(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checksum_module, "_LARGE", 1 << 20)
    path = tmp_path / "file"
    for size in (0, 1, (1 << 20) - SIZE, 1 << 20, (1 << 20) + 1, 3 << 20):
        path.write_bytes(random.Random(size).randbytes(size))
        assert not is_intact(path)
        append_checksum(path)
        assert is_intact(path)
        data = path.read_bytes()
        for damaged in (data[:-1], data + b"x", data[: size // 2], b"", *damages(data, size)):
            path.write_bytes(damaged)
            assert not is_intact(path)


def change(path: Path, statement: str) -> None:
    """Change an index as somebody would who knows how its checksum is made."""
    with sqlite3.connect(path) as connection:
        connection.execute(statement)
    connection.close()
    pages = path.stat().st_size // 8192 * 8192
    os.truncate(path, pages)
    append_checksum(path)


OTHERS: dict[str, Callable[[Path], object]] = {
    "another version": lambda path: change(path, f"PRAGMA user_version={schema.VERSION + 1}"),
    "another application": lambda path: change(path, "PRAGMA application_id=252006674"),
    "a layer of another digest": lambda path: change(
        path, f"UPDATE meta SET value = 'sha256:{'0' * 64}' WHERE key = 'digest'"
    ),
    "a digest that is none": lambda path: change(path, "UPDATE meta SET value = 'x' WHERE key = 'digest'"),
    "no summary": lambda path: change(path, "DELETE FROM meta"),
    "no tables": lambda path: change(path, "DROP TABLE meta"),
    "a number that is text": lambda path: change(path, "UPDATE meta SET value = 'x' WHERE key = 'compression'"),
    "not verified": lambda path: change(path, "UPDATE meta SET value = 0 WHERE key = 'verified'"),
    "another program's database": lambda path: (
        path.unlink(),
        sqlite3.connect(path).execute("CREATE TABLE bookmarks (url)").connection.close(),
    ),
    "the same, with a checksum": lambda path: (OTHERS["another program's database"](path), append_checksum(path)),
    "nothing": lambda path: path.write_bytes(b""),
    "text": lambda path: path.write_text("<html>" * 1000),
    "a folder": lambda path: (path.unlink(), path.mkdir()),
    "a pipe": lambda path: (path.unlink(), os.mkfifo(path)),
    "a link to nothing": lambda path: (path.unlink(), path.symlink_to("/nowhere/at/all")),
    "a device": lambda path: (path.unlink(), path.symlink_to("/dev/zero")),
}


@pytest.mark.skipif(sys.platform == "win32", reason="makes pipes")
@pytest.mark.parametrize("other", OTHERS)
def test_something_else_stands_where_a_file_is_looked_for(
    other: str, expected: list[Result], places: Places, run: Run, cache_dir: Path
) -> None:
    for path in kept(cache_dir):
        is_index = path.suffix == ".sqlite"
        if is_index or other in ("nothing", "text", "a folder", "a pipe", "a link to nothing", "a device"):
            OTHERS[other](path)
    assert answers(run, places) == expected
    assert answers(run, places) == expected


def test_other_versions_stand_beside(run: Run, places: Places, cache_dir: Path) -> None:
    for name in ("layers/v1", "layers/v999", "archives/v1", "archives/v999", "layers/vx", "another"):
        (cache_dir / name / "sha256").mkdir(parents=True)
        for stem in ("0" * 64, "x"):
            for suffix in ("sqlite", "json", "tar", "part", "0.0.0.part"):
                (cache_dir / name / "sha256" / f"{stem}.{suffix}").write_bytes(b"old" * 100)
                (cache_dir / name / f"{stem}.{suffix}").write_bytes(b"old" * 100)
    before = {path: path.read_bytes() for path in kept(cache_dir) if path.suffix != ".part"}
    found = answers(run, places)
    assert {result.code for result in found} == {0}
    assert answers(run, places) == found
    assert all(path.read_bytes() == data for path, data in before.items()), "they belong to who reads them"
    assert run("cache").code == 0
    assert run("cache", "--clear").code == 0


# Where it is, and who may write there.


def said_of(places: Places, cache: object, **options: object) -> list[Result]:
    """What commands say in processes of their own."""
    environment = {"OCITUI_CACHE_DIR": str(cache)}
    return [
        spawn("ls", "-R", "-l", places.layout, environment=environment, **options),
        spawn("cat", places.packed, "large", environment=environment, **options),
    ]


def assert_right(found: list[Result], expected: list[Result]) -> None:
    assert [(result.code, result.err) for result in found] == [(0, "")] * len(found)
    assert [found[0].out, found[1].out] == [expected[0].out, expected[7].out]


@pytest.mark.parametrize("cache", ["{file}", "{file}/below", "/proc", "/dev/null", "{long}", "{nul}"])
@pytest.mark.skipif(sys.platform == "win32", reason="has no /proc")
def test_no_folder_can_be_made_there(cache: str, expected: list[Result], places: Places, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    place = cache.format(file=tmp_path / "file", long=tmp_path / ("x" * 300), nul=tmp_path / ("y/" * 3000))
    assert_right(said_of(places, place), expected)
    assert (tmp_path / "file").read_text() == "not a folder"


def without_privileges() -> None:
    """Let a child of root obey modes as any other user does: capabilities(7), CAP_DAC_*, CAP_FOWNER."""
    assert _LIBC is not None
    for capability in (1, 2, 3):
        _LIBC.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)


@pytest.mark.skipif(sys.platform != "linux", reason="has no capabilities")
def test_a_user_who_may_not_write(expected: list[Result], places: Places, cache_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(0o500)
    refused = subprocess.run(["touch", tmp_path / "closed" / "x"], preexec_fn=without_privileges, check=False)
    assert refused.returncode, "modes count"
    (tmp_path / "closed").rmdir()
    modes = {"warm": (0o555, 0o444), "unreadable": (0o555, 0), "unsearchable": (0o444, 0o444), "closed": (0, 0)}
    for name, (folder_mode, file_mode) in modes.items():
        cache = Path(shutil.copytree(cache_dir, tmp_path / name))
        before = {path: path.read_bytes() for path in kept(cache)}
        for path in sorted(cache.rglob("*"), reverse=True):
            path.chmod(folder_mode if path.is_dir() else file_mode)
        cache.chmod(folder_mode)
        assert_right(said_of(places, cache, preexec_fn=without_privileges), expected)
        done = spawn("cache", environment={"OCITUI_CACHE_DIR": str(cache)}, preexec_fn=without_privileges)
        assert (done.code, done.err.count("\n")) in [(0, 0), (2, 1)]
        for folder, folders, _ in os.walk(cache):
            for path in (Path(folder), *(Path(folder, each) for each in folders)):
                path.chmod(0o700)
        assert sorted(before) == kept(cache)
        for path in before:
            path.chmod(0o600)
        assert before == {path: path.read_bytes() for path in kept(cache)}


@contextmanager
def mounted(*options: str) -> Iterator[Path]:
    """A disk in memory."""
    require_root()
    mount, folder = require_tool("mount"), Path(tempfile.mkdtemp())
    command = [mount, "-t", "tmpfs", "-o", ",".join(options), "tmpfs", folder]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode:
        folder.rmdir()
        pytest.skip(f"no tmpfs can be mounted here: {done.stderr.decode().strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)
        folder.rmdir()


@pytest.mark.peer
def test_a_disk_that_is_read_only(expected: list[Result], places: Places, cache_dir: Path) -> None:
    with mounted("size=16m") as disk:
        shutil.copytree(cache_dir, disk / "warm")
        (disk / "cold").mkdir()
        before = kept(disk)
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        for cache in (disk / "warm", disk / "cold", disk / "new"):
            assert_right(said_of(places, cache), expected)
        assert kept(disk) == before


@pytest.mark.peer
@pytest.mark.parametrize("size", ["4k", "64k", "160k", "512k"])
def test_a_disk_without_room(size: str, expected: list[Result], places: Places) -> None:
    with mounted(f"size={size}") as disk:
        assert_right(said_of(places, disk), expected)
        assert parts(disk) == []
        for path in disk.rglob("*.sqlite"):
            assert is_intact(path)


# The images that were opened.


def test_the_list_of_what_was_opened_is_damaged(places: Places, state_dir: Path) -> None:
    for place in (places.layout, places.archive, places.packed):
        remember(str(place), Path("/"))
    path = state_dir / "recent.json"
    original = path.read_bytes()
    assert len(recents()) == 3
    for data in (
        b"null",
        b"[]",
        b'{"opened": 3}',
        b'{"opened": [{}]}',
        b'{"opened": [{"reference": 1, "at": 2}]}',
        b"[" * 10**5,
    ):
        path.write_bytes(data)
        assert recents() == []
    for damaged in damages(original, 9):
        path.write_bytes(damaged)
        recents()
        remember(str(places.layout), Path("/"))
        assert recents()[0].reference == str(places.layout)
    path.unlink()
    path.mkdir()
    remember(str(places.layout), Path("/"))
    assert recents() == []
    assert [each.name for each in state_dir.iterdir()] == ["recent.json"]
