"""``ocitui verify``: what it prints, and with what it ends."""

import os
import re
import shutil
from pathlib import Path

import pytest

from ocitui.demo.tar import file, hard_link, write_tar
from tests.commands.conftest import Run, spawn, spawn_on_terminal, without_colours
from tests.image.verify.test_verification import flip, sparse_layout
from tests.image.verify.unpackers import Refuses, with_umoci, with_vfs
from tests.images.layout_writer import LayerSpec, WrittenLayout, write_layout

BASE = write_tar([file("etc/motd", "hello"), file("bin/sh", os.urandom(400_000))])


@pytest.fixture
def layout(tmp_path: Path) -> WrittenLayout:
    return write_layout(tmp_path / "image", [BASE, write_tar([hard_link(b"\x1b[31mred", "gone")])])


@pytest.fixture
def intact(tmp_path: Path) -> WrittenLayout:
    return write_layout(tmp_path / "intact", [BASE])


@pytest.mark.slow
def test_what_is_intact_is_one_line(run: Run, intact: WrittenLayout) -> None:
    for _ in range(2):
        done = run("verify", intact.path)
        assert (done.code, done.err) == (0, "")
        (line,) = done.lines
        assert line.startswith("intact: 4 blobs, 40")
        assert line.endswith("; nothing found")


def test_findings_stand_under_their_blob_with_their_clause(run: Run, layout: WrittenLayout) -> None:
    flip(layout.blob(layout.layers[0]), 5000)
    done = run("verify", layout.path)
    assert (done.code, done.err) == (1, "")
    at = done.lines.index(f"layer 1 ({layout.layers[0]}): wrong")
    digest = next(line for line in done.lines[at + 1 :] if f"expected {layout.layers[0]}, found sha256:" in line)
    assert digest.startswith("  error: ")
    assert digest.endswith(" [image-spec, Content Descriptors: Digests]")
    assert any("\\x1b[31mred" in line for line in done.lines)
    assert done.lines[-1].startswith("NOT INTACT: 5 blobs, ")
    assert " errors" in done.lines[-1]


@pytest.mark.slow
def test_quiet(run: Run, layout: WrittenLayout, intact: WrittenLayout) -> None:
    assert [(done.code, done.out, done.err) for done in (run("verify", "-q", layout.path),)] == [(1, b"", "")]
    assert [(done.code, done.out, done.err) for done in (run("verify", "-q", intact.path),)] == [(0, b"", "")]


def test_json(run: Run, layout: WrittenLayout) -> None:
    layout.truncate(layout.layers[0], -5)
    done = run("verify", layout.path, "--json")
    assert done.code == 1
    found = done.json
    assert (found["schemaVersion"], found["image"], found["intact"]) == (1, None, False)
    blobs = {blob["digest"]: blob for blob in found["blobs"]}
    assert blobs.keys() == {None, layout.manifest, layout.config, *layout.layers}
    assert blobs[layout.config] == {
        "title": f"config {layout.config}",
        "digest": layout.config,
        "size": layout.blob(layout.config).stat().st_size,
        "result": "intact",
        "findings": [],
    }
    broken = blobs[layout.layers[0]]
    assert broken["result"] == "wrong"
    stream = next(each for each in broken["findings"] if each["clause"]["specification"] == "RFC 1952")
    assert stream["severity"] == "error"
    assert stream["blobOffset"] == layout.blob(layout.layers[0]).stat().st_size
    assert stream["clause"]["url"].startswith("https://")
    assert found["bytes"] == sum(blob["size"] for blob in found["blobs"])
    said = " ".join(run("verify", "--help").text.split())
    assert found["seenWith"].keys() == {"umoci", "containerd", "buildah", "containers/storage"}
    assert all(version.split()[0] in said for version in found["seenWith"].values())
    assert "`seenWith`" in said


@pytest.mark.peer
def test_a_document_that_begins_with_a_byte_order_mark_is_refused(run: Run, tmp_path: Path) -> None:
    index = write_layout(tmp_path / "image", [BASE], tag="it").path / "index.json"
    assert [isinstance(unpack(tmp_path), Refuses) for unpack in (with_umoci, with_vfs)] == [False, False]
    shutil.rmtree(tmp_path / "root")
    index.write_bytes(b"\xef\xbb\xbf" + index.read_bytes())
    for unpack in (with_umoci, with_vfs):
        refusal = unpack(tmp_path)
        assert isinstance(refusal, Refuses)
        assert "invalid character" in refusal.words
    assert "  error: expected a JSON object, found a byte-order mark before it [" in run("verify", index.parent).text


