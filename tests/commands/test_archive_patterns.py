"""Patterns that go into archives: a sign of one before the ``!``, in ``ls``, ``file``, ``which`` and ``extract``."""

import json
from pathlib import Path

import pytest

from ocitui.demo.tar import file, symlink, whiteout, write_tar
from tests.commands.conftest import Run
from tests.images.filesystem_images import image
from tests.images.layout_writer import LayerSpec, write_layout
from tests.images.nested_archives import make_tar, make_zip

TEXTS = {"t.txt": b"hello\n", "other": b"x"}
ZIP = make_zip(TEXTS)
ZIPS_IN_TAR = {"1.zip": ZIP, "2.zip": ZIP, "no.zip": b"x"}
LAYERS = [
    [
        file("gone.zip", ZIP),
        file("lib/a.war", ZIP),
        file("t.tar", make_tar({"1.zip": ZIP, "2.zip": ZIP, "no.zip": b"x"})),
    ],
    [
        whiteout("gone.zip"),
        file("app.war", make_zip({"t.txt": b"of app"})),
        file("no.war", "a text"),
        file("odd.war!/t.txt", "a real folder"),
        file("odd.war", ZIP),
        symlink("dead.war", "nowhere"),
        symlink("link.war", "app.war"),
        file("dir.war/t.txt", "in a folder"),
    ],
]
WARS = ["/app.war!/t.txt", "/link.war!/t.txt", "/odd.war!/t.txt"]
ZIPS = ["/t.tar!/1.zip!/t.txt", "/t.tar!/2.zip!/t.txt"]


@pytest.fixture(scope="module")
def patterned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("patterned") / "image"
    return write_layout(folder, [LayerSpec(write_tar(layer), "gzip") for layer in LAYERS]).path


def test_a_file_whose_name_ends_with_the_mark_hides_no_archive(run: Run, tmp_path: Path) -> None:
    """``cat`` went into the archive, while a pattern found nothing."""
    layer = [file("a", ZIP), file("a!", "a text"), file("t", make_tar({"a": ZIP, "a!": b"x"}))]
    path = write_layout(tmp_path / "image", [LayerSpec(write_tar(layer), "gzip")]).path
    for name in ("a!", "t!/a!"):
        assert run("cat", path, f"/{name}/t.txt").out == b"hello\n"
        assert run("file", path, "-b", f"/{name}/t.*").lines[0].startswith(f"/{name}/t.txt")


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("/*.war!/t.txt", WARS),
        ("/*.war!/?.txt", WARS),
        ("/**/*.war!/t.txt", sorted([*WARS, "/lib/a.war!/t.txt"])),
        ("/*/a.war!/*.txt", ["/lib/a.war!/t.txt"]),
        ("/t.tar!/*.zip!/*.txt", ZIPS),
        ("/*.tar!/*.zip!/*.txt", ZIPS),
        ("/t*!/**/[12].zip!/t.*", ZIPS),
    ],
)
def test_a_pattern_goes_into_archives(
    run: Run, patterned: Path, tmp_path: Path, pattern: str, found: list[str]
) -> None:
    """Commands said that nothing matched."""
    assert (run("ls", patterned, "-0", pattern).code, run("ls", patterned, "-R", pattern).code) == (0, 0)
    listed = json.loads(run("ls", patterned, "--json", pattern).out)
    assert (len(listed["entries"]), listed["problems"]) == (len(found), [])
    done = run("file", patterned, "-b", pattern)
    assert (done.code, [line.partition(":")[0].partition(" ")[0] for line in done.lines]) == (0, found)
    done = run("which", patterned, pattern, "--oneline")
    assert (done.code, [line.split("\t")[0] for line in done.lines]) == (0, found)
    done = run("extract", patterned, pattern, "-o", tmp_path / "out")
    assert (done.code, "several paths have the same last name" in done.err) == (
        (2, True) if len(found) > 1 else (0, False)
    )


