"""``ocitui diff`` of two images, platforms, layers: what it prints, and with what it ends."""

import base64
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ocitui.demo.layout import LayoutWriter
from ocitui.demo.tar import directory, file, hard_link, symlink, whiteout, write_tar
from ocitui.spec import media_type
from tests.commands.conftest import Run, spawn_on_terminal
from tests.images import with_umoci
from tests.images.layout_writer import REF_NAME, LayerSpec, WrittenLayout, write_layout
from tests.images.tools import require_tool
from tests.images.tools import run as run_tool

HOSTILE = b"\x1b]0;owned\x07\xff"
BASE = [
    directory("etc"),
    file("etc/a", "one\ntwo\n"),
    file("etc/b", "b"),
    symlink("link", "etc"),
    file("big", "x" * 2000),
]
OLD = [file("etc/gone", "12345"), file("same", "1").at(7)]
NEW = [
    file("etc/a", "one\n2\n", 0o600),
    file("etc/h" + HOSTILE.decode("latin-1"), "h"),
    symlink("link", "/etc"),
    file("big", "x" * 2001),
    file("same", "1").at(8),
    whiteout("etc/b"),
]


def layers_of(*layers: Any) -> list[bytes]:
    return [write_tar(layer) for layer in layers]


@pytest.fixture
def before(tmp_path: Path) -> WrittenLayout:
    config = {"config": {"Cmd": ["/bin/sh"], "Env": ["A=1", "PATH=/bin"], "Labels": {"x": "1"}}}
    return write_layout(tmp_path / "before", layers_of(BASE, OLD), config=config)


@pytest.fixture
def after(tmp_path: Path) -> WrittenLayout:
    config = {"config": {"Cmd": ["/bin/sh", "-c"], "Env": ["PATH=/bin", "B=\x1b[31m"], "Labels": {"x": "2"}}}
    history = [
        {"created": "2024-05-14T10:00:00Z", "created_by": "COPY layer-1 / # buildkit"},
        {"created": "2024-05-14T10:00:00Z", "created_by": "RUN \x1b]0;x"},
    ]
    return write_layout(tmp_path / "after", layers_of(BASE, NEW), config={**config, "history": history})


def test_every_section_says_what_differs(run: Run, before: WrittenLayout, after: WrittenLayout) -> None:
    done = run("diff", before.path, after.path)
    assert (done.code, done.err) == (1, "")
    old, new = before.layers[1][7:19], after.layers[1][7:19]
    assert done.lines[0] == f"A  {before.path} linux/amd64  {before.manifest}"
    assert done.lines[1] == f"B  {after.path} linux/amd64  {after.manifest}"
    shown = [" ".join(line.split()) for line in done.lines[2:]]
    assert [line for line in shown if not line.startswith(("- 2 " + old, "+ 2 " + new))] == [
        "",
        "layers 1 shared, 1 only in A, 1 only in B",
        "",
        "config 4 fields differ",
        "~ command /bin/sh -> /bin/sh -c",
        "- env A 1",
        "+ env B \\x1b[31m",
        "~ labels x 1 -> 2",
        "",
        "history 1 the same, 1 only in A, 1 only in B",
        "- 2 COPY layer-2 /",
        "+ 2 RUN \\x1b]0;x",
        "",
        "paths 1 added (1 B), 2 removed (6 B), 4 modified (-1 B), 1 of them in time only",
        "~ content 2,000 B -> 2,001 B /big",
        "~ content, mode 8 B -> 6 B /etc/a",
        "- file 1 B /etc/b",
        "- file 5 B /etc/gone",
        "+ file 1 B /etc/h\\x1b]0;owned\\x07ÿ",
        "~ link /link (etc -> /etc)",
        "~ time 1 B /same",
    ]
    assert sum(line.startswith(("- 2 " + old, "+ 2 " + new)) for line in shown) == 2


def test_sections_and_differences_may_be_left_out(run: Run, before: WrittenLayout, after: WrittenLayout) -> None:
    only = run("diff", before.path, after.path, "--only", "config,layers")
    assert only.code == 1
    assert {line.split()[0] for line in only.lines if line[:1].isalpha()} == {"A", "B", "layers", "config"}
    paths = run("diff", before.path, after.path, "--only", "paths", "--ignore", "time,mode")
    assert "content  " in paths.text
    assert "/same" not in paths.text
    assert "mode" not in paths.text
    assert run("diff", before.path, after.path, "--only", "paths", "--ignore", "time,nose").message == (
        "--ignore nose: must be one of content, link, mode, owner, xattrs, time"
    )
    assert run("diff", before.path, after.path, "--only", "all").code == 2


