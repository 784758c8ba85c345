"""Archives in layers by commands: ``ls``, ``cat``, ``which``, ``extract`` and ``find --nested``."""

import json
from pathlib import Path

import pytest

from ocitui.demo.tar import directory, file, hard_link, symlink, whiteout, write_tar
from tests.commands.conftest import Run
from tests.images.filesystem_images import image
from tests.images.layout_writer import LayerSpec, WrittenLayout, write_layout
from tests.images.nested_archives import ARCHIVES, make_tar, make_zip

JAR = make_zip({"META-INF/MANIFEST.MF": b"Version: 2.14.1\n", "org/A.class": b"\xca\xfe\xba\xbe" * 9})
WAR = make_zip({"WEB-INF/lib/log4j-core-2.14.1.jar": JAR, "WEB-INF/\x1b[31m.xml": b"<x/>"})
MANIFEST = "WEB-INF/lib/log4j-core-2.14.1.jar!/META-INF/MANIFEST.MF"
LAYERS = [
    [
        directory("opt"),
        file("opt/app.war", WAR),
        file("opt/gone.jar", JAR),
        hard_link("opt/same.war", "opt/app.war"),
        file("opt/x.tar.gz", ARCHIVES["tar.gz"]({"d/app.war": WAR})),
    ],
    [
        symlink("current", "opt"),
        symlink("link.war", "opt/app.war"),
        whiteout("opt/gone.jar"),
        file("odd!/app.war!", "a file"),
        file("opt/short.tar", make_tar({"a": b"first", "b": bytes(9000)})[:3000]),
        file("opt/not.jar", "text"),
        file("opt/cut.zip", WAR[:-30]),
    ],
]


@pytest.fixture(scope="module")
def layout(tmp_path_factory: pytest.TempPathFactory) -> WrittenLayout:
    folder = tmp_path_factory.mktemp("nested") / "image"
    return write_layout(folder, [LayerSpec(write_tar(layer), "gzip") for layer in LAYERS])


@pytest.mark.parametrize(
    "path",
    [f"/opt/app.war!/{MANIFEST}", f"current/same.war!/{MANIFEST}", f"/opt/x.tar.gz!/d/app.war!/{MANIFEST}"],
)
def test_a_file_in_archives(run: Run, layout: WrittenLayout, path: str, tmp_path: Path) -> None:
    assert (run("cat", layout.path, path).code, run("cat", layout.path, path).out) == (0, b"Version: 2.14.1\n")
    assert run("extract", layout.path, path, "-o", tmp_path / "out").code == 0
    assert (tmp_path / "out" / "MANIFEST.MF").read_bytes() == b"Version: 2.14.1\n"
    assert run("ls", layout.path, path).out == b"MANIFEST.MF\n"


def test_one_layer(run: Run, layout: WrittenLayout) -> None:
    path = "/opt/gone.jar!/META-INF/MANIFEST.MF"
    assert run("cat", layout.path, path, "--layer", 1).out == b"Version: 2.14.1\n"
    done = run("cat", layout.path, path)
    assert (done.code, done.err) == (1, f"ocitui: {path}: not in the final filesystem\n")


def test_listing(run: Run, layout: WrittenLayout) -> None:
    assert run("ls", layout.path, "/opt/app.war!").out == b"WEB-INF\n"
    assert run("ls", layout.path, "/opt/app.war!/WEB-INF/").out == b"\x1b[31m.xml\nlib\n"
    assert run("ls", layout.path, "/opt/app.war").out == b"app.war\n"
    assert run("ls", layout.path, "/opt/app.war!/**/*.jar!/org").out == b"A.class\n"
    assert run("ls", layout.path, "/opt/app.war!/WEB-INF/*/log4j*").out == b"log4j-core-2.14.1.jar\n"
    lines = run("ls", layout.path, "-l", "-R", "/opt/app.war!/WEB-INF/lib").text.splitlines()
    assert lines == [
        f"-rw-r-----  ?:?  {len(JAR)}  2020-09-13 12:26:40  1  opt/app.war!/WEB-INF/lib/log4j-core-2.14.1.jar"
    ]
    tree = run("ls", layout.path, "--tree", "/opt/x.tar.gz!").text
    assert tree.splitlines()[:3] == ["/opt/x.tar.gz!", "└─ d", "   └─ app.war"]