def test_a_pattern_for_whole_archives(run: Run, patterned: Path, tmp_path: Path) -> None:
    done = run("ls", patterned, "/[al]*.war!")
    assert (done.code, done.lines) == (0, ["/app.war!:", "t.txt", "", "/link.war!:", "t.txt"])
    assert run("extract", patterned, "/*/*.war!", "/lib", "-o", tmp_path / "out").code == 0
    assert (tmp_path / "out" / "a.war!" / "t.txt").read_bytes() == b"hello\n"
    assert run("extract", patterned, "/app.war!/*", "-o", tmp_path / "out").code == 0
    assert (tmp_path / "out" / "t.txt").read_bytes() == b"of app"
    assert run("file", patterned, "/odd.war!/t.*").text.endswith("13 B\n")  # a real folder takes precedence


@pytest.mark.parametrize("command", ["ls", "file", "which"])
def test_a_pattern_that_matches_nothing_in_archives(run: Run, patterned: Path, command: str) -> None:
    done = run(command, patterned, "/*.war!/none*")
    assert done.code == 1
    assert run(command, patterned, "/n*.war!/*").code == 1  # it is no archive
    assert run(command, patterned, "/*/t.txt!", "/t.tar!/*/t.txt").code == 1


def test_which_tells_the_layers_of_archives_that_a_pattern_matches(run: Run, patterned: Path) -> None:
    lines = run("which", patterned, "--oneline", "/**/*.war!/t.txt").lines
    assert [line.split("\t")[1] for line in lines] == ["2", "1", "2", "2"]
    done = run("which", patterned, "/g*.zip!/t.txt")
    assert (done.code, done.lines[0].partition(";")[0]) == (1, "/gone.zip: deleted by layer 2")


def test_a_pattern_opens_archives_of_so_many_entries(
    run: Run, patterned: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ocitui.image.filesystem.matching.ENTRIES", 2)
    done = run("ls", patterned, "/*.war!/t.txt", "-0")
    assert (done.code, done.out) == (2, b"app.war!/t.txt\0odd.war!/t.txt\0")
    assert done.err == (
        "ocitui: /link.war: is not opened, nor others: the archives before it have more than 2 entries\n"
    )


def test_more_archives_than_stay_open(run: Run, tmp_path: Path) -> None:
    named = [file(f"{number:02}.zip", make_zip({"n.txt": f"{number:02}".encode() * 9})) for number in range(20)]
    place = write_layout(tmp_path / "image", [LayerSpec(write_tar(named))]).path
    lines = run("file", "--json", place, "/*.zip!/n.txt").out
    assert [each["resolved"] for each in json.loads(lines)["files"]] == [f"/{n:02}.zip!/n.txt" for n in range(20)]


def test_which_has_all_of_an_entry_whose_archive_may_be_closed(run: Run, tmp_path: Path) -> None:
    place = write_layout(tmp_path / "image", [LayerSpec(write_tar([file("x.img", image("ext4"))]))]).path
    paths = json.loads(run("which", "--json", place, "/*.img!/**").out)["paths"]
    found = [path["inside"]["entry"] for path in paths]
    listed = json.loads(run("ls", "--json", "-R", place, "/x.img!").out)["entries"]
    assert any(entry.get("xattrs") for entry in found)
    assert sorted(each["path"] for each in found) == sorted(each["path"] for each in listed)
    assert all({**each, "layer": 1} in listed for each in found)


@pytest.mark.parametrize("pattern", ["/none*", "/*.war!/none*"])
def test_a_pattern_may_match_in_a_layer_that_is_missing(run: Run, tmp_path: Path, pattern: str) -> None:
    """It was said that nothing matches, with 1."""
    written = write_layout(tmp_path / "image", [LayerSpec(write_tar(layer), "gzip") for layer in LAYERS])
    written.blob(written.layers[0]).unlink()
    for command in (("ls",), ("file",), ("which",), ("extract", "-o", tmp_path / "out")):
        done = run(*command, written.path, pattern)
        assert (done.code, "missing" in done.err) == (2, True), command