def test_stat_says_only_numbers(run: Run, before: WrittenLayout, after: WrittenLayout) -> None:
    done = run("diff", before.path, after.path, "--stat")
    assert done.code == 1
    assert [" ".join(line.split()) for line in done.lines[2:]] == [
        "layers 1 shared, 1 only in A, 1 only in B",
        "config 4 fields differ",
        "history 1 the same, 1 only in A, 1 only in B",
        "paths 1 added (1 B), 2 removed (6 B), 4 modified (-1 B), 1 of them in time only",
        "/big 1 modified (+1 B)",
        "/etc 1 added (1 B), 2 removed (6 B), 1 modified (-2 B)",
        "/link 1 modified (0 B)",
        "/same 1 modified (0 B)",
    ]


def test_lines_of_text_files(run: Run, before: WrittenLayout, after: WrittenLayout) -> None:
    lines = run("diff", before.path, after.path, "--only", "paths", "-u").lines
    at = lines.index("/etc/a")
    assert lines[at + 1 : at + 9] == [
        "size: 8 -> 6",
        "mode: rw-r--r-- -> rw-------",
        f"--- /etc/a\t{before.path} linux/amd64",
        f"+++ /etc/a\t{after.path} linux/amd64",
        "@@ -1,2 +1,2 @@",
        " one",
        "-two",
        "+2",
    ]
    assert "/same" not in lines


def test_json_says_it_to_programs(run: Run, before: WrittenLayout, after: WrittenLayout) -> None:
    done = run("diff", before.path, after.path, "--json", "-u")
    assert done.code == 1
    found = done.json
    assert (found["schemaVersion"], found["differs"], found["problems"]) == (1, True, [])
    assert [found[end]["image"] for end in ("before", "after")] == [before.manifest, after.manifest]
    assert [pair["sharing"] for pair in found["layers"]] == ["digest", "only A", "only B"]
    assert found["layers"][0]["before"]["digest"] == before.layers[0]
    assert found["config"][0] == {
        "field": "command",
        "key": "",
        "change": "modified",
        "before": ["/bin/sh"],
        "after": ["/bin/sh", "-c"],
    }
    assert [entry["change"] for entry in found["history"]] == ["unchanged", "removed", "added"]
    assert found["totals"]["removed"] == {"paths": 2, "bytes": 6}
    paths = {path["path"]: path for path in found["paths"]}
    assert list(paths) == ["/big", "/etc/a", "/etc/b", "/etc/gone", "/etc/h\x1b]0;owned\x07ÿ", "/link", "/same"]
    assert paths["/etc/a"]["modified"] == ["content", "mode"]
    assert paths["/etc/a"]["before"]["entry"]["mode"] == "0644"
    assert paths["/etc/a"]["diff"] == [{"title": "@@ -1,2 +1,2 @@", "lines": [" one", "-two", "+2"]}]
    assert paths["/etc/gone"]["after"] is None
    part = run("diff", before.path, after.path, "/etc", "--json").json
    assert (part["layers"], part["config"], part["history"]) == (None, None, None)
    assert next(path["path"] for path in part["paths"]) == "/etc/a"
    assert run("diff", before.path, after.path, "--json", "--only", "config").json["paths"] is None


def test_names_that_are_no_text(run: Run, tmp_path: Path) -> None:
    name = b"h" + HOSTILE
    plain, more = layers_of([file("a")], [file("b/" + "x"), replace(file("c"), name=name)])
    first = write_layout(tmp_path / "a", [plain])
    second = write_layout(tmp_path / "b", [plain, more])
    found = run("diff", first.path, second.path, "--json").json["paths"]
    assert base64.b64decode(found[-1]["pathBytes"]) == b"/" + name
    code, seen = spawn_on_terminal("diff", first.path, second.path)
    assert code == 1
    assert b"/h\\x1b]0;owned\\x07\\xff" in seen
    assert HOSTILE not in seen


