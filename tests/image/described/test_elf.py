"""ELF files, and what Go and Rust write into them: made here, damaged here, and those of this machine."""

import shutil
import struct
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocitui.errors import DocumentError
from ocitui.image.described.bounded import READ_LIMIT, BoundedFile
from ocitui.image.described.describe import describe_file, sections_of
from ocitui.image.described.elf import ElfFile, read_elf
from ocitui.image.described.go import GoModule
from tests.images.elf_writer import BASE, CRATES, GO_MODULES, Elf, go_by_pointers, go_in_place, marked, rust_audit

NEEDS = (("needed", "libm.so.6"), ("needed", "libc.so.6"))


def bounded(data: bytes) -> BoundedFile:
    return BoundedFile(lambda offset, size: data[offset : offset + size], len(data))


def read(data: bytes) -> ElfFile:
    found = read_elf(bounded(data))
    assert not found.problems
    return found


@pytest.mark.parametrize(("bits", "order"), [(64, "<"), (32, "<"), (64, ">"), (32, ">")])
@pytest.mark.parametrize("has_sections", [True, False])
def test_a_program(bits: int, order: str, has_sections: bool) -> None:
    tags = (*NEEDS, ("runpath", "$ORIGIN/../lib"))
    made = Elf(3, 183, bits, order, "/lib/ld.so", tags, build_id=b"\xab\xcd" * 10, has_sections=has_sections)
    found = read(made.write())
    assert (found.bits, found.order, found.machine) == (bits, {"<": "little", ">": "big"}[order], "AArch64")
    assert (found.kind, found.interpreter) == ("position-independent program", "/lib/ld.so")
    assert (found.needed, found.runpath, found.rpath) == (("libm.so.6", "libc.so.6"), "$ORIGIN/../lib", "")
    assert (found.build_id, found.is_dynamic, found.has_debug) == ("abcd" * 10, True, False)
    assert found.is_stripped


@pytest.mark.parametrize(
    ("made", "kind", "is_dynamic"),
    [
        (Elf(2), "program", False),
        (Elf(3, is_pie=True), "position-independent program", False),
        (Elf(3, tags=(("soname", "libx.so.1"),)), "library", True),
        (Elf(3, interpreter="/lib/ld.so", tags=(("soname", "libc.so.6"),)), "library", True),
        (Elf(1), "object", False),
    ],
)
def test_what_it_is(made: Elf, kind: str, is_dynamic: bool) -> None:
    found = read(made.write())
    assert (found.kind, found.is_dynamic) == (kind, is_dynamic)


def test_symbols() -> None:
    found = read(Elf(has_symbols=True, parts={".debug_info": b"x"}).write())
    assert (found.is_stripped, found.has_debug) == (False, True)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("bits", [64, 32])
@pytest.mark.parametrize("form", ["in place", "by pointers", "without its section"])
def test_go(form: str, bits: int, order: str) -> None:
    made = Elf(bits=bits, order=order)
    info = go_in_place()
    if form == "by pointers":
        at = Elf(bits=bits, order=order, parts={".go.buildinfo": b""}).write().index(b"\0.go.buildinfo") // 16 * 16
        info = go_by_pointers(BASE + at, b"go1.17.1", marked(GO_MODULES), order=order, wide=bits == 64)
    made.parts = {".go.buildinfo": info} if form != "without its section" else {".data.of.go": info}
    go = read(made.write()).go
    assert go is not None
    assert go.version == ("go1.17.1" if form == "by pointers" else "go1.22.3")
    assert (go.path, go.main) == ("example.com/boat/cmd/boat", GoModule("example.com/boat", "v1.4.0", ""))
    sum_ = "h1:MUK/U/4lj1t1oPg0HfuXDN/Z1wv31ZJ/YcPiGccS4DU="
    new = GoModule("example.com/new", "v1.0.1", "h1:new=")
    assert go.modules == (GoModule("golang.org/x/sys", "v0.5.0", sum_), GoModule("example.com/old", "v1.0.0", "", new))
    assert (go.settings["-ldflags"], go.settings["GOOS"]) == ('-X main.a="b" -s', "linux")


def test_rust() -> None:
    crates = read(Elf(parts={".dep-v0": rust_audit(CRATES)}).write()).crates
    assert crates is not None
    assert [(each.name, each.version, each.source, each.kind, each.is_root) for each in crates] == [
        ("boat", "0.1.0", "local", "runtime", True),
        ("serde", "1.0.197", "crates.io", "runtime", False),
        ("cc", "1.0.90", "crates.io", "build", False),
    ]


def facts_of(data: bytes) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    label = ""
    for section in sections_of(describe_file(b"name", lambda at, size: data[at : at + size], len(data))):
        for fact in section.facts:
            label = fact.label or label
            found.setdefault(label, []).append(fact.value)
    return found