def test_listing_as_json(run: Run, layout: WrittenLayout) -> None:
    found = json.loads(run("ls", layout.path, "--json", "-R", "/opt/app.war!/").out)
    assert found["path"] == "/opt/app.war!"
    assert [entry["path"].removeprefix("/opt/app.war!/WEB-INF") for entry in found["entries"]] == [
        "",
        "/\x1b[31m.xml",
        "/lib",
        "/lib/log4j-core-2.14.1.jar",
    ]
    assert {entry["layer"] for entry in found["entries"]} == {1}
    assert (found["entries"][0]["belowEntries"], found["entries"][1]["uid"]) == (3, -1)


def test_a_name_that_ends_so_is_itself(run: Run, layout: WrittenLayout) -> None:
    assert run("cat", layout.path, "/odd!/app.war!").out == b"a file"
    assert run("ls", layout.path, "/odd!").out == b"app.war!\n"


@pytest.mark.parametrize(
    ("path", "code", "said"),
    [
        (
            "/opt/app.war!/WEB-INFO",
            1,
            "/opt/app.war!/WEB-INFO: not in the archive /opt/app.war; did you mean /opt/app.war!/WEB-INF?",
        ),
        ("/opt/app.war!/nope!/x", 1, "/opt/app.war!/nope!/x: not in the archive /opt/app.war"),
        ("/nope.war!/x", 1, "/nope.war!/x: not in the final filesystem"),
        ("/opt!/x", 1, "/opt!/x: not in the final filesystem"),
        (
            "/opt/short.tar!/c",
            2,
            "/opt/short.tar!/c: not found, but /opt/short.tar: the archive ends inside the data of b: "
            "7,536 bytes are missing",
        ),
        ("/opt/not.jar!/x", 2, "/opt/not.jar: is not an archive of a known kind"),
        (
            "/opt/cut.zip!/x",
            2,
            "/opt/cut.zip: the zip is damaged, or packed in an unknown way: File is not a zip file",
        ),
    ],
)
@pytest.mark.parametrize("command", ["cat", "ls"])
def test_what_is_not_there(run: Run, layout: WrittenLayout, command: str, path: str, code: int, said: str) -> None:
    done = run(command, layout.path, path)
    assert (done.code, done.out, done.err) == (code, b"", f"ocitui: {said}\n")


def test_what_is_damaged_is_listed_as_far_as_it_goes(run: Run, layout: WrittenLayout) -> None:
    done = run("ls", layout.path, "/opt/short.tar!")
    assert (done.code, done.out) == (2, b"a\nb\n")
    assert done.err.startswith("ocitui: /opt/short.tar: the archive ends inside the data of b: ")
    assert run("cat", layout.path, "/opt/short.tar!/a").out == b"first"
    assert "problems" in json.loads(run("ls", "--json", layout.path, "/opt/short.tar!").out)


def test_which_layer(run: Run, layout: WrittenLayout) -> None:
    done = run("which", layout.path, f"/current/app.war!/{MANIFEST}")
    assert done.code == 0
    first, second, *_ = done.text.splitlines()
    assert first.startswith("/current/app.war is /opt/app.war: from layer 1, ")
    assert second == f"  /current/app.war!/{MANIFEST}: file, 16 B, -rw-r-----, 2020-09-13 12:26:40 UTC"
    done = run("which", layout.path, "/opt/app.war!/nope", "--oneline")
    assert (done.code, done.out) == (1, b"/opt/app.war!/nope\t\tmissing\t\n")
    done = run("which", layout.path, f"/link.war!/{MANIFEST}")  # the link is of layer 2
    assert done.text.splitlines()[0].startswith("/opt/app.war: from layer 1, ")
    assert done.text.splitlines()[1].startswith(f"  /link.war!/{MANIFEST}: file, 16 B")
    assert run("which", "--oneline", layout.path, f"/link.war!/{MANIFEST}").text.split("\t")[1] == "1"
    done = run("which", layout.path, "/opt/gone.jar!/x")
    assert (done.code, done.text.splitlines()[0].partition(";")[0]) == (1, "/opt/gone.jar: deleted by layer 2")
    assert "not in the archive" not in done.text
    (path,) = json.loads(run("which", layout.path, f"/opt/app.war!/{MANIFEST}", "--json").out)["paths"]
    assert (path["path"], path["answer"], path["layer"]) == ("/opt/app.war", "present", 1)
    assert (path["inside"]["path"], path["inside"]["entry"]["size"]) == (f"/opt/app.war!/{MANIFEST}", 16)


@pytest.mark.parametrize("name", ["a", "c"])
def test_which_cannot_tell_of_an_archive_that_is_damaged(run: Run, layout: WrittenLayout, name: str) -> None:
    """Of a file that may be in the lost part it said that there is none."""
    done = run("which", layout.path, f"/opt/short.tar!/{name}")
    assert done.code == 2
    assert "/opt/short.tar: the archive ends inside the data of b" in done.err