def test_one_path_in_both(run: Run, before: WrittenLayout, after: WrittenLayout) -> None:
    done = run("diff", before.path, after.path, "/etc/a")
    assert done.code == 1
    assert done.lines[:2] == ["size: 8 -> 6", "mode: rw-r--r-- -> rw-------"]
    assert done.lines[-2:] == ["-two", "+2"]
    folder = run("diff", before.path, after.path, "/etc")
    assert [line.split()[-1] for line in folder.lines] == ["/etc/a", "/etc/b", "/etc/gone", "/etc/h\\x1b]0;owned\\x07ÿ"]
    assert run("diff", before.path, after.path, "/etc/a", "--ignore", "content").lines == [
        "mode: rw-r--r-- -> rw-------"
    ]
    assert run("diff", before.path, after.path, "/same").lines == ["time: 1970-01-01 00:00:07 -> 1970-01-01 00:00:08"]
    assert run("diff", before.path, after.path, "/same", "--ignore", "time").code == 0
    assert run("diff", before.path, after.path, "/etc/gone").lines == ["file -> not there"]
    missing = run("diff", before.path, after.path, "/none")
    assert missing.code == 2
    assert missing.message.startswith("diff: /none: neither in ")
    assert " nor in " in missing.message
    assert run("diff", before.path, after.path, "/none", "--json").code == 2
    same = run("diff", before.path, before.path, "/etc/a")
    assert (same.code, same.out) == (0, b"")


def test_links_on_the_way_to_a_path_are_each_images_own(run: Run, tmp_path: Path) -> None:
    first = write_layout(tmp_path / "a", layers_of([file("lib/x/f", "1"), file("lib/x/g", "2")]))
    second = write_layout(tmp_path / "b", layers_of([symlink("lib", "usr/lib"), file("usr/lib/x/f", "11")]))
    found = run("diff", first.path, second.path, "/lib/x", "--json", "--ignore", "time").json["paths"]
    assert [(path["path"], path["change"]) for path in found] == [("/lib/x/f", "modified"), ("/lib/x/g", "removed")]


def test_what_is_meant_must_be_clear(run: Run, before: WrittenLayout, after: WrittenLayout) -> None:
    place = before.path
    assert run("diff", place).message == ("diff: name a second image, --layer, or --platform twice")
    assert run("diff", place, "/etc/a").message.endswith("; a path alone is compared with --layer, or two --platform")
    assert run("diff", place, after.path, "/a", "/b").message == (
        "diff: takes two images and at most one path, not 4 arguments"
    )
    assert run("diff", place, after.path, "/a", "--layer", 1).message == (
        "diff: --layer takes one image and at most one path, not 2 more"
    )
    both = ("--platform", "linux/amd64", "--platform", "linux/arm64")
    assert "--layer and two --platform cannot be combined" in run("diff", place, "--layer", 1, *both).message
    assert run("diff", place, *both, "--platform", "linux/arm").code == 2
    assert run("diff", place, after.path, "--stat", "--json").code == 2
    assert run("diff", place, after.path, "/etc", "--only", "paths").code == 2


def test_two_layers_of_one_image(run: Run, before: WrittenLayout, after: WrittenLayout) -> None:
    done = run("diff", after.path, "--layer", 1, "--layer", 2, "--json").json
    assert [path["path"] for path in done["paths"] if path["change"] == "removed"] == ["/etc/b"]
    assert [pair["sharing"] for pair in done["layers"]] == ["digest", "only B"]
    assert (done["before"]["layers"], done["after"]["layers"], done["config"]) == (1, 2, [])
    assert [entry["change"] for entry in done["history"]] == ["unchanged", "added"]
    assert run("diff", after.path, "--layer", 2, "--json").json == done
    assert run("diff", after.path, "--layer", 2, "--layer", 2).code == 0
    assert run("diff", after.path, "--layer", 1, "--only", "paths").text.count("directory") == 1


@pytest.mark.slow
def test_the_platforms_of_the_demo(run: Run, demo_layout: Path) -> None:
    both = ("--platform", "linux/amd64", "--platform", "linux/arm64")
    done = run("diff", demo_layout, *both, "--json")
    assert done.code == 1
    found = done.json
    assert [found[end]["platform"] for end in ("before", "after")] == ["linux/amd64", "linux/arm64/v8"]
    assert [each["field"] for each in found["config"]] == ["platform"]
    assert {entry["change"] for entry in found["history"]} == {"unchanged"}
    assert "/usr/bin/bash" in {path["path"] for path in found["paths"] if path["modified"] == ["content"]}
    assert run("diff", demo_layout, *both, "/usr/bin/bash").code == 1
    assert run("diff", demo_layout, *both, "/etc/passwd").code == 0


