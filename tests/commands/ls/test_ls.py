"""``ocitui ls`` on sound and on damaged layers."""

import base64
import io
import json
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from ocitui.demo.tar import (
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
from tests.commands.conftest import Run, spawn, spawn_on_terminal, without_colours
from tests.images.layout_writer import LayerSpec, WrittenLayout, write_layout
from tests.layers.tars import END, header, member, patched, pax

HOSTILE = b"\x1b]0;owned\x07\xe2\x80\xae\xc2\x9b2J\n\xff"
ENTRIES = [
    directory("etc"),
    file("etc/motd", "hello", 0o4755).owned(1000, 20),
    symlink("etc/link", "motd"),
    hard_link("etc/same", "etc/motd"),
    character_device("etc/null", 1, 3),
    fifo("etc/pipe"),
    whiteout("etc/gone"),
    opaque("etc"),
    file(b"etc/" + HOSTILE),
    file("implied/deep/x", "12345"),
]


@pytest.fixture
def layout(tmp_path: Path) -> WrittenLayout:
    return write_layout(tmp_path / "image", [write_tar(ENTRIES), write_tar([file("other")])])


def test_names_go_into_a_pipe_as_they_are(layout: WrittenLayout) -> None:
    done = spawn("ls", layout.path, "/etc", "--layer", "1", "-0")
    assert done.code == 0
    names = [b".wh..wh..opq", b".wh.gone", HOSTILE, b"link", b"motd", b"null", b"pipe", b"same"]
    assert sorted(done.out.split(b"\0")) == sorted([b"", *names])


def test_the_root_is_listed_without_a_path(run: Run, layout: WrittenLayout) -> None:
    assert run("ls", layout.path, "--layer", 1).lines == ["etc", "implied"]
    assert run("ls", layout.path, "/", "--layer", 1).lines == ["etc", "implied"]
    assert run("ls", layout.path, "--layer", 2).lines == ["other"]


@pytest.mark.parametrize("path", ["etc/motd", "/etc/motd", "./etc//motd", "etc/x/../motd"])
def test_a_file_is_listed_itself(run: Run, layout: WrittenLayout, path: str) -> None:
    assert run("ls", layout.path, path, "--layer", 1).lines == ["motd"]


def test_what_is_not_there_is_1(run: Run, layout: WrittenLayout) -> None:
    done = run("ls", layout.path, "/etc/nothing", "--layer", 1)
    assert done.code == 1
    assert "/etc/nothing: not in layer 1" in done.message


def test_what_a_layer_deletes_is_said(run: Run, layout: WrittenLayout) -> None:
    done = run("ls", layout.path, "/etc/gone", "--layer", 1)
    assert done.code == 1
    assert "which deletes it" in done.message
    assert run("ls", layout.path, "/etc/.wh.gone", "--layer", 1).lines == [".wh.gone"]


def test_long_lines(run: Run, layout: WrittenLayout) -> None:
    done = run("ls", layout.path, "/etc", "-l0", "--layer", 1)
    lines = {line.split(b"  ")[-1].split(b" ")[0]: line for line in done.out.split(b"\0")}
    assert lines[b"motd"] == b"-rwsr-xr-x  1000:20     5  2024-05-14 10:00:00  motd"
    assert lines[b"link"] == b"lrwxrwxrwx  0:0         0  2024-05-14 10:00:00  link -> motd"
    assert lines[b"same"].endswith(b"same link to /etc/motd")
    assert lines[b"null"] == b"crw-rw-rw-  0:0      1, 3  2024-05-14 10:00:00  null"
    assert lines[b"pipe"].startswith(b"prw-------")
    assert done.out.count(b".wh.gone  (deletes gone)") == 1
    assert done.out.count(b".wh..wh..opq  (hides what lower layers have here)") == 1
    assert b"d?????????  ?:?  5  ?" in run("ls", layout.path, "-lR", "/implied", "--layer", 1).out


def test_recursive_paths_are_those_of_tar(run: Run, demo_layout: Path) -> None:
    for layer in run("inspect", "--json", demo_layout).json["image"]["layers"]:
        blob = demo_layout / "blobs" / layer["digest"].replace(":", "/")
        if layer["mediaType"].endswith("+zstd"):
            continue
        with tarfile.open(fileobj=io.BytesIO(blob.read_bytes()), errors="surrogateescape") as tar:
            expected = {member.name.removeprefix("./").rstrip("/") for member in tar}
        done = run("ls", demo_layout, "-R", "-0", "--layer", layer["number"])
        listed = {path.rstrip(b"/").decode(errors="surrogateescape") for path in done.out.split(b"\0")}
        assert expected - {"."} <= listed
        parents = {str(parent) for path in expected for parent in Path(path).parents}
        assert listed - expected - {""} <= parents


def test_d_lists_a_folder_itself_and_the_root_as_the_topmost_layer_describes_it(run: Run, tmp_path: Path) -> None:
    layers = [[directory(".", 0o750), file("d/a", "1")], [directory(".", 0o700).owned(7)], [file("b", "22")]]
    layout = write_layout(tmp_path / "image", [write_tar(layer) for layer in layers]).path
    assert run("ls", layout, "-ld", "/").lines == ["drwx------  7:7  3  2024-05-14 10:00:00  2  /"]
    assert run("ls", layout, "-ld", "--layer", 1).lines == ["drwxr-x---  0:0  1  2024-05-14 10:00:00  /"]
    assert run("ls", layout, "-ld", "--layer", 3).lines == ["d?????????  ?:?  2  ?  /"]
    assert run("ls", layout, "-d", "d").lines == ["d"]
    (root,) = run("ls", layout, "-d", "--json").json["entries"]
    assert (root["path"], root["mode"], root["uid"], root["layer"]) == ("/", "0700", 7, 2)
    assert run("ls", layout, "-dR").code == 2


def test_a_link_of_the_layer_stays_and_what_comes_below_it_is_where_it_leads(run: Run, tmp_path: Path) -> None:
    layer = [directory("usr/bin"), symlink("bin", "usr/bin"), file("bin/x", "xx"), file("bin/y")]
    layout = write_layout(tmp_path / "image", [write_tar(layer)]).path
    done = run("ls", layout, "-R", "--layer", 1)
    assert done.lines == ["bin", "usr/", "usr/bin/", "usr/bin/x", "usr/bin/y"]
    note = "entries below symbolic links of the same layer are listed where the links lead: bin/x, at usr/bin/x"
    note += " (and 1 more)"
    assert (done.code, done.err) == (0, f"ocitui: {note}\n")
    assert run("ls", layout, "--json", "--layer", 1).json["notes"] == [note]
    assert run("ls", layout, "bin", "--layer", 1).lines == ["x", "y"]
    assert run("cat", layout, "bin/x", "--layer", 1).out == b"xx"


def test_json(run: Run, layout: WrittenLayout) -> None:
    done = run("ls", layout.path, "/etc", "--json", "--layer", 1)
    assert done.out.isascii()
    assert done.json["schemaVersion"] == 1
    assert done.json["layer"] == {
        "number": 1,
        "digest": layout.layers[0],
        "diffID": json.loads(layout.blob(layout.config).read_text())["rootfs"]["diff_ids"][0],
        "restsOn": {"source": "scan", "digest": None},
    }
    entries = {entry.get("nameBytes", entry["name"]): entry for entry in done.json["entries"]}
    assert entries["motd"]["mode"] == "4755"
    assert entries["motd"]["mtime"] == "2024-05-14T10:00:00Z"
    assert entries["link"]["link"] == "motd"
    assert entries["same"]["link"] == "/etc/motd", "a path from the root, as all are"
    assert entries["null"]["device"] == [1, 3]
    assert entries[".wh.gone"]["deletes"] == "/etc/gone"
    hostile = entries[base64.b64encode(HOSTILE).decode()]
    assert base64.b64decode(hostile["pathBytes"]) == b"/etc/" + HOSTILE
    assert "\x1b" not in hostile["name"]


@pytest.mark.slow
def test_nothing_hostile_reaches_a_terminal(layout: WrittenLayout) -> None:
    for options in (["-R"], ["-l", "/etc"], ["--json"], [b"etc/\x1b[2J"]):
        code, found = spawn_on_terminal(
            "ls", layout.path, "--layer", "1", *(o.decode() if isinstance(o, bytes) else o for o in options)
        )
        assert code in {0, 1}
        text = without_colours(found).replace("\r\n", "\n").replace("\r\x1b[K", "")
        text = "\n".join(line for line in text.split("\n") if not line.startswith("reading layer "))
        assert not {c for c in text if not c.isprintable()} - {"\n"}


@pytest.mark.slow
def test_long_lines_have_headings_on_a_terminal_only(run: Run, layout: WrittenLayout) -> None:
    _, found = spawn_on_terminal("ls", layout.path, "-l", "/etc")
    lines = without_colours(found).replace("\r\n", "\n").rpartition("\x1b[K")[2].splitlines()
    assert lines[0].split() == ["mode", "owner", "size", "modified", "(UTC)", "layer", "name"]
    motd = next(line for line in lines if line.endswith("  motd"))
    for heading in ("size", "layer"):
        end = lines[0].index(heading) + len(heading)
        assert motd[:end].rstrip() == motd[:end], "numbers end where their heading does"
        assert motd[end] == " "
    assert lines[0].index("name") == motd.index("motd")
    for options in (["-l"], ["-l", "--color", "always"]):
        assert b"modified" not in run("ls", layout.path, *options, "/etc").out
    _, found = spawn_on_terminal("ls", layout.path, "--layer", "1", "-h", "/etc")
    assert b"layer " not in found.rpartition(b"\x1b[K")[2], "of one layer alone there is no such column"


@pytest.mark.slow
def test_progress_goes_to_a_terminal_only(layout: WrittenLayout) -> None:
    assert spawn("ls", layout.path, "--layer", "1").err == ""
    _, found = spawn_on_terminal("ls", layout.path, "--layer", "2")
    assert b"reading layer 2: " in found
    assert found.endswith(b"\r\x1b[Kother\r\n")


@pytest.mark.parametrize("compression", ["gzip", "zstd", "none"])
def test_every_compression(run: Run, tmp_path: Path, compression: str) -> None:
    spec = LayerSpec(write_tar(ENTRIES), compression)  # type: ignore[arg-type]
    layout = write_layout(tmp_path / "image", [spec])
    assert "motd" in run("ls", layout.path, "/etc", "--layer", 1, "-l").out.decode(errors="replace")


def test_a_layer_by_its_digest(run: Run, layout: WrittenLayout) -> None:
    digest = layout.layers[1]
    diff_id = run("inspect", "--json", layout.path).json["image"]["layers"][1]["diffID"]
    for name in (digest, digest[:15], digest.removeprefix("sha256:")[:6], diff_id, diff_id[7:19]):
        assert run("ls", layout.path, "--layer", name).lines == ["other"], name


@pytest.mark.parametrize("name", ["0", "3", "abc", "sha256:", "ffffffffffff", "sha512:abcdef", "-1", "\x1b[31m", "１"])
def test_a_layer_that_is_not_there(run: Run, layout: WrittenLayout, name: str) -> None:
    done = run("ls", layout.path, f"--layer={name}")
    assert done.code == 2
    assert "--layer" in done.message


def test_a_digest_of_several_layers_is_an_error(run: Run, tmp_path: Path) -> None:
    specs = [LayerSpec(write_tar([file(name)]), diff_id="sha256:" + "ab" * 32) for name in ("a", "b")]
    layout = write_layout(tmp_path / "image", specs)
    done = run("ls", layout.path, "--layer", "ababab")
    assert done.code == 2
    assert "several layers have a diff ID like this" in done.message


def test_a_layer_of_another_platform_by_its_digest(run: Run, demo_layout: Path) -> None:
    arm = run("inspect", "--json", "--platform", "linux/arm64", demo_layout).json["image"]["layers"][0]["digest"]
    assert run("ls", demo_layout, "--layer", arm).code == 0
    assert run("ls", demo_layout, "--layer", arm, "--platform", "linux/amd64").code == 2


def test_what_cannot_be_read_or_held_is_shown_as_that(run: Run, tmp_path: Path) -> None:
    device = patched(header(b"device", flag=b"3"), {337: b"9999999\0"})
    late = pax([(b"mtime", b"9223372036854775807")]) + member(b"late")
    early = pax([(b"mtime", b"-9223372036854775808")]) + member(b"early")
    owner = pax([(b"uid", b"4294967296")]) + member(b"owner")
    image = write_layout(tmp_path / "image", [device + late + early + owner + END]).path
    lines = run("ls", "-l", image).lines
    assert ["  ?, ?  2020-09-13 12:26:40  " in line for line in lines if "device" in line] == [True]
    assert [line.rpartition("  ")[2] for line in lines if "after 2262-04-11" in line] == ["late"]
    assert [line.rpartition("  ")[2] for line in lines if "before 1677-09-21" in line] == ["early"]
    entries = {entry["name"]: entry for entry in run("ls", "--json", image).json["entries"]}
    assert [entries[name]["mtime"] for name in ("late", "early", "owner")] == [None, None, "2020-09-13T12:26:40Z"]
    found = run("verify", image)
    assert found.code == 1
    assert "error: device numbers cannot be read: '9999999' is no octal number" in found.text
    assert "note: times before 1677 or after 2262 are shown as the nearest of these" in found.text
    said = "warning: owners are over 32 bits or negative, and Linux takes their lower 32 bits: owner (4294967296:1001)"
    assert said in found.text


def test_a_blob_that_is_not_here(run: Run, nginx_layout: Path) -> None:
    done = run("ls", nginx_layout, "--layer", 2)
    assert done.code == 2
    assert done.message.startswith("layer 2 (sha256:1e535145")
    assert "missing" in done.message


def test_a_damaged_layer_lists_what_is_there(run: Run, tmp_path: Path) -> None:
    tar = write_tar([file("first", "x"), file("second", bytes(4000))])
    layout = write_layout(tmp_path / "image", [LayerSpec(tar, "none")])
    layout.truncate(layout.layers[0], 2048)
    for _ in range(2):  # it is never cached
        done = run("ls", layout.path, "--layer", 1)
        assert done.code == 2
        assert done.lines[0] == "first"
        assert done.message.startswith("layer 1 (sha256:")
        assert run("ls", layout.path, "--layer", 1, "--json").json["problems"]


def test_changed_bytes_are_said(run: Run, tmp_path: Path) -> None:
    layout = write_layout(tmp_path / "image", [LayerSpec(write_tar([file("first", "x")]), "none")])
    layout.replace(layout.layers[0], write_tar([file("first", "y")]))
    done = run("ls", layout.path, "--layer", 1)
    assert done.code == 2
    assert done.lines == ["first"]
    assert "expected sha256:" in done.message


def test_a_wrong_diff_id_is_said(run: Run, tmp_path: Path) -> None:
    spec = LayerSpec(write_tar([file("first")]), diff_id="sha256:" + "ab" * 32)
    layout = write_layout(tmp_path / "image", [spec])
    done = run("ls", layout.path, "--layer", 1)
    assert done.code == 2
    assert "expected diff ID sha256:abab" in done.message


@pytest.mark.parametrize("media_type", ["application/vnd.oci.image.layer.v1.tar+gzip+encrypted", "image/png"])
def test_what_is_no_layer(run: Run, tmp_path: Path, media_type: str) -> None:
    other = LayerSpec(write_tar([file("x")]), descriptor={"mediaType": media_type})
    layout = write_layout(tmp_path / "image", [write_tar([]), other])
    done = run("ls", layout.path, "--layer", 2)
    assert done.code == 2
    assert done.message


def test_no_writable_cache_costs_speed_only(run: Run, layout: WrittenLayout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OCITUI_CACHE_DIR", "/dev/null/nowhere")
    assert run("ls", layout.path, "--layer", 2).lines == ["other"]


@pytest.mark.slow
def test_a_pipe_that_closes_in_the_middle(tmp_path: Path) -> None:
    many = write_tar([file(f"{number:05}-{'x' * 80}") for number in range(5000)])
    layout = write_layout(tmp_path / "image", [many])
    done = subprocess.run(
        ["sh", "-c", f"'{sys.executable}' -m ocitui ls '{layout.path}' --layer 1 | head -n 1"],
        capture_output=True,
        check=False,
    )
    assert done.stderr == b""
    assert done.stdout.startswith(b"00000-")


def test_json_excludes_long_lines(run: Run, layout: WrittenLayout) -> None:
    assert run("ls", layout.path, "--layer", 1, "--json", "-l").code == 2
