"""``ocitui which``: what it prints, and with what it ends."""

import base64
import random
from pathlib import Path

import pytest

from ocitui.demo.tar import directory, file, hard_link, opaque, symlink, whiteout, write_tar
from tests.commands.conftest import Run, spawn, spawn_on_terminal, without_colours
from tests.images.layout_writer import LayerSpec, WrittenLayout, write_layout

HOSTILE = b"\x1b]0;owned\x07\xff"
LAYERS = [
    [directory("etc"), file("etc/app.conf", "one\n"), file("etc/gone", "secret"), symlink("bin", "usr/bin")],
    [file("usr/bin/sh", "#!", 0o755), file(b"etc/" + HOSTILE, "x")],
    [file("etc/app.conf", "two\n", 0o600), whiteout("etc/gone")],
    [file("bin/sh", "##", 0o755), hard_link("etc/link", "etc/app.conf"), directory("d"), file("d/f", "f")],
    [file("usr/bin/sh", "##"), opaque("d")],
]


@pytest.fixture
def layout(tmp_path: Path) -> WrittenLayout:
    return write_layout(tmp_path / "image", [write_tar(layer) for layer in LAYERS])


def short(layout: WrittenLayout, number: int) -> str:
    return layout.layers[number - 1][:19]


def test_the_first_line_is_the_answer_and_each_touch_a_line_below(run: Run, layout: WrittenLayout) -> None:
    done = run("which", layout.path, "/etc/app.conf")
    assert (done.code, done.err) == (0, "")
    assert done.lines == [
        "/etc/app.conf: from layer 3, 4 B -rw-------; still in the image: 4 B in layer 1",
        f"  layer 1  {short(layout, 1)}  + added                     4 B  -rw-r--r--  COPY layer-1 /",
        f"  layer 3  {short(layout, 3)}  ~ modified (content, mode)  4 B  -rw-------  COPY layer-3 /",
    ]


@pytest.mark.slow
def test_layers_that_did_the_same_share_a_line_unless_all_are_asked_for(run: Run, tmp_path: Path) -> None:
    layers = [[file("f", "x" * number)] for number in range(1, 41)]
    path = write_layout(tmp_path / "image", [write_tar(layer) for layer in layers]).path
    answer, *lines = run("which", path, "f").lines
    assert [line.split("  ")[1] for line in lines[:3]] == ["layer 1", "layer 2", "layer 3"]
    assert lines[3].split() == ["…", "~", "modified", "(content)", "by", "layers", "4–37", "697", "B"]
    assert [line.split("  ")[1] for line in lines[4:]] == ["layer 38", "layer 39", "layer 40"]
    assert answer == "/f: from layer 40, 40 B -rw-r--r--; still in the image: 780 B in layers 1–39"
    whole = run("which", path, "f", "--all").lines
    assert len(whole) == 41
    assert whole[0].endswith("38 B in layer 38, 39 B in layer 39")
    assert len(run("which", path, "f", "--json").json["paths"][0]["touches"]) == 40


def test_a_deleted_path_ends_with_1_and_says_by_which_layer(run: Run, layout: WrittenLayout) -> None:
    done = run("which", layout.path, "etc/gone")
    assert (done.code, done.err) == (1, "")
    assert done.lines[0] == "/etc/gone: deleted by layer 3; still in the image: 6 B in layer 1"
    assert "- deleted" in done.lines[2]
    done = run("which", layout.path, "/d/f")
    assert done.code == 1
    assert "- deleted (opaque whiteout in /d)" in done.lines[2]


def test_a_path_that_never_was_ends_with_1(run: Run, layout: WrittenLayout) -> None:
    done = run("which", layout.path, "/none")
    assert (done.code, done.err) == (1, "")
    assert done.lines == ["/none: not in this image"]


