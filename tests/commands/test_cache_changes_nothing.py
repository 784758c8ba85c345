"""Whether a layer was read before changes no answer: blobs that are missing, cut or changed are told warm as cold."""

import itertools
import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ocitui.commands.opened.layer_index import layer_cache
from ocitui.demo.tar import file, hard_link, write_tar
from tests.commands.conftest import Result, Run
from tests.images.docker_archive_writer import ArchiveImage, old_form, write_docker_archive
from tests.images.layout_writer import LayerSpec, WrittenLayout, write_layout

LAYERS = [
    write_tar([file("etc/a", "first"), file("etc/b", "other"), file("big", bytes(range(256)) * 40)]),
    write_tar([file("etc/a", "second, and longer"), hard_link("c", "big")]),
]

COMMANDS = [
    ["inspect"],
    ["inspect", "--json"],
    ["inspect", "--dockerfile"],
    ["inspect", "--json", "--files"],
    ["inspect", "--format", "dive"],
    ["ls", "-lR"],
    ["ls", "-R", "--json"],
    ["ls", "--layer", "1", "-lR"],
    ["ls", "--layer", "2"],
    ["which", "etc/a", "etc/none"],
    ["which", "--json", "etc/a"],
    ["find", "etc"],
    ["find", "--json", "text:first"],
    ["waste"],
    ["waste", "--json"],
    ["cat", "etc/b"],
    ["cat", "--layer", "2", "etc/a"],
    ["diff", "--stat", "../intact"],
    ["diff", "../intact", "etc/a"],
    ["extract", "-o", "OUT", "etc"],
    ["ci"],
    ["verify"],
    ["verify", "--json"],
]


def missing(layout: WrittenLayout, digest: str) -> None:
    layout.remove(digest)


def cut(layout: WrittenLayout, digest: str) -> None:
    layout.truncate(digest, -30)


def flipped(layout: WrittenLayout, digest: str) -> None:
    data = bytearray(layout.blob(digest).read_bytes())
    data[len(data) // 2] ^= 1
    layout.replace(digest, bytes(data))


@pytest.fixture
def use_cache(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Path], None]]:
    """Take another folder as the cache."""

    def use(path: Path) -> None:
        monkeypatch.setenv("OCITUI_CACHE_DIR", str(path))
        layer_cache.cache_clear()

    yield use
    layer_cache.cache_clear()


def answers(run: Run, out: Path) -> list[tuple[list[str], int, str, str]]:
    """Return what every command says, without how long it took.

    And without what ``inspect`` knows of layers that were read before and are intact: it reads none itself.
    """
    found = []
    for number, (command, *options) in enumerate(COMMANDS):
        words = [str(out / str(number)) if option == "OUT" else option for option in options]
        done: Result = run(command, ".", *words)
        said = [re.sub(r"in [0-9.]+ s|\"seconds\": [0-9.]+", "", text) for text in (done.text, done.err)]
        if command == "inspect":
            known = r'"(unpackedSize|entries|files|restsOn)": ([0-9]+|null|\{[^}]*\})'  # null where it was never read
            said[0] = re.sub(known, "", said[0].partition("\nhistory\n")[0])
        found.append(([command, *options], done.code, said[0], said[1].replace(str(out), "")))
    return found


@pytest.mark.parametrize(
    ("damage", "compression", "number"),
    [
        (flipped, "gzip", 0),
        *(
            pytest.param(*case, marks=pytest.mark.slow)
            for case in itertools.product([missing, cut, flipped], ["gzip", "none"], [0, 1])
            if case != (flipped, "gzip", 0)
        ),
    ],
)
def test_the_same_is_said_warm_and_cold(
    damage: Callable[[WrittenLayout, str], None],
    compression: str,
    number: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    run: Run,
    use_cache: Callable[[Path], None],
) -> None:
    specs = [LayerSpec(layer, compression) for layer in LAYERS]  # type: ignore[arg-type]
    layout = write_layout(tmp_path / "image", specs)
    shutil.copytree(layout.path, tmp_path / "intact")
    monkeypatch.chdir(layout.path)
    use_cache(tmp_path / "same")
    assert run("ls", ".").code == 0
    use_cache(tmp_path / "twin")
    assert run("verify", "../intact").code == 0
    damage(layout, layout.layers[number])
    use_cache(tmp_path / "cold")
    cold = answers(run, tmp_path / "out-cold")
    assert {code for command, code, _, _ in cold if command[0] in ("ci", "waste", "find")} == {2}
    assert {code for command, code, _, _ in cold if command[0] == "verify"} == {1}
    for name in ("same", "twin"):
        use_cache(tmp_path / name)
        for expected, found in zip(cold, answers(run, tmp_path / f"out-{name}"), strict=True):
            assert (name, *found) == (name, *expected)


def test_a_write_is_noticed_whatever_the_time_of_modification_is_set_to(tmp_path: Path, run: Run) -> None:
    layout = write_layout(tmp_path / "image", LAYERS)
    blob = layout.blob(layout.layers[0])
    assert run("ls", layout.path).code == 0
    before = os.stat(blob)
    flipped(layout, layout.layers[0])
    os.utime(blob, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert run("ls", layout.path).code == 2


def test_ci_and_verify_read_what_does_not_look_changed(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ocitui.transports.blob.identity_of", lambda status: (1, status.st_ino, status.st_size, 1, 1))
    layout = write_layout(tmp_path / "image", LAYERS)
    assert run("ls", layout.path).code == 0
    flipped(layout, layout.layers[0])
    assert run("ls", layout.path).code == 0  # nothing but reading it would tell
    assert run("ci", layout.path).code == 2
    assert run("verify", layout.path).code == 1


def test_what_was_read_is_not_read_again(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from ocitui.layers.scan import hasher, scan, several

    layout = write_layout(tmp_path / "image", LAYERS)
    archive = write_docker_archive(tmp_path / "x.tar", old_form(ArchiveImage(LAYERS, compression="gzip")))
    shutil.copytree(layout.path, tmp_path / "copy")
    for path in (layout.path, tmp_path / "copy", archive):
        expected = run("ls", "-lR", path)
        with monkeypatch.context() as closed:
            for module, name in ((scan, "scan_layer"), (several, "LayerScans"), (hasher, "hash_blob")):
                closed.setattr(module, name, None)
            assert run("ls", "-lR", path) == expected
    assert run("inspect", "--json", layout.path).json["image"]["layers"][0]["files"] == 3