def test_what_people_read() -> None:
    parts = {".go.buildinfo": go_in_place(), ".dep-v0": rust_audit(CRATES)}
    said = facts_of(Elf(tags=NEEDS, build_id=b"\1\2", parts=parts).write())
    assert (said["machine"], said["linked"]) == (["x86-64, 64-bit, little-endian"], ["dynamically"])
    assert (said["needs"], said["build ID"], said["symbols"]) == (["libm.so.6", "libc.so.6"], ["0102"], ["stripped"])
    assert said["revision"] == [
        "5b6b6c361484ea685bedc1312a9b47156b1ab9a0, of 2026-11-30T04:11:48Z, and what was changed since"
    ]
    assert said["modules"][0] == "2 modules"
    assert said["modules"][2] == "example.com/old v1.0.0 => example.com/new v1.0.1 h1:new="
    assert said["crates"] == ["3 crates", "boat 0.1.0 from local", "cc 1.0.90 (build)", "serde 1.0.197"]


WHOLE = Elf(
    interpreter="/lib/ld.so",
    tags=NEEDS,
    build_id=b"\1" * 20,
    parts={".go.buildinfo": go_in_place(), ".dep-v0": rust_audit(CRATES)},
    has_symbols=True,
).write()


def lying(at: int, form: str, value: int) -> bytes:
    data = bytearray(WHOLE)
    struct.pack_into(form, data, at, value)
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (WHOLE[:40], "ELF header: "),
        (WHOLE[:-1], "ELF sections: "),
        (lying(60, "<H", 0xFFFF), "expected at most 5,000 sections, found 65,535"),
        (lying(56, "<H", 0xFFF0), "expected at most 256 segments, found 65,520"),
        (lying(40, "<Q", 1 << 62), "ELF sections: "),
        (lying(32, "<Q", 1 << 62), "ELF segments: "),
        (Elf(parts={".go.buildinfo": go_in_place()[:60]}, has_sections=False).write()[:-40], "Go build info: expected"),
        (Elf(parts={".go.buildinfo": go_in_place()[:33] + b"\xff" * 9}).write(), "Go build info: expected a text of"),
        (Elf(parts={".dep-v0": rust_audit(5)}).write(), "Rust audit data: packages: expected a list"),
        (Elf(parts={".dep-v0": b"x"}).write(), "Rust audit data: expected zlib"),
        (Elf(parts={".dep-v0": rust_audit([" " * (9 << 20)])}).write(), "Rust audit data: expected at most 8,388,608"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_lies_is_one_problem_and_the_rest_is_said(data: bytes, said: str) -> None:
    found = read_elf(bounded(data))
    assert [each for each in found.problems if said in each], found.problems
    assert found.machine == "x86-64"


def test_no_more_is_read_than_is_allowed() -> None:
    file = BoundedFile(lambda _, size: bytes(size), 1 << 40)
    with pytest.raises(DocumentError, match="18,874,368 bytes"):
        file.read(READ_LIMIT + 1)
    for number in range(READ_LIMIT >> 16):
        file.read_from(number << 20, 1)
    with pytest.raises(DocumentError, match="18,874,368 bytes"):
        file.read_from(1 << 39, 1)
    assert file.fetched == READ_LIMIT


@settings(max_examples=80, deadline=None)
@given(st.integers(0, len(WHOLE)), st.binary(max_size=8))
def test_damage_is_told_and_nothing_else_is_raised(at: int, change: bytes) -> None:
    data = WHOLE[:at] + change + WHOLE[at + len(change) :]
    with suppress(DocumentError):
        facts_of(data)


@pytest.mark.peer
@pytest.mark.skipif(sys.platform != "linux", reason="the programs of Linux are ELF files")
@pytest.mark.parametrize("path", [sys.executable, "/bin/sh", "/bin/tar"])
def test_programs_of_this_machine(path: str) -> None:
    if shutil.which("readelf") is None:
        pytest.skip("readelf is missing")
    data = Path(path).read_bytes()
    found = read(data)
    said = subprocess.run(["readelf", "-dnlW", path], capture_output=True, text=True, check=True).stdout
    needed = [line.split("[")[1].split("]")[0] for line in said.splitlines() if "(NEEDED)" in line]
    assert list(found.needed) == needed
    assert f"interpreter: {found.interpreter}]" in said
    assert found.build_id in said


@pytest.mark.peer
@pytest.mark.parametrize(
    ("name", "path"),
    [("skopeo", "github.com/containers/skopeo/cmd/skopeo"), ("umoci", "github.com/opencontainers/umoci/cmd/umoci")],
)
def test_go_programs_of_this_machine(name: str, path: str) -> None:
    program = shutil.which(name)
    if program is None:
        pytest.skip(f"{name} is missing")
    go = read(Path(program).read_bytes()).go
    assert go is not None
    assert go.version.startswith("go1.")
    assert (go.path, go.settings["GOOS"]) == (path, "linux")