def test_parents_that_are_links_are_followed_and_said(run: Run, layout: WrittenLayout) -> None:
    done = run("which", layout.path, "/bin/../bin//sh")
    assert done.code == 0
    said = "2 B -rw-r--r--; still in the image: 2 B in layer 2, 2 B in layer 4"
    assert done.lines[:2] == [f"/bin/sh is /usr/bin/sh: from layer 5, {said}", "  /bin -> usr/bin (layer 1)"]
    assert [line.split()[1] for line in done.lines[2:5]] == ["2", "4", "5"]
    assert "~ modified (mode, same content stored again)" in done.lines[4]
    assert run("which", layout.path, "/bin").lines[0] == "/bin: from layer 1, symbolic link to usr/bin"


def test_several_paths_and_patterns(run: Run, layout: WrittenLayout) -> None:
    done = run("which", layout.path, "/etc/g*", "/**/sh")
    answers = [line for line in done.lines if line.startswith("/")]
    assert answers == [
        "/etc/gone: deleted by layer 3; still in the image: 6 B in layer 1",
        "/usr/bin/sh: from layer 5, 2 B -rw-r--r--; still in the image: 2 B in layer 2, 2 B in layer 4",
    ]
    assert done.code == 1
    assert run("which", layout.path, "/etc/app*", "/bin").code == 0
    nothing = run("which", layout.path, "/etc/*.none")
    assert (nothing.code, nothing.lines) == (1, ["/etc/*.none: not in this image"])


def test_the_root_is_always_there(run: Run, layout: WrittenLayout) -> None:
    done = run("which", layout.path, "/")
    assert (done.code, done.lines) == (0, ["/: the root, which no layer describes"])


def test_a_layer_that_is_missing_matters_only_where_it_may(run: Run, tmp_path: Path) -> None:
    layers = [LayerSpec(write_tar(layer), stored=number != 2) for number, layer in enumerate(LAYERS, 1)]
    layout = write_layout(tmp_path / "image", layers)
    told = run("which", layout.path, "/etc/app.conf")
    assert told.code == 0
    assert told.message == f"layer 2 ({layout.layers[1]}): blob missing"
    assert told.lines[0].endswith("(whatever layer 2 did)")
    unsure = run("which", layout.path, "/etc")
    assert unsure.code == 2
    assert unsure.lines[0] == "/etc: unknown: layer 2 is missing or damaged"
    assert run("which", layout.path, "/none").code == 2
    assert run("which", layout.path, "/etc/gone").code == 1
    assert run("which", layout.path, "/etc/gone", "/none", "/etc/app.conf").code == 2


def test_a_damaged_layer_is_told_and_not_trusted(run: Run, layout: WrittenLayout) -> None:
    layout.truncate(layout.layers[4], 60)
    done = run("which", layout.path, "/etc/app.conf")
    assert done.code == 2
    assert done.lines[0] == "/etc/app.conf: unknown: layer 5 is missing or damaged"
    assert "layer 5" in done.message
    layout.replace(layout.layers[4], b"no layer at all")
    assert run("which", layout.path, "/etc/app.conf").code == 2


def test_a_blob_with_a_byte_too_many_is_damaged_to_every_command(run: Run, layout: WrittenLayout) -> None:
    """A blob of another size than its descriptor's is not the one that is meant, whatever it holds."""
    path = layout.blob(layout.layers[4])
    layout.replace(layout.layers[4], path.read_bytes() + b"x")
    for arguments in (["which", "/etc/app.conf"], ["ls"], ["find", "app"], ["cat", "/etc/app.conf"], ["waste"]):
        done = run(arguments[0], layout.path, *arguments[1:])
        assert done.code == 2
        assert done.message.startswith(f"layer 5 ({layout.layers[4]}): expected a blob of ")
    assert run("verify", layout.path).code == 1