def test_a_tag_may_stand_at_each_platform(run: Run, tmp_path: Path) -> None:
    writer = LayoutWriter(tmp_path / "image")
    manifests = []
    for architecture in ("amd64", "arm64"):
        place = tmp_path / architecture
        written = write_layout(place, layers_of([file("f", architecture)]), config={"architecture": architecture})
        for digest in (written.config, *written.layers):
            writer.blob("", written.blob(digest).read_bytes())
        manifest = writer.blob(media_type.OCI_MANIFEST, written.blob(written.manifest).read_bytes())
        platform = {"os": "linux", "architecture": architecture}
        manifests.append({**manifest, "platform": platform, "annotations": {REF_NAME: "v1"}})
    writer.finish(manifests)
    both = ("--platform", "linux/amd64", "--platform", "linux/arm64")
    found = run("diff", f"{tmp_path / 'image'}:v1", *both, "--json").json
    assert [found[end]["platform"] for end in ("before", "after")] == ["linux/amd64", "linux/arm64"]
    assert [path["path"] for path in found["paths"]] == ["/f"]


@pytest.mark.slow
def test_an_image_does_not_differ_from_itself(run: Run, demo_layout: Path) -> None:
    done = run("diff", f"{demo_layout}:latest", f"{demo_layout}:latest")
    assert (done.code, done.err) == (0, "")
    assert "paths    the same: all layers are" in done.lines
    assert run("diff", demo_layout, demo_layout, "--platform", "linux/arm64").code == 0
    assert run("diff", demo_layout, demo_layout, "--json").json["paths"] == []
    assert run("diff", f"{demo_layout}:1.3.2", demo_layout, "--stat").code == 1


@pytest.mark.parametrize("other", ["skopeo_zstd_layout", "skopeo_plain_layout"])
def test_layers_that_are_only_compressed_otherwise_are_the_same(
    run: Run, demo_layout: Path, other: str, request: pytest.FixtureRequest
) -> None:
    recompressed: Path = request.getfixturevalue(other)
    done = run("diff", demo_layout, recompressed, "--platform", "linux/amd64", "--json")
    assert done.code == 0
    sharing = [pair["sharing"] for pair in done.json["layers"]]
    assert set(sharing) <= {"diff ID", "digest"}
    assert sharing.count("diff ID") >= 1
    assert (done.json["paths"], done.json["config"], done.json["differs"]) == ([], [], False)


@pytest.mark.peer
def test_other_transports(run: Run, umoci_layout: Path, docker_archive: Path, oci_archive: Path) -> None:
    for other in (docker_archive, oci_archive):
        done = run("diff", f"oci:{umoci_layout}:{with_umoci.TAG}", other, "--json")
        assert done.code == 0, done.text
        assert done.json["paths"] == []


@pytest.mark.peer
def test_an_image_against_a_later_state_of_it(run: Run, umoci_layout: Path, tmp_path: Path) -> None:
    umoci = require_tool("umoci")
    later = tmp_path / "later"
    run_tool("cp", "-r", umoci_layout, later)
    site = tmp_path / "added.txt"
    site.write_text("new\n")
    image = f"{later}:{with_umoci.TAG}"
    run_tool(umoci, "insert", "--rootless", "--image", image, site, "/srv/added.txt")
    run_tool(umoci, "config", "--image", image, "--config.user", "nobody")
    done = run("diff", umoci_layout, later, "--json", "--ignore", "time")
    assert done.code == 1
    found = done.json
    assert [pair["sharing"] for pair in found["layers"]].count("digest") == 5
    assert [pair["sharing"] for pair in found["layers"]][5:] == ["only B"]
    assert [(each["field"], each["after"]) for each in found["config"]] == [("user", "nobody")]
    assert [(path["path"], path["change"]) for path in found["paths"]] == [("/srv/added.txt", "added")]


def test_nothing_is_said_of_paths_where_all_layers_of_one_image_are_missing(
    run: Run, nginx_layout: Path, tmp_path: Path
) -> None:
    whole = write_layout(tmp_path / "whole", layers_of(BASE, OLD))
    for first, second, name in ((nginx_layout, whole.path, "A"), (whole.path, nginx_layout, "B")):
        said = f"paths    unknown: of {name} 6 of 6 layers are missing or damaged"
        done = run("diff", first, second)
        assert (done.code, done.lines[-1]) == (2, said)
        assert run("diff", "--stat", first, second).lines[-1] == said
        found = run("diff", "--json", first, second).json
        assert (found["totals"], found["paths"]) == (None, [])
    done = run("diff", nginx_layout, "--layer", "1")
    assert (done.code, done.lines[-1]) == (2, "paths    unknown: of B layer 1 of 1 is missing or damaged")


