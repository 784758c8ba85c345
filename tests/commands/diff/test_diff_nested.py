"""``ocitui diff --nested``: what differs inside archives."""

import json
import zipfile
from pathlib import Path

import pytest

from ocitui.demo.tar import file, write_tar
from ocitui.image.diff import nested
from ocitui.layers.nested import members
from tests.commands.conftest import Run
from tests.images.filesystem_images import image
from tests.images.layout_writer import write_layout
from tests.images.nested_archives import ARCHIVES, make_zip

JAR = {"x.class": b"one", "same": b"s"}
OLD = {"WEB-INF/lib/x.jar": make_zip(JAR), "WEB-INF/web.xml": b"<x/>", "gone": b"12", "kept": b"k"}
NEW = {
    "WEB-INF/lib/x.jar": make_zip({**JAR, "x.class": b"two"}),
    "WEB-INF/web.xml": b"<x/>",
    "new\x1b": b"1234567",
    "kept": b"k",
}
CUT = make_zip(OLD)[:-30]


@pytest.fixture
def both(tmp_path: Path) -> tuple[Path, Path]:
    old = [file("app.war", make_zip(OLD)), file("p.tar.gz", ARCHIVES["tar.gz"](OLD)), file("z.zip", make_zip(OLD))]
    new = [
        file("app.war", make_zip(NEW)),
        file("p.tar.gz", ARCHIVES["tar.gz"](OLD) + b"\0"),
        file("z.zip", make_zip(OLD, zipfile.ZIP_STORED)),
    ]
    places = (write_layout(tmp_path / name, [write_tar(files)]).path for name, files in (("a", old), ("b", new)))
    first, second = places
    return first, second


def test_members_that_differ(run: Run, both: tuple[Path, Path]) -> None:
    done = run("diff", *both, "--only", "paths", "--nested")
    assert done.code == 1
    rows = [line.split() for line in done.lines[-7:]]
    assert (
        [(row[0], row[-1]) for row in rows]
        == [
            ("~", "/app.war"),
            ("~", "/app.war!/WEB-INF/lib/x.jar"),
            ("~", "/app.war!/WEB-INF/lib/x.jar!/x.class"),
            ("-", "/app.war!/gone"),
            ("+", "/app.war!/new\\x1b"),
            ("~", "/p.tar.gz"),
            ("~", "/z.zip"),  # packed otherwise, and the same inside
        ][-8:]
        or rows
    )
    assert "3 modified" in done.text  # the members are not counted


def test_as_json(run: Run, both: tuple[Path, Path]) -> None:
    done = run("diff", *both, "/app.war", "--nested", "--json")
    (path,) = json.loads(done.out)["paths"]
    assert [(each["path"], each["change"], each["modified"]) for each in path["inside"]] == [
        ("/app.war!/WEB-INF/lib/x.jar", "modified", ["content"]),
        ("/app.war!/WEB-INF/lib/x.jar!/x.class", "modified", ["content"]),
        ("/app.war!/gone", "removed", []),
        ("/app.war!/new\x1b", "added", []),
    ]
    removed = path["inside"][2]
    assert (removed["before"]["entry"]["size"], removed["after"]) == (2, None)
    (plain,) = json.loads(run("diff", *both, "/app.war", "--json").out)["paths"]
    assert "inside" not in plain


def test_what_is_ignored(run: Run, both: tuple[Path, Path]) -> None:
    done = run("diff", *both, "/app.war", "--nested", "--quick", "--ignore", "owner")
    assert "x.class" not in done.text  # of the same size and time
    assert "/app.war!/gone" in done.text