def test_json_has_everything(run: Run, layout: WrittenLayout) -> None:
    done = run("which", layout.path, "/bin/sh", "/etc/link", "--json")
    assert done.code == 0
    found = done.json
    assert found["image"] == layout.manifest
    shell, link = found["paths"]
    assert (shell["path"], shell["resolved"], shell["answer"], shell["layer"]) == (
        "/bin/sh",
        "/usr/bin/sh",
        "present",
        5,
    )
    assert shell["links"] == [{"path": "/bin", "target": "usr/bin", "layer": 1}]
    assert [touch["action"] for touch in shell["touches"]] == ["added", "modified", "modified"]
    assert [touch["modified"] for touch in shell["touches"]] == [[], ["content"], ["mode"]]
    assert [touch["goneIn"] for touch in shell["touches"]] == [4, 5, None]
    assert shell["touches"][1]["before"]["layer"] == 2
    assert shell["touches"][1]["instruction"] == "COPY layer-4 /"
    (touch,) = link["touches"]
    assert touch["after"]["entry"]["kind"] == "hardlink"
    assert (touch["after"]["content"]["layer"], touch["after"]["content"]["entry"]["size"]) == (3, 4)
    gone = run("which", layout.path, "/etc/gone", "--json").json["paths"][0]
    assert (gone["answer"], gone["layer"], gone["deletedBy"]) == ("deleted", None, 3)
    assert gone["touches"][1]["cause"] == {"reason": "whiteout", "path": "/etc/gone"}


def test_hostile_names_cannot_act_on_a_terminal(run: Run, layout: WrittenLayout) -> None:
    path = b"/etc/" + HOSTILE
    for done in (
        run("which", layout.path, "/etc/*"),
        spawn("which", layout.path, path.decode(errors="surrogateescape")),
    ):
        assert done.code in (0, 1)
        assert b"\x1b" not in done.out
        assert rb"/etc/\x1b]0;owned\x07\xff: from layer 2" in done.out
    found = run("which", layout.path, "/etc/*owned*", "--json").json["paths"][0]
    assert base64.b64decode(found["pathBytes"]) == path


@pytest.mark.slow
def test_a_terminal_sees_how_far_reading_is_and_lines_that_fit(tmp_path: Path) -> None:
    large = write_tar([file("a", random.Random(1).randbytes(2_000_000))])
    layout = write_layout(tmp_path / "image", [large, write_tar([file("a", "new")])])
    code, seen = spawn_on_terminal("which", layout.path, "/a", columns=40)
    assert code == 0
    assert b"reading layers: " in seen
    answer, *touches = without_colours(seen).rpartition("\x1b[K")[2].splitlines()
    assert [len(line) <= 40 and line.endswith("…") for line in touches] == [True, True]
    assert answer == "/a: from layer 2, 3 B -rw-r--r--; still in the image: 2.0 MB in layer 1"


def test_a_word_without_a_path_is_a_wrong_use(run: Run, layout: WrittenLayout) -> None:
    assert run("which", layout.path).code == 2
    assert run("which", layout.path, "/x", "--platform", "linux/none").code == 2


def test_the_demo_tells_its_story(run: Run, demo_layout: Path) -> None:
    done = run("which", demo_layout, "/home/user/.ssh/deploy_key", "--platform", "linux/amd64")
    assert done.code == 1
    assert done.lines[0] == "/home/user/.ssh/deploy_key: deleted by layer 7; still in the image: 103 B in layer 5"


def test_a_layer_of_several_instructions_says_all_and_the_one_that_names_the_path_first(
    run: Run, tmp_path: Path
) -> None:
    nop = "/bin/sh -c #(nop) "
    history = [
        {"created_by": f"{nop}COPY dir:0123456789abcdef in / ", "empty_layer": True},
        {"created_by": f"{nop}COPY file:123456789abcdef0 in /f ", "empty_layer": True},
        {"created_by": f'{nop}CMD ["/f"]'},
    ]
    layout = write_layout(tmp_path / "one", [write_tar([file("f", "f")])], config={"history": history})
    done = run("which", layout.path, "/f")
    said = "one of: COPY file:123456789abc /f, COPY dir:0123456789ab / (built as one layer)"
    assert done.lines[1].endswith(said)
    (touch,) = run("which", layout.path, "/f", "--json").json["paths"][0]["touches"]
    assert (touch["instruction"], touch["createdBy"], touch["reason"]) == (said, None, "built as one layer")
    assert [candidate["position"] for candidate in touch["candidates"]] == [1, 0]