def test_layers_that_are_missing_or_damaged_are_said_where_they_may_matter(run: Run, tmp_path: Path) -> None:
    tars = layers_of(BASE, OLD, NEW)
    whole = write_layout(tmp_path / "whole", tars)
    specs = [LayerSpec(tar, stored=number != 1) for number, tar in enumerate(tars)]
    missing = write_layout(tmp_path / "missing", specs)
    assert run("diff", whole.path, missing.path).code == 0, "the same layers, wherever they are"
    assert run("diff", missing.path, missing.path).code == 0
    other = write_layout(tmp_path / "other", [*specs[:2], LayerSpec(write_tar([file("other")]))])
    done = run("diff", missing.path, other.path)
    assert done.code == 2
    assert "layer 2" in done.message
    assert "/other" in done.text
    (paths,) = (line for line in done.lines if line.startswith("paths "))
    assert paths.endswith(
        ", as far as is known: of A layer 2 of 3 is missing or damaged, and of B layer 2 of 3 is missing or damaged"
    )
    assert run("diff", missing.path, other.path, "--only", "layers").code == 1
    damaged = write_layout(tmp_path / "damaged", [*tars[:2], write_tar([file("more"), file("last", "x" * 5000)])])
    damaged.truncate(damaged.layers[2], -20)
    done = run("diff", whole.path, damaged.path, "--json")
    assert done.code == 2
    assert "layer 3" in done.message
    assert done.json["problems"]


def test_what_cannot_be_read_is_not_compared(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = write_layout(tmp_path / "a", layers_of([file("f", "1"), file("g", "1")]))
    second = write_layout(tmp_path / "b", layers_of([file("f", "2").at(5), file("g", "1").at(5)]))
    assert run("diff", first.path, second.path, "--ignore", "time", "--only", "paths").text.count("~") == 1
    second.replace(second.layers[0], bytes(os.stat(second.blob(second.layers[0])).st_size))
    monkeypatch.setattr("ocitui.layers.sightings.is_in", lambda *_: True)  # else it would be read again as a whole
    done = run("diff", first.path, second.path, "--ignore", "time", "--only", "paths")
    assert done.code == 2
    assert "2 files were not compared: " in done.message
    assert done.text.count("content not compared") == 3
    quick = write_layout(tmp_path / "c", layers_of([file("f", "2"), file("g", "1"), file("new")]))
    assert run("diff", first.path, quick.path, "--only", "paths", "--quick").text.count("~") == 0


def test_a_config_that_cannot_be_read(run: Run, tmp_path: Path, before: WrittenLayout) -> None:
    broken = write_layout(tmp_path / "broken", layers_of(BASE, OLD))
    broken.remove(broken.config)
    done = run("diff", before.path, broken.path)
    assert done.code == 2
    assert "config" in done.message
    assert run("diff", before.path, broken.path, "--only", "paths").code == 0


def test_the_root_itself_may_differ(run: Run, tmp_path: Path) -> None:
    first = write_layout(tmp_path / "a", layers_of([directory("./"), file("f", "1")]))
    second = write_layout(tmp_path / "b", layers_of([directory("./", 0o700), file("f", "1")]))
    done = run("diff", first.path, second.path, "--only", "paths", "--stat")
    assert done.lines[-1].split() == ["/", "1", "modified", "(0", "B)"]
    assert run("diff", first.path, second.path, "--only", "paths").lines[-1].split() == ["~", "mode", "/"]
    assert [path["path"] for path in run("diff", first.path, second.path, "--json").json["paths"]] == ["/"]


def test_hard_links_are_what_they_are_names_of(run: Run, tmp_path: Path) -> None:
    base = [file("f", "one")]
    first = write_layout(tmp_path / "a", layers_of(base, [hard_link("l", "f")]))
    second = write_layout(tmp_path / "b", layers_of(base, [file("l", "one")]))
    assert run("diff", first.path, second.path, "--only", "paths").code == 0
    third = write_layout(tmp_path / "c", layers_of(base, [file("l", "eno")]))
    found = run("diff", first.path, third.path, "--json").json["paths"]
    assert (found[0]["modified"], found[0]["before"]["content"]["layer"]) == (["content"], 1)
