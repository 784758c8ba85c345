"""Programs of Windows and macOS with what Go's linker writes into them: made here, and by Go."""

import os
import shutil
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocitui.image.described.describe import Description, describe_file, sections_of
from ocitui.image.described.go import GoModule
from tests.images.elf_writer import GO_MODULES, go_by_pointers, go_in_place, marked

BASE, AT = 0x400000, 0x1000
"""The address of a program, and how far behind it its data are."""


def pe(data: bytes, *, bits: int = 64, traits: int = 0xC0000040, count: int = 2) -> bytes:
    """A program of Windows with a section of code and one of data."""
    optional = bytearray(240 if bits == 64 else 224)
    struct.pack_into("<H", optional, 0, 0x20B if bits == 64 else 0x10B)
    struct.pack_into("<Q" if bits == 64 else "<I", optional, 24 if bits == 64 else 28, BASE)
    start = b"MZ".ljust(60, b"\0") + struct.pack("<I", 64) + b"PE\0\0"
    start += struct.pack("<HHIIIHH", 0x8664, count, 0, 0, 0, len(optional), 2) + optional
    for name, address, size, at, kind in (
        (b".text", 0x800, 16, 1024, 0x60000020),
        (b".data", AT, len(data), 1040, traits),
    ):
        start += struct.pack("<8sIIII12xI", name, size, address, size, at, kind)
    return start.ljust(1040, b"\xcc") + data


def mach_o(data: bytes, *, bits: int = 64, name: bytes = b"__go_buildinfo", segment: bytes = b"__DATA") -> bytes:
    """A program of macOS with segments of code and data, and one section in the latter."""
    wide, word = bits == 64, "Q" if bits == 64 else "I"
    commands, at = b"", 1024
    for title, size, sections in ((b"__TEXT", 16, []), (segment, len(data), [name])):
        body = struct.pack(f"<16s4{word}iiII", title, BASE + at, size, at, size, 7, 3, len(sections), 0)
        for each in sections:
            body += struct.pack(f"<16s16s2{word}I", each, title, BASE + at, size, at).ljust(72 if wide else 60, b"\0")
            body += bytes((80 if wide else 68) - (72 if wide else 60))
        commands += struct.pack("<II", 0x19 if wide else 1, len(body) + 8) + body
        at += 1024
    commands += struct.pack("<II", 0x1B, 24) + bytes(16)  # a command that is passed over
    head = struct.pack("<IIIIIII", 0xFEEDFACF if wide else 0xFEEDFACE, 0x1000007, 3, 2, 3, len(commands), 0)
    return (head + bytes(4 * wide) + commands).ljust(2048, b"\xcc") + data


def described(data: bytes) -> Description:
    return describe_file(b"boat", lambda at, size: data[at : at + size], len(data))


@pytest.mark.parametrize("bits", [64, 32])
@pytest.mark.parametrize("form", ["in place", "by pointers"])
@pytest.mark.parametrize("make", [pe, mach_o])
def test_go(make: Callable[..., bytes], form: str, bits: int) -> None:
    info = go_in_place()
    if form == "by pointers":
        at = BASE + (AT if make is pe else 2048)
        info = go_by_pointers(at, b"go1.17.1", marked(GO_MODULES), wide=bits == 64)
    found = described(make(info, bits=bits))
    assert (found.all_problems, found.says_something) == ((), True)
    assert found.go is not None
    assert found.go.version == ("go1.22.3" if form == "in place" else "go1.17.1")
    assert found.go.main == GoModule("example.com/boat", "v1.4.0", "")
    assert len(found.go.modules) == 2
    assert [section.title for section in sections_of(found)] == ["Go"]


def test_the_data_of_macos_without_a_section_of_its_own() -> None:
    assert described(mach_o(go_in_place(), name=b"__data")).go is not None
    assert described(mach_o(go_in_place(), segment=b"__DATA_CONST")).go is not None


@pytest.mark.parametrize(
    "data",
    [
        pe(b"no build info"),
        pe(go_in_place(), traits=0x40000040),
        mach_o(b"none"),
        mach_o(b"", name=b"__x", segment=b"__Y"),
    ],
)
def test_others_say_nothing(data: bytes) -> None:
    found = described(data)
    assert (found.go, found.all_problems, found.says_something, sections_of(found)) == (None, (), False, [])


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (pe(b"")[:360], "expected 80 bytes at byte 328, found 32"),
        (pe(b"", count=300), "PE: expected at most 256 sections, found 300"),
        (pe(go_in_place()[:60]), "Go build info: expected"),
        (mach_o(b"")[:100], "expected 248 bytes at byte 32, found 68"),
        (
            mach_o(b"").replace(struct.pack("<I", 248), struct.pack("<I", 1 << 30), 1),
            "Mach-O: expected at most 1,048,576",
        ),
        (mach_o(b"").replace(struct.pack("<I", 0x1B), struct.pack("<II", 0x1B, 0), 1), "Mach-O: expected a command of"),
        (mach_o(go_in_place()[:60]), "Go build info: expected"),
    ],
    ids=range(7),
)
def test_what_lies_is_a_problem(data: bytes, problem: str) -> None:
    (found,) = described(data).all_problems
    assert found.startswith(problem)


@settings(max_examples=80, deadline=None)
@given(st.sampled_from([pe(go_in_place()), mach_o(go_in_place())]), st.integers(0, 600), st.binary(max_size=8))
def test_damage_is_told_and_nothing_else_is_raised(data: bytes, at: int, change: bytes) -> None:
    sections_of(described(data[:at] + change + data[at + len(change) :]))


@pytest.mark.peer
@pytest.mark.slow
@pytest.mark.parametrize("system", ["windows", "darwin"])
def test_a_program_of_go(system: str, tmp_path: Path) -> None:
    """Built here for another system, without anything fetched."""
    go = shutil.which("go")
    if go is None:
        pytest.skip("go is missing")
    (tmp_path / "go.mod").write_text("module example.com/boat\n")
    (tmp_path / "main.go").write_text("package main\n\nfunc main() {}\n")
    own = {name: str(tmp_path / name) for name in ("HOME", "GOCACHE", "GOPATH")}
    settings = {"GOOS": system, "GOARCH": "amd64", "CGO_ENABLED": "0", "GOFLAGS": "-ldflags=-s", "GOPROXY": "off"}
    command = [go, "build", "-o", "boat", "."]
    subprocess.run(command, cwd=tmp_path, env={**os.environ, **own, **settings}, check=True, capture_output=True)
    found = described((tmp_path / "boat").read_bytes())
    assert found.go is not None
    assert (found.go.path, found.go.settings["GOOS"]) == ("example.com/boat", system)
    said = subprocess.run(
        [go, "version", "boat"], cwd=tmp_path, env={**os.environ, **own}, capture_output=True, text=True
    )
    assert said.stdout.split() == ["boat:", found.go.version]