def test_what_cannot_be_compared(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second, third = (
        write_layout(tmp_path / name, [write_tar([file("a.zip", data)])]).path
        for name, data in (("1", make_zip(OLD)), ("2", CUT), ("3", make_zip(NEW)))
    )
    done = run("diff", first, second, "--nested")
    assert (done.code, done.err.startswith(f"ocitui: {second} linux/amd64: /a.zip: the zip is damaged")) == (2, True)
    monkeypatch.setattr(nested, "ENTRIES", 3)
    done = run("diff", first, third, "--nested")
    assert (done.code, done.err) == (
        2,
        "ocitui: archives of more than 3 entries in all differ: not all are compared\n",
    )


XML = "/app.war!/WEB-INF/web.xml"
CHANGED = {**NEW, "WEB-INF/web.xml": b"<y/>\n"}


@pytest.fixture
def changed(tmp_path: Path) -> tuple[Path, Path]:
    """Two images with a war that differs, one with a zip that the other lacks, and a damaged one."""
    layers = (
        [file("app.war", make_zip(OLD)), file("cut.zip", make_zip(OLD)), file("only.zip", make_zip(OLD))],
        [file("app.war", make_zip(CHANGED)), file("cut.zip", CUT), file("text.zip", "text")],
    )
    first, second = (write_layout(tmp_path / str(n), [write_tar(each)]).path for n, each in enumerate(layers))
    return first, second


def test_a_file_in_an_archive(run: Run, changed: tuple[Path, Path]) -> None:
    done = run("diff", *changed, XML)
    assert (done.code, done.lines[0], done.lines[3:]) == (
        1,
        "size: 4 -> 5",
        ["@@ -1 +1 @@", "-<x/>", "\\ No newline at end of file", "+<y/>"],
    )
    assert [line.split("\t")[0] for line in done.lines[1:3]] == [f"--- {XML}", f"+++ {XML}"]
    assert run("diff", *changed, XML, "--ignore", "content").code == 0
    assert run("diff", *changed, "/app.war!/kept").out == b""
    assert (run("diff", *changed, "/app.war!/kept").code, run("diff", changed[0], changed[0], XML).code) == (0, 0)


@pytest.mark.parametrize(
    ("path", "rows"),
    [
        (
            "/app.war!",
            [
                "~ content WEB-INF/lib/x.jar",
                "~ content WEB-INF/lib/x.jar!/x.class",
                "~ content WEB-INF/web.xml",
                "- file gone",
                "+ file new\\x1b",
            ],
        ),
        ("app.war!/WEB-INF/lib", ["~ content WEB-INF/lib/x.jar", "~ content WEB-INF/lib/x.jar!/x.class"]),
        ("/app.war!/WEB-INF/lib/x.jar!", ["~ content WEB-INF/lib/x.jar!/x.class"]),
        ("/app.war!/WEB-INF/lib/x.jar", ["~ content WEB-INF/lib/x.jar!/x.class"]),
    ],
)
def test_a_folder_in_an_archive(run: Run, changed: tuple[Path, Path], path: str, rows: list[str]) -> None:
    done = run("diff", *changed, path)
    lines = [line.split() for line in done.lines if line[0] in "+-~"]
    assert done.code == 1
    assert [f"{line[0]} {line[1]} {line[-1].removeprefix('/app.war!/')}" for line in lines] == rows


def test_a_path_in_an_archive_of_one_side(run: Run, changed: tuple[Path, Path]) -> None:
    one = [
        (run("diff", *changed, path).code, run("diff", *changed, path).text) for path in ("only.zip!", "only.zip!/gone")
    ]
    assert one == [(1, "directory -> not there\n"), (1, "file -> not there\n")]
    assert run("diff", *changed, "/app.war!/gone").text == "file -> not there\n"
    done = json.loads(run("diff", *changed, "/only.zip!/WEB-INF", "--json").out)
    assert [(each["path"], each["change"]) for each in done["paths"]] == [
        ("/only.zip!/WEB-INF", "removed"),
        ("/only.zip!/WEB-INF/lib", "removed"),
        ("/only.zip!/WEB-INF/lib/x.jar", "removed"),
        ("/only.zip!/WEB-INF/web.xml", "removed"),
    ]


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/app.war!/no", "diff: /app.war!/no: neither in {0} linux/amd64 nor in {1} linux/amd64"),
        ("/cut.zip!/kept", "{1} linux/amd64: /cut.zip: the zip is damaged"),
        ("/text.zip!/kept", "{1} linux/amd64: /text.zip: is not an archive of a known kind"),
    ],
)
@pytest.mark.parametrize("option", [[], ["--json"]])
def test_a_path_that_leads_into_no_archive(
    run: Run, changed: tuple[Path, Path], path: str, message: str, option: list[str]
) -> None:
    done = run("diff", *changed, path, *option)
    assert (done.code, done.out) == (2, b"")
    assert done.err.startswith(f"ocitui: {message.format(*changed)}")


def test_an_archive_in_an_archive_that_is_damaged(run: Run, tmp_path: Path) -> None:
    first, second = (
        write_layout(tmp_path / name, [write_tar([file("a.zip", make_zip({"in.zip": data, "b": b"b"}))])]).path
        for name, data in (("1", make_zip(OLD)), ("2", CUT))
    )
    done = run("diff", first, second, "/a.zip!")
    assert (done.code, done.lines[-1].split()[-1]) == (2, "/a.zip!/in.zip")
    assert done.err.startswith(f"ocitui: {second} linux/amd64: /a.zip!/in.zip: the zip is damaged")
    assert run("diff", first, second, "/a.zip!/b").code == 0