def test_a_pattern_matches_what_can_be_read_of_a_damaged_archive(run: Run, layout: WrittenLayout) -> None:
    wrong = "/opt/short.tar: the archive ends inside the data of b"
    for command, said in (("ls", "a"), ("file", "/opt/short.tar!/a: text · ASCII, 5 B")):
        done = run(command, layout.path, "/opt/short.tar!/[ax]")
        assert (done.code, done.lines) == (2, [said])
        assert done.err.startswith(f"ocitui: {wrong}")
    done = run("which", layout.path, "/opt/short.tar!/[ax]", "--oneline")
    assert (done.code, done.text.split()[0]) == (2, "/opt/short.tar!/a")
    for command in ("ls", "file", "which"):
        done = run(command, layout.path, "/opt/short.tar!/[xy]")
        assert (done.code, done.out) == (2, b"")
        assert done.err.startswith(f"ocitui: /opt/short.tar!/[xy]: not found, but {wrong}")
        assert "cut.zip: the zip is damaged" in run(command, layout.path, "/opt/cut.zip!/*").err


def test_a_search(run: Run, layout: WrittenLayout) -> None:
    jar = "WEB-INF/lib/log4j-core-2.14.1.jar"
    done = run("find", layout.path, "log4j-core*", "--nested")
    assert done.text.splitlines() == [
        f"1\tadded\t{len(JAR)}\t/opt/app.war!/{jar}",
        f"1\tadded\t{len(JAR)}\t/opt/x.tar.gz!/d/app.war!/{jar}",
    ]
    assert done.code == 2  # two archives could not be searched to their ends
    assert done.err.startswith("ocitui: /opt/")
    assert run("find", layout.path, "log4j-core*").code == 1


@pytest.mark.parametrize(
    ("query", "paths"),
    [
        (["manifest", "layer:1", "status:deleted"], ["/opt/gone.jar!/META-INF/MANIFEST.MF"]),
        (["META-INF", "type:dir", "gone"], ["/opt/gone.jar!/META-INF"]),
        (["text:2.14", "layer:1", "path-of-nothing"], []),
        (["**/META-INF/*", "gone", "size>3"], ["/opt/gone.jar!/META-INF/MANIFEST.MF"]),
        (["*.class", "mode:640", "gone"], ["/opt/gone.jar!/org/A.class"]),
        (["*.class", "uid:0", "gone"], []),
        (["text:Version", "gone"], ["/opt/gone.jar!/META-INF/MANIFEST.MF"]),
        (["name:A", "-app", "-META", "type:file", "gone", "-x"], ["/opt/gone.jar!/org/A.class"]),
    ],
)
def test_queries(run: Run, layout: WrittenLayout, query: list[str], paths: list[str]) -> None:
    done = run("find", layout.path, *query, "layer:1", "--nested", "-0")
    assert done.out.decode().split("\0")[:-1] == paths
    assert (done.code, done.err) == (0 if paths else 1, "")


