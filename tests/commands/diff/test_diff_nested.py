"""``ocitui diff --nested``: what differs inside archives."""

import json
import zipfile
from pathlib import Path

import pytest

from ocitui.demo.tar import file, write_tar
from ocitui.image.diff import nested
from tests.commands.conftest import Run
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
    assert (done.code, done.err.startswith("ocitui: /a.zip: the zip is damaged")) == (2, True)
    monkeypatch.setattr(nested, "ENTRIES", 3)
    done = run("diff", first, third, "--nested")
    assert (done.code, done.err) == (
        2,
        "ocitui: archives of more than 3 entries in all differ: not all are compared\n",
    )