def test_an_archive_over_a_limit(run: Run, changed: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(members, "ENTRIES", 3)
    done = run("diff", *changed, XML)
    assert (done.code, done.out) == (2, b"")
    assert done.err.endswith("/app.war: it has more than 3 entries\n")


def test_a_path_in_an_archive_as_json(run: Run, changed: tuple[Path, Path]) -> None:
    done = run("diff", *changed, "/app.war!/WEB-INF", "--json", "-u")
    found = json.loads(done.out)
    jar, xml = found["paths"]
    assert (done.code, found["differs"], found["totals"]["modified"]) == (1, True, {"paths": 2, "bytes": 1})
    assert [each["path"] for each in (jar, *jar["inside"], xml)] == [
        "/app.war!/WEB-INF/lib/x.jar",
        "/app.war!/WEB-INF/lib/x.jar!/x.class",
        XML,
    ]
    assert (xml["before"]["entry"]["size"], xml["after"]["entry"]["size"], "inside" in xml) == (4, 5, False)
    assert xml["diff"] == [{"title": "@@ -1 +1 @@", "lines": ["-<x/>", "+<y/>"]}]
    assert jar["inside"][0]["diff"] == [{"title": "@@ -1 +1 @@", "lines": ["-one", "+two"]}]
    assert run("diff", *changed, "/app.war!/WEB-INF", "--stat").lines[-2].split(maxsplit=1)[1] == "2 modified (+1 B)"


def test_texts_in_archives(run: Run, changed: tuple[Path, Path]) -> None:
    done = run("diff", *changed, "--nested", "--only", "paths", "-u", "--ignore", "time")
    for path, lines in ((XML, ["-<x/>", "+<y/>"]), ("/app.war!/WEB-INF/lib/x.jar!/x.class", ["-one", "+two"])):
        at = done.lines.index(path)
        shown = done.lines[at : at + 9]
        assert set(lines) <= set(shown), (path, shown)
    assert "-one" in run("diff", *changed, "/app.war!", "-u").lines


def test_layers_of_one_image(run: Run, tmp_path: Path) -> None:
    image = write_layout(
        tmp_path / "image",
        [write_tar([file("app.war", make_zip(OLD))]), write_tar([file("app.war", make_zip(CHANGED))])],
    ).path
    done = run("diff", image, "--layer", 1, "--layer", 2, XML)
    assert (done.code, [line for line in done.lines if line[:2] in ("-<", "+<")]) == (1, ["-<x/>", "+<y/>"])
    assert run("diff", image, "--layer", 1, XML).text == "not there -> file\n"


def test_a_name_that_ends_with_the_mark(run: Run, tmp_path: Path) -> None:
    first, second = (
        write_layout(tmp_path / name, [write_tar([file("odd!/x", text), file("odd.zip", make_zip({"a": b"a"}))])]).path
        for name, text in (("1", "one"), ("2", "two"))
    )
    assert {"-one", "+two"} <= set(run("diff", first, second, "/odd!/x").lines)


def test_in_an_archive_on_one_side_only(run: Run, tmp_path: Path) -> None:
    first, second = (
        write_layout(tmp_path / name, [write_tar([each])]).path
        for name, each in (("1", file("a.zip", make_zip({"x": b"1"}))), ("2", file("a.zip!/x", "2")))
    )
    done = run("diff", first, second, "/a.zip!/x")
    assert (done.code, done.err) == (
        2,
        "ocitui: /a.zip!/x: is in an archive on one side only, and cannot be compared\n",
    )


def test_images_of_erofs_packed_otherwise_are_the_same_and_a_file_in_them_is_not(run: Run, tmp_path: Path) -> None:
    changed = image("erofs").replace(b"one\n", b"two\n")
    plain, packed, other = (
        write_layout(tmp_path / name, [write_tar([file("x.erofs", data)])]).path
        for name, data in (("1", image("erofs")), ("2", image("lzma.erofs")), ("3", changed))
    )
    assert "x.erofs!" not in run("diff", plain, packed, "--nested").text
    done = run("diff", packed, other, "--nested")
    inside = [line.split() for line in done.lines if "x.erofs!" in line]
    assert [(row[1], row[-1]) for row in inside] == [("content", "/x.erofs!/a.txt"), ("content", "/x.erofs!/d/hard")]
    assert run("diff", packed, other, "/x.erofs!/d/e").code == 0