def test_archives_of_more_entries_in_all_than_are_searched(
    run: Run, layout: WrittenLayout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ocitui.image.search.nested.ENTRIES", 5)
    done = run("find", layout.path, "log4j*", "layer:1", "--nested")
    assert (done.code, len(done.lines)) == (2, 1)
    assert done.err.endswith("is not opened, nor others: the archives before it have more than 5 entries\n")


def test_hits_as_json(run: Run, layout: WrittenLayout) -> None:
    found = json.loads(run("find", layout.path, "text:2.14", "gone", "layer:1", "--nested", "--json").out)
    (hit,) = found["hits"]
    assert (hit["path"], hit["layer"], hit["status"], hit["goneIn"]) == (
        "/opt/gone.jar!/META-INF/MANIFEST.MF",
        1,
        "deleted",
        2,
    )
    assert (hit["entry"]["path"], hit["match"]["text"]) == (hit["path"], "Version: 2.14.1")


def test_links_in_a_circle_are_no_answer(run: Run, tmp_path: Path) -> None:
    """They ended with 1, as what is missing does; outside archives with 2."""
    circle = write_tar([symlink("loop", "loop"), symlink("dead", "none")])
    place = write_layout(tmp_path / "image", [LayerSpec(write_tar([file("a.tar", circle)]))]).path
    done = run("cat", place, "/a.tar!/loop")
    assert (done.code, done.err) == (2, "ocitui: /a.tar!/loop: links lead in a circle\n")
    assert run("cat", place, "/a.tar!/dead").code == 1
    assert run("ls", place, "/a.tar!/loop").out == b"loop\n"


def test_images_of_filesystems(run: Run, tmp_path: Path) -> None:
    names = {"app.snap": "xz.squashfs", "rootfs.img": "ext4", "x.erofs": "erofs", "old.sfs": "lzo.squashfs"}
    files = [file(name, image(made)) for name, made in names.items()]
    place = write_layout(tmp_path / "image", [LayerSpec(write_tar(files), "zstd")]).path
    for name in ("app.snap", "rootfs.img", "x.erofs"):
        assert run("cat", place, f"/{name}!/link/file.bin").out == bytes(range(256)) * 100
        listing = run("ls", "-l", place, f"/{name}!/null", f"/{name}!/d/hard").text
        assert [line.split()[0] for line in listing.splitlines()] == ["crw-r--r--", "hrw-r-----"]
    done = run("ls", place, "/old.sfs!")
    assert (done.code, done.out) == (2, b"")
    assert done.err == "ocitui: /old.sfs: is packed with lzo, which cannot be unpacked\n"
    done = run("find", place, "file.bin", "--nested")
    assert [line.split("\t")[-1] for line in done.text.splitlines()] == [
        f"/{n}!/d/e/file.bin" for n in names if n != "old.sfs"
    ]
    assert (done.code, done.err.count("\n")) == (2, 1)


def test_find_without_nested_says_that_there_is_it(run: Run, layout: WrittenLayout) -> None:
    done = run("find", layout.path, "app.war!/WEB-INF")
    assert (done.code, done.out, done.err) == (1, b"", "ocitui: find: paths in archives are found with --nested\n")
    done = run("find", layout.path, "app.war!/WEB-INF", "--nested")
    assert ("/opt/app.war!/WEB-INF" in done.text, "--nested" in done.err) == (True, False)
    assert run("find", layout.path, "odd!/app").err == ""


def test_which_takes_a_pattern_in_an_archive(run: Run, layout: WrittenLayout) -> None:
    done = run("which", layout.path, "/opt/app.war!/WEB-INF/*/*.jar", "/opt/same.war!/**/*.xml", "--oneline")
    assert (done.code, [line.split("\t")[0] for line in done.lines]) == (
        0,
        ["/opt/app.war!/WEB-INF/lib/log4j-core-2.14.1.jar", "/opt/same.war!/WEB-INF/\x1b[31m.xml"],
    )
    done = run("which", layout.path, "/opt/app.war!/no/*")
    assert (done.code, "/opt/app.war!/no/*: not in the archive" in done.text) == (1, True)


def test_compressed_erofs(run: Run, tmp_path: Path) -> None:
    files = [file("d/x.erofs", image("zstd.erofs"))]
    place = write_layout(tmp_path / "image", [LayerSpec(write_tar(files), "gzip")]).path
    path = "/d/x.erofs!/link/file.bin"
    assert run("ls", place, "/d/x.erofs!/d/e").out == b"file.bin\n"
    assert run("which", "--oneline", place, path).text.split("\t")[1] == "1"
    assert run("extract", place, "/d/x.erofs!/d", "-o", tmp_path / "out").code == 0
    (written,) = (tmp_path / "out").rglob("file.bin")
    assert written.read_bytes() == run("cat", place, path).out == bytes(range(256)) * 100


def test_damaged_archives_that_a_pattern_matches(run: Run, layout: WrittenLayout) -> None:
    wrong = "/opt/cut.zip: the zip is damaged, or packed in an unknown way"
    for command, said in (("ls", "/opt/app.war!/WEB-INF:"), ("file", "/opt/app.war!/WEB-INF: "), ("which", "/opt/app")):
        done = run(command, layout.path, "/opt/*!/WEB-INF")
        assert (done.code, done.text.startswith(said)) == (2, True)
        assert done.err.startswith("ocitui: /opt/short.tar: the archive ends inside the data of b")
        assert done.err.endswith(" (and 1 more problem)\n")
        done = run(command, layout.path, "/opt/[cs]*!/none")
        assert (done.code, done.out) == (2, b"")
        assert done.err.startswith(f"ocitui: /opt/[cs]*!/none: not found, but {wrong}")
        assert done.err.endswith(" (and 1 more problem)\n")
    assert any(
        wrong in each for each in json.loads(run("ls", "--json", layout.path, "/opt/*!/WEB-INF").out)["problems"]
    )