@pytest.mark.slow
def test_a_tag_or_a_platform_is_verified_alone(run: Run, demo_copy: Path) -> None:
    arm = run("verify", demo_copy, "--platform", "linux/arm64", "--json").json
    everything = run("verify", demo_copy, "--json").json
    assert len(arm["blobs"]) < len(everything["blobs"])
    image = next(blob for blob in arm["blobs"] if blob["digest"] == arm["image"])
    assert image["title"].startswith("manifest ")
    flip(demo_copy / "blobs/sha256" / arm["image"][7:], 40)
    assert run("verify", demo_copy, "-q").code == 1
    amd = run("verify", demo_copy, "--platform", "linux/amd64", "--quiet")
    assert amd.code == 0


def test_sparse(run: Run, tmp_path: Path) -> None:
    folder, _ = sparse_layout(tmp_path)
    assert run("verify", folder).code == 1
    done = run("verify", folder, "--sparse")
    assert done.code == 0
    assert done.lines[-1].startswith("intact: ")
    assert "1 note" in done.lines[-1]
    assert " (1 more missing), " in done.lines[-1]


def test_sparse_without_layers(run: Run, nginx_layout: Path, intact: WrittenLayout) -> None:
    done = run("verify", nginx_layout, "--sparse")
    assert (done.code, done.err) == (0, "")
    assert done.lines[-1].startswith("intact: 3 blobs (6 more missing), 7.9 kB")
    assert run("verify", nginx_layout).code == 1
    intact.remove(intact.layers[0])
    assert run("verify", intact.path, "--sparse").code == 0
    flip(intact.blob(intact.config), 20)  # what is here is read all the same
    assert run("verify", intact.path, "--sparse").code == 1


def test_what_cannot_be_opened_ends_with_2(run: Run, tmp_path: Path) -> None:
    done = run("verify", tmp_path / "none")
    assert (done.code, done.out) == (2, b"")
    assert "no such file or folder" in done.message


@pytest.mark.parametrize("what", ["layer", "config"])
def test_what_this_machine_does_not_give_ends_with_2(
    run: Run, intact: WrittenLayout, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    blob = intact.blob(intact.layers[0] if what == "layer" else intact.config)
    opened = os.open

    def refuse(path: object, *rest: int, **more: int) -> int:
        if path == blob:
            raise PermissionError(13, "Permission denied")
        return opened(path, *rest, **more)  # type: ignore[call-overload,no-any-return]

    if what == "layer":  # small enough to be read in this process
        small = write_layout(intact.path.with_name("small"), [write_tar([file("a")])])
        intact, blob = small, small.blob(small.layers[0])
    monkeypatch.setattr(os, "open", refuse)
    done = run("verify", intact.path)
    assert done.code == 2
    assert "Permission denied" in done.message
    assert any(line.startswith("  not read: ") for line in done.lines)
    assert done.lines[-1].startswith("NOT ALL CHECKED: ")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_worker_that_may_not_read(intact: WrittenLayout) -> None:
    intact.blob(intact.layers[0]).chmod(0)
    assert spawn("verify", intact.path).code == 2


def test_where_no_index_can_be_written_that_is_not_said_of_the_image(
    run: Run, intact: WrittenLayout, monkeypatch: pytest.MonkeyPatch, cache_dir: Path
) -> None:
    shutil.rmtree(cache_dir)
    cache_dir.write_bytes(b"a file")
    assert run("verify", intact.path).code == 0


@pytest.mark.slow
def test_progress_is_only_for_a_terminal(intact: WrittenLayout) -> None:
    code, shown = spawn_on_terminal("verify", intact.path)
    assert code == 0
    assert b"reading blobs: " in shown
    assert shown.rstrip().endswith(b"nothing found")
    assert b"reading" not in spawn("verify", intact.path).out


@pytest.mark.slow
def test_a_finding_fits_a_terminal(layout: WrittenLayout) -> None:
    _, shown = spawn_on_terminal("verify", layout.path, columns=80)
    lines = without_colours(shown).replace("\r", "").splitlines()
    assert any("before it in the" in line for line in lines)
    assert all(len(line) <= 80 or "sha256:" in line or "reading" in line for line in lines)


def test_digests_that_differ_stand_below_each_other(layout: WrittenLayout) -> None:
    flip(layout.blob(layout.layers[0]), 5000)
    _, shown = spawn_on_terminal("verify", layout.path, columns=80)
    lines = without_colours(shown).replace("\r", "").splitlines()
    at = lines.index(f"expected {layout.layers[0]}")
    assert lines[at - 1] == "  error: the digest differs [image-spec, Content Descriptors: Digests]"
    assert re.fullmatch("found    sha256:[0-9a-f]{64}", lines[at + 1])
    _, shown = spawn_on_terminal("verify", layout.path, columns=240)
    assert f"  error: expected {layout.layers[0]}, found sha256:" in without_colours(shown)


@pytest.mark.slow
def test_layers_of_other_spellings(run: Run, tmp_path: Path) -> None:
    write_layout(tmp_path, [LayerSpec(BASE, "zstd"), LayerSpec(BASE, "none")])
    assert run("verify", f"{tmp_path}:latest", "--json").json["intact"] is True
